"""Entering a talk and withdrawing it. The trail says that it was, to the two of them; never what was said."""

from __future__ import annotations

from datetime import datetime

from partygroup import clock
from partygroup.db import insert_once, witness, witness_all
from partygroup.errors import Refused
from partygroup.talks.models import Talk
from partygroup.talks.queries import Circle
from partygroup.talks.rules import Entered, pair_of, refusal_to_withdraw, refusals_to_enter


def enter_talk(
    session, talk: Entered, *, branch_id: int, circle: Circle, for_others: bool, by: int, at: datetime
) -> int:
    """Keep that two people of a branch talked, and return its id; the other one is asked nothing, but sees it.

    `for_others`: whoever enters it may do so for any two. Two people talk once a day.
    """
    refusals = refusals_to_enter(talk, people=circle.names, by=by, for_others=for_others, today=clock.day_of(at))
    for field, reason in refusals.items():
        raise Refused(reason, field=field)
    first, second = sorted((talk.one, talk.other))
    values = {
        "branch_id": branch_id, "first_id": first, "second_id": second, "held_on": talk.held_on, "topic": talk.topic,
        "pair": pair_of(circle.officers, first, second), "summary": talk.summary or None, "by_id": by, "at": at,
    }  # fmt: skip
    row = insert_once(
        session, Talk, values, unless=["first_id", "second_id", "held_on"], where="withdrawn_at IS NULL"
    )  # fmt: skip
    if row is None:
        raise Refused("这两个人这一天的谈心已经记过了，不用再记。", 409, field="day")
    about = {"action": "talks.talk.enter", "subject_type": "talk", "subject_id": row.id, "at": at, "actor_id": by}
    after = {"happened_on": talk.held_on.isoformat()}
    witness_all(session, [about | {"person_id": one, "after": after} for one in (first, second)])
    return row.id


def withdraw_talk(session, talk: Talk, *, reason: str, by: int, at: datetime) -> None:
    """Withdraw a talk with a reason: it counts no more, what was written goes, that it was entered stays to be seen."""
    session.refresh(talk, ["withdrawn_at"], with_for_update=True)
    is_withdrawn = talk.withdrawn_at is not None
    if refusal := refusal_to_withdraw(is_withdrawn=is_withdrawn, reason=reason):
        raise Refused(refusal, 409 if is_withdrawn else 422, field="reason")
    talk.withdrawn_at, talk.withdrawn_by, talk.withdrawn_reason, talk.summary = at, by, reason, None
    session.flush()
    for one in talk.two:
        witness(session, "talks.talk.withdraw", talk, at=at, by=by, person_id=one, reason=reason)
