"""A declaration of the demo company on its way: each step moves its row and leaves a witness, until the present."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from partygroup import clock
from partygroup.demo.desks import Desk
from partygroup.demo.rows import trail_row
from partygroup.demo.staff import Member
from partygroup.points import said
from partygroup.scores.models import Source
from partygroup.scores.publicity import OUTCOMES
from partygroup.scores.rules import most_of
from partygroup.scores.states import (
    STATE_NAMES,
    State,
    answer_due,
    next_state,
    publicity_after_answer,
    publicity_until,
)
from partygroup.scores.tables import Row, Table
from partygroup.workdays import WorkCalendar

#: When, on the day after its last, publicity has ended.
SETTLED = timedelta(minutes=20)


@dataclass(frozen=True)
class Times:
    """What every step must know: the present, the working days, and the rules with their id."""

    now: datetime
    calendar: WorkCalendar
    table_id: int
    table: Table


@dataclass(frozen=True)
class Claim:
    """What is said to deserve points, and where it comes from."""

    item: str
    happened_on: date
    text: str
    source: Source
    event: str | None = None
    leads: bool = True
    activity_id: int | None = None
    gathering_id: int | None = None
    points: int | None = None


class Standing:
    """The row of a declaration read by its columns, as the pure rules want it."""

    def __init__(self, row: dict):
        self.__dict__ = row


@dataclass
class Case:
    """One declaration: its row, the witnesses of its life, and what else it leaves behind.

    A step that would lie after the present does not happen, and nothing after it.
    """

    times: Times
    desk: Desk
    member: Member
    row: dict
    trail: list[dict] = field(default_factory=list)
    objection: dict | None = None
    appeal: dict | None = None
    entered_at: datetime | None = None
    reversed_by: tuple[datetime, int] | None = None
    is_stopped: bool = False

    @property
    def cited(self) -> Row:
        """Return the row of the rules that it cites."""
        return self.times.table.rows[self.row["item"]]

    @property
    def points(self) -> int:
        """Return the points as they stand."""
        return self.row["points"] if self.row["awarded"] is None else self.row["awarded"]

    def does(self, act: str | None, what: str, at: datetime, by: int | None, of: str = "declaration", **facts) -> bool:
        """Leave the witness of a step and move the state; say whether it happened before the present."""
        self.is_stopped = self.is_stopped or at >= self.times.now
        if not self.is_stopped:
            where = {"person_id": self.member.id, "unit_id": self.desk.place.id}
            self.trail.append(trail_row(what, (of, 0), at=at, by=by, **(where | facts)))
            if act:
                self.row["state"] = next_state(self.row["state"], act)
        return not self.is_stopped

    def submit(self, at: datetime, *, by: int | None = None) -> None:
        """Hand it in: to the group where the item asks for it and another one leads, else to the committee."""
        if self.is_stopped:
            return
        leader = self.desk.leader_of(self.member)
        by = by or self.member.id
        act = "submit" if self.cited.line.by == "GC" and leader else "pass_on"
        was_seen = act == "submit" and leader.id == by
        state = next_state(self.row["state"], "pass_on" if was_seen else act)
        if self.does(None, "scores.declaration.submit", at, by, after={"state": STATE_NAMES[state]}):
            self.row |= {"state": state, "submitted_at": at}
            if was_seen:
                self.row |= {"reviewed_by": by, "reviewed_at": at}

    def review(self, at: datetime, points: int | None = None, reason: str | None = None) -> None:
        """Let the leader pass it on, with lower points for a reason."""
        leader, points = self.desk.leader_of(self.member), points or self.points
        change = {"before": {"points": said(self.points)}, "after": {"points": said(points)}, "reason": reason}
        if self.does("review", "scores.declaration.review", at, leader.id, **change):
            self.row |= {"awarded": points, "reason": reason, "reviewed_by": leader.id, "reviewed_at": at}

    def return_(self, at: datetime, reason: str) -> None:
        """Let the leader give it back."""
        leader = self.desk.leader_of(self.member)
        if self.does("return_", "scores.declaration.return", at, leader.id, reason=reason):
            self.row["reason"] = reason

    def mend(self, at: datetime, text: str) -> None:
        """Let the member say it better; it is a draft again."""
        worth = said(self.row["points"])
        after = {"item": self.cited.item.name, "points": worth}
        if self.does("edit", "scores.declaration.edit", at, self.member.id, before={"points": worth}, after=after):
            self.row |= {"text": text, "awarded": None}

    def confirm(self, at: datetime, meeting: str, by: Member | None = None, points: int | None = None, reason=None):
        """Let the committee confirm it, by another one than the member and whoever reviewed it."""
        by, points = by or self.desk.confirmer(self.member, self.row["reviewed_by"]), points or self.points
        after = {"points": said(points), "meeting_ref": meeting}
        if self.does("confirm", "scores.declaration.confirm", at, by.id, after=after, reason=reason):
            self.row |= {"awarded": points, "meeting_ref": meeting, "reason": reason}
            self.row |= {"confirmed_by": by.id, "confirmed_at": at}

    def reject(self, at: datetime, meeting: str, reason: str) -> None:
        """Let the committee reject it."""
        by = self.desk.confirmer(self.member, self.row["reviewed_by"])
        if self.does("reject", "scores.declaration.reject", at, by.id, after={"meeting_ref": meeting}, reason=reason):
            self.row |= {"reason": reason, "meeting_ref": meeting, "confirmed_by": by.id, "confirmed_at": at}

    def publish(self, at: datetime) -> None:
        """Put it on publicity."""
        first = clock.day_of(at)
        until = publicity_until(first, self.times.calendar)
        after = {"public_until": until.isoformat()}
        if self.does("publish", "scores.declaration.publish", at, self.desk.officers[0].id, after=after):
            self.row |= {"public_from": first, "public_until": until}

    def object(self, at: datetime, by: Member, text: str) -> None:
        """Let another member of the branch object."""
        if self.does(None, "scores.objection.make", at, by.id, "objection", person_id=by.id, unit_id=None):
            self.does("object", "scores.declaration.object", at, None, reason=text)
            due = answer_due(clock.day_of(at), self.times.calendar)
            self.objection = {"by_id": by.id, "text": text, "at": at, "answer_due_on": due, "outcome": None,
                              "answer": None, "answered_by": None, "answered_at": None}  # fmt: skip

    def answer(self, at: datetime, outcome: str, text: str, points: int | None = None) -> None:
        """Let an officer answer the objection who neither confirmed nor objected."""
        asked = self.objection
        by = self.desk.confirmer(self.member, self.row["confirmed_by"], asked and asked["by_id"])
        before, points = {"points": said(self.points)}, points or self.points
        after = {"points": said(points), "outcome": OUTCOMES[outcome]}
        if self.does(outcome, "scores.declaration.answer", at, by.id, before=before, after=after, reason=text):
            objector = {"person_id": asked["by_id"], "unit_id": None}
            self.does(None, "scores.objection.answer", at, by.id, "objection", after={"outcome": OUTCOMES[outcome]},
                      reason=text, **objector)  # fmt: skip
            asked |= {"outcome": outcome, "answer": text, "answered_by": by.id, "answered_at": at}
            until = publicity_after_answer(Standing(self.row), clock.day_of(at), self.times.calendar)
            self.row |= {"awarded": points, "reason": text, "public_until": until}

    def ask_again(self, at: datetime, text: str) -> None:
        """Let the member appeal to the unit committee's office."""
        if self.does("appeal", "scores.declaration.appeal", at, self.member.id, reason=text):
            self.does(None, "scores.appeal.make", at, self.member.id, "appeal")
            self.appeal = {"by_id": self.member.id, "text": text, "at": at, "outcome": None, "answer": None,
                           "answered_by": None, "answered_at": None}  # fmt: skip

    def decide(self, at: datetime, text: str) -> None:
        """Let the office grant the appeal: it takes effect at once."""
        by = self.desk.unit_office
        after = {"outcome": OUTCOMES["grant"], "points": said(self.row["points"])}
        if self.does("grant", "scores.declaration.decide", at, by.id, after=after, reason=text):
            said_so = {"outcome": OUTCOMES["grant"]}
            self.does(None, "scores.appeal.decide", at, by.id, "appeal", after=said_so, reason=text)
            self.appeal |= {"outcome": "grant", "answer": text, "answered_by": by.id, "answered_at": at}
            self.row |= {"awarded": self.row["points"], "reason": text, "confirmed_by": by.id, "confirmed_at": at}
            self.entered_at = at

    def settle(self) -> None:
        """Let it take effect when its publicity has ended."""
        if not self.is_stopped:
            at = clock.start_of(self.row["public_until"] + timedelta(days=1)) + SETTLED
            if self.does("settle", "scores.declaration.settle", at, None):
                self.entered_at = at

    def reverse(self, at: datetime, reason: str) -> None:
        """Let an officer take back what took effect."""
        by = self.desk.confirmer(self.member, self.row["confirmed_by"])
        if self.does("reverse", "scores.declaration.reverse", at, by.id, reason=reason):
            self.row["reason"], self.reversed_by = reason, (at, by.id)


