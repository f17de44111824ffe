"""The seal of minutes: everything they say, as one text with its digest; and whether the rows still say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime

import sqlalchemy as sa

from partygroup.attendance.roll import RollRow
from partygroup.db import digest_of
from partygroup.meetings.models import Meeting
from partygroup.minutes.models import Minutes
from partygroup.minutes.queries import Point, Sheet, written_sheets

#: Names of people and units may change later; the seal keeps them as they were, and they are not compared.
NAMES = "names"
#: So many meetings are compared at once.
PAGE = 200


def body_of(sheet: Sheet) -> str:
    """Return all that minutes say as JSON text: their content, and when the two confirmed it."""
    one = sheet.minutes
    confirmed = {"confirmed_at": [_told(one.chair_confirmed_at), _told(one.recorder_confirmed_at)]}
    return json.dumps(_content(sheet) | confirmed, ensure_ascii=False, sort_keys=True)


def content_digest(sheet: Sheet) -> str:
    """Return the digest of what two people confirm: it changes with whatever the minutes say."""
    return digest_of(_content(sheet))


def _content(sheet: Sheet) -> dict:
    """Return head, people with their status, topics, votes, what was resolved, and what the kind records as well."""
    one, met = sheet.minutes, sheet.met
    extras = {code: [[one.person_id, one.text, one.years] for one in said] for code, said in sheet.extras.items()}
    people = {row.person_id: row.name for row in sheet.roll.rows}
    return {
        "kind": [sheet.meeting.kind.code, sheet.meeting.kind.version],
        "unit": met.gathering.unit_id,
        "circle": met.gathering.circle,
        "theme": sheet.meeting.theme,
        "sittings": [[_told(sitting.starts_at), sitting.place, sitting.host_id] for sitting in met.gathering.sittings],
        "opened_at": _told(met.gathering.opened_at),
        "closed_at": _told(met.gathering.closed_at),
        "ended_at": _told(one.ended_at),
        "chair": one.chair_id,
        "recorder": one.recorder_id,
        "begun_at": _told(one.begun_at),
        "people": [_person(row) for row in sheet.roll.rows],
        "topics": [_topic(point) for point in sheet.points],
        NAMES: {
            "unit": met.full_unit,
            "kind": sheet.kind.name,
            "people": sorted(people.items()),
            "candidates": [sorted(point.item.candidates.items()) for point in sheet.points],
        },
    } | ({"extras": extras} if extras else {})  # none: as it was sealed before there were any


def _person(row: RollRow) -> list:
    leave = [row.leave_sort, row.leave_cause] if row.leave_id else None
    mark = [row.mark_id, row.sitting_id, _told(row.happened_at), row.door, row.note] if row.came else None
    return [row.person_id, row.standing, row.counting, row.may_vote, row.reason, str(row.status), leave, mark]


def _topic(point: Point) -> list:
    item = point.item
    vote = item.vote and [
        getattr(item.vote, column)
        for column in (
            "due", "present", "votes_for", "votes_against", "abstained", "written_for", "written_against",
            "written_abstained",
        )
    ]  # fmt: skip
    tallies = sorted([one, each.votes_for, each.votes_against, each.abstained] for one, each in item.tallies.items())
    candidates = [sorted(item.candidates), tallies, item.row.seats]
    said = [[one.row.id, one.row.text, one.row.owner_id, _told(one.row.due_on)] for one in point.resolved]
    head = [item.id, item.row.ordinal, item.row.sort, item.title, item.row.person_id]
    return [*head, point.gist, vote, candidates, sorted(item.opinions), said]


def _told(value: datetime | date | None) -> str | None:
    return value.isoformat() if value else None


def digest_of_body(body: str) -> str:
    """Return the digest by which a sealed text is known."""
    return digest_of(body)


def _without_names(body: str) -> dict:
    told = json.loads(body)
    told.pop(NAMES)
    return told


def faults(session) -> Iterator[str]:
    """Yield a sentence for each sealed meeting whose seal is broken, or whose rows no longer say what was sealed.

    As many statements for `PAGE` meetings as for one.
    """
    last = 0
    while rows := _sealed_after(session, last):
        told = {meeting_id: _fault_of_seal(sealed_at, minutes) for meeting_id, _, sealed_at, minutes in rows}
        whole = [minutes for meeting_id, *_, minutes in rows if told[meeting_id] is None]
        told |= {sheet.meeting.id: _fault_of_rows(sheet) for sheet in written_sheets(session, whole)}
        yield from (f"会议 {gathering_id} 的记录：{told[one]}" for one, gathering_id, *_ in rows if told[one])
        last = rows[-1][0]


def _sealed_after(session, last: int) -> list:
    """Return a page of (meeting, gathering, when it was sealed, minutes) where either says that it was sealed."""
    sealed = sa.or_(Meeting.sealed_at.is_not(None), Minutes.sealed_at.is_not(None))
    query = sa.select(Meeting.id, Meeting.gathering_id, Meeting.sealed_at, Minutes)
    query = query.outerjoin(Minutes, Minutes.meeting_id == Meeting.id).where(sealed, Meeting.id > last)
    return session.execute(query.order_by(Meeting.id).limit(PAGE)).all()


def _fault_of_seal(sealed_at: datetime | None, minutes: Minutes | None) -> str | None:
    if minutes is None or minutes.sealed_at != sealed_at:
        return "封存的时间对不上。"
    if digest_of_body(minutes.body) != minutes.digest:
        return "封存的文字被改过。"
    try:
        _without_names(minutes.body)
    except (ValueError, KeyError, AttributeError):
        return "封存的文字读不出来。"
    return None


def _fault_of_rows(sheet: Sheet) -> str | None:
    sealed, now = _without_names(sheet.minutes.body), _without_names(body_of(sheet))
    changed = [name for name in now.keys() | sealed.keys() if now.get(name) != sealed.get(name)]
    return f"和封存时不一样：{'、'.join(sorted(changed))}。" if changed else None
