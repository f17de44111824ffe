"""Pure rules around entries: what may be claimed and shared, in which quarter it counts, as of which day.

The sheet itself is made in `sheets.py`, the group's in `groups.py`, the life of a declaration in `states.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

from partygroup.clock import Quarter
from partygroup.people.models import ROLE_NAMES, Role
from partygroup.points import said, tenths
from partygroup.scores.tables import Item, LineRule, Row

#: A half-open span of days [from, until); None: still running.
Span = tuple[date, date | None]
MAKE_UP_DAYS = 15
#: Who enters what is another post's where a branch has not filled it.
STAND_INS = {Role.SECRETARY, Role.DEPUTY_SECRETARY}
#: More times than that in one imported row is a slip of the pen.
MOST_TIMES = 50
#: Closing before this day of the following quarter warns: make-ups may still come.
CLOSING_DAY = 16


# --- what an entry may be worth (scoring.md 3.3, 3.6) ----------------------------------------------------------------


def share_points(points: int, *, leads: bool) -> int:
    """Return what one person gets of a shared achievement: the leader all, a member half, half up to 0.1."""
    return points if leads else tenths(Fraction(points, 20))


def most_of(row: Row, *, leads: bool = True) -> int:
    """Return the most that one entry of an item may be worth for a person, in tenths with the item's sign."""
    return share_points(row.item.points, leads=leads) if row.line.share == "split" else row.item.points


def refusal_to_share(line: LineRule, leaders: int, members: int) -> str | None:
    """Return why an achievement cannot be shared by so many; None if it can. A sixth member is refused."""
    if line.team is None:
        return None
    if leaders > 1:
        return f"“{line.name}”只能有一名牵头人，请改成一名。"
    if members > line.team:
        return f"“{line.name}”除牵头人外最多{line.team}人，请减到{line.team}人。"
    if members and not leaders:
        return f"请先选出“{line.name}”的牵头人。"
    return None


def refusal_to_enter(line: LineRule, own: Collection[str], held: Collection[str]) -> str | None:
    """Return why somebody may not enter a deduction of this line for a branch; None if they may.

    own: their posts there; held: those filled by anybody but the member concerned. Where none of the posts that the
    table names is filled, secretary and deputy stand in.
    """
    named = set(line.entered_by) & set(held) or STAND_INS
    if named & set(own):
        return None
    return f"“{line.name}”由{'、'.join(words for role, words in ROLE_NAMES.items() if role in named)}登记。"


def refusal_to_claim(row: Row, points: int, *, leads: bool = True) -> str | None:
    """Return why an entry of this item cannot be worth so much; None if it can."""
    item, most = row.item, most_of(row, leads=leads)
    if points == 0 or (points > 0) != (item.points > 0):
        return f"“{item.name}”是{'加' if item.points > 0 else '扣'}分项，请重新填写分值。"
    if item.counted:
        return None if points % item.points == 0 else f"“{item.name}”每次计{said(item.points)}，请填整数次。"
    if abs(points) > abs(most):
        return f"“{item.name}”最多{said(most)}，请改小。"
    if item.least is not None and abs(points) < abs(item.least):
        return f"“{item.name}”在{said(item.least)}至{said(item.points)}之间，请重新填写。"
    return None


def refusal_to_award(item: Item, claimed: int, points: int, reason: str) -> str | None:
    """Return why review may not set these points: they may be lowered with a reason, never raised."""
    if points == 0 or (points > 0) != (claimed > 0):
        return "分值不能改成0，也不能把加分改成扣分。不同意请退回或不予通过，并写明原因。"
    if abs(points) > abs(claimed):
        return f"分值只能调低，不能高于申报的{said(claimed)}。"
    if item.least is not None and abs(points) < abs(item.least):
        return f"“{item.name}”最少{said(item.least)}，请重新填写。"
    if points != claimed and not reason.strip():
        return "调低分值请写明原因。"
    return None


def refusal_to_import(row: Row, value: Fraction) -> str | None:
    """Return why an imported figure cannot become entries of this item; None if it can (scoring.md 3.4).

    The figure is a number of times; for items with a range (质量事件) the points themselves, without sign.
    """
    item = row.item
    if item.least is None:
        is_times = value.denominator == 1 and 1 <= value <= MOST_TIMES
        return None if is_times else f"“{item.name}”的数值是次数，请填1至{MOST_TIMES}的整数。"
    least, most = abs(item.least), abs(item.points)
    if (value * 10).denominator == 1 and least <= value * 10 <= most:
        return None
    return f"“{item.name}”的数值是扣分，请填{said(least)}至{said(most)}，最多一位小数。"


