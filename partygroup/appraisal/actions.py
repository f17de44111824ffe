"""Writing an appraisal: beginning it, its steps, tallies from paper, proposed and decided grades, the own word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from partygroup.appraisal.models import (
    GRADE_NAMES,
    STEP_NAMES,
    WITH_PEOPLE,
    Appraisal,
    AppraisalStep,
    Appraised,
    Grade,
    Step,
)
from partygroup.appraisal.queries import Board, Line, board_of, is_only_officer, meetings_of, members_on
from partygroup.appraisal.rules import (
    ARCHIVED,
    Tally,
    asks_reason,
    over_the_cap,
    own_grade_stands,
    refusal_of_tally,
    refusal_to_enter,
    refusal_to_step,
    shows_sums,
)
from partygroup.clock import day_of
from partygroup.db import insert_once, witness, witness_all, witness_row
from partygroup.errors import NotFound, Refused

STALE = "别人刚改过。下面是他存下的，您选的也都在，请合到一起再存。"
OWN = "自己的等次，请班子里另一位同志来改。"


def begin(session, branch_id: int, year: int, *, on: date | None, by: int, at: datetime) -> Appraisal:
    """Begin a branch's appraisal of a year with its first step; return it, also where it has begun already."""
    if reason := refusal_to_step({}, Step.PREPARED, on, day_of(at), year):
        raise Refused(reason, field="on")
    values = {"branch_id": branch_id, "year": year, "version": 1}
    insert_once(session, Appraisal, values, unless=["branch_id", "year"])
    found = sa.select(Appraisal).where(Appraisal.branch_id == branch_id, Appraisal.year == year).with_for_update()
    row = session.scalar(found)
    board = board_of(session, row, day_of(at))
    if Step.PREPARED not in board.steps:
        _take(session, board, Step.PREPARED, on, by=by, at=at)
    return row


def take_step(session, row: Appraisal, to: Step, *, on: date | None, by: int, at: datetime) -> None:
    """Take a step that is a date only, or put its day right. The same again changes nothing. Raise Refused."""
    board = _hold(session, row, at)
    if to in WITH_PEOPLE and to not in board.steps:
        raise Refused(f"“{STEP_NAMES[to]}”要连同每个人一起记。")
    is_new = to not in board.steps
    _take(session, board, to, on, by=by, at=at)
    if to == Step.FED_BACK and is_new:
        for one in board.graded:
            witness_row(session, "appraisal.feed_back", "appraised", one.row.id, at=at, by=by,
                        person_id=one.person_id, after={"grade": GRADE_NAMES[one.decided]})  # fmt: skip


def _hold(session, row: Appraisal, at: datetime) -> Board:
    """Return the appraisal as it is now, held until this transaction ends."""
    session.refresh(row, with_for_update=True)
    return board_of(session, row, day_of(at))


def _take(session, board: Board, to: Step, on: date | None, *, by: int, at: datetime) -> None:
    if board.days.get(to, False) == on:
        return
    if reason := refusal_to_step(board.days, to, on, day_of(at), board.row.year):
        raise Refused(reason, field="on")
    one, before = board.steps.get(to), None
    if one:
        before = {"day": one.happened_on.isoformat()}
        one.happened_on, one.at, one.by_id = on, at, by
    else:
        one = AppraisalStep(appraisal_id=board.row.id, step=to, happened_on=on, at=at, by_id=by)
        session.add(one)
    witness(session, "appraisal.step", one, at=at, by=by, unit_id=board.row.branch_id, before=before,
            after={"appraisal_step": STEP_NAMES[to], "day": on.isoformat()})  # fmt: skip


def join_meeting(session, row: Appraisal, meeting_id: int | None, *, by: int, at: datetime) -> None:
    """Say at which meeting it was held, or at none. Raise Refused for a meeting that is not the branch's."""
    if Step.ARCHIVED in _hold(session, row, at).steps:
        raise Refused(ARCHIVED, field="meeting")
    chosen = meetings_of(session, row.branch_id, row.year)
    if meeting_id is not None and meeting_id not in chosen:
        raise Refused("请从列出的会议里选一次。", field="meeting")
    if row.meeting_id == meeting_id:
        return
    row.meeting_id = meeting_id
    day = chosen[meeting_id][1].isoformat() if meeting_id else None
    witness(session, "appraisal.join", row, at=at, by=by, unit_id=row.branch_id, after={"day": day})


