"""Text at the door: every string that comes from outside passes here once (security.md 7)."""

from __future__ import annotations

import re
import unicodedata

_BIDI = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u200b"))
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_MIDDLE_DOTS = re.compile(r"[\u2022\u2027\u30fb\uff65\u2219\u22c5]")


def clean(raw: str | None, limit: int = 500, *, lines: bool = False) -> str:
    """Return the text in NFC without control, direction or surrogate characters, trimmed and cut to `limit`.

    `lines` keeps line breaks (of any kind, as \\n); otherwise they become spaces.
    """
    text = unicodedata.normalize("NFC", (raw or "").replace("\r\n", "\n").replace("\r", "\n"))
    text = text.translate(_BIDI)
    if not lines:
        text = re.sub(r"[\n\t]+", " ", text)
    return _CONTROLS.sub("", text).strip().strip("\u3000").strip()[:limit]


def narrow(raw: str | None, limit: int = 500) -> str:
    """Return cleaned text with full-width letters, digits and signs made half-width."""
    return clean((raw or "").translate(_FULL_WIDTH).replace("\u3000", " "), limit)


def squeeze(raw: str | None, limit: int = 500) -> str:
    """Return narrowed text without any white space: codes, staff numbers, names of units."""
    return re.sub(r"\s+", "", narrow(raw, limit))


def alike(raw: str | None, limit: int = 500) -> str:
    """Return a text by which one typed a little differently is the same: width, case and white space do not matter."""
    return squeeze(unicodedata.normalize("NFKC", raw or ""), limit).upper()


def whole_number(raw: str | None) -> int | None:
    """Return a number as addresses and forms carry ids, of at most nine digits; None for none and for nonsense."""
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def person_name(raw: str | None, limit: int = 40) -> str:
    """Return a person's name: Chinese names lose inner spaces, the middle dot becomes ·, letters keep single spaces."""
    name = re.sub(r"\s+", " ", _MIDDLE_DOTS.sub("·", narrow(raw, limit)))
    return name if name.isascii() else re.sub(r"\s*·\s*", "·", name.replace(" ", ""))
