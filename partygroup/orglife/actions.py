"""Writing what an organisational-life meeting has besides its minutes: stages, problems, opinions."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from partygroup.activities.models import Problem
from partygroup.activities.problems import raise_problem
from partygroup.clock import day_of
from partygroup.db import witness
from partygroup.errors import NotFound, Refused
from partygroup.meetings.models import Gathering, State
from partygroup.orglife.models import STAGE_NAMES, Criticism, OrgLifeStage, Stage
from partygroup.orglife.queries import OrgLife, stages_and_open
from partygroup.orglife.rules import refusal_to_criticise, refusal_to_date


def date_stage(session, gathering: Gathering, life: OrgLife, stage: Stage, *, on: date | None, by: int, at: datetime):
    """Keep on which day a stage was done, or put its day right. The same again changes nothing. Raise Refused."""
    _dated, waiting = stages_and_open(session, [life.meeting.id])
    facts = {"cancelled": gathering.state == State.CANCELLED, "open_problems": waiting[life.meeting.id]}
    if reason := refusal_to_date(stage, on, day_of(at), **facts):
        raise Refused(reason, field=stage)
    session.execute(sa.select(Gathering.id).where(Gathering.id == gathering.id).with_for_update())
    mine = sa.and_(OrgLifeStage.meeting_id == life.meeting.id, OrgLifeStage.stage == stage)
    row, before = session.scalar(sa.select(OrgLifeStage).where(mine).execution_options(populate_existing=True)), None
    if row and row.happened_on == on:
        return
    if row:
        before = {"day": row.happened_on.isoformat()}
        row.happened_on, row.at, row.by_id = on, at, by
    else:
        row = OrgLifeStage(meeting_id=life.meeting.id, stage=stage, happened_on=on, at=at, by_id=by)
        session.add(row)
    witness(session, "orglife.stage.date", row, at=at, by=by, unit_id=gathering.unit_id, before=before,
            after={"stage": STAGE_NAMES[stage], "day": on.isoformat()})  # fmt: skip


def list_problem(
    session, gathering: Gathering, life: OrgLife, *, branch_id: int, text: str, about_id: int | None,
    owner_id: int | None, due_on: date | None, by: int, at: datetime,
) -> Problem:  # fmt: skip
    """List a problem of the unit, or of somebody of the meeting, with who sees to it until when. Raise Refused."""
    if gathering.state == State.CANCELLED:
        raise Refused("这次会议已经取消。")
    if about_id is not None and about_id not in life.people:
        raise Refused("请从名单里选是谁的问题。", field="of")
    if owner_id not in life.people:
        raise Refused("请选谁来改。", field="owner")
    return raise_problem(
        session, unit_id=gathering.unit_id, branch_id=branch_id, text=text, owner_id=owner_id, due_on=due_on, by=by,
        at=at, meeting_id=life.meeting.id, about_id=about_id,
    )  # fmt: skip


def criticise(
    session, gathering: Gathering, life: OrgLife, *, about_id: int | None, text: str, by: int, at: datetime
) -> Criticism:
    """Keep an opinion about somebody of the meeting. Its text stands in no trail. Raise Refused with its field."""
    if gathering.state == State.CANCELLED:
        raise Refused("这次会议已经取消。")
    for field, reason in refusal_to_criticise(about_id, by, life.people, text).items():
        raise Refused(reason, field=field)
    row = Criticism(meeting_id=life.meeting.id, about_id=about_id, text=text, by_id=by, at=at)
    session.add(row)
    witness(session, "orglife.criticism.write", row, at=at, by=by, person_id=about_id)
    return row


def withdraw_criticism(session, opinion_id: int, *, by: int, at: datetime) -> None:
    """Take an opinion back, with its text. The same again changes nothing. Raise NotFound for one of somebody else."""
    mine = sa.and_(Criticism.id == opinion_id, Criticism.by_id == by)
    row = session.scalar(sa.select(Criticism).where(mine).with_for_update())
    if row is None:
        raise NotFound
    if row.withdrawn_at is None:
        row.withdrawn_at, row.text = at, None
        witness(session, "orglife.criticism.withdraw", row, at=at, by=by, person_id=row.about_id)
