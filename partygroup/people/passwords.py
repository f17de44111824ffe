"""Hashing and judging passwords, and activation codes. At most as many hashes at once as there are cores."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pypinyin import lazy_pinyin

from partygroup.errors import Refused
from partygroup.text import squeeze

_HASHER = PasswordHasher(time_cost=3, memory_cost=32768, parallelism=1)
_AT_ONCE = BoundedSemaphore(os.cpu_count() or 2)
_WAIT_SECONDS = 5
_NOBODY = None
#: No letters or digits that look alike: 32 signs, ten of them make 50 bits (security.md 3, README 16).
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 10
COMMON = (
    "12345678 123456789 1234567890 88888888 66666666 11111111 00000000 87654321 password password1 passw0rd "
    "qwertyui qwerty123 qwertyuiop 1q2w3e4r 1qaz2wsx a1234567 aa123456 a12345678 abc12345 abcd1234 abcdefgh "
    "asdfghjk asdf1234 zxcvbnm1 iloveyou woaini520 woaini1314 5201314a 1234abcd qq123456 admin123 admin888 "
    "administrator 123123123 12341234 11223344 112233445566 147258369 987654321 asd123456 q1w2e3r4 dangyuan "
    "dangxiaozu luhuo123 gangtie123 12344321 password123 welcome1 letmein1 00001111 99999999 55555555"
).split()
COMPANY_WORDS = ("luhuo", "dangyuan", "dangzhibu", "dangxiaozu", "gangtie")


@contextmanager
def _slot():
    if not _AT_ONCE.acquire(timeout=_WAIT_SECONDS):
        raise Refused("现在登录的人多，请过几秒再试。", 503)
    try:
        yield
    finally:
        _AT_ONCE.release()


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    with _slot():
        return _HASHER.hash(password)


def is_password(stored: str | None, password: str) -> bool:
    """Say whether the password is the stored one. Unknown people cost the same time: a dummy hash is checked."""
    global _NOBODY
    with _slot():
        if stored is None:
            _NOBODY = _NOBODY or _HASHER.hash(secrets.token_hex(8))
        try:
            return _HASHER.verify(stored or _NOBODY, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def needs_rehash(stored: str) -> bool:
    """Say whether a stored hash was made with weaker settings than today's."""
    return _HASHER.check_needs_rehash(stored)


def refusal_of_password(password: str, *, staff_no: str, name: str) -> str | None:
    """Return why the password cannot be taken, saying what would do; None if it can (security.md 3)."""
    plain = squeeze(password, 200).lower()
    if len(password) < 8:
        return "密码至少 8 位，可以是一句容易记的话。"
    if len(password) > 128:
        return "密码最长 128 位，请短一些。"
    if plain in COMMON or len(set(plain)) < 3 or plain.isdigit() and plain in "01234567890123456789":
        return "这个密码太常见，别人一猜就中。请换一个。"
    if staff_no.lower() in plain:
        return "密码里不要带工号，请换一个。"
    reading = "".join(lazy_pinyin(name)).lower()
    if reading.isascii() and len(reading) > 4 and reading in plain:
        return "密码里不要带姓名的拼音，请换一个。"
    if any(word in plain for word in COMPANY_WORDS):
        return "密码里不要带单位常用词，请换一个。"
    return None


def new_activation_code() -> str:
    """Return a fresh one-time code of ten unambiguous signs."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def digest_of_code(code: str) -> str:
    """Return the digest under which an activation code is kept; case, spaces and dashes do not matter."""
    return hashlib.sha256(squeeze(code, 40).upper().replace("-", "").encode()).hexdigest()


def digest_of_secret(secret: str) -> str:
    """Return the digest under which a login's cookie is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()
