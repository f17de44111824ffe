"""Writing activities: jotting, changing, adding to, withdrawing, answering."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa

from partygroup import clock
from partygroup.activities.models import RESULT_LENGTH, Activity, Answer, Participation, Photo, Theme
from partygroup.activities.queries import Jotted
from partygroup.activities.rules import (
    MAX_PHOTOS,
    Tags,
    refusal_of_theme,
    refusal_to_answer,
    refusal_to_edit,
    refusal_to_withdraw,
    refusals_to_jot,
)
from partygroup.db import witness
from partygroup.errors import Refused


@dataclass(frozen=True)
class Note:
    """What is jotted: which sort, one line, the day, the result if there is one, tags, and who took part."""

    sort: str
    text: str
    happened_on: date | None
    result: str | None
    tags: Tags
    #: person → (branch, group) on the day.
    people: dict[int, tuple[int, int | None]]
    #: What it is a part of. It stays so: points were perhaps claimed for it.
    theme: Theme | None = None


def jot(
    session,
    *,
    unit_id: int,
    branch_id: int,
    note: Note,
    photos=(),
    by: int,
    at: datetime,
    written_at: datetime | None = None,
) -> Activity:
    """Keep an activity of a unit with those who took part and its photos (stored already); return it.

    Whoever jots is asked nothing: their own word stands in it. `written_at`: when it was, if it waited on a phone.
    """
    _check(note, len(photos), at)
    tags = note.tags
    activity = Activity(
        unit_id=unit_id, branch_id=branch_id, sort=note.sort, text=note.text, result=note.result,
        happened_on=note.happened_on, minutes=tags.minutes, dimension=tags.dimension, brand=tags.brand,
        two_way=tags.two_way, by_id=by, jotted_at=at, written_at=written_at, theme_id=note.theme and note.theme.id,
    )  # fmt: skip
    session.add(activity)
    session.flush()
    after = _facts(note) | {"photos": len(photos)} | ({"theme": note.theme.title} if note.theme else {})
    witness(session, "activities.jot", activity, at=at, by=by, unit_id=unit_id, after=after)
    _name(session, activity, note.people, at=at)
    _hang(session, activity, photos, by=by, at=at)
    return activity


def _check(note: Note, photos: int, at: datetime) -> None:
    refusals = refusals_to_jot(
        text=note.text, day=note.happened_on, people=len(note.people), photos=photos, today=clock.day_of(at)
    )
    for field, reason in refusals.items():
        raise Refused(reason, field=field)
    if reason := refusal_of_theme(note.theme, note.happened_on):
        raise Refused(reason, field="day")


def _facts(note: Note) -> dict:
    """Return what the trail keeps of a note."""
    tags = note.tags
    return {
        "sort": note.sort, "text": note.text, "result": note.result, "happened_on": note.happened_on.isoformat(),
        "minutes": tags.minutes, "dimension": tags.dimension, "brand": tags.brand, "two_way": tags.two_way,
        "people": len(note.people),
    }  # fmt: skip


def _name(session, activity: Activity, people: dict[int, tuple[int, int | None]], *, at: datetime) -> None:
    """Name people in an activity, each with a witness that they can read."""
    for person_id, (branch_id, group_id) in people.items():
        own = person_id == activity.by_id
        row = Participation(
            activity_id=activity.id, person_id=person_id, branch_id=branch_id, group_id=group_id,
            answer=Answer.YES if own else None, answered_at=at if own else None,
        )  # fmt: skip
        session.add(row)
        witness(session, "activities.name", row, at=at, by=activity.by_id, person_id=person_id,
                unit_id=activity.unit_id, after={"text": activity.text})  # fmt: skip


def _hang(session, activity: Activity, photos, *, by: int, at: datetime) -> None:
    for stored in photos:
        photo = Photo(activity_id=activity.id, by_id=by, at=at, **stored.columns)
        session.add(photo)
        witness(session, "activities.photo.add", photo, at=at, by=by, unit_id=activity.unit_id)


def revise(session, jotted: Jotted, *, note: Note, photos=(), drop=(), by: int, at: datetime) -> None:
    """Change an activity that nobody else has answered yet; `drop`: ids of photos to take away. Its theme stays."""
    activity, note = jotted.activity, replace(note, theme=jotted.theme)
    answered = _lock(session, activity)
    refusal = refusal_to_edit(
        withdrawn=activity.withdrawn_at is not None, answered_by_others=answered, jotted_at=activity.jotted_at, at=at
    )
    if refusal:
        raise Refused(refusal, 409)
    kept = [photo for photo in jotted.photos if photo.id not in drop]
    if len(kept) + len(photos) > MAX_PHOTOS:
        raise Refused(f"最多放 {MAX_PHOTOS} 张照片。")
    _check(note, len(kept) + len(photos), at)
    before, after = _facts(_note_of(jotted)), _facts(note)
    changed = {key for key in after if before[key] != after[key]}
    tags = note.tags
    for name, value in (
        ("sort", note.sort), ("text", note.text), ("result", note.result), ("happened_on", note.happened_on),
        ("minutes", tags.minutes), ("dimension", tags.dimension), ("brand", tags.brand), ("two_way", tags.two_way),
    ):  # fmt: skip
        setattr(activity, name, value)
    activity.edited_at = at
    witness(
        session, "activities.revise", activity, at=at, by=by, unit_id=activity.unit_id,
        before={key: before[key] for key in changed}, after={key: after[key] for key in changed},
    )  # fmt: skip
    _rename(session, activity, note.people, by=by, at=at)
    for photo in jotted.photos:
        if photo not in kept:
            witness(session, "activities.photo.drop", photo, at=at, by=by, unit_id=activity.unit_id)
            session.delete(photo)
    _hang(session, activity, photos, by=by, at=at)


def _note_of(jotted: Jotted) -> Note:
    one = jotted.activity
    tags = Tags(one.minutes, one.dimension, one.brand, one.two_way)
    people = {taker.person_id: (one.branch_id, None) for taker in jotted.people}
    return Note(one.sort, one.text, one.happened_on, one.result, tags, people)


def _lock(session, activity: Activity) -> bool:
    """Lock an activity's row against answers; return whether somebody other than its author has answered."""
    session.refresh(activity, ["withdrawn_at", "withdrawn_by"], with_for_update=True)
    answered = sa.select(Participation.id).where(
        Participation.activity_id == activity.id,
        Participation.answer.is_not(None),
        Participation.person_id != activity.by_id,
    )
    return session.scalar(answered.limit(1)) is not None


