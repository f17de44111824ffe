"""What becomes of a sent photo: only the picture survives, and what is none is refused in a sentence."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from partygroup.activities.photos import MAX_BYTES, SIDE, SMALL_SIDE, repaint
from partygroup.errors import Refused

HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 200
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
MARK = b"<script>alert('polyglot')</script>PK\x03\x04"


def picture(size=(640, 480), colour="teal", kind="JPEG", **options) -> bytes:
    """Return a picture file; its left half is of the colour, the right half white."""
    image = Image.new("RGB", size, "white")
    image.paste(colour, (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def header_of_png(width: int, height: int) -> bytes:
    """Return a small file whose header promises that many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    crc = struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + crc + b"\x00\x00\x00\x00IDAT" + b"\x00" * 40


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_phones_send_becomes_a_jpeg(kind):
    made = repaint(picture((3000, 1500), kind=kind))
    assert (made.width, made.height) == (SIDE, SIDE // 2) == opened(made.content).size
    assert max(opened(made.small).size) == SMALL_SIDE
    assert opened(made.content).format == opened(made.small).format == "JPEG"
    left, right = opened(made.content).getpixel((100, 500)), opened(made.content).getpixel((1900, 500))
    assert left[0] < 40 and min(right) > 240


def test_a_small_picture_is_not_blown_up():
    assert (repaint(picture((40, 30))).width, repaint(picture((40, 30))).height) == (40, 30)


def test_the_place_and_everything_else_is_gone():
    exif = Image.Exif()
    exif[0x010F] = "炉前相机"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (31.0, 12.0, 34.5)
    sent = picture(exif=exif, comment=b"secret comment", icc_profile=b"profile bytes") + MARK
    assert opened(sent).getexif().get_ifd(0x8825)
    made = repaint(sent)
    for content in (made.content, made.small):
        image = opened(content)
        assert not image.getexif() and "comment" not in image.info and "icc_profile" not in image.info
        assert b"secret" not in content and b"polyglot" not in content and b"Exif" not in content


def test_a_picture_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    made = repaint(picture((600, 400), exif=exif))
    assert (made.width, made.height) == (400, 600)
    assert opened(made.content).getpixel((200, 50))[0] < 40 and min(opened(made.content).getpixel((200, 550))) > 240


def test_what_is_see_through_becomes_white():
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    assert min(opened(repaint(out.getvalue()).content).getpixel((10, 10))) > 250


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK"])
def test_every_sort_of_pixel_is_read(mode):
    out = io.BytesIO()
    Image.new(mode, (30, 20)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(repaint(out.getvalue()).content).mode == "RGB"


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "不是照片"),
        (b"hello", "不是照片"),
        (SVG, "不是照片"),
        (b"%PDF-1.4 " + picture(), "不是照片"),
        (picture(kind="GIF"), "不是照片"),
        (picture(kind="TIFF"), "不是照片"),
        (HEIC, "HEIC"),
        (picture()[:1500], "不完整"),
        (picture(kind="PNG")[:900], "不完整"),
        (picture(kind="WEBP", lossless=True)[:50], "不"),
        (header_of_png(10_000, 5_000), "4000 万像素"),
        (header_of_png(2**31 - 1, 2**31 - 1), "4000 万像素"),
        (animated("PNG"), "动图"),
        (animated("WEBP"), "动图"),
        (b"\xff\xd8\xff" + b"\x00" * MAX_BYTES, "8 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_photo_is_refused_in_a_sentence(content, part):
    with pytest.raises(Refused) as refusal:
        repaint(content)
    assert part in refusal.value.reason and refusal.value.reason.endswith("。")


def test_of_a_jpeg_with_several_pictures_the_first_is_taken():
    out = io.BytesIO()
    first, second = Image.new("RGB", (60, 40), "teal"), Image.new("RGB", (30, 20), "red")
    first.save(out, "MPO", save_all=True, append_images=[second])
    made = repaint(out.getvalue())
    assert (made.width, made.height) == (60, 40) and opened(made.content).getpixel((30, 20))[0] < 60
