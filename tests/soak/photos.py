"""Photos that carry a number in black and white, so that what the server stored can be told apart."""

from __future__ import annotations

import io
from pathlib import Path
from random import Random

from PIL import Image

BITS, SIDES, LARGE_EACH = 12, (720, 480), 12


def photo(number: int) -> bytes:
    """Return a photo as a phone makes it: its number above, the same inverted below, and noise; some are large."""
    grid = Image.new("L", (BITS, 2))
    for place in range(BITS):
        bit = number >> place & 1
        grid.putpixel((place, 0), 225 * bit + 15)
        grid.putpixel((place, 1), 225 * (1 - bit) + 15)
    width, height = SIDES
    if number % LARGE_EACH == 0:
        width, height = 4 * width, 4 * height
    noise = Image.frombytes("L", (width // 4, height // 4), Random(number).randbytes(width * height // 16))
    picture = Image.blend(grid.resize((width, height), Image.Resampling.NEAREST), noise.resize((width, height)), 0.2)
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=93)
    return out.getvalue()


def number_in(file: Path) -> int | None:
    """Return the number that a stored photo shows; None if it is none of ours or damaged."""
    grid = Image.open(file).convert("L").resize((BITS, 2), Image.Resampling.BOX)
    above, below = ([grid.getpixel((place, row)) > 127 for place in range(BITS)] for row in (0, 1))
    if any(one == other for one, other in zip(above, below, strict=True)):
        return None
    return sum(bit << place for place, bit in enumerate(above))
