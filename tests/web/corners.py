"""Corners of the world with something of every sort in them, and how an address is filled with their ids."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from flask import current_app
from PIL import Image

from partygroup import clock
from partygroup.activities.models import Photo
from partygroup.activities.photos import repaint, store
from partygroup.appraisal.models import STEPS, Appraisal, AppraisalStep, Appraised
from partygroup.appraisal.queries import members_on
from partygroup.attendance.actions import ask_leave, open_sign_in
from partygroup.db import Base, transaction
from partygroup.evaluation import schemes
from partygroup.evaluation.importing import draft_figures, read_figure_file, store_preview
from partygroup.evaluation.models import EvaluationPeriod
from partygroup.evaluation.schemes import scheme_for
from partygroup.feedback.models import Feedback
from partygroup.ledgers.models import AdmissionStep, CareVisit, DuesPayment, Honour, PlanLine
from partygroup.meetings.models import AgendaItem, Invitation, Meeting
from partygroup.meetings.queries import describe
from partygroup.minutes.models import Gist, Minutes, Resolution
from partygroup.orglife.models import KIND, Criticism, OrgLifeStage
from partygroup.people.logins import Held, Who
from partygroup.people.models import Belonging, Person, Role
from partygroup.people.roster import preview_roster
from partygroup.people.roster_file import read_roster
from partygroup.policy import Can, Place
from partygroup.scores import tabling
from partygroup.scores.models import Objection
from tests.cast import CAST, Spot, World
from tests.factories import activity, add, declaration, exclusion, gathering, post, problem, talk, theme, unit

FIGURES = "期间,党支部,指标,数值,来源\n2026Q1,{1},WP1,97.5%,{0}月报\n2026Q1,{1},WP4,{0},{0}月报\n"
ROSTER = "工号,姓名,二级党委,党支部,党小组,党员类别\n{0},丁{1},{2},{3},{4},正式党员\n9002,方{1},{2},{3},{4},贵宾\n"
#: Corner → group, unit that meets, and whom its things concern: a plain member of the group, or one of the cast.
PLANS = {
    "own": ("朱雀", "朱雀", None),
    "leader": ("朱雀", "朱雀", "leader"),
    "committee": ("玄武", "红柳", "deputy"),
    "sister": ("苍龙", "苍龙", None),
    "other": ("飞燕", "飞燕", None),
}
#: What an address of a draft's part names: its argument → a code of both presets.
PARTS = {"line_code": "WP-TASK", "profile_code": "line", "indicator_code": "WP1", "figure_code": "WP1"}
KINDS_OF_UNIT = {"units": "unit_committee", "branches": "branch", "groups": "party_group"}


@dataclass
class Corner:
    """A group with the units above it, somebody of it, and the ids of what belongs to both."""

    line: tuple[Spot, ...]
    meets: Spot
    person_id: int
    ids: dict[str, int | str] = field(default_factory=dict)

    def above(self, kind: str) -> tuple[int, ...]:
        """Return the ids of the corner's unit of a kind and of all above it."""
        kinds = [spot.kind for spot in self.line]
        return tuple(spot.id for spot in self.line[kinds.index(kind) :])

    def meeting(self, person_id: int | None = None) -> Place:
        """Return the place of the meeting, or of somebody's seat in it."""
        return Place(self.above(self.meets.kind), person_id, "committee" if self.meets.kind == "branch" else "group")

    def filled(self, rule) -> dict[str, int | str]:
        """Return the ids for the arguments of a rule; what nobody has said how to fill raises KeyError."""
        ids = self.ids | {"filename": "icons.svg", "code": "group_meeting", "quarter_code": "2026Q1"} | PARTS
        if "unit_id" in rule.arguments:
            ids["unit_id"] = self.above(KINDS_OF_UNIT[rule.rule.split("/")[1]])[0]
        return {name: ids[name] for name in rule.arguments}

    def found(self, rule, can: Can) -> tuple[Place, Place, tuple[Can, ...]] | None:
        """Return where the thing of a rule is looked for, where its power is asked, and what powers find it.

        None: the address has no ids. A new sort of id has to be entered here.
        """
        branch, group, person = self.above("branch"), self.above("party_group"), self.person_id
        meeting, own, done = self.meeting(), Place(group, person), Place(self.above(self.meets.kind), person)
        sorts = {
            (): None,
            ("gathering_id",): (meeting, meeting, (Can.SEE_MEETING,)),
            ("gathering_id", "person_id"): (meeting, self.meeting(person), (Can.SEE_MEETING,)),
            ("gathering_id", "item_id"): (meeting, meeting, (Can.SEE_MEETING,)),
            ("gathering_id", "meeting_id"): (meeting, self.meeting(person), (Can.SEE_MEETING,)),
            ("gathering_id", "meeting_id", "resolution_id"): (meeting, self.meeting(person), (Can.SEE_MEETING,)),
            ("gathering_id", "resolution_id"): (meeting, self.meeting(person), (Can.SEE_MEETING,)),
            ("gathering_id", "opinion_id"): (self.meeting(person), self.meeting(person), (Can.READ_RESTRICTED,)),
            ("gathering_id", "leave_id"): (meeting, Place(group, person, meeting.circle), (Can.SEE_MEETING,)),
            ("person_id",): (
                own,
                own,
                (Can.SEE_PERSON, Can.SEE_SHEET) if "/points" in rule.rule else (Can.SEE_PERSON,),
            ),
            ("exclusion_id", "person_id"): (own, own, (Can.SEE_PERSON,)),
            ("person_id", "post_id"): (own, own, (Can.SEE_PERSON,)),
            ("feedback_id",): (Place(branch, person), Place(branch, person), (Can.SEE_OWN, Can.ANSWER_FEEDBACK)),
            ("import_id",): (Place(branch[1:]), Place(branch[1:]), (Can.IMPORT_ROSTER,)),
            ("activity_id",): (done, done, (Can.SEE_ACTIVITY,)),
            ("activity_id", "photo_id"): (done, done, (Can.SEE_ACTIVITY,)),
            ("problem_id",): (done, done, (Can.SEE_ACTIVITY,)),
            ("theme_id",): (done, done, (Can.SEE_ACTIVITY,)),
            ("invitation_id",): (Place(branch), Place(branch), (Can.CALL_MEETING,)),
            ("talk_id",): (Place(branch, person), Place(branch, person), (Can.READ_RESTRICTED,)),
            ("declaration_id",): (own, own, (Can.SEE_DECLARATION, Can.SEE_PUBLICITY)),
            ("figure_import_id",): (Place(branch[1:]), Place(branch[1:]), (Can.IMPORT_FIGURES,)),
            ("period_id",): (Place(branch[1:]), Place(branch[1:]), (Can.SEE_PERIODS,)),
            ("quarter_code",): None,
            ("code",): (Place(branch[-1:]), Place(branch[-1:]), (Can.SEE_KINDS,)),
            **{(name,): (Place(branch[-1:]), Place(branch[-1:]), (Can.SEE_RULES,)) for name in PARTS},
        }
        if "unit_id" in rule.arguments:
            unit = Place(self.above(KINDS_OF_UNIT[rule.rule.split("/")[1]]))
            return unit, unit, (Can.SEE_UNIT, can)
        return sorts[tuple(sorted(rule.arguments))]


