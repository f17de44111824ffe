"""民主评议党员: steps with their days, tallies from paper, grades chosen by people; and a member's own grade (B15)."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, redirect, request, url_for
from flask_login import current_user
from itsdangerous import BadSignature

from partygroup import clock
from partygroup.appraisal import actions
from partygroup.appraisal.models import GRADE_NAMES, REASON_LENGTH, STEP_NAMES, STEPS, WITH_PEOPLE, Grade, Step
from partygroup.appraisal.queries import Board, find_board, is_only_officer, meetings_of, own_grades
from partygroup.appraisal.rules import MOST, Tally, asks_reason, refusal_to_enter, shows_sums
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.policy import Can, Grant, grant, may
from partygroup.text import narrow, whole_number
from partygroup.web.asked import FIRST_LEDGER, day_meant, number_typed, text_typed, version_for, year_asked
from partygroup.web.identity import signer
from partygroup.web.needs import needs
from partygroup.web.org import SeenUnit, branch_of
from partygroup.web.points import LOOK_MINUTES
from partygroup.web.respond import done, respond

pages = Blueprint("appraisal", __name__)
COLUMNS = {"excellent": "优秀", "qualified": "合格", "basically": "基本合格", "unqualified": "不合格"}


class Held:
    """The appraisal of a branch for the year asked, with the place at which the policy is asked."""

    def __init__(self, unit: SeenUnit):
        self.unit, self.place, self.today = unit, unit.place, clock.today()
        self.year = year_asked(self.today)
        self.board: Board | None = find_board(db.session, unit.id, self.year, self.today)

    @property
    def there(self) -> dict:
        return {"unit_id": self.unit.id, "year": self.year}

    @property
    def begun(self) -> Board:
        if self.board is None:
            raise Refused(f"{self.year} 年的民主评议还没有开始，先记“{STEP_NAMES[Step.PREPARED]}”。")
        return self.board

    @property
    def by(self) -> dict:
        return {"by": current_user.id, "at": clock.now()}


def held_of(unit_id: int) -> Held:
    """Return the appraisal of a branch one may see; raise NotFound."""
    return Held(branch_of(unit_id))


@pages.get("/branches/<id:unit_id>/appraisal")
@needs(Can.SEE_APPRAISAL, held_of)
def show(held):
    """Show how far the year's appraisal is; grades and sums to the branch's officers, grades to the unit office."""
    return _page(held)


def _page(held: Held, *, status: int = 200, problems: dict | None = None):
    unit, board = held.unit, held.board
    holds = grant(current_user, Can.HOLD_APPRAISAL, unit.place) is Grant.YES
    few = may(current_user, Can.READ_RESTRICTED, unit.place)
    return respond(
        "appraisal/show.html", status=status, unit=unit, year=held.year, this_year=held.today.year, board=board,
        first_year=FIRST_LEDGER, steps=STEPS, step_names=STEP_NAMES, with_people=WITH_PEOPLE, Step=Step,
        grade_names=GRADE_NAMES, holds=holds, problems=problems or {}, typed=request.form, today=held.today,
        opens=board and (holds or _has_looked(board)),
        shows=lambda line: shows_sums(line.row and line.row.ballots, to_secretary=few),
        meetings=meetings_of(db.session, unit.id, held.year) if board else {},
    )  # fmt: skip


@pages.post("/branches/<id:unit_id>/appraisal")
@needs(Can.HOLD_APPRAISAL, held_of)
def begin(held):
    """Begin the year's appraisal."""
    return _kept(held, lambda on: actions.begin(db.session, held.unit.id, held.year, on=on, **held.by), "开始了。")


@pages.post("/branches/<id:unit_id>/appraisal/steps")
@needs(Can.HOLD_APPRAISAL, held_of)
def step(held):
    """Take a step on its day, or put the day of one right."""
    board, to = held.begun, request.form.get("step", "")
    if to not in STEPS:
        raise Refused("请选是哪一步。")
    to = Step(to)
    return _kept(held, lambda on: actions.take_step(db.session, board.row, to, on=on, **held.by),
                 f"“{STEP_NAMES[to]}”记下了。")  # fmt: skip


