"""申报: one's own list, the form for oneself and others, and declaring from an activity in one tap (D2)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, request, url_for
from flask_login import current_user
from wtforms import ValidationError

from partygroup import clock
from partygroup.activities.models import Activity
from partygroup.db import db, transaction
from partygroup.errors import Differs, NotFound, Refused
from partygroup.people.models import OFFICER_ROLES, Role
from partygroup.points import said
from partygroup.policy import Can, Place
from partygroup.scores import declaring, from_activity, states
from partygroup.scores.declaring import TEXT_LENGTH, Claim
from partygroup.scores.listing import PAGE, Seen, declarations_of, get_activity, made_from, place_of, units_held
from partygroup.scores.models import Source
from partygroup.scores.people import Membership, members_of, memberships
from partygroup.scores.tables import Row
from partygroup.text import clean, squeeze
from partygroup.web.asked import number_asked
from partygroup.web.declared import as_shown, carry_out, declaration_of, show_page
from partygroup.web.filters import full_day
from partygroup.web.forms import BaseForm, DayField, line
from partygroup.web.needs import needs
from partygroup.web.once import Before, do_once, key_of
from partygroup.web.respond import done, respond

pages = Blueprint("declarations", __name__)
NUMBER_LENGTH = 60


# --- own list and form ------------------------------------------------------------------------------------------------


@pages.get("/declarations")
@needs(Can.SEE_OWN)
def index():
    """Show what concerns oneself, and what one has declared for others, newest first."""
    before = number_asked("before")
    rows = declarations_of(db.session, current_user.id, before=before)
    return respond("declarations/index.html", rows=rows, is_first=before is None, is_full=len(rows) == PAGE,
                   state_names=states.STATE_NAMES)  # fmt: skip


class ClaimForm(BaseForm):
    """What was done, when, for which item; a number where several share one document."""

    item = line("做的是哪一项", 40, required="请选一项。")
    text = line("做了什么", TEXT_LENGTH, required="请用一句话写明做了什么。")
    number = line("文号或证书号", NUMBER_LENGTH)
    happened_on = DayField("哪一天")

    def validate_happened_on(self, field):
        """Ask for a day when none was typed; a day that does not exist has been said to be so already."""
        if field.data is None and not field.errors:
            raise ValidationError("请写是哪一天。")

    @property
    def claim(self) -> Claim:
        """Return what was typed as a value."""
        number = squeeze(self.number.data, NUMBER_LENGTH).upper()  # typed alike or not, one document is one event
        event = f"doc:{number}" if number else None
        leads = request.form.get("leads") != "no"
        return Claim(self.item.data, self.happened_on.data, self.text.data, leads=leads, event=event)


def people_to_choose() -> list[Membership]:
    """Return for whom this person may declare: oneself, the own group as its leader, the branch as its officer."""
    led = [*units_held(current_user, Role.GROUP_LEADER), *units_held(current_user, *OFFICER_ROLES)]
    if not led:
        return []
    people = members_of(db.session, led, clock.today())
    return sorted(people, key=lambda one: one.person_id != current_user.id)


def items_to_choose(choice: Choice) -> list[tuple[str, str]]:
    """Return (code, words with points) of what this person may declare, or enter for the branch, today."""
    if choice.for_branch:
        rows = _enterable(choice.branch_id, choice.person_id)
    else:
        _, table = declaring.table_on(db.session, clock.today())
        rows = [row for row in table.rows.values() if Source.DECLARED in row.line.sources]
    return [(row.item.code, said_of(row)) for row in rows]


def _enterable(branch_id: int, person_id: int = 0) -> list[Row]:
    return declaring.may_enter(db.session, branch_id, person_id, by=current_user.id, day=clock.today())


def said_of(row: Row) -> str:
    """Return an item with its points, as a chip says it."""
    points = row.item.points
    return f"{row.item.name} {'+' if points > 0 else ''}{said(points)}"


def place_for(person: Membership) -> Place:
    """Return where a declaration for somebody would belong."""
    return place_of(db.session, person.branch_id, person.group_id, person.person_id, clock.today())


@dataclass(frozen=True)
class Choice:
    """For whom the form is: a person, oneself included, and where the policy is asked. For the branch: deductions."""

    person_id: int
    name: str
    branch_id: int | None
    place: Place
    for_branch: bool

    @property
    def source(self) -> Source:
        return Source.BRANCH if self.for_branch else Source.DECLARED


def choice_of() -> Choice:
    """Return for whom and from which source; raise NotFound for somebody out of reach."""
    person_id, for_branch = request.values.get("person", ""), request.values.get("source") == Source.BRANCH
    people = {str(one.person_id): one for one in people_to_choose()}
    if not for_branch and person_id in ("", str(current_user.id)):
        return Choice(current_user.id, current_user.name, current_user.branch_id, Place((), current_user.id), False)
    others = [one for key, one in people.items() if key == person_id or (for_branch and not person_id)]
    others = [one for one in others if one.person_id != current_user.id] if for_branch else others
    if not others:
        raise NotFound
    one = others[0]
    return Choice(one.person_id, one.name, one.branch_id, place_for(one), for_branch)


def form_page(form, choice: Choice, *, status=200, problems=None, seen: Seen | None = None, before=None):
    """Return the page of the form, new or of a draft, with what was typed."""
    from_activity = seen is not None and seen.declaration.source == Source.ACTIVITY
    return respond(
        "declarations/form.html", status=status, form=form, choice=choice, seen=seen,
        items=[(seen.told.row.item.code, said_of(seen.told.row))] if from_activity else items_to_choose(choice),
        from_activity=from_activity, people=people_to_choose() if seen is None else [],
        problems=form.problems if problems is None else problems, today=clock.today(),
        key=key_of(before), before=before, leads=request.form.get("leads", "yes"),
        enters=any(map(_enterable, units_held(current_user, *OFFICER_ROLES))), text_length=TEXT_LENGTH,
        number_length=NUMBER_LENGTH,
    )  # fmt: skip


@pages.get("/declarations/new")
@needs(Can.DECLARE)
def new():
    """Show the form: for oneself, as a leader or officer for others, as an officer for a deduction of the branch."""
    choice = choice_of()
    can = Can.ENTER_FOR_BRANCH if choice.for_branch else Can.DECLARE
    return needs(can, lambda: choice)(_new)()


def _new(choice: Choice):
    if choice.for_branch and not items_to_choose(choice):
        raise Refused("支部登记的扣分由书记、组织委员、纪检委员按分工登记，没有归您登记的。")
    return form_page(ClaimForm(happened_on=clock.today(), item=request.args.get("item", "")), choice)


@pages.post("/declarations")
@needs(Can.DECLARE)
def declare():
    """Keep a draft, or hand it in at once; a double tap makes one."""
    choice = choice_of()
    can = Can.ENTER_FOR_BRANCH if choice.for_branch else Can.DECLARE
    return needs(can, lambda: choice)(_declare)()


def _declare(choice: Choice):
    form = ClaimForm(request.form)
    if not form.validate():
        return form_page(form, choice, status=422)
    try:
        declaration_id = _declared(form, choice)
    except Differs as twice:
        return form_page(form, choice, status=twice.status, before=_before(form, choice, int(twice.kept)))
    except Refused as refusal:
        return form_page(form, choice, status=refusal.status, problems={"item": refusal.reason})
    words = "已存成草稿，还没有交上去。" if _keeps_draft() else "已交上去，到了哪一步这里都看得到。"
    return done(words, "declarations.show", declaration_id=declaration_id)


def _before(form: ClaimForm, choice: Choice, declaration_id: int) -> Before:
    """Return what the form was kept as, beside what it is now."""
    seen, claim = declaration_of(declaration_id), form.claim
    stands, names = seen.declaration, dict(items_to_choose(choice))
    kept = Claim(stands.item, stands.happened_on, stands.text, leads=stands.leads, event=stands.event)
    names.setdefault(stands.item, said_of(seen.told.row))
    return Before(
        url_for("declarations.show", declaration_id=declaration_id),
        _facts(kept, names, seen.told.name, is_draft=stands.state == states.State.DRAFT),
        _facts(claim, names, choice.name, is_draft=_keeps_draft()),
    )


def _facts(claim: Claim, names: dict[str, str], name: str, *, is_draft: bool) -> dict[str, str]:
    return {
        "给谁": name, "哪一项": names.get(claim.item, claim.item), "做了什么": claim.text,
        "哪一天": full_day(claim.happened_on), "我在里面": "牵头，或只有我" if claim.leads else "成员",
        "文号或证书号": (claim.event or "").removeprefix("doc:"), "交没交": "草稿，没交" if is_draft else "交上去",
    }  # fmt: skip


def _keeps_draft() -> bool:
    return request.form.get("act") == "keep"


def _declared(form: ClaimForm, choice: Choice) -> int:
    at, by = clock.now(), current_user.id

    def act() -> int:
        made = declaring.declare(db.session, form.claim, person_id=choice.person_id, source=choice.source, by=by, at=at)
        if not _keeps_draft():
            declaring.submit(db.session, made, by=by, at=at)
        return made.id

    return do_once(act, at=at)


# --- one ---


@pages.get("/declarations/<id:declaration_id>")
@needs(Can.SEE_DECLARATION, declaration_of)
def show(seen):
    """Show all about a declaration: what, where it is, its trace, and what this person can do now."""
    return show_page(seen)


@pages.get("/declarations/<id:declaration_id>/edit")
@needs(Can.SEE_DECLARATION, declaration_of)
def ask_edit(seen):
    """Show the form of a draft or of what came back."""
    if reason := states.refusal_to_edit(seen.declaration, current_user.id):
        raise Refused(reason)
    one = seen.declaration
    form = ClaimForm(
        item=one.item, text=one.text, happened_on=one.happened_on, number=(one.event or "").removeprefix("doc:")
    )
    return form_page(form, _choice_of(seen), seen=seen)


def _choice_of(seen: Seen) -> Choice:
    one = seen.declaration
    return Choice(one.person_id, seen.told.name, one.branch_id, seen.place, one.source == Source.BRANCH)


@pages.post("/declarations/<id:declaration_id>/edit")
@needs(Can.SEE_DECLARATION, declaration_of)
def edit(seen):
    """Keep the changed draft, or hand it in at once."""
    form = ClaimForm(request.form)
    if not form.validate():
        return form_page(form, _choice_of(seen), status=422, seen=seen)
    try:
        with transaction(db.session):
            declaring.edit(db.session, seen.declaration, form.claim, **as_shown())
            if not _keeps_draft():
                declaring.submit(db.session, seen.declaration, by=current_user.id, at=clock.now())
    except Refused as refusal:
        return form_page(form, _choice_of(seen), status=refusal.status, seen=seen, problems={"item": refusal.reason})
    return done("已改。" if _keeps_draft() else "已交上去。", "declarations.show", declaration_id=seen.id)


@pages.post("/declarations/<id:declaration_id>/submission")
@needs(Can.SEE_DECLARATION, declaration_of)
def submit(seen):
    """Hand a draft in."""
    return carry_out(seen, lambda: declaring.submit(db.session, seen.declaration, **as_shown()), "已交上去。")


@pages.post("/declarations/<id:declaration_id>/withdrawal")
@needs(Can.SEE_DECLARATION, declaration_of)
def withdraw(seen):
    """Take a submitted one back."""
    return carry_out(seen, lambda: declaring.withdraw(db.session, seen.declaration, **as_shown()), "已撤回，成了草稿。")


# --- from an activity -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Done:
    """An activity from which declarations are made, and where the policy is asked."""

    activity: Activity
    place: Place


def activity_of(activity_id: int) -> Done:
    """Return the activity if this person may see it; raise NotFound."""
    today = clock.today()
    activity = get_activity(db.session, activity_id, current_user, today)
    return Done(activity, place_of(db.session, activity.branch_id, activity.unit_id, None, today))


@pages.get("/activities/<id:activity_id>/declarations")
@needs(Can.DECLARE_ACTIVITY, activity_of)
def ask_activity(found):
    """Show what an activity may become, for everybody who took part; and what was declared from it already."""
    return _activity_page(found.activity)


def _activity_page(activity: Activity, *, problems: dict | None = None, status: int = 200):
    _, table = declaring.table_on(db.session, activity.happened_on)
    elsewhere = from_activity.claimed_elsewhere(db.session, activity)
    willing = from_activity.willing(db.session, activity)
    named = [one for one in willing if one.person_id not in elsewhere]
    rows = from_activity.rows_for_activity(activity, table)
    people = memberships(db.session, [one.person_id for one in named], activity.happened_on)
    made = made_from(db.session, activity.id)
    return respond(
        "declarations/activity.html", activity=activity, made=made, state_names=states.STATE_NAMES, status=status,
        is_mine=any(not states.refusal_to_take_back(one.declaration, current_user.id) for one in made),
        items=[(code, said_of(row)) for code, row in rows.items()],
        people=people.keys() - {one.declaration.person_id for one in made}, elsewhere=len(willing) - len(named),
        choices=[(one.person_id, one.name) for one in people.values()],
        lead=request.form.get("lead", type=int) or from_activity.usual_lead(activity, named),
        is_shared=any(row.line.team is not None for row in rows.values()),
        item=request.form.get("item") or next(iter(rows), ""), problems=problems or {},
    )  # fmt: skip


@pages.post("/activities/<id:activity_id>/declarations")
@needs(Can.DECLARE_ACTIVITY, activity_of)
def declare_activity(found):
    """Declare for everybody who took part, in one tap; a second tap changes nothing and says so."""
    item, lead = clean(request.form.get("item"), 40), request.form.get("lead", type=int)
    try:
        with transaction(db.session):
            made = from_activity.declare_activity(
                db.session, found.activity, item=item, by=current_user.id, at=clock.now(), lead=lead
            )
    except Refused as refusal:
        return _activity_page(found.activity, problems={"item": refusal.reason}, status=refusal.status)
    words = f"已为 {len(made)} 人申报。" if made else "这次活动已经申报过，没有重复申报。"
    return done(words, "declarations.ask_activity", activity_id=found.activity.id)


@pages.post("/activities/<id:activity_id>/declarations/undoing")
@needs(Can.DECLARE_ACTIVITY, activity_of)
def undo_activity(found):
    """Undo that tap, as long as nobody else has looked at what it made."""
    with transaction(db.session):
        count = from_activity.take_back(db.session, found.activity, by=current_user.id, at=clock.now())
    return done(f"已撤回 {count} 人的申报。", "activities.show", activity_id=found.activity.id)
