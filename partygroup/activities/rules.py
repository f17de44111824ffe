"""Pure rules of jotting, answering, editing, of themes and of problems. Reason or None."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from partygroup import clock
from partygroup.activities.models import Answer

#: An activity is jotted on its day or within a month.
DAYS_BACK = 31
#: Silence this long counts as the word of whoever jotted (C3).
SILENCE = timedelta(days=7)
MAX_PHOTOS = 3
#: How far ahead a problem may be due, and how many days a theme may take.
DUE_AHEAD = LONGEST_THEME = 366


@dataclass(frozen=True)
class Tags:
    """What an activity may be marked with besides its sort."""

    minutes: int | None = None
    dimension: str | None = None
    brand: str | None = None
    two_way: str | None = None


def refusal_of_day(day: date | None, today: date) -> str | None:
    """Return why an activity cannot be jotted for a day; None if it can."""
    if day is None:
        return "请选是哪天的事。"
    if day > today:
        return "日期在今天以后。做完了再记。"
    if day < today - timedelta(days=DAYS_BACK):
        return f"最多补记 {DAYS_BACK} 天以内的事。更早的请写进会议记录。"
    return None


def refusals_to_jot(*, text: str, day: date | None, people: int, photos: int, today: date) -> dict[str, str]:
    """Return field → why this cannot be jotted, in words for who jots; nothing if it can."""
    found = {
        "text": None if text else "请写一句做了什么。",
        "day": refusal_of_day(day, today),
        "people": None if people else "请点一下谁参加了。",
        "photos": f"最多放 {MAX_PHOTOS} 张照片。" if photos > MAX_PHOTOS else None,
    }
    return {field: reason for field, reason in found.items() if reason}


def refusal_of_theme(theme, day: date | None) -> str | None:
    """Return why what happened on a day is no part of a theme; None if it is, and where there is no theme."""
    if theme is None or day is None or theme.covers(day):
        return None
    first, last = theme.starts_on, theme.last_on
    days = f"{first.month}月{first.day}日到{last.month}月{last.day}日"
    return f"“{theme.title}”是{days}的主题，那天不算在内。请改日期，或选“不属于主题”。"


def refusals_to_set_theme(*, title: str, starts_on: date | None, ends_on: date | None, today: date) -> dict[str, str]:
    """Return field → why such a theme cannot be set, nothing if it can. It may have begun when jotting may."""
    found = {"title": None if len(title) >= 2 else "请写主题叫什么。"}
    if starts_on is None:
        found["starts_on"] = "请写从哪天起。"
    elif starts_on < today - timedelta(days=DAYS_BACK):
        found["starts_on"] = f"最多从 {DAYS_BACK} 天以前开始，更早的活动补记不了。"
    if ends_on is None:
        found["ends_on"] = "请写到哪天止。"
    elif ends_on < today or (starts_on and ends_on < starts_on):
        found["ends_on"] = "结束的日期已经过了，或在开始以前。请写今天或以后的一天。"
    elif starts_on and ends_on > starts_on + timedelta(days=LONGEST_THEME):
        found["ends_on"] = "最长一年，请分成几个主题。"
    return {field: reason for field, reason in found.items() if reason}


def is_settled(jotted_at: datetime, at: datetime) -> bool:
    """Say whether the time to answer is over, so that silence counts as the word of whoever jotted."""
    return at >= jotted_at + SILENCE


def settles_on(jotted_at: datetime) -> date:
    """Return the day from which silence counts."""
    return clock.day_of(jotted_at + SILENCE)


def refusal_to_edit(*, withdrawn: bool, answered_by_others: bool, jotted_at: datetime, at: datetime) -> str | None:
    """Return why the author can no longer change an activity; None if they can. A remark can always be added."""
    if withdrawn:
        return "这一笔已经撤回，不能再改。"
    if answered_by_others:
        return "已经有人回复，不能再改。有补充请写在补记里。"
    if is_settled(jotted_at, at):
        return "已经过了 7 天，不能再改。有补充请写在补记里。"
    return None


def refusal_to_answer(answer: str, remark: str, *, withdrawn: bool) -> str | None:
    """Return why this answer cannot be taken; None if it can. One may change one's mind, also after seven days."""
    if withdrawn:
        return "这一笔已经撤回，不用再回复。"
    if answer not in tuple(Answer):
        return "请选“是”“否”或“有出入”。"
    if answer == Answer.DIFFERS and len(remark) < 2:
        return "请写一句哪里有出入。"
    return None


def refusal_to_withdraw(reason: str, *, withdrawn: bool) -> str | None:
    """Return why an activity cannot be withdrawn; None if it can."""
    if withdrawn:
        return "这一笔已经撤回了。"
    if len(reason) < 2:
        return "请写一句为什么撤回，大家会看到。"
    return None


def refusal_to_raise(*, text: str, due_on: date | None, today: date) -> str | None:
    """Return why a problem cannot be taken up; None if it can."""
    if len(text) < 2:
        return "请写一句是什么问题。"
    if due_on is None:
        return "请写什么时候解决。"
    if due_on < today:
        return "期限已经过了，请写今天或以后的一天。"
    if due_on > today + timedelta(days=DUE_AHEAD):
        return "期限在一年以后，请分成几步来写。"
    return None


def refusal_to_end(words: str, *, is_open: bool) -> str | None:
    """Return why a problem cannot be closed or cancelled with these words; None if it can."""
    if not is_open:
        return "这个问题已经有了结果，请刷新看看。"
    if len(words) < 2:
        return "请写一句。"
    return None
