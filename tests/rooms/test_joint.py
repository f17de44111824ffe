"""Gatherings held together, against the database: what follows the host's and what does not, answers at once."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from partygroup.attendance.actions import open_sign_in
from partygroup.attendance.joint import accept, decline, guests_at, invite
from partygroup.attendance.models import DueEntry
from partygroup.clock import beijing
from partygroup.db import AuditRow, db, transaction
from partygroup.errors import Refused
from partygroup.meetings import actions
from partygroup.meetings.joint import get_invited, host_of, invitations_to, waiting_select
from partygroup.meetings.models import Gathering, Invitation, Sitting, State
from partygroup.meetings.queries import describe
from partygroup.org.models import Placement
from partygroup.people.models import Exclusion, Person
from tests import factories
from tests.rooms.test_closing import at_once

pytestmark = pytest.mark.postgres
DAY, AT = date(2026, 3, 5), beijing("2026-03-05 12:00")
START, LATER = beijing("2026-03-05 16:30"), beijing("2026-03-06 09:00")


@pytest.fixture
def host(session, world):
    """Return the id of a theme day of one branch, to which the sister and the foreign branch are invited."""
    met = factories.gathering(session, world.branch.id, by=world.secretary.id, starts_at=START, kinds=("theme_day",))
    with transaction(session):
        branches = [world.sister_branch.id, world.foreign_branch.id]
        assert invite(session, describe(session, met.id), branches, by=world.secretary.id, at=AT) == 2
    return met.id


def invited(session, spot):
    found = session.scalar(sa.select(Invitation.id).where(Invitation.branch_id == spot.id))
    return get_invited(session, found, DAY, held=True)


def say_yes(session, spot, by, at=AT) -> int:
    with transaction(session):
        return accept(session, invited(session, spot), by=by, at=at)


def sittings(session, gathering_id: int) -> list[tuple]:
    rows = sa.select(Sitting.starts_at, Sitting.place).where(Sitting.gathering_id == gathering_id)
    return [tuple(row) for row in session.execute(rows.order_by(Sitting.starts_at))]


def fresh(session, gathering_id: int):
    session.expire_all()
    return describe(session, gathering_id).gathering


def move(session, gathering_id: int, by: int, starts_at=LATER, place="食堂", at=AT):
    with transaction(session):
        actions.reschedule(session, fresh(session, gathering_id), starts_at=starts_at, place=place, by=by, at=at)


def open_at(session, gathering_id: int, by: int, at=START):
    with transaction(session):
        open_sign_in(session, fresh(session, gathering_id), by=by, at=at)


def waiting(session, spot, day=DAY) -> int:
    return session.scalar(waiting_select([spot.id], day))


# --- moves, additions, cancellations ----------------------------------------------------------------------------------


def test_a_guest_follows_the_hosts_move_with_a_witness_and_is_told(session, world, host):
    own = say_yes(session, world.sister_branch, world.sister.id)
    assert waiting(session, world.sister_branch) == 0
    assert host_of(session, fresh(session, own)).is_along and guests_at(session, host, DAY)[0].is_along
    move(session, host, world.secretary.id)
    assert sittings(session, own) == sittings(session, host) == [(LATER, "食堂")]
    assert fresh(session, own).day == date(2026, 3, 6)
    row = session.scalars(sa.select(AuditRow).where(AuditRow.action == "meeting.reschedule",
                                                    AuditRow.subject_id == own)).one()  # fmt: skip
    assert (row.unit_id, row.actor_id, row.reason) == (world.sister_branch.id, world.secretary.id, "跟着主办支部改")
    assert waiting(session, world.sister_branch) == 1


def test_who_moved_away_goes_alone(session, world, host):
    own = say_yes(session, world.sister_branch, world.sister.id)
    move(session, own, world.sister.id, starts_at=beijing("2026-03-09 08:00"), place="班组")
    move(session, host, world.secretary.id)
    assert sittings(session, own) == [(beijing("2026-03-09 08:00"), "班组")]
    assert sittings(session, host) == [(LATER, "食堂")] and waiting(session, world.sister_branch) == 0
    assert not host_of(session, fresh(session, own)).is_along
    assert [one.is_along for one in guests_at(session, host, DAY)] == [False, False]
    open_at(session, host, world.secretary.id, at=LATER)
    assert fresh(session, own).state is State.NOTIFIED


def test_a_guest_that_is_open_stays_where_it_is(session, world, host):
    own = say_yes(session, world.sister_branch, world.sister.id)
    open_at(session, own, world.sister.id)
    assert fresh(session, host).state is State.NOTIFIED
    move(session, host, world.secretary.id)
    assert sittings(session, own) == [(START, "会议室")] and waiting(session, world.sister_branch) == 0


def test_one_more_sitting_of_the_host_is_one_of_the_guests_too(session, world, host):
    own = say_yes(session, world.sister_branch, world.sister.id)
    with transaction(session):
        gathering = fresh(session, host)
        actions.add_sitting(session, gathering, starts_at=LATER, place="食堂", by=world.secretary.id, at=AT)
    assert sittings(session, own) == sittings(session, host) == [(START, "会议室"), (LATER, "食堂")]
    move(session, host, world.secretary.id, starts_at=beijing("2026-03-05 17:00"), place="会议室")
    assert sittings(session, own)[0] == (beijing("2026-03-05 17:00"), "会议室")


def test_a_yes_after_a_move_is_to_the_new_time(session, world, host):
    move(session, host, world.secretary.id)
    own = say_yes(session, world.sister_branch, world.sister.id)
    assert sittings(session, own) == [(LATER, "食堂")]


def test_the_hosts_cancelling_leaves_the_guests_meeting(session, world, host):
    own = say_yes(session, world.sister_branch, world.sister.id)
    with transaction(session):
        actions.cancel(session, fresh(session, host), reason="休风检修", by=world.secretary.id, at=AT)
    assert fresh(session, own).state is State.NOTIFIED
    assert waiting(session, world.sister_branch) == 1 and waiting(session, world.foreign_branch) == 0
    told = session.scalars(sa.select(AuditRow).where(AuditRow.action == "meeting.joint.alone")).one()
    assert (told.subject_id, told.unit_id, told.reason) == (own, world.sister_branch.id, "休风检修")
    with pytest.raises(Refused, match="已经取消"):
        say_yes(session, world.foreign_branch, world.stranger.id)


def test_a_guest_that_cancelled_is_neither_moved_nor_opened(session, world, host):
    own = say_yes(session, world.sister_branch, world.sister.id)
    with transaction(session):
        actions.cancel(session, fresh(session, own), reason="当班", by=world.sister.id, at=AT)
    move(session, host, world.secretary.id)
    open_at(session, host, world.secretary.id, at=LATER)
    assert fresh(session, own).state is State.CANCELLED and sittings(session, own) == [(START, "会议室")]
    (cancelled, pending) = guests_at(session, host, DAY)
    assert not cancelled.joins and cancelled.accepted and pending.accepted is None


# --- opening ----------------------------------------------------------------------------------------------------------


def test_the_host_opens_each_with_a_list_of_its_own(session, world, host):
    own = say_yes(session, world.sister_branch, world.sister.id)
    open_at(session, host, world.secretary.id)
    listed = sa.select(DueEntry.gathering_id, DueEntry.branch_id).distinct().order_by(DueEntry.gathering_id)
    assert session.execute(listed).all() == [(host, world.branch.id), (own, world.sister_branch.id)]
    assert [(one.due, one.came) for one in guests_at(session, host, DAY) if one.joins] == [(10, 0)]


def test_a_branch_in_which_nobody_is_due_does_not_keep_the_host_from_opening(session, world, host):
    own = say_yes(session, world.sister_branch, world.sister.id)
    members = sa.select(Person.id).where(Person.name.like("%麒麟") | Person.name.like("%苍龙"))
    for person_id in [*session.scalars(members), world.sister.id, world.unit_officer.id]:
        factories.exclusion(session, person_id)
    session.commit()
    assert session.scalar(sa.select(sa.func.count(Exclusion.id)))
    open_at(session, host, world.secretary.id)
    assert fresh(session, host).state is State.IN_SESSION and fresh(session, own).state is State.NOTIFIED


def test_a_yes_while_the_host_signs_in_opens_at_once(session, world, host):
    open_at(session, host, world.secretary.id)
    own = say_yes(session, world.sister_branch, world.sister.id, at=START)
    assert fresh(session, own).state is State.IN_SESSION


# --- answers ----------------------------------------------------------------------------------------------------------


def test_a_branch_that_has_ended_cannot_join(session, world, host):
    session.execute(
        sa.update(Placement).where(Placement.unit_id == world.sister_branch.id).values(until_on=date(2026, 3, 1))
    )
    session.commit()
    with pytest.raises(Refused, match="已经撤销"):
        say_yes(session, world.sister_branch, world.sister.id)
    assert [one.name for one in guests_at(session, host, DAY)] == ["蓝田车间党支部", "已撤销的支部"]
    met = factories.gathering(session, world.branch.id, by=world.secretary.id, starts_at=START, kinds=("theme_day",))
    with pytest.raises(Refused, match="不是别的支部"), transaction(session):
        invite(session, describe(session, met.id), [world.sister_branch.id], by=world.secretary.id, at=AT)


def test_saying_yes_at_once_calls_one(app, session, world, host):
    session.commit()

    def yes(own):
        return accept(own, invited(own, world.sister_branch), by=world.sister.id, at=AT)

    results = at_once(app, yes, yes, yes)
    assert len(set(results)) == 1 and isinstance(results[0], int)
    called = sa.select(sa.func.count(Gathering.id)).where(Gathering.unit_id == world.sister_branch.id)
    assert session.scalar(called) == 1


def test_a_yes_and_a_move_at_once_end_at_one_time(app, session, world, host):
    session.commit()

    def yes(own):
        return accept(own, invited(own, world.sister_branch), by=world.sister.id, at=AT)

    def moved(own):
        met = describe(own, host).gathering
        actions.reschedule(own, met, starts_at=LATER, place="食堂", by=world.secretary.id, at=AT)

    own_id, _moved = at_once(app, yes, moved)
    assert sittings(session, own_id) == sittings(session, host) == [(LATER, "食堂")]


def test_two_moves_at_once_leave_host_and_guest_at_one_time(app, session, world, host):
    own_id = say_yes(session, world.sister_branch, world.sister.id)

    def moving(place):
        def moved(own):
            met = describe(own, host).gathering
            actions.reschedule(
                own, met, starts_at=LATER.replace(hour=len(place)), place=place, by=world.secretary.id, at=AT
            )

        return moved

    at_once(app, moving("食堂"), moving("大礼堂"), moving("第三会议室"))
    session.expire_all()
    assert sittings(session, own_id) == sittings(session, host)
    assert sittings(session, host)[0][1] in ("食堂", "大礼堂", "第三会议室")


def test_yes_and_no_at_once_leave_one_answer(app, session, world, host):
    session.commit()

    def yes(own):
        return accept(own, invited(own, world.sister_branch), by=world.sister.id, at=AT)

    def no(own):
        return decline(own, invited(own, world.sister_branch), answer="检修", by=world.sister.id, at=AT)

    at_once(app, yes, no)
    db.session.expire_all()
    stands = session.scalar(sa.select(Invitation).where(Invitation.branch_id == world.sister_branch.id))
    assert stands.accepted and stands.guest_gathering_id and stands.answer is None


def test_no_more_than_eight_and_each_once(session, world, host):
    more = [factories.unit(session, "branch", f"第{n}党支部", under=world.committee.id).id for n in range(7)]
    session.commit()
    met = describe(session, host)
    with pytest.raises(Refused, match="还能请 6 个"), transaction(session):
        invite(session, met, more, by=world.secretary.id, at=AT)
    with transaction(session):
        assert invite(session, met, [*more[:6], more[0]], by=world.secretary.id, at=AT) == 6
        assert invite(session, met, more[:1], by=world.secretary.id, at=AT) == 0


def test_an_invitation_is_shown_until_a_week_after_its_day(session, world, host):
    for day, count in ((DAY, 1), (date(2026, 3, 12), 1), (date(2026, 3, 13), 0)):
        assert (
            len(invitations_to(session, [world.sister_branch.id], day))
            == waiting(session, world.sister_branch, day)
            == count
        )