def build_corners(session, world: World) -> dict[str, Corner]:
    """Return every corner, filled; and rules and scheme have a draft."""
    with transaction(session):
        for room in (tabling, schemes):
            room.begin_draft(session, by=world.unit_officer.id, at=clock.now())
    corners = {name: _corner(session, world, *plan) for name, plan in PLANS.items()}
    for number, corner in enumerate(corners.values()):
        with transaction(session):
            corner.ids = _fill(session, corner, by=world.company_officer.id, number=number)
    return corners


def _corner(session, world: World, group: str, meets: str, concerned: str | None) -> Corner:
    line, by_id = [world.units[group]], {spot.id: spot for spot in world.units.values()}
    while line[-1].parent_id:
        line.append(by_id[line[-1].parent_id])
    plain = sa.select(Person.id).where(Person.name == f"何{group}")
    person_id = world.actors[concerned].id if concerned else session.scalar(plain)
    return Corner(tuple(line), world.units[meets], person_id)


def _fill(session, corner: Corner, *, by: int, number: int) -> dict[str, int]:
    """Put a meeting, leave, feedback, an old post and exclusion, a roster, an activity with a photo and a problem into
    a corner; return their ids."""
    at, (group, branch, committee, _company), person_id = clock.now(), corner.line, corner.person_id
    canary = corner.meets.canary
    met = _meeting(session, corner, by=by, at=at)
    _fill_ledger(session, corner, at=at)
    leave = ask_leave(session, met, person_id=person_id, sort="leave_duty", cause=f"{canary}值班", by=by, at=at)
    open_sign_in(session, met, by=by, at=at)
    then = {"on": date(2021, 1, 1), "until": date(2022, 1, 1)}
    said = {"person_id": person_id, "branch_id": branch.id, "path": "/", "text": f"{canary}意见", "at": at}
    lines = ROSTER.format(f"90{number}", canary, committee.name, branch.name, group.name)
    sheet = read_roster(io.BytesIO(lines.encode("utf-8-sig")), f"{canary}.csv")
    roster = preview_roster(session, sheet, scope_unit_id=committee.id, valid_from=clock.day_of(at), by=by, at=at)
    figures = read_figure_file(io.BytesIO(FIGURES.format(canary, branch.name).encode("utf-8-sig")), f"{canary}.csv")
    drafted = draft_figures(session, figures, scope_unit_id=committee.id, by=by, at=at)
    figures = store_preview(session, drafted, by=by, at=at)
    period_id = add(
        session, EvaluationPeriod, unit_id=committee.id, year=2021, quarter=1 + number % 4, state="configured",
        scheme_id=scheme_for(session, clock.Quarter.of(clock.day_of(at))).id, configured_by=by, configured_at=at,
    )  # fmt: skip
    return {
        "gathering_id": met.id,
        "leave_id": leave.id,
        **_opinion(session, met, corner, at=at),
        **_appraisal(session, corner, by=by, at=at),
        **_minutes(session, met, _vote_item(session, met.id, person_id, canary, by=by, at=at), corner, by=by, at=at),
        "person_id": person_id,
        "exclusion_id": exclusion(session, person_id, **then).id,
        "post_id": post(session, person_id, branch.id, Role.PROPAGANDA_OFFICER, **then).id,
        "feedback_id": add(session, Feedback, **said),
        "import_id": roster.id,
        "invitation_id": _invitation(session, corner, by=by, at=at),
        **_what_was_done(session, corner, at=at),
        **_fill_scores(session, corner, at=at),
        "talk_id": _talk(session, corner, at=at),
        "figure_import_id": figures.id,
        "period_id": period_id,
    }


