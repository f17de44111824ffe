"""The rotating code, the spoken code and the scan ticket (architecture.md 4): nothing stored, only the server's clock.

code   = short id of the sitting + base32(HMAC(key, gathering, sitting, step))[:16]      80 bits, uppercase
spoken = six digits of HMAC(key, "spoken", gathering, sitting, step)
own    = short id of the person + base32(HMAC(key, "person", person))[:16]
valid  = step now or the one before
ticket = signed (gathering, sitting, first seen), in a cookie; in a form, for the person it was made for
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
MAC_LENGTH = 16
TICKET_LIVES = timedelta(minutes=10)
SHAPE = re.compile(rf"[{ALPHABET}]{{1,10}}[{ALPHABET}]{{{MAC_LENGTH}}}")


def step_of(at: datetime, step_seconds: int) -> int:
    """Return the number of the time step in which a moment lies."""
    return int(at.timestamp()) // step_seconds


def seconds_left(at: datetime, step_seconds: int) -> int:
    """Return the whole seconds until the code changes, 1 to step_seconds."""
    return step_seconds - int(at.timestamp()) % step_seconds


def _mac(key: str, *parts) -> bytes:
    return hmac.digest(key.encode(), ":".join(map(str, parts)).encode(), hashlib.sha256)


def _short(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 32)
        digits = ALPHABET[digit] + digits
    return digits


def sitting_id_in(code: str) -> int | None:
    """Return the sitting (or person) that a code claims to belong to, in any case; None if it is no code at all."""
    code = code.upper()
    if not SHAPE.fullmatch(code):
        return None
    number = 0
    for letter in code[:-MAC_LENGTH]:
        number = number * 32 + ALPHABET.index(letter)
    return number if 0 < number < 2**31 and _short(number) == code[:-MAC_LENGTH] else None


def code_at(key: str, gathering_id: int, sitting_id: int, step: int) -> str:
    """Return the code of one step, uppercase."""
    mac = base64.b32encode(_mac(key, "code", gathering_id, sitting_id, step)[:10]).decode()
    return _short(sitting_id) + mac


def spoken_at(key: str, gathering_id: int, sitting_id: int, step: int) -> str:
    """Return the six digits of one step."""
    return f"{int.from_bytes(_mac(key, 'spoken', gathering_id, sitting_id, step)[:8]) % 1_000_000:06d}"


def step_shown(keys, gathering_id: int, sitting_id: int, code: str, now_step: int) -> int | None:
    """Return the step for which the code is right if it is the current or the previous one; else None."""
    return _matching_step(code_at, keys, gathering_id, sitting_id, code.upper(), (now_step, now_step - 1))


def is_spoken(keys, gathering_id: int, sitting_id: int, digits: str, now_step: int) -> bool:
    """Say whether the six digits belong to the current or the previous step."""
    return _matching_step(spoken_at, keys, gathering_id, sitting_id, digits, (now_step, now_step - 1)) is not None


def step_within(keys, gathering_id: int, sitting_id: int, code: str, first_step: int, last_step: int) -> int | None:
    """Return the step of a span at which the code was right: tells an expired code from a foreign one, and its time."""
    steps = range(last_step, first_step - 1, -1)
    return _matching_step(code_at, keys, gathering_id, sitting_id, code.upper(), steps)


def personal_code(key: str, person_id: int) -> str:
    """Return a member's own code (本人码), which a host scans: it does not change, so it may be printed."""
    return _short(person_id) + base64.b32encode(_mac(key, "person", person_id)[:10]).decode()


def person_in(keys, code: str) -> int | None:
    """Return whose own code this is; None if it is nobody's."""
    person_id = sitting_id_in(code)
    right = person_id and any(hmac.compare_digest(personal_code(key, person_id), code.upper()) for key in keys)
    return person_id if right else None


def _matching_step(make, keys, gathering_id: int, sitting_id: int, given: str, steps) -> int | None:
    given = given.encode("utf-8", "replace")
    for step in steps:
        for key in keys:
            if hmac.compare_digest(make(key, gathering_id, sitting_id, step).encode(), given):
                return step
    return None


@dataclass(frozen=True)
class Ticket:
    """Someone held the right code at `first_seen`. Honoured for ten minutes, an early one from the opening on."""

    gathering_id: int
    sitting_id: int
    first_seen: datetime

    def is_honoured(self, opened_at: datetime | None, at: datetime) -> bool:
        """Say whether the ticket still signs in at this moment."""
        return opened_at is not None and at <= max(self.first_seen, opened_at) + TICKET_LIVES


def _signer(keys, holder: int | None) -> URLSafeSerializer:
    return URLSafeSerializer(list(reversed(keys)), salt=f"scan-ticket-{holder}" if holder else "scan-ticket")


def write_ticket(keys, ticket: Ticket, holder: int | None = None) -> str:
    """Return the ticket as signed text: for a cookie, or for a form that only its holder can send."""
    return _signer(keys, holder).dumps([ticket.gathering_id, ticket.sitting_id, int(ticket.first_seen.timestamp())])


def read_ticket(keys, text: str | None, holder: int | None = None) -> Ticket | None:
    """Return the ticket, or None when there is none or its signature is not ours, for this holder."""
    try:
        gathering_id, sitting_id, seen = _signer(keys, holder).loads(text or "")
        return Ticket(int(gathering_id), int(sitting_id), datetime.fromtimestamp(int(seen), UTC))
    except (BadSignature, ValueError, TypeError):
        return None
