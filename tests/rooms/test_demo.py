"""The demo company holds every rule that real records must hold, and is the same for the same moment."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from rich.progress import Progress
from sqlalchemy.orm import joinedload, selectinload

from partygroup import clock, demo
from partygroup.attendance.actions import expected_people
from partygroup.attendance.models import Counting, Door, DueEntry, Leave, Mark
from partygroup.db import AuditRow, Base, holds_on, transaction
from partygroup.demo.schedule import history_months
from partygroup.evaluation.checking import faults as faults_of_branches
from partygroup.meetings.models import Gathering, Invitation, Kind, Meeting, Sitting, State
from partygroup.org.models import Unit, UnitKind
from partygroup.people.models import (
    COMMITTEE_ROLES,
    LONE_ROLES,
    Account,
    Belonging,
    Person,
    Post,
    Role,
    Standing,
    StandingSpan,
)
from partygroup.people.passwords import is_password, refusal_of_password
from partygroup.scores.checking import faults as faults_of_scores
from tests.rooms.democompany import AT, TODAY, units_of

MEMBERS = (Standing.FULL, Standing.PROBATIONARY)


def gatherings(session, *conditions) -> list[Gathering]:
    loaded = (selectinload(Gathering.sittings), selectinload(Gathering.meetings).options(joinedload(Meeting.kind)))
    return list(session.scalars(sa.select(Gathering).where(*conditions).order_by(Gathering.id).options(*loaded)))


def held(session) -> list[Gathering]:
    return gatherings(session, Gathering.closed_at.is_not(None))


def people_now(session) -> list[sa.Row]:
    """Return (person_id, branch_id, group_id, standing) of everybody today."""
    return session.execute(
        sa.select(Belonging.person_id, Belonging.branch_id, Belonging.group_id, StandingSpan.standing)
        .join(StandingSpan, StandingSpan.person_id == Belonging.person_id)
        .where(holds_on(Belonging, TODAY), holds_on(StandingSpan, TODAY))
    ).all()


def assert_due_lists_are_as_opening_would_freeze_them(session) -> None:
    lists = defaultdict(set)
    for one in session.scalars(sa.select(DueEntry)):
        seat = (one.counting, one.may_vote, one.reason)
        lists[one.gathering_id].add((one.person_id, one.branch_id, one.group_id, one.standing, *seat))
    for gathering in held(session):
        expected = set()
        for one in expected_people(session, gathering):
            seat = (one.seat.counting, one.seat.may_vote, one.seat.reason)
            expected.add((one.person_id, one.branch_id, one.group_id, one.standing, *seat))
        assert lists.pop(gathering.id) == expected
    assert not lists


class TestOrganisation:
    def test_is_small_with_another_unit_beside_the_first(self, company):
        branches, groups = units_of(company, UnitKind.BRANCH), units_of(company, UnitKind.PARTY_GROUP)
        assert len(units_of(company, UnitKind.UNIT_COMMITTEE)) == 2
        assert (len(branches), len(groups)) == (8, 18)
        standings = Counter(row.standing for row in people_now(company))
        assert 140 <= standings[Standing.FULL] + standings[Standing.PROBATIONARY] <= 180
        assert standings[Standing.PROBATIONARY] >= 6 and standings[Standing.ACTIVIST] >= 6

    def test_branches_and_groups_are_sound(self, company):
        rows = people_now(company)
        full = Counter(row.branch_id for row in rows if row.standing == Standing.FULL)
        divided = {row.branch_id for row in rows if row.group_id}
        assert all(row.group_id for row in rows if row.branch_id in divided)
        assert all(3 <= full[branch] <= 50 for branch in units_of(company, UnitKind.BRANCH))
        in_group = Counter(row.group_id for row in rows if row.standing in MEMBERS)
        assert all(in_group[group] >= 3 for group in units_of(company, UnitKind.PARTY_GROUP))

    def test_every_group_is_led_by_a_full_member_of_its_own(self, company):
        where = {row.person_id: row for row in people_now(company)}
        leaders = {
            post.unit_id: where[post.person_id]
            for post in company.scalars(sa.select(Post).where(Post.role == Role.GROUP_LEADER))
        }
        assert leaders.keys() == units_of(company, UnitKind.PARTY_GROUP).keys()
        assert all(row.group_id == group and row.standing == Standing.FULL for group, row in leaders.items())

    def test_seven_full_members_have_a_committee_and_fewer_a_secretary(self, company):
        full = Counter(row.branch_id for row in people_now(company) if row.standing == Standing.FULL)
        roles = defaultdict(list)
        for post in company.scalars(sa.select(Post).where(Post.role.in_(COMMITTEE_ROLES))):
            roles[post.unit_id].append(post.role)
        for branch in units_of(company, UnitKind.BRANCH):
            assert roles[branch].count(Role.SECRETARY) == 1
            assert 3 <= len(roles[branch]) <= 5 if full[branch] >= 7 else len(roles[branch]) == 1
        assert {len(roles[branch]) for branch in units_of(company, UnitKind.BRANCH)} >= {1, 4, 5}

    def test_account_officer_and_auditor_hold_nothing_else(self, company):
        posts = company.scalars(sa.select(Post)).all()
        lone = {post.person_id for post in posts if post.role in LONE_ROLES}
        assert len(lone) == 2
        assert sum(post.person_id in lone for post in posts) == 2
        assert sum(post.role == Role.COMPANY_OFFICE for post in posts) == 2

    def test_standing_has_neither_gap_nor_overlap(self, company):
        spans = defaultdict(list)
        for span in company.scalars(sa.select(StandingSpan).order_by(StandingSpan.from_on)):
            spans[span.person_id].append(span)
        for person in company.scalars(sa.select(Person)):
            mine = spans[person.id]
            assert all(one.until_on == following.from_on for one, following in pairwise(mine))
            assert mine[0].from_on <= date(2025, 1, 1) and mine[-1].until_on is None
            begun = {span.standing: span.from_on for span in mine}
            assert begun.get(Standing.PROBATIONARY) == person.joined_on
            assert begun.get(Standing.FULL) == person.full_on

    def test_names_can_be_found_and_telephones_are_nobodys(self, company):
        people = company.scalars(sa.select(Person)).all()
        assert all(one.pinyin and one.initials and one.stroke_key for one in people)
        assert all(one.phone.startswith("100") and len(one.phone) == 11 for one in people)
        assert any("·" in one.name for one in people)
        assert len({one.staff_no for one in people}) == len(people)
        assert {len(one.staff_no) for one in people} == {6}


class TestMeetings:
    def test_each_month_and_quarter_has_what_is_due(self, company):
        kinds = ("group_meeting", "theme_day", "committee_meeting", "member_meeting", "party_lecture")
        seen = defaultdict(Counter)
        for gathering in held(company):
            for meeting in gathering.meetings:
                seen[meeting.kind.code][gathering.unit_id, gathering.day.replace(day=1)] += 1
        past = [month for month in history_months(TODAY) if month < TODAY.replace(day=1)]
        committees = {unit for unit, _ in seen["committee_meeting"]}
        assert set(seen) == set(kinds) and len(committees) == 7
        branches = units_of(company, UnitKind.BRANCH)
        groups = units_of(company, UnitKind.PARTY_GROUP)
        expected = {"group_meeting": groups, "theme_day": branches, "committee_meeting": committees}
        for kind, units in expected.items():
            assert all(seen[kind][unit, month] == 1 for unit in units for month in past)
        for kind in ("member_meeting", "party_lecture"):
            quarters = Counter((unit, clock.Quarter.of(month)) for unit, month in seen[kind])
            assert all(quarters[unit, (2026, number)] == 1 for unit in branches for number in (2, 3))

    def test_some_serve_two_kinds(self, company):
        together = Counter(frozenset(one.kind.code for one in gathering.meetings) for gathering in held(company))
        assert together[frozenset(("theme_day", "party_lecture"))] >= 4

    def test_are_held_in_order_and_by_somebody(self, company):
        for gathering in held(company):
            starts_at = gathering.sittings[0].starts_at
            assert gathering.called_at < gathering.opened_at < starts_at < gathering.closed_at < AT
            assert gathering.day == clock.day_of(starts_at) < TODAY
            assert gathering.opened_by and gathering.closed_by == gathering.called_by

    def test_nobody_is_due_in_two_places_at_once(self, company):
        days = sa.select(DueEntry.person_id, Gathering.day).join(Gathering, Gathering.id == DueEntry.gathering_id)
        assert max(Counter(tuple(row) for row in company.execute(days)).values()) == 1

    def test_one_was_cancelled_with_a_reason_and_held_later(self, company):
        [cancelled] = gatherings(company, Gathering.cancelled_at.is_not(None))
        assert cancelled.cancel_reason and cancelled.cancelled_at < cancelled.sittings[0].starts_at
        again = gatherings(company, Gathering.unit_id == cancelled.unit_id)
        assert cancelled.day + timedelta(days=2) in {one.day for one in again if one.state == State.HELD}

    def test_one_is_called_for_today_and_one_for_tomorrow(self, company):
        soon, tomorrow = gatherings(company, Gathering.opened_at.is_(None), Gathering.cancelled_at.is_(None))
        host = {person.staff_no: person.id for person in company.scalars(sa.select(Person))}
        assert (soon.called_by, tomorrow.called_by) == (host["100003"], host["100005"])
        assert soon.sittings[0].starts_at == clock.beijing("2026-11-24 16:30")
        assert tomorrow.sittings[0].starts_at == clock.beijing("2026-11-25 16:30")
        assert soon.sittings[0].place and soon.state == tomorrow.state == State.NOTIFIED

    def test_leave_from_todays_waits_for_the_leader(self, company):
        [leave] = company.scalars(sa.select(Leave).where(Leave.decided_at.is_(None)))
        [soon] = gatherings(company, Gathering.day == TODAY)
        assert leave.gathering_id == soon.id and leave.asked_at < AT
        assert leave.person_id in {one.person_id for one in expected_people(company, soon)}
        assert company.get(Person, leave.person_id).staff_no > "2"

    def test_a_neighbour_is_asked_to_tomorrows_theme_day(self, company):
        (asked,) = company.scalars(sa.select(Invitation))
        host = company.get(Gathering, asked.gathering_id)
        assert host.day > TODAY and host.state is State.NOTIFIED and asked.branch_id != host.unit_id
        assert asked.answered_at is None and host.called_at < asked.invited_at < AT


class TestAttendance:
    def test_due_lists_are_as_opening_would_freeze_them(self, company):
        assert_due_lists_are_as_opening_would_freeze_them(company)

    def test_somebody_became_full_or_probationary_meanwhile(self, company):
        standings = sa.select(DueEntry.person_id, sa.func.count(sa.distinct(DueEntry.standing)))
        changed = company.execute(standings.group_by(DueEntry.person_id)).all()
        assert max(number for _, number in changed) == 2
        kinds = Counter(company.scalars(sa.select(DueEntry.counting)))
        assert all(kinds[counting] for counting in Counting)

    def test_marks_are_made_by_people_of_the_list_in_the_time_of_signing_in(self, company):
        rows = company.execute(
            sa.select(Mark, Gathering, DueEntry.counting)
            .join(Gathering, Gathering.id == Mark.gathering_id)
            .outerjoin(DueEntry, sa.and_(DueEntry.gathering_id == Gathering.id, DueEntry.person_id == Mark.person_id))
        ).all()
        for mark, gathering, counting in rows:
            assert counting in (Counting.DUE, Counting.OBSERVER) or mark.undone_at
            assert gathering.opened_at < mark.happened_at < gathering.closed_at
            assert mark.happened_at <= mark.arrived_at
            own = mark.door in (Door.CODE, Door.SPOKEN)
            assert mark.by_id == (mark.person_id if own else gathering.opened_by)
            assert mark.undone_at is None or mark.undone_by and mark.undone_reason
        doors = Counter(mark.door for mark, *_ in rows)
        assert doors.keys() == {Door.CODE, Door.SPOKEN, Door.TICK, Door.PAPER}
        assert doors[Door.CODE] > len(rows) * 0.7
        assert any(mark.undone_at for mark, *_ in rows)

    def test_one_effective_mark_and_no_leave_beside_it(self, company):
        came = company.execute(sa.select(Mark.gathering_id, Mark.person_id).where(Mark.undone_at.is_(None))).all()
        away = company.execute(sa.select(Leave.gathering_id, Leave.person_id)).all()
        assert len(set(came)) == len(came)
        assert not set(came) & set(away)

    def test_nobody_decides_on_own_leave(self, company):
        leaves = company.scalars(sa.select(Leave).where(Leave.decided_at.is_not(None))).all()
        assert all(leave.granted and leave.decided_by != leave.person_id for leave in leaves)
        assert all(leave.asked_at < leave.decided_at for leave in leaves)
        sorts = Counter(leave.cause or leave.sort for leave in leaves)
        assert sorts.most_common(1)[0][0] == "当班" and {"leave_sick", "家中有事"} <= sorts.keys()

    def test_rates_are_plausible(self, company):
        came = sa.and_(
            Mark.gathering_id == DueEntry.gathering_id, Mark.person_id == DueEntry.person_id, Mark.undone_at.is_(None)
        )
        rows = company.execute(
            sa.select(Gathering.circle, sa.func.count(DueEntry.id), sa.func.count(Mark.id))
            .join(Gathering, Gathering.id == DueEntry.gathering_id)
            .outerjoin(Mark, came)
            .where(DueEntry.counting == Counting.DUE)
            .group_by(Gathering.circle)
        ).all()
        assert {circle: 0.88 <= present / due <= 0.97 for circle, due, present in rows} == dict.fromkeys(
            ("group", "members", "committee"), True
        )
        late = sa.select(sa.func.count(Mark.id)).join(Sitting, Sitting.id == Mark.sitting_id)
        assert company.scalar(late.where(Mark.happened_at > Sitting.starts_at)) > 20


class TestTrail:
    def test_every_change_of_a_meeting_has_its_witness(self, company):
        of_meetings = sa.or_(AuditRow.action.startswith("meeting."), AuditRow.action.startswith("attendance."))
        rows = company.scalars(sa.select(AuditRow).where(of_meetings)).all()
        seen = {(row.action, row.subject_id): row for row in rows}
        assert len(seen) == len(rows)
        for gathering in gatherings(company):
            assert seen["meeting.call", gathering.id].at == gathering.called_at
            opened, closed = seen.get(("meeting.signin.open", gathering.id)), seen.get(("meeting.close", gathering.id))
            assert (opened and opened.at, closed and closed.at) == (gathering.opened_at, gathering.closed_at)
        for mark in company.scalars(sa.select(Mark)):
            row = seen["attendance.mark.make", mark.id]
            assert (row.at, row.actor_id, row.person_id) == (mark.arrived_at, mark.by_id, mark.person_id)
            assert (("attendance.mark.undo", mark.id) in seen) == (mark.undone_at is not None)
        leaves = company.scalars(sa.select(Leave)).all()
        assert all(("attendance.leave.ask", leave.id) in seen for leave in leaves)

    def test_everybody_and_every_post_has_one(self, company):
        actions = Counter(company.scalars(sa.select(AuditRow.action)))
        for action, model in (
            ("people.roster.add", Person),
            ("people.post.grant", Post),
            ("org.unit.found", Unit),
            ("people.password.set", Account),
        ):
            assert actions[action] == company.scalar(sa.select(sa.func.count(model.id)))

    def test_stands_in_the_order_in_which_things_happened(self, company):
        moments = company.scalars(sa.select(AuditRow.at).order_by(AuditRow.id)).all()
        assert moments == sorted(moments)


class TestLogins:
    def test_there_is_one_of_each_role_and_nobody_else_has_an_account(self, company):
        logins = demo.demo_logins(company)
        assert [staff_no for _, staff_no, *_ in logins] == [str(100_001 + index) for index in range(11)]
        assert len({role for role, *_ in logins}) == 11 and all(unit for *_, unit in logins)
        assert company.scalar(sa.select(sa.func.count(Account.id))) == 11
        assert logins[2][4] == "转炉车间党支部 · 甲班党小组" and logins[4][4] == "转炉车间党支部"

    def test_the_password_may_be_taken_by_each_and_opens(self, company):
        for _, staff_no, name, password, _ in demo.demo_logins(company):
            assert refusal_of_password(password, staff_no=staff_no, name=name) is None
        assert is_password(company.scalar(sa.select(Account.password).limit(1)), demo.DEMO_PASSWORD)

    def test_posts_fit_the_roles(self, company):
        held_by = defaultdict(set)
        for staff_no, role in company.execute(sa.select(Person.staff_no, Post.role).join(Post)):
            held_by[staff_no].add(role)
        wanted = [None, None, "group_leader", "group_leader", "secretary", "organisation_officer", "secretary"]
        wanted += ["unit_office", "company_office", "account_officer", "auditor"]
        assert [held_by[str(100_001 + index)] for index in range(11)] == [{role} - {None} for role in wanted]

    def test_who_has_changed_the_password_is_not_listed(self, filled):
        with filled("changed", AT) as session:
            person = session.scalar(sa.select(Person.id).where(Person.staff_no == "100004"))
            with session.begin_nested():
                session.execute(sa.update(Account).where(Account.person_id == person).values(password=None))
            assert "100004" not in [staff_no for _, staff_no, *_ in demo.demo_logins(session)]


def contents(session) -> dict[str, list]:
    """Return all rows of all tables, but not the salted hashes of passwords."""
    tables = Base.metadata.sorted_tables
    rows = {
        table.name: session.execute(sa.select(table).order_by(*table.primary_key)).mappings().all() for table in tables
    }
    return {name: [{k: v for k, v in row.items() if k != "password"} for row in some] for name, some in rows.items()}


@pytest.mark.one_database
def test_is_the_same_for_the_same_moment(company, filled):
    with filled("again", AT) as again:
        assert contents(again) == contents(company)


@pytest.mark.parametrize("moment", [
    "2026-12-31 20:00",
    *(pytest.param(one, marks=pytest.mark.one_database)
      for one in ("2026-01-01 00:10", "2028-02-29 09:00", "2026-06-30 23:50")),
])  # fmt: skip
def test_can_be_filled_on_any_day(filled, moment):
    at = clock.beijing(moment)
    with filled("any", at) as session:
        assert_due_lists_are_as_opening_would_freeze_them(session)
        called = gatherings(session, Gathering.opened_at.is_(None), Gathering.cancelled_at.is_(None))
        assert len(called) == 2 and all(one.called_at < at < one.sittings[0].starts_at for one in called)
        moments = session.scalars(sa.select(AuditRow.at).order_by(AuditRow.id)).all()
        assert moments == sorted(moments) and moments[-1] == at
        assert [*faults_of_scores(session), *faults_of_branches(session)] == []
        assert demo.demo_logins(session)


def test_an_empty_database_is_known_as_such(session):
    assert demo.is_empty(session)
    with transaction(session), Progress(disable=True) as progress:
        demo.fill(session, full=False, at=AT, progress=progress)
    assert not demo.is_empty(session)
    assert demo.demo_logins(session)
    versions = session.scalars(sa.select(Kind.version)).all()
    assert set(versions) == {1}