def _invitation(session, corner: Corner, *, by: int, at) -> int:
    """Let a branch without a canary, new under the corner's committee, invite the corner's to a theme day."""
    host = unit(session, "branch", "联办党支部", under=corner.line[2].id)
    met = gathering(session, host.id, by=by, starts_at=at, kinds=("theme_day",))
    asked = {"branch_id": corner.line[1].id, "invited_at": at, "invited_by": by}
    return add(session, Invitation, gathering_id=met.id, **asked)


def _vote_item(session, gathering_id: int, person_id: int, canary: str, *, by: int, at) -> int:
    """Put an item to be voted on onto the meeting's agenda; return its id. (No page would: a group decides nothing.)"""
    meeting_id = session.scalar(sa.select(Meeting.id).where(Meeting.gathering_id == gathering_id))
    what = {"ordinal": 1, "sort": "full_membership", "title": f"{canary}转正", "person_id": person_id}
    return add(session, AgendaItem, meeting_id=meeting_id, added_at=at, added_by=by, **what)


def _opinion(session, met, corner: Corner, *, at) -> dict[str, int]:
    """Put an opinion of the corner's person about another, and a dated stage, into the corner's meeting."""
    meeting_id = next(one.id for one in met.meetings if one.kind.code == KIND)
    near = sa.select(Belonging.person_id).where(Belonging.branch_id == corner.line[1].id)
    other = session.scalar(near.where(Belonging.person_id != corner.person_id).order_by(Belonging.person_id.desc()))
    add(session, OrgLifeStage, meeting_id=meeting_id, stage="study", happened_on=met.day, at=at, by_id=other)
    said = {"about_id": other, "by_id": corner.person_id, "text": f"{corner.meets.canary}批评意见", "at": at}
    return {"opinion_id": add(session, Criticism, meeting_id=meeting_id, **said)}


