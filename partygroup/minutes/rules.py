"""Pure rules of minutes: when they can be written, what is missing before two confirm them. Reason or None."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from partygroup.clock import months_after
from partygroup.meetings.extras import ExtraSpec
from partygroup.meetings.models import State
from partygroup.meetings.rules import SEALED
from partygroup.minutes.models import Progress

#: From so many days on minutes say that they were entered later (补录): never hidden, never refused (domain.md 13).
LATE_FROM = 3
LONGEST = timedelta(hours=24)


@dataclass(frozen=True)
class Topic:
    """An item of the agenda as minutes judge it."""

    title: str
    is_vote: bool
    has_vote: bool
    gist: str
    resolutions: int


@dataclass(frozen=True)
class Written:
    """What minutes say, as the rules judge it. `present`: who came; `chairs`: who may take the chair, by person.

    unsaid: what its kind records as well and is still empty.
    """

    state: State
    chair_id: int
    recorder_id: int
    present: frozenset[int]
    chairs: frozenset[int]
    starts_at: datetime
    ended_at: datetime
    leave_waiting: tuple[str, ...]
    topics: tuple[Topic, ...]
    unsaid: tuple[str, ...] = ()


@dataclass(frozen=True)
class Said:
    """One thing that minutes say beside their topics: somebody, perhaps with years, or words."""

    person_id: int | None = None
    text: str | None = None
    years: int | None = None


def refusal_to_write(state: State, *, is_sealed: bool) -> str | None:
    """Return why minutes cannot be written or changed; None if they can."""
    if state == State.CANCELLED:
        return "这次会议已经取消，没有记录可写。"
    if state == State.NOTIFIED:
        return "还没有开始签到，到会的人没有定。开会时再写记录。"
    return SEALED if is_sealed else None


def refusals_of_head(chair_id: int | None, recorder_id: int | None, starts_at: datetime, ended_at: datetime | None):
    """Return field → sentence for what the head of minutes cannot say."""
    found = {}
    if chair_id is None:
        found["chair"] = "请选主持人。"
    if recorder_id is None:
        found["recorder"] = "请选记录人。"
    elif chair_id == recorder_id:
        found["recorder"] = "主持人和记录人要是两个人。"
    if ended_at is None:
        found["ended_at"] = "请写散会的时间。"
    elif not starts_at < ended_at <= starts_at + LONGEST:
        found["ended_at"] = "散会时间要在开会以后、一天以内。"
    return found


def gaps(written: Written) -> list[str]:
    """Return what is still missing before minutes can be confirmed, a sentence each (domain.md 14.16, 14.17)."""
    found = []
    if written.state != State.HELD:
        found.append("签到还没有结束，应到的人还没有都有结果。")
    if written.leave_waiting:
        found.append(f"{'、'.join(written.leave_waiting)}的请假还没有批。")
    if written.chair_id not in written.present:
        found.append("主持人没有签到。")
    elif written.chair_id not in written.chairs:
        found.append("主持人的职务不主持这种会，请核对。")
    if written.recorder_id not in written.present:
        found.append("记录人没有签到。")
    if not written.topics:
        found.append("没有议题。")
    found += [f"“{one.title}”还没有记表决结果。" for one in written.topics if one.is_vote and not one.has_vote]
    silent = [one for one in written.topics if not (one.is_vote or one.gist or one.resolutions)]
    found += [f"“{one.title}”还没有写要点。" for one in silent]
    found += [f"“{label}”还没有填。" for label in written.unsaid]
    return found


def refusal_to_confirm(person_id: int, chair_id: int, recorder_id: int, found: Iterable[str]) -> str | None:
    """Return why this person cannot confirm the minutes; None if they can. Two people do: the chair, the recorder."""
    if person_id not in (chair_id, recorder_id):
        return "记录由主持人和记录人两个人各自确认。"
    found = list(found)
    return "还不能确认：" + "".join(found) if found else None


def days_late(held_on: date, written_on: date) -> int | None:
    """Return how many days after the meeting its minutes were begun, if that makes them entered later (补录)."""
    days = (written_on - held_on).days
    return days if days >= LATE_FROM else None


def refusal_to_add(text: str, *, is_sealed: bool) -> str | None:
    """Return why an addendum cannot be added; None if it can."""
    if not is_sealed:
        return "记录还没有封存，直接改就行。"
    return "请写清楚补充什么。" if len(text) < 2 else None


def refusals_of_resolution(text: str, owner_id: int | None, due_on: date | None, held_on: date) -> dict[str, str]:
    """Return field → sentence for what something resolved cannot say."""
    found = {}
    if len(text) < 2:
        found["text"] = "请写一句议定了什么。"
    if due_on and owner_id is None:
        found["owner"] = "有期限的事，请选谁来办。"
    if due_on and due_on < held_on:
        found["due_on"] = "期限早于开会那天，请核对。"
    return found


# --- what a kind records as well --------------------------------------------------------------------------------------


def refusals_of_extras(specs: Iterable[ExtraSpec], extras: Mapping[str, tuple[Said, ...]], came, on_roll):
    """Return field → sentence for what minutes cannot say beside their topics; `came`, `on_roll`: persons."""
    found = {}
    for spec in specs:
        said = extras.get(spec.code, ())
        if spec.sort in ("person", "line", "text") and len(said) > 1:
            found[spec.code] = f"{spec.label}选了名单里的人，就不用再写外请的名字。"
        elif not {one.person_id for one in said if one.person_id is not None} <= (
            on_roll if spec.sort == "birthdays" else came
        ):
            found[spec.code] = f"{spec.label}要从名单里选。"
        elif spec.choices and not {one.text for one in said} <= set(spec.choices):
            found[spec.code] = f"{spec.label}要从给出的里面选。"
    return found


def birthday_months(day: date, last: date | None) -> tuple[date, date]:
    """Return the first days of the first and last month whose political birthdays a meeting of a day keeps.

    The months after the last such meeting, a year at most, up to this one; this month alone after none or one in it.
    """
    until = day.replace(day=1)
    year_before = until.replace(year=until.year - 1)
    after = max(last.replace(day=1), year_before) if last else until
    return (months_after(after, 1) if after < until else until), until


def years_in(joined_on: date, first: date, last: date) -> int | None:
    """Return which anniversary of joining falls into the months from `first` to `last`; None for none."""
    year = first.year + (joined_on.month < first.month)
    reached = date(year, joined_on.month, 1) <= last
    return (year - joined_on.year if year > joined_on.year else None) if reached else None


# --- what was resolved, on its way ------------------------------------------------------------------------------------

NEXT = {
    Progress.OPEN: (Progress.DONE,),
    Progress.DONE: (Progress.VERIFIED, Progress.OPEN),
    Progress.VERIFIED: (),
}


def refusal_to_move(now: Progress, then: str, how: str) -> str | None:
    """Return why something resolved cannot get on (or be opened again); None if it can."""
    if then == now:
        return None
    if then not in NEXT[now]:
        return "这件事已经办结。" if now == Progress.VERIFIED else "先说办好了，再核实办结。"
    if len(how) < 2 and then != Progress.VERIFIED:
        return "请写一句怎么办的。" if then == Progress.DONE else "请写一句为什么还要办。"
    return None