def imported_points(row: Row, value: Fraction) -> tuple[int, ...]:
    """Return the points of each entry that an imported figure makes: one a time, each an event of its own.

    Counted items (stars) and items with a range make a single entry.
    """
    item = row.item
    if item.least is not None:
        return (int(value * 10) * (1 if item.points > 0 else -1),)
    return (item.points * int(value),) if item.counted else (item.points,) * int(value)


# --- in which quarter (scoring.md 3.4, 3.8, 4) -----------------------------------------------------------------------


def quarter_to_count_in(happened_on: date, closed: Collection[Quarter]) -> Quarter:
    """Return the quarter of an entry that becomes effective now: that of its day, else the first one then open.

    `closed` are the quarters closed at this moment for the person's branch. Set once; reopening moves nothing back.
    """
    quarter = Quarter.of(happened_on)
    while quarter in closed:
        quarter = quarter.next()
    return quarter


def refusal_to_close(quarter: Quarter, day: date) -> str | None:
    """Return why a quarter cannot be closed yet; None if it can."""
    if day <= quarter.last:
        return f"{quarter.label}还没有结束，请在{quarter.next().first.month}月1日以后结账。"
    return None


def warning_at_closing(quarter: Quarter, day: date) -> str | None:
    """Return what to consider before closing so early; None from day 16 after the quarter on."""
    first = quarter.next().first
    if day >= first.replace(day=CLOSING_DAY):
        return None
    return f"{first.month}月{CLOSING_DAY}日以前还可能有补课；结账以后补记的不再计入本季。"


def make_up_until(held_on: date, next_held_on: date | None, closed_on: date | None = None) -> date | None:
    """Return the last day for a make-up: day + 15 or the next gathering of the kind, whichever is later.

    It ends with the closing of the quarter at the latest. None: neither came yet, so the window is open.
    """
    usual = None if next_held_on is None else max(held_on + timedelta(days=MAKE_UP_DAYS), next_held_on)
    return min((day for day in (usual, closed_on) if day), default=None)


def is_made_up_in_time(made_up_on: date, held_on: date, next_held_on: date | None) -> bool:
    """Say whether a make-up counts as having come; both ends of the window included."""
    until = make_up_until(held_on, next_held_on)
    return made_up_on >= held_on and (until is None or made_up_on <= until)


def proposes_absence(*, is_absent: bool, made_up: bool, until: date | None, day: date) -> bool:
    """Say whether to propose a deduction: absent without leave, not made up, and the window ended (scoring.md 3.2)."""
    return is_absent and not made_up and until is not None and day > until


# --- as of which day, and scored or not (scoring.md 5) ---------------------------------------------------------------


@dataclass(frozen=True)
class Presence:
    """A person's spans of days: in a branch; in a scored state (full, probationary, 留党察看); exempt."""

    belongs: tuple[Span, ...]
    standing: tuple[Span, ...]
    exempt: tuple[Span, ...] = ()


def scored_days(presence: Presence, quarter: Quarter) -> int:
    """Return how many days of the quarter count: in a branch, in a scored state, not exempt."""
    return (_member_days(presence, quarter) & ~_days(presence.exempt, quarter)).bit_count()


def as_of(presence: Presence, quarter: Quarter) -> date | None:
    """Return the day whose branch, group and profile hold: the quarter's last, else the last day as a member.

    None: no day of the quarter, so no sheet.
    """
    days = _member_days(presence, quarter)
    return quarter.first + timedelta(days=days.bit_length() - 1) if days else None


def is_counted(presence: Presence, quarter: Quarter) -> bool:
    """Say whether a person may be in a mean: belonging and in a scored state on the quarter's last day."""
    return as_of(presence, quarter) == quarter.last


def in_force(spans: Iterable[Span], first: date, last: date) -> bool:
    """Say whether any span (a veto's) covers a day between two days, both included."""
    return any(start <= last and (until is None or until > max(start, first)) for start, until in spans)


def _member_days(presence: Presence, quarter: Quarter) -> int:
    return _days(presence.belongs, quarter) & _days(presence.standing, quarter)


@lru_cache(maxsize=4096)
def _days(spans: tuple[Span, ...], quarter: Quarter) -> int:
    """Return the days of the quarter that any span covers, as bits: bit 0 is the first day."""
    bits = 0
    for start, until in spans:
        low = max(0, (start - quarter.first).days)
        high = quarter.days if until is None else min(quarter.days, (until - quarter.first).days)
        if low < high:
            bits |= (1 << high) - (1 << low)
    return bits