def _appraisal(session, corner: Corner, *, by: int, at) -> dict[str, int]:
    """Appraise the branch up to the decision, if that is not done yet, with a reason for too many excellent."""
    branch_id, year = corner.above("branch")[0], clock.day_of(at).year
    if session.scalar(sa.select(Appraisal.id).where(Appraisal.branch_id == branch_id)):
        return {}
    reason = {"over_reason": f"{corner.meets.canary}攻关骨干多", "version": 1}
    row_id = add(session, Appraisal, branch_id=branch_id, year=year, **reason)
    for step in STEPS[:6]:
        done = {"step": step, "happened_on": clock.day_of(at), "at": at, "by_id": by}
        add(session, AppraisalStep, appraisal_id=row_id, **done)
    for line in members_on(session, branch_id, clock.day_of(at)):
        told = {"ballots": 9, "excellent": 4, "qualified": 5, "basically": 0, "unqualified": 0, "proposed": "excellent"}
        more = told | {"decided": "excellent"} if line.is_graded else {}
        add(session, Appraised, appraisal_id=row_id, person_id=line.person_id, is_graded=line.is_graded, **more)
    return {}


def _minutes(session, met, item_id: int, corner: Corner, *, by: int, at) -> dict[str, int]:
    """Begin the minutes of the corner's meeting, written by its person, with something resolved; return the ids."""
    meeting_id, canary, person_id = met.meetings[0].id, corner.meets.canary, corner.person_id
    chair = session.scalar(sa.select(Person.id).where(Person.name.like("何%"), Person.id != person_id).limit(1))
    written = {"begun_at": at, "begun_by": by, "edited_at": at, "edited_by": by, "ended_at": at, "version": 1}
    add(session, Minutes, meeting_id=meeting_id, chair_id=chair, recorder_id=person_id, **written)
    add(session, Gist, item_id=item_id, text=f"{canary}要点")
    task = {"text": f"{canary}议定", "owner_id": person_id, "progress": "open", "moved_at": at, "moved_by": by}
    resolution_id = add(session, Resolution, item_id=item_id, unit_id=corner.meets.id, **task)
    return {"item_id": item_id, "meeting_id": meeting_id, "resolution_id": resolution_id}


def _what_was_done(session, corner: Corner, *, at) -> dict[str, int]:
    """Put an activity of the corner's person, with a photo and under a theme, and a problem of theirs into a corner."""
    canary, person_id, branch = corner.meets.canary, corner.person_id, corner.above("branch")[0]
    where = {"branch": branch, "text": f"{canary}查隐患"}
    part_of = theme(session, corner.meets.id, branch, by=person_id, title=f"{canary}主题活动")
    done = activity(session, corner.meets.id, by=person_id, people=(person_id,), at=at, theme_id=part_of.id, **where)
    picture = io.BytesIO()
    Image.new("RGB", (8, 6)).save(picture, "PNG")
    stored = store(current_app.config["SETTINGS"].data_dir, repaint(picture.getvalue()))
    photo_id = add(session, Photo, activity_id=done.id, by_id=person_id, at=at, **stored.columns)
    left = problem(session, corner.meets.id, owner=person_id, due_on=clock.day_of(at), **where)
    return {"activity_id": done.id, "photo_id": photo_id, "problem_id": left.id, "theme_id": part_of.id}