# --- what is entered with its people ----------------------------------------------------------------------------------


def _hold_to_enter(session, row: Appraisal, to: Step, at: datetime) -> Board:
    """Hold the appraisal to enter what belongs to a step; raise Refused where that cannot be now."""
    board = _hold(session, row, at)
    if refusal := refusal_to_enter(board.steps, to):
        raise Refused(refusal)
    return board


def _refuse_change(board: Board, version: int, reason: str) -> None:
    """Raise Refused for a change over another version than the present, 409, or of what is decided without a reason."""
    if board.row.version != version:
        raise Refused(STALE, 409)
    if asks_reason(board.steps) and len(reason) < 2:
        raise Refused("支部已经评定，再改要写一句为什么。", field="reason")


def _people(session, board: Board, on: date | None) -> dict[int, Appraised]:
    """Return the graded rows by person; from the poll on the list stands, as the branch was on its day."""
    if any(one.row is None for one in board.lines) or not board.lines:
        for one in members_on(session, board.row.branch_id, on):
            session.add(Appraised(appraisal_id=board.row.id, person_id=one.person_id, is_graded=one.is_graded))
        session.flush()
    rows = session.scalars(sa.select(Appraised).where(Appraised.appraisal_id == board.row.id, Appraised.is_graded))
    return {one.person_id: one for one in rows}


def enter_poll(
    session, row: Appraisal, tallies: Mapping[int, tuple[Tally, int]], *, on: date | None, version: int, by: int,
    at: datetime, to_secretary: bool, reason: str = "",
) -> None:  # fmt: skip
    """Enter how the paper ballots fell: person → (tally, ballots given). The first time the step is taken, too.

    Sums too few to be shown are left to the secretary. The same again changes nothing.
    Raise Refused: 409 when stale, or with the field it is about.
    """
    board = _hold_to_enter(session, row, Step.POLLED, at)
    if not tallies and Step.POLLED not in board.steps:
        raise Refused("请填每个人的票数，再记下。")
    names, is_same = {one.person_id: one.name for one in board.lines}, board.days.get(Step.POLLED) == on
    _take(session, board, Step.POLLED, on, by=by, at=at)
    people, changed = _people(session, board, on), []
    for person_id, (tally, ballots) in tallies.items():
        one = people.get(person_id)
        if one is None:
            raise Refused("名单变了，请刷新再填。", 409)
        if refusal := refusal_of_tally(names.get(person_id, "这位同志"), tally, ballots):
            raise Refused(refusal, field=f"excellent-{person_id}")
        was = (one.excellent, one.qualified, one.basically, one.unqualified, one.ballots)
        now = (tally.excellent, tally.qualified, tally.basically, tally.unqualified, ballots)
        if was == now:
            continue
        if one.ballots is not None and not shows_sums(one.ballots, to_secretary=to_secretary):
            raise Refused("少于 5 票的，请书记来改。", field=f"excellent-{person_id}")
        one.excellent, one.qualified, one.basically, one.unqualified, one.ballots = now
        changed.append(person_id)
    if changed or not is_same:
        _refuse_change(board, version, reason)
    if changed:
        row.version += 1
        witness(session, "appraisal.poll", row, at=at, by=by, unit_id=row.branch_id, after={"people": len(changed)},
                reason=reason or None)  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """The grades of everybody graded as somebody chose them, over the `version` that was read."""

    grades: Mapping[int, Grade]
    version: int
    over_reason: str = ""
    reason: str = ""


def propose(session, row: Appraisal, choice: Choice, *, on: date | None, by: int, at: datetime) -> None:
    """Keep what secretary or committee propose for everybody; the first time the step is taken, too. Raise Refused."""
    board, changed = _set_grades(session, row, Step.PROPOSED, choice, on=on, by=by, at=at)
    for one in changed:
        witness_row(session, "appraisal.propose", "appraised", one.line.row.id, at=at, by=by, **one.facts(False))
    if changed or session.is_modified(row):
        witness(session, "appraisal.propose", row, at=at, by=by, unit_id=row.branch_id, after=_counts(choice.grades),
                reason=row.over_reason)  # fmt: skip


