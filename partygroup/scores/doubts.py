"""What an activity says today against a declaration made from it: withdrawn, or not so by the person's own word."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from partygroup.activities.models import Activity, Answer, Participation
from partygroup.scores.models import Declaration

WITHDRAWN = "这次活动后来撤回了，请先核对，再退回或不予通过。"
NOT_NAMED = "这次活动后来改过，里面没有这个人了，请先核对，再退回或不予通过。"
SAYS_NO = "本人对这次活动说“{}”，请先核对；属实的话，请本人改了再办。"
WORDS = {Answer.NO: "否", Answer.DIFFERS: "有出入"}


def doubts_of(session, declarations: Collection[Declaration]) -> dict[int, str]:
    """Return declaration → why it may not be passed on as it stands; by one statement, or none."""
    made_from = {one.id: one for one in declarations if one.activity_id}
    if not made_from:
        return {}
    rows = session.execute(
        sa.select(Declaration.id, Activity.withdrawn_at, Participation.id, Participation.answer)
        .join(Activity, Activity.id == Declaration.activity_id)
        .outerjoin(
            Participation,
            sa.and_(Participation.activity_id == Activity.id, Participation.person_id == Declaration.person_id),
        )
        .where(Declaration.id.in_(made_from))
    )
    found = {row[0]: _doubt(*row[1:]) for row in rows}
    return {key: words for key, words in found.items() if words}


def _doubt(withdrawn_at, participation_id: int | None, answer: str | None) -> str | None:
    if withdrawn_at:
        return WITHDRAWN
    if participation_id is None:
        return NOT_NAMED
    return SAYS_NO.format(WORDS[answer]) if answer in WORDS else None
