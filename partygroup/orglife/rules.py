"""Pure rules of an organisational-life meeting. Reason or None."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from partygroup.orglife.models import OPINION_LENGTH, STAGE_NAMES, STAGES, Stage

#: Days after the meeting from which a stage that nobody dated is missed.
STAGES_WITHIN = 15


def refusal_to_date(stage: Stage, on: date | None, today: date, *, cancelled: bool, open_problems: int) -> str | None:
    """Return why a stage cannot be dated so; None if it can. Stages come in any order, and late ones are welcome."""
    if cancelled:
        return "这次会议已经取消。"
    if on is None:
        return "请写是哪一天。"
    if on > today:
        return "这一天还没有到。"
    if stage == Stage.CLOSURE and open_problems:
        return f"还有 {open_problems} 个问题没有解决，都解决了再记“{STAGE_NAMES[stage]}”。"
    return None


def refusal_to_criticise(about: int | None, by: int, people: Collection[int], text: str) -> dict[str, str]:
    """Return field → why an opinion cannot be taken; nothing if it can."""
    found = {}
    if by not in people:
        found["about"] = "您不在这次会议的名单里，不能写意见。"
    elif about == by:
        found["about"] = "对自己的意见，写进自己的对照检查就好。"
    elif about not in people:
        found["about"] = "请从名单里选是给谁的。"
    if len(text) < 2:
        found["opinion"] = "请写意见。"
    elif len(text) > OPINION_LENGTH:
        found["opinion"] = f"写得太长了，最多 {OPINION_LENGTH} 个字。"
    return found


def stages_missed(done: Collection[str], held_on: date, today: date, open_problems: int) -> list[str]:
    """Return the names of the stages that a meeting still lacks; what waits for problems to be solved is not missed."""
    if (today - held_on).days < STAGES_WITHIN:
        return []
    waits = {Stage.CLOSURE} if open_problems else set()
    return [STAGE_NAMES[stage] for stage in STAGES if stage not in done and stage not in waits]
