"""What a camera films of codes: drawn as the app draws them, tilted, out of focus and under glare (Pillow alone)."""

from __future__ import annotations

import io
import re
from functools import lru_cache
from math import cos, pi, sin
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from partygroup.web.roll import qr_path

SIDE = 480  # pixels of the square that is filmed
PAPER, INK, WALL = 255, 24, 96
RUN = re.compile(r"M(\d+) (\d+)h(\d+)")
GLARE_AREA, WASHED_OUT = 0.3, 0.8  # of the code's area; of the contrast there
PIXELS = 8  # of a module in a clean picture


@lru_cache
def code_picture(text: str) -> Image.Image:
    """Return a code as a clean picture, drawn from the same path that the pages draw."""
    path, modules = qr_path(text)
    picture = Image.new("L", ((modules + 8) * PIXELS,) * 2, PAPER)
    draw = ImageDraw.Draw(picture)
    for x, y, run in (map(int, found) for found in RUN.findall(path)):
        box = [(x + 4) * PIXELS, (y + 4) * PIXELS, (x + 4 + run) * PIXELS - 1, (y + 5) * PIXELS - 1]
        draw.rectangle(box, fill=INK)
    return picture


def seen_by_hand(picture: Image.Image, seed: int = 1, *, is_lit: bool = True) -> Image.Image:
    """Return what a hand-held camera sees: in perspective, under a lamp, out of focus."""
    rng = Random(seed)
    picture = glare(picture, rng) if is_lit else picture
    return tilt(picture, rng).filter(ImageFilter.GaussianBlur(1.6))


def tilt(picture: Image.Image, rng: Random) -> Image.Image:
    """Return the picture turned by some degrees and looked at from aside, on a grey wall."""
    turn, here = rng.uniform(-0.25, 0.25), []
    for corner in range(4):
        angle, away = turn + (corner * 2 - 3) * pi / 4, rng.uniform(0.42, 0.52) * SIDE
        here.append((SIDE / 2 + away * cos(angle), SIDE / 2 + away * sin(angle)))
    there = [(0, 0), (picture.width, 0), (picture.width, picture.width), (0, picture.width)]
    return picture.transform((SIDE, SIDE), Image.Transform.PERSPECTIVE, perspective(here, there), fillcolor=WALL,
                             resample=Image.Resampling.BILINEAR)  # fmt: skip


def perspective(here: list, there: list) -> list[float]:
    """Return the eight numbers of the perspective that takes four points here to four points there."""
    rows, right = [], []
    for (x, y), (u, v) in zip(here, there, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    return solve(rows, right)


def solve(rows: list[list[float]], right: list[float]) -> list[float]:
    """Return the solution of linear equations (Gauss and Jordan)."""
    table = [[*map(float, row), float(value)] for row, value in zip(rows, right, strict=True)]
    for one in range(len(table)):
        best = max(range(one, len(table)), key=lambda row: abs(table[row][one]))
        table[one], table[best] = table[best], table[one]
        table[one] = [value / table[one][one] for value in table[one]]
        for row in range(len(table)):
            if row != one:
                table[row] = [a - table[row][one] * b for a, b in zip(table[row], table[one], strict=True)]
    return [row[-1] for row in table]


def glare(picture: Image.Image, rng: Random) -> Image.Image:
    """Return a clean code under a lamp: an ellipse of 30 % of its area is washed out, and white in the middle."""
    code_side = picture.width * (1 - 8 / modules_of(picture))
    stretch = rng.uniform(1.0, 1.5)
    half = [(GLARE_AREA / pi * by) ** 0.5 * code_side for by in (stretch, 1 / stretch)]
    middle = [picture.width / 2 + rng.uniform(-1, 1) * (code_side / 2 - one) for one in half]
    mask = Image.new("L", picture.size, 0)
    for share, strength in ((1.0, WASHED_OUT), (0.25, 1.0)):
        box = [at + sign * one * share for sign in (-1, 1) for at, one in zip(middle, half, strict=True)]
        ImageDraw.Draw(mask).ellipse(box, fill=round(255 * strength))
    lamp = Image.new("L", picture.size, PAPER)
    return Image.composite(lamp, picture, mask.filter(ImageFilter.GaussianBlur(PIXELS)))


def modules_of(picture: Image.Image) -> int:
    """Return the width of a clean picture in modules, quiet zone and all."""
    return picture.width // PIXELS


def photo_of(picture: Image.Image) -> dict:
    """Return a picture as the file that a phone's camera hands over."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return {"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def studio_swing(value: float) -> float:
    """Return a grey as films write it: black is 16, white is 235."""
    return 16 + value * 219 / 255


def write_film(path: Path, frames: list[Image.Image], *, per_second: int) -> Path:
    """Write grey pictures as the uncompressed film that Chromium plays, over and over, instead of a camera."""
    colours = bytes([128]) * (SIDE * SIDE // 2)
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{SIDE} H{SIDE} F{per_second}:1 Ip A1:1 C420jpeg\n".encode())
        for frame in frames:
            assert frame.size == (SIDE, SIDE)
            film.write(b"FRAME\n" + frame.point(studio_swing).tobytes() + colours)
    return path
