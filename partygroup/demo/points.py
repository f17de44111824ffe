"""The demo company's points: declarations with all that became of them, entries, and what stands beside them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from partygroup import clock
from partygroup.clock import Quarter
from partygroup.demo.claims import from_activities, from_people
from partygroup.demo.closings import Calendar
from partygroup.demo.desks import Desk
from partygroup.demo.flow import Case, Times
from partygroup.demo.rows import insert_with_ids, trail_row
from partygroup.demo.special import special_cases
from partygroup.points import said
from partygroup.scores.facts import rule_table_for
from partygroup.scores.groups import LEVELS
from partygroup.scores.models import (
    Appeal,
    Declaration,
    Entry,
    EntrySort,
    Exemption,
    GroupAppraisal,
    Objection,
    VetoCase,
)
from partygroup.scores.presets import EXEMPTIONS
from partygroup.scores.rules import quarter_to_count_in
from partygroup.scores.states import State
from partygroup.scores.tables import Table
from partygroup.workdays import load_calendar

#: Exclusion from the due number → the reason for standing outside the points scheme.
EXEMPT = {"bedridden": "ill", "abroad": "mobile", "ill": "ill"}
LEVEL_WEIGHTS = (4, 5, 2, 0.3)
SENTENCES = {
    "good": ("活动有记录，问题办得快", "带头攻关，倒班也没有落下学习", "隐患查得细，整改有回看"),
    "better": ("会议正常，活动还可以再多些", "学习认真，问题清单要抓紧"),
    "fair": ("倒班同志参加活动偏少", "问题办结慢，下季度补上"),
    "poor": ("活动少，记录不全，请组长牵头改进",),
}
VETO_BRANCH, VETO_DOCUMENT = "连铸车间党支部", "东炼纪〔{year}〕7号"


def times_at(session, now, first: date) -> Times:
    """Return what every case must know; `first`: the day from which working days are asked."""
    stored = rule_table_for(session, Quarter.of(clock.day_of(now)))
    return Times(now, load_calendar(session, first), stored.id, Table.from_json(stored.body))


def all_cases(session, times: Times, desks: list[Desk], absent: Iterable[Case], rng: Random) -> list[Case]:
    """Return the cases that have begun by now, in the order of their beginning."""
    cases = [*special_cases(times, desks), *from_activities(session, times, desks, rng)]
    cases += [*from_people(times, desks, rng), *absent]
    return sorted((case for case in cases if case.trail), key=lambda case: case.row["made_at"])


def write_cases(session, cases: list[Case], closed: Calendar) -> list[dict]:
    """Write declarations, objections, appeals and entries; return their witnesses."""
    for case in cases:
        if case.reversed_by:
            case.row["state"] = State.REVERSED
    ids = insert_with_ids(session, Declaration, [case.row for case in cases])
    pairs = list(zip(cases, ids, strict=True))
    of = {"declaration": dict(zip(map(id, cases), ids, strict=True))}
    for name, model in (("objection", Objection), ("appeal", Appeal)):
        some = [(case, its_id) for case, its_id in pairs if getattr(case, name)]
        rows = [getattr(case, name) | {"declaration_id": its_id} for case, its_id in some]
        of[name] = dict(zip((id(case) for case, _ in some), insert_with_ids(session, model, rows), strict=True))
    trail = []
    for case in cases:
        for row in case.trail:
            row["subject_id"] = of[row["subject_type"]][id(case)]
            trail.append(row)
    return trail + _write_entries(session, pairs, closed)


def _write_entries(session, pairs: list[tuple[Case, int]], closed: Calendar) -> list[dict]:
    """Write the entries, then the counter-entries that undo some; return their witnesses."""
    entered = sorted((pair for pair in pairs if pair[0].entered_at), key=lambda pair: pair[0].entered_at)
    rows = [_entry(case, its_id, closed) for case, its_id in entered]
    ids = insert_with_ids(session, Entry, rows)
    trail = [_entered(row, its_id, case) for row, its_id, (case, _) in zip(rows, ids, entered, strict=True)]
    for row, its_id, (case, _) in zip(rows, ids, entered, strict=True):
        if case.reversed_by:
            at, by = case.reversed_by
            counter = row | {"sort": EntrySort.COUNTER, "points": -row["points"], "undoes_id": its_id, "made_at": at,
                             "confirmed_by": by}  # fmt: skip
            trail.append(_entered(counter, insert_with_ids(session, Entry, [counter])[0], case))
    return trail


def _entry(case: Case, declaration_id: int, closed: Calendar) -> dict:
    row = case.row
    quarter = quarter_to_count_in(row["happened_on"], closed.at(case.entered_at))
    return {
        "declaration_id": declaration_id, "sort": EntrySort.ENTRY, "person_id": row["person_id"],
        "year": quarter.year, "quarter": quarter.number, "rule_table_id": row["rule_table_id"], "item": row["item"],
        "dimension": row["item"][:2], "points": case.points, "event": row["event"],
        "happened_on": row["happened_on"], "undoes_id": None, "mends_year": None, "mends_quarter": None,
        "confirmed_by": row["confirmed_by"], "made_at": case.entered_at,
    }  # fmt: skip


def _entered(row: dict, entry_id: int, case: Case) -> dict:
    after = {"quarter": Quarter(row["year"], row["quarter"]).label, "points": said(row["points"])}
    return trail_row("scores.entry.make", ("entry", entry_id), at=row["made_at"], by=row["confirmed_by"],
                     person_id=row["person_id"], unit_id=case.desk.place.id, after=after)  # fmt: skip


# --- beside the points ------------------------------------------------------------------------------------------------


def write_beside(session, desks: list[Desk], closed: Calendar, rng: Random) -> list[dict]:
    """Write exemptions, the one veto and the appraisals of groups; return their witnesses."""
    trail = _exempt(session, desks) + _veto(session, desks, closed)
    rows, units = [], []
    for quarter, closing_at in closed.moments.items():
        for desk in desks:
            for group_id in desk.place.group_ids:
                level = rng.choices(list(LEVELS), LEVEL_WEIGHTS)[0]
                at = max(clock.start_of(quarter.next().first), closing_at - timedelta(days=4))
                rows.append({"group_id": group_id, "year": quarter.year, "quarter": quarter.number, "level": level,
                             "sentence": rng.choice(SENTENCES[level]), "by_id": desk.secretary.id,
                             "at": at})  # fmt: skip
                units.append(quarter.label)
    for row, label, its_id in zip(rows, units, insert_with_ids(session, GroupAppraisal, rows), strict=True):
        after = {"quarter": label, "level": LEVELS[row["level"]][0], "sentence": row["sentence"]}
        trail.append(trail_row("scores.group.appraise", ("group_appraisal", its_id), at=row["at"], by=row["by_id"],
                               unit_id=row["group_id"], after=after))  # fmt: skip
    return trail


def _exempt(session, desks: list[Desk]) -> list[dict]:
    """Leave those who cannot come to meetings outside the points scheme too, from the same day on."""
    some = [(desk, one) for desk in desks for one in desk.people if one.exclusion]
    rows = [
        {"person_id": one.id, "reason": EXEMPT[one.exclusion], "approved_by": desk.place.committee_name,
         "from_on": one.excluded_from, "until_on": None}
        for desk, one in some
    ]  # fmt: skip
    trail = []
    for row, its_id, (desk, one) in zip(rows, insert_with_ids(session, Exemption, rows), some, strict=True):
        after = {"reason": EXEMPTIONS[row["reason"]], "approved_by": row["approved_by"],
                 "from_on": row["from_on"].isoformat(), "until_on": None}  # fmt: skip
        at = clock.start_of(one.excluded_from) + timedelta(hours=9)
        trail.append(trail_row("scores.exemption.make", ("exemption", its_id), at=at, by=desk.unit_office.id,
                               person_id=one.id, unit_id=desk.place.id, after=after))  # fmt: skip
    return trail


def _veto(session, desks: list[Desk], closed: Calendar) -> list[dict]:
    desk = next(one for one in desks if one.place.shape.name == VETO_BRANCH)
    member = next(one for one in desk.people if not one.posts and not one.exclusion and one.staff_no[0] != "1")
    last = max(closed.moments)
    start = last.first + timedelta(days=19)
    at, document = clock.start_of(start) + timedelta(hours=10), VETO_DOCUMENT.format(year=last.year)
    row = {"person_id": member.id, "ground": "punishment", "document": document, "from_on": start,
           "until_on": start + timedelta(days=365), "entered_by": desk.unit_office.id, "entered_at": at,
           "withdrawn_at": None, "withdrawn_by": None, "withdrawn_reason": None}  # fmt: skip
    [its_id] = insert_with_ids(session, VetoCase, [row])
    after = {"ground": "党纪或政务处分在影响期内", "document": document, "from_on": start.isoformat(),
             "until_on": row["until_on"].isoformat()}  # fmt: skip
    return [trail_row("scores.veto.enter", ("veto_case", its_id), at=at, by=desk.unit_office.id, person_id=member.id,
                      unit_id=desk.place.id, after=after)]  # fmt: skip