def _fill_scores(session, corner: Corner, *, at) -> dict[str, int]:
    """Put a declaration with an objection to it into a corner; return its id."""
    (group, branch, *_above), person_id, canary = corner.line, corner.person_id, corner.meets.canary
    day = clock.day_of(at)
    made = declaration(
        session, person_id, branch.id, group_id=group.id, text=f"{canary}申报", state="disputed", public_from=day,
        public_until=day, meeting_ref=f"{canary}支委会", awarded=20,
    )  # fmt: skip
    said = {"by_id": person_id, "text": f"{canary}异议", "at": at, "answer_due_on": day}
    add(session, Objection, declaration_id=made.id, **said)
    return {"declaration_id": made.id}


def _talk(session, corner: Corner, *, at) -> int:
    """Put a talk, with a summary, of the corner's person and somebody not of the cast into a corner; return its id."""
    branch, person_id, canary = corner.above("branch")[0], corner.person_id, corner.meets.canary
    others = sa.select(Person.id).join(Belonging, Belonging.person_id == Person.id)
    other = session.scalar(others.where(Belonging.branch_id == branch, Person.name.like("吴%")).limit(1))
    return talk(session, branch, person_id, other, at=at, summary=f"{canary}谈话内容")


def _fill_ledger(session, corner: Corner, *, at) -> None:
    """Put a line of the plan, dues paid, an honour and a visit of the corner's person into its branch."""
    branch, person_id, canary, day = corner.above("branch")[0], corner.person_id, corner.meets.canary, clock.day_of(at)
    where = {"branch_id": branch, "by_id": person_id, "at": at}
    add(session, PlanLine, year=day.year, month=day.month, text=f"{canary}计划", **where)
    where["person_id"] = person_id
    add(session, DuesPayment, month=f"{day:%Y-%m}", **where)
    add(session, Honour, title=f"{canary}标兵", level="unit", awarded_by=f"{canary}党委", awarded_on=day, **where)
    add(session, CareVisit, occasion="ill", on_day=day, visitor_id=person_id, text=f"{canary}看望", **where)
    add(session, AdmissionStep, step="oath", on_day=day, **where)


def _meeting(session, corner: Corner, *, by: int, at):
    canary = corner.meets.canary
    sort = {"branch": ("committee_meeting", "committee"), "party_group": ("group_meeting", "group")}
    kind, circle = sort[corner.meets.kind]
    what = {"kinds": (kind, KIND), "circle": circle, "place": f"{canary}会议室", "theme": f"{canary}主题"}
    met = gathering(session, corner.meets.id, by=by, starts_at=at, **what)
    return describe(session, met.id).gathering


def who_is(world: World, role: str, *, awake: bool) -> Who:
    """Return one of the cast as the policy meets them, made from the plan of the world and not from the database."""
    actor, (_name, _group, standing, post_role, unit) = world.actors[role], CAST[role]
    spot = world.units[unit] if post_role else None
    posts = (Held(post_role, spot.id, spot.kind, spot.name),) if post_role else ()
    units = (actor.branch_id, actor.group_id, None, None)
    return Who(actor.id, actor.name, actor.staff_no, None, standing, *units, posts, 0, None, awake)


def foreign_words(world: World, who: Who | None) -> set[str]:
    """Return the canaries this person must never read: those outside the own branch, the posts and all above."""
    if who is None:
        return set(world.units)
    spots = {spot.id: spot for spot in world.units.values()}
    seen = [spots[who.branch_id], *(spots[post.unit_id] for post in who.posts)]
    above, inside = list(seen), world.canaries_outside(*seen)
    while above:
        parent = spots.get(above.pop().parent_id)
        if parent:
            above.append(parent)
            inside.discard(parent.canary)
    return inside


def all_rows(session, leave_out: tuple[str, ...] = ()) -> dict[str, list]:
    """Return every row of every table but for the columns left out, in order."""
    session.rollback()
    tables = {
        table.name: [one for one in table.c if one.name not in leave_out] for table in Base.metadata.sorted_tables
    }
    return {name: sorted(map(repr, session.execute(sa.select(*columns)))) for name, columns in tables.items()}


def changed_tables(before: dict[str, list], after: dict[str, list]) -> Iterator[str]:
    """Yield the names of the tables whose rows differ."""
    return (name for name, rows in before.items() if rows != after[name])
