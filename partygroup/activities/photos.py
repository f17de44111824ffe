"""Photos in: judged, decoded, turned upright, painted anew, stored under a random name (security.md 7).

Nothing of the sent file survives but its picture: no EXIF, no place, no comment, no thumbnail, no trailing bytes.
A file is stored before its row; what never got a row, or lost it, is removed by `sweep`.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from PIL import Image, ImageOps

from partygroup import clock
from partygroup.activities.models import Photo
from partygroup.errors import Refused
from partygroup.logs import log

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
SIDE, SMALL_SIDE = 2048, 480
QUALITY = 82
FOLDER, SMALL = "photos", "-s"
#: What is not in the database after this long belongs to no running request.
ORPHAN_AFTER = 3600
#: Pillow's names of what is read; MPO is the JPEG with an inner second picture that many phones make.
STILLS, READ = ("JPEG", "MPO"), ("JPEG", "PNG", "WEBP")
_HEIC = re.compile(rb"....ftyp(?:hei[cfmsx]|hev[cmsx]|mif1|msf1|avi[fs])", re.S)
_OURS = re.compile(r"[0-9a-f]{32}(?:-s)?\.jpg|\.[0-9a-f]{32}\.part")
#: One picture at a time in a process, so that a pile of them cannot take the memory.
_one_at_a_time = threading.BoundedSemaphore(1)

Image.MAX_IMAGE_PIXELS = None  # judged here, from the header and before decoding

NOT_A_PHOTO = "这个文件不是照片。请选 JPG、PNG 或 WebP 格式的照片。"
BROKEN = "这张照片不完整，可能没传完。请重选一次。"


@dataclass(frozen=True)
class Picture:
    """A photo painted anew, and the same small for lists, both as JPEG."""

    content: bytes
    small: bytes
    width: int
    height: int

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the photo: the same file sent twice is the same photo."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Stored:
    """A picture that lies in the folder, with the columns its row will have."""

    name: str
    digest: str
    width: int
    height: int
    size: int

    @property
    def columns(self) -> dict:
        return dict(vars(self))


def repaint(content: bytes) -> Picture:
    """Return the picture of a file that somebody sent; raise Refused with a sentence for what is none.

    Of a JPEG with several pictures the first is taken; animations are refused.
    """
    if len(content) > MAX_BYTES:
        raise Refused("照片超过 8 MB。请换一张小些的，或先在手机里压缩。")
    if _HEIC.match(content[:12]):
        raise Refused("这张照片是 HEIC 格式，这里打不开。请在手机相机设置里选“兼容性最佳”再拍，或发一张截图。")
    with _one_at_a_time:
        return _painted(_decoded(content))


def _decoded(content: bytes) -> Image.Image:
    """Return the whole picture, no larger than wanted; raise Refused for what is none or not whole."""
    try:
        image = Image.open(io.BytesIO(content), formats=READ)
    except Exception as error:
        raise Refused(NOT_A_PHOTO) from error
    if image.width * image.height > MAX_PIXELS:
        raise Refused("照片超过 4000 万像素。请把手机相机的分辨率调低，或发一张截图。")
    if image.format not in STILLS and getattr(image, "is_animated", False):
        raise Refused("动图放不了。请选一张照片。")
    try:
        image.draft("RGB", (SIDE, SIDE))
        image.load()
        image = ImageOps.exif_transpose(image)
        image.thumbnail((SIDE, SIDE), reducing_gap=2.0)
    except Exception as error:
        raise Refused(BROKEN) from error
    return image


def _painted(image: Image.Image) -> Picture:
    """Return the picture painted on a new white sheet."""
    if image.mode.startswith("I"):  # 16 bits a pixel, of which a plain conversion would cut the upper ones
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    sheet = Image.new("RGB", image.size, "white")
    sheet.paste(image, mask=image if image.mode == "RGBA" else None)
    small = sheet.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE), reducing_gap=2.0)
    return Picture(_as_jpeg(sheet), _as_jpeg(small), sheet.width, sheet.height)


def _as_jpeg(sheet: Image.Image) -> bytes:
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def store(data_dir: Path, picture: Picture) -> Stored:
    """Write a picture safely into the folder of photos and return it: whole and synced, or not at all.

    Raise Refused (503) when the disk does not take it.
    """
    folder = data_dir / FOLDER
    stored = Stored(secrets.token_hex(16), picture.digest, picture.width, picture.height, len(picture.content))
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for ending, content in ((SMALL, picture.small), ("", picture.content)):
            _write(folder, f"{stored.name}{ending}.jpg", content)
    except OSError as error:
        log.error("photo not stored", error=error)
        discard(data_dir, [stored])
        raise Refused("照片现在存不下。请过一会儿再试，或者先不带照片记。", 503) from error
    return stored


def _write(folder: Path, name: str, content: bytes) -> None:
    part = folder / f".{secrets.token_hex(16)}.part"
    try:
        with open(part, "xb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.rename(part, folder / name)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def path_of(data_dir: Path, photo: Photo, *, small: bool = False) -> Path:
    """Return where a photo lies; `small`: its version for lists."""
    return data_dir / FOLDER / f"{photo.name}{SMALL if small else ''}.jpg"


def discard(data_dir: Path, photos) -> None:
    """Remove pictures whose rows were not written after all."""
    for stored in photos:
        for ending in ("", SMALL):
            (data_dir / FOLDER / f"{stored.name}{ending}.jpg").unlink(missing_ok=True)


def sweep(session, data_dir: Path, *, at: datetime) -> int:
    """Remove files of ours that have no row and are older than an hour; return how many."""
    folder = data_dir / FOLDER
    old = [
        file
        for file in (folder.iterdir() if folder.is_dir() else ())
        if _OURS.fullmatch(file.name) and clock.moment(file.stat().st_mtime + ORPHAN_AFTER) < at
    ]
    known = set(session.scalars(sa.select(Photo.name))) if old else set()
    orphans = [file for file in old if file.name[:32] not in known]
    for file in orphans:
        file.unlink(missing_ok=True)
    return len(orphans)