@pages.post("/branches/<id:unit_id>/appraisal/meeting")
@needs(Can.HOLD_APPRAISAL, held_of)
def join(held):
    """Say at which meeting it was held."""
    board, meeting_id = held.begun, number_typed("meeting")
    return _kept(held, lambda _on: actions.join_meeting(db.session, board.row, meeting_id, **held.by), "记下了。")


def _kept(held: Held, act, words: str):
    """Do what a short form asks and go on to the page; answer with the page again when it is refused."""
    try:
        on = day_meant("on", "日期")
        with transaction(db.session):
            act(on)
    except Refused as refusal:
        return _page(Held(held.unit), status=refusal.status, problems={refusal.field or "on": refusal.reason})
    return done(words, "appraisal.show", **held.there)


@pages.post("/branches/<id:unit_id>/appraisal/looks")
@needs(Can.SEE_APPRAISAL, held_of)
def look(held):
    """Write down that somebody from above looks at the grades, and open them for a while."""
    board, at = held.begun, clock.now()
    with transaction(db.session):
        actions.note_look(db.session, board, by=current_user.id, at=at)
    seen = signer("look").dumps([current_user.id, f"appraisal {board.row.id}", int(at.timestamp())])
    return redirect(url_for("appraisal.show", **held.there, seen=seen), 303)


def _has_looked(board: Board) -> bool:
    try:
        who, what, seconds = signer("look").loads(request.args.get("seen", ""))
    except (BadSignature, ValueError, TypeError):
        return False
    age = clock.now().timestamp() - seconds
    return (who, what) == (current_user.id, f"appraisal {board.row.id}") and 0 <= age <= LOOK_MINUTES * 60


# --- tallies from paper ballots ---------------------------------------------------------------------------------------


@pages.get("/branches/<id:unit_id>/appraisal/poll")
@needs(Can.HOLD_APPRAISAL, held_of)
def poll(held):
    """Show the form of tallies, a line each for whoever is graded."""
    return _with_people("appraisal/poll.html", held, Step.POLLED)


@pages.post("/branches/<id:unit_id>/appraisal/poll")
@needs(Can.HOLD_APPRAISAL, held_of)
def count(held):
    """Keep the tallies; of two who enter them at once, the second is shown both."""
    board = held.begun
    try:
        tallies = _tallies_typed(board)
        with transaction(db.session):
            actions.enter_poll(
                db.session, board.row, tallies, on=day_meant("on", "日期"), version=_version(),
                to_secretary=may(current_user, Can.READ_RESTRICTED, held.place),
                reason=text_typed("reason", REASON_LENGTH), **held.by,
            )  # fmt: skip
    except Refused as refusal:
        return _refused("appraisal/poll.html", held, Step.POLLED, refusal)
    return done("票数记下了。", "appraisal.show", **held.there)


def _version() -> int:
    """Return the version that was read, as the form carries it; raise Refused for a form that is not ours."""
    version = number_typed("version")
    if version is None:
        raise Refused("请在页面上的表单里填好再交。")
    return version


def _tallies_typed(board: Board) -> dict[int, tuple[Tally, int]]:
    """Return person → (tally, ballots) of the lines that were filled; raise Refused for what is no number."""
    found = {}
    for line in board.graded:
        typed = {name: narrow(request.form.get(f"{name}-{line.person_id}"), 10) for name in (*COLUMNS, "ballots")}
        if not any(typed[name] for name in COLUMNS):
            continue
        typed["ballots"] = typed["ballots"] or narrow(request.form.get("ballots"), 10)
        numbers = {name: whole_number(text or "0") for name, text in typed.items()}
        if wrong := [name for name, number in numbers.items() if number is None or number > MOST]:
            raise Refused(f"{line.name}的票数请填数字。", field=f"{wrong[0]}-{line.person_id}")
        ballots = numbers.pop("ballots")
        found[line.person_id] = Tally(**numbers), ballots
    return found


# --- grades -----------------------------------------------------------------------------------------------------------


@pages.get("/branches/<id:unit_id>/appraisal/grades")
@needs(Can.HOLD_APPRAISAL, held_of)
def grades(held):
    """Show the form of grades: proposed first, then decided; 合格 is picked where nobody has said otherwise."""
    return _with_people("appraisal/grades.html", held, _step_asked(held))


