"""免予计分和一票否决: what stands beside a member's points, each with approval or document (D1)."""

from __future__ import annotations

from flask import Blueprint, request
from flask_login import current_user

from partygroup import clock
from partygroup.clock import Quarter
from partygroup.db import db, transaction
from partygroup.errors import Refused
from partygroup.people.queries import exclusion_on
from partygroup.policy import Can, may
from partygroup.scores import cases
from partygroup.scores.facts import table_in_force
from partygroup.scores.tables import Table
from partygroup.scores.tabling import names_known
from partygroup.web.asked import number_typed, text_typed
from partygroup.web.forms import DaysForm, line
from partygroup.web.needs import needs
from partygroup.web.people import SeenPerson
from partygroup.web.points import owner_of
from partygroup.web.respond import done, respond

pages = Blueprint("cases", __name__)


class ExemptionForm(DaysForm):
    """Why somebody is outside the scheme, and who approved it."""

    reason = line("原因", 30)
    approved_by = line("由谁批准", 60, required="请写明由谁批准，如“支部委员会”。")


class VetoForm(DaysForm):
    """The ground of a veto and its document."""

    ground = line("情形", 30)
    document = line("文件号", 60, required="请写文件号：没有文件不能登记一票否决。")


def reasons() -> dict[str, str]:
    """Return the grounds of an exemption in the rules in force: code → words."""
    return _words(_table().exemptions)


def grounds() -> dict[str, str]:
    """Return the grounds of a veto in the rules in force: code → words."""
    return _words(_table().vetoes)


def _table() -> Table:
    return table_in_force(db.session, Quarter.of(clock.today()))


def _words(some) -> dict[str, str]:
    return {ground.code: ground.name for ground in some}


@pages.get("/people/<id:person_id>/points/cases")
@needs(Can.SEE_CASES, owner_of)
def show(owner):
    """Show a member's exemptions and vetoes, with the forms for those who may enter them."""
    return cases_page(owner)


def cases_page(owner: SeenPerson, *, status: int = 200, errors: dict | None = None):
    """Return the page; after a rejected form with its errors and everything typed."""
    exemptions, vetoes = cases.cases_of(db.session, owner.id)
    today = clock.today()
    runs = any(one.until_on is None or one.until_on > today for one in exemptions)
    away = None if runs else exclusion_on(db.session, owner.id, today)
    told = names_known(db.session, "exemptions") | names_known(db.session, "vetoes")
    return respond(
        "points/cases.html",
        status=status, owner=owner, exemptions=exemptions, vetoes=vetoes, reasons=reasons(), grounds=grounds(),
        told=told, today=today, errors=errors or {}, typed=request.form, away=away,
        exempts=may(current_user, Can.EXEMPT, owner.place), vetoing=may(current_user, Can.ENTER_VETO, owner.place),
    )  # fmt: skip


def _changing(owner: SeenPerson) -> dict:
    return {"unit_id": owner.profile.branch_id, "by": current_user.id, "at": clock.now()}


def _kept(owner: SeenPerson, form: DaysForm, act, words: str):
    """Do what a form asks and go on to the page; answer with the form again when it is refused."""
    if not form.validate():
        return cases_page(owner, status=422, errors=form.problems)
    try:
        with transaction(db.session):
            act()
    except Refused as refusal:
        return cases_page(owner, status=refusal.status, errors={"from_on": refusal.reason})
    return done(words, "cases.show", person_id=owner.id)


@pages.post("/people/<id:person_id>/points/exemptions")
@needs(Can.EXEMPT, owner_of)
def exempt(owner):
    """Leave a member outside the points scheme for some days."""
    form = ExemptionForm(request.form)
    return _kept(
        owner, form,
        lambda: cases.exempt(db.session, owner.id, reasons=reasons(), **form.data, **_changing(owner)),
        "已登记免予计分。",
    )  # fmt: skip


@pages.post("/people/<id:person_id>/points/exemptions/ending")
@needs(Can.EXEMPT, owner_of)
def end_exemption(owner):
    """Let a member count again from today on."""
    with transaction(db.session):
        cases.end_exemption(db.session, _number("exemption"), owner.id, until_on=clock.today(), **_changing(owner))
    return done("从今天起恢复计分。", "cases.show", person_id=owner.id)


@pages.post("/people/<id:person_id>/points/vetoes")
@needs(Can.ENTER_VETO, owner_of)
def enter_veto(owner):
    """Enter a veto with the number of its document."""
    form = VetoForm(request.form)
    return _kept(
        owner, form,
        lambda: cases.enter_veto(db.session, owner.id, grounds=grounds(), **form.data, **_changing(owner)),
        "已登记一票否决，本人能看到。",
    )  # fmt: skip


@pages.post("/people/<id:person_id>/points/vetoes/withdrawal")
@needs(Can.ENTER_VETO, owner_of)
def withdraw_veto(owner):
    """Withdraw a veto with a reason."""
    reason = text_typed("reason", 100)
    with transaction(db.session):
        cases.withdraw_veto(db.session, _number("veto"), owner.id, reason=reason, **_changing(owner))
    return done("已撤销一票否决。", "cases.show", person_id=owner.id)


def _number(name: str) -> int:
    """Return an id from the form; raise Refused for anything else."""
    chosen = number_typed(name)
    if chosen is None:
        raise Refused("请从列表里选一条，再试一次。")
    return chosen