def _rename(session, activity: Activity, people: dict, *, by: int, at: datetime) -> None:
    """Name those who are new, and take out those who are no longer named."""
    rows = session.scalars(sa.select(Participation).where(Participation.activity_id == activity.id)).all()
    for row in rows:
        if row.person_id not in people:
            witness(session, "activities.unname", row, at=at, by=by, person_id=row.person_id,
                    unit_id=activity.unit_id, after={"text": activity.text})  # fmt: skip
            session.delete(row)
    known = {row.person_id for row in rows}
    _name(session, activity, {key: value for key, value in people.items() if key not in known}, at=at)


def add_remark(session, activity: Activity, *, words: str, by: int, at: datetime) -> None:
    """Add a dated remark to what came of an activity; what stood there stays."""
    session.refresh(activity, ["withdrawn_at", "result"], with_for_update=True)
    if activity.withdrawn_at:
        raise Refused("这一笔已经撤回，不能再补。")
    if len(words) < 2:
        raise Refused("请写一句要补的话。")
    day = clock.day_of(at)
    result = "\n".join(filter(None, [activity.result, f"{words}（{day.month}月{day.day}日补记）"]))
    if len(result) > RESULT_LENGTH:
        raise Refused("补记写满了。还有要说的，请另记一笔。")
    activity.result = result
    witness(session, "activities.remark", activity, at=at, by=by, unit_id=activity.unit_id, after={"result": words})


def withdraw(session, activity: Activity, *, reason: str, by: int, at: datetime) -> None:
    """Take an activity back with a reason; its page stays."""
    session.refresh(activity, ["withdrawn_at", "withdrawn_by"], with_for_update=True)
    if refusal := refusal_to_withdraw(reason, withdrawn=activity.withdrawn_at is not None):
        raise Refused(refusal)
    activity.withdrawn_at, activity.withdrawn_by, activity.withdrawn_reason = at, by, reason
    witness(session, "activities.withdraw", activity, at=at, by=by, unit_id=activity.unit_id, reason=reason)


def answer(session, activity: Activity, *, person_id: int, answer: str, remark: str, at: datetime) -> None:
    """Keep what somebody named says to an activity; a later word replaces the earlier, the same word is no fault."""
    session.refresh(activity, ["withdrawn_at"], with_for_update=True)
    if refusal := refusal_to_answer(answer, remark, withdrawn=activity.withdrawn_at is not None):
        raise Refused(refusal)
    mine = sa.select(Participation).where(
        Participation.activity_id == activity.id, Participation.person_id == person_id
    )
    row = session.scalar(mine.execution_options(populate_existing=True))
    if row is None:
        raise Refused("这一笔里没有您的名字，不用回复。漏了您，请告诉记的人补上。")
    said = (answer, remark or None)
    if (row.answer, row.remark) == said:
        return
    before = {"confirmed": row.answer, "remark": row.remark} if row.answer else None
    row.answer, row.remark = said
    row.answered_at = at
    witness(session, "activities.answer", row, at=at, by=person_id, person_id=person_id, unit_id=activity.unit_id,
            before=before, after={"confirmed": answer, "remark": remark or None})  # fmt: skip