def begin(times: Times, desk: Desk, member: Member, claim: Claim, at: datetime, by: int, *, proposed=False) -> Case:
    """Return a new draft; or a proposal from a list or from attendance, which waits for the committee at once."""
    cited = times.table.rows[claim.item]
    points = claim.points or most_of(cited, leads=claim.leads)
    row = {
        "person_id": member.id, "rule_table_id": times.table_id, "item": claim.item, "points": points,
        "awarded": None, "leads": claim.leads, "happened_on": claim.happened_on, "event": claim.event,
        "text": claim.text, "source": claim.source, "activity_id": claim.activity_id,
        "gathering_id": claim.gathering_id, "branch_id": desk.place.id, "group_id": member.group_id,
        "state": State.GROUP_REVIEWED if proposed else State.DRAFT, "made_by": by, "made_at": at,
        "submitted_at": at if proposed else None, "reviewed_by": None, "reviewed_at": None, "unreviewed": False,
        "confirmed_by": None, "confirmed_at": None, "meeting_ref": None, "public_from": None, "public_until": None,
        "reason": None, "version": 1,
    }  # fmt: skip
    case = Case(times, desk, member, row)
    actor = None if claim.source == Source.ATTENDANCE else by
    after = {"item": cited.item.name, "points": said(points)}
    if proposed:
        case.does(None, "scores.proposal.make", at, actor, after=after)
    else:
        case.does(None, "scores.declaration.make", at, actor, after=after)
    return case