@pages.post("/branches/<id:unit_id>/appraisal/grades")
@needs(Can.HOLD_APPRAISAL, held_of)
def choose(held):
    """Keep the grades; of two who choose at once, the second is shown both."""
    board, to = held.begun, _step_asked(held)
    keep = actions.decide if to == Step.DECIDED else actions.propose
    try:
        choice = actions.Choice(
            {one.person_id: grade for one in board.graded if (grade := _grade_typed(one.person_id))},
            _version(), text_typed("over_reason", REASON_LENGTH), text_typed("reason", REASON_LENGTH),
        )  # fmt: skip
        with transaction(db.session):
            keep(db.session, board.row, choice, on=day_meant("on", "日期"), **held.by)
    except Refused as refusal:
        return _refused("appraisal/grades.html", held, to, refusal)
    return done("等次记下了。", "appraisal.show", **held.there)


def _grade_typed(person_id: int) -> Grade | None:
    typed = request.form.get(f"grade-{person_id}", "")
    return Grade(typed) if typed in tuple(Grade) else None


def _step_asked(held: Held) -> Step:
    """Return which grades are meant: those of the address or form; else decided ones once there are proposed ones."""
    asked = request.values.get("step", "")
    if asked in (Step.PROPOSED, Step.DECIDED):
        return Step(asked)
    return Step.DECIDED if held.board and Step.PROPOSED in held.board.steps else Step.PROPOSED


# --- what both forms share --------------------------------------------------------------------------------------------


def _refused(template: str, held: Held, to: Step, refusal: Refused):
    problems = {refusal.field or "on": refusal.reason}
    return _with_people(template, Held(held.unit), to, status=refusal.status, problems=problems,
                        stale=refusal.reason == actions.STALE)  # fmt: skip


def _with_people(template: str, held: Held, to: Step, *, status: int = 200, problems=None, stale: bool = False):
    board = held.begun
    is_typed = bool(problems)
    few = may(current_user, Can.READ_RESTRICTED, held.place)
    before = actions.grades_before(board, to)
    return respond(
        template, status=status, unit=held.unit, year=held.year, board=board, to=to, step_name=STEP_NAMES[to],
        refusal=refusal_to_enter(board.steps, to), problems=problems or {}, stale=stale, typed=request.form,
        version=version_for(board.row.version, again=is_typed and not stale), is_typed=is_typed,
        on=request.form.get("on") if is_typed else _day_for(board, to, held.today),
        asks_reason=asks_reason(board.steps), reason_length=REASON_LENGTH, columns=COLUMNS, grade_names=GRADE_NAMES,
        before=before, chosen={one: _grade_typed(one) or grade for one, grade in before.items()},
        shows=lambda line: shows_sums(line.row and line.row.ballots, to_secretary=few),
        fixed=None if is_only_officer(db.session, held.unit.id, current_user.id, held.today) else current_user.id,
    )  # fmt: skip


def _day_for(board: Board, to: Step, today: date) -> date:
    """Return the day that stands in the form: of the step, if taken; of the meeting where it was held; else today."""
    row = board.row
    held = meetings_of(db.session, row.branch_id, row.year).get(row.meeting_id) if row.meeting_id else None
    return board.days.get(to) or (held[1] if held and max(board.days.values()) <= held[1] <= today else today)


# --- a member's own ---------------------------------------------------------------------------------------------------


@pages.get("/me/appraisals")
@needs(Can.SEE_OWN)
def mine():
    """Show the grades I was told, each with one tap to say that I know it."""
    return respond("appraisal/mine.html", grades=own_grades(db.session, current_user.id), grade_names=GRADE_NAMES)


@pages.post("/me/appraisals")
@needs(Can.SEE_OWN)
def acknowledge():
    """Keep that I know my grade."""
    appraisal_id = number_typed("appraisal")
    if appraisal_id is None:
        raise Refused("请在页面上点“已知晓”。")
    with transaction(db.session):
        actions.acknowledge(db.session, appraisal_id, current_user.id, at=clock.now())
    return done("已知晓。", "appraisal.mine")