def decide(session, row: Appraisal, choice: Choice, *, on: date | None, by: int, at: datetime) -> None:
    """Keep what the branch decided for everybody; the first time the step is taken, too. Raise Refused.

    Who is graded anew is told anew.
    """
    board, changed = _set_grades(session, row, Step.DECIDED, choice, on=on, by=by, at=at)
    is_told = Step.FED_BACK in board.steps
    for one in changed:
        one.line.row.acknowledged_at = None
        witness_row(session, "appraisal.decide", "appraised", one.line.row.id, at=at, by=by, **one.facts(is_told),
                    reason=choice.reason or None)  # fmt: skip
    if changed or session.is_modified(row):
        witness(session, "appraisal.decide", row, at=at, by=by, unit_id=row.branch_id, after=_counts(choice.grades),
                reason=choice.reason or row.over_reason)  # fmt: skip


@dataclass(frozen=True)
class Changed:
    """Somebody whose grade became another."""

    line: Line
    was: Grade | None
    new: Grade

    def facts(self, is_told: bool) -> dict:
        """Return what its witness says; the person reads it among the own records once it has been told."""
        return {
            "person_id": self.line.person_id if is_told else None,
            "before": {"grade": GRADE_NAMES[self.was]} if self.was else None,
            "after": {"grade": GRADE_NAMES[self.new]},
        }


def _set_grades(session, row: Appraisal, to: Step, choice: Choice, *, on, by: int, at: datetime):
    """Set the grades and take the step; return the appraisal as it was and who was changed. Raise Refused.

    More excellent than a third asks for a reason; own grades are entered by another officer, where there is one.
    """
    board = _hold_to_enter(session, row, to, at)
    grades, before = choice.grades, grades_before(board, to)
    if set(grades) != set(before):
        raise Refused("请给每个人选一个等次。")
    if not own_grade_stands(by, before, grades) and not is_only_officer(session, row.branch_id, by, day_of(at)):
        raise Refused(OWN, 403, field=f"grade-{by}")
    warning = over_the_cap(grades.values(), len(grades))
    if warning and len(choice.over_reason) < 2:
        raise Refused(f"{warning}确要这样，请写一句原因。", field="over_reason")
    is_same = board.days.get(to) == on
    _take(session, board, to, on, by=by, at=at)
    column = "decided" if to == Step.DECIDED else "proposed"
    changed = [Changed(one, getattr(one, column), grades[one.person_id]) for one in board.graded]
    changed = [one for one in changed if one.was != one.new]
    over_reason = choice.over_reason if warning else None
    if changed or not is_same or row.over_reason != over_reason:
        _refuse_change(board, choice.version, choice.reason)
    for one in changed:
        setattr(one.line.row, column, one.new)
    row.over_reason = over_reason
    row.version += bool(changed)
    return board, changed


def grades_before(board: Board, to: Step) -> dict[int, Grade]:
    """Return person → grade from which entering begins: as kept, as proposed, else qualified."""
    decides = to == Step.DECIDED
    kept = ((one.person_id, one.decided if decides else None, one.proposed) for one in board.graded)
    return {person_id: Grade(decided or proposed or Grade.QUALIFIED) for person_id, decided, proposed in kept}


def _counts(grades: Mapping[int, Grade]) -> dict[str, int]:
    counts = Counter(grades.values())
    return {name: counts[one] for one, name in GRADE_NAMES.items() if counts[one]}


def acknowledge(session, appraisal_id: int, person_id: int, *, at: datetime) -> None:
    """Keep that a member knows the own grade. The same again changes nothing. Raise NotFound."""
    told = sa.select(AppraisalStep.id).where(
        AppraisalStep.appraisal_id == Appraised.appraisal_id, AppraisalStep.step == Step.FED_BACK
    )
    one = session.scalar(
        sa.select(Appraised)
        .where(Appraised.appraisal_id == appraisal_id, Appraised.person_id == person_id, told.exists())
        .where(Appraised.decided.is_not(None))
        .with_for_update()
    )
    if one is None:
        raise NotFound
    if one.acknowledged_at is None:
        one.acknowledged_at = at
        witness_row(session, "appraisal.acknowledge", "appraised", one.id, at=at, by=person_id, person_id=person_id)


def note_look(session, board: Board, *, by: int, at: datetime) -> None:
    """Keep that somebody from above looks at the grades: everybody graded can read it."""
    witness_all(session, [
        {"at": at, "actor_id": by, "action": "appraisal.look", "subject_type": "appraisal", "subject_id": board.row.id,
         "person_id": one.person_id}
        for one in board.graded
    ])  # fmt: skip
