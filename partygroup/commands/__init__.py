"""The operator's commands: `flask NAME`; `install` lists them. The longer ones have a file each beside this."""

from __future__ import annotations

from importlib import import_module

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from partygroup import clock
from partygroup.activities.photos import sweep
from partygroup.attendance.actions import close_overdue
from partygroup.commands.backup import backup, restore
from partygroup.commands.deliver import deliver
from partygroup.commands.doctor import doctor
from partygroup.commands.imports import import_figures, import_roster
from partygroup.commands.verify import verify
from partygroup.db import db, tell_planner, transaction
from partygroup.errors import NotFound, Refused
from partygroup.evaluation.importing import purge_previews as purge_figures
from partygroup.evaluation.schemes import install_scheme
from partygroup.meetings.actions import install_presets
from partygroup.org.actions import found_unit
from partygroup.org.models import Placement, Unit, UnitKind
from partygroup.org.queries import company
from partygroup.org.rules import refusal_to_found
from partygroup.people.actions import grant_post
from partygroup.people.logins import issue_activation
from partygroup.people.models import Person, Role
from partygroup.people.queries import get_profile
from partygroup.people.roster import purge_previews
from partygroup.scores.settling import settle as settle_scores
from partygroup.scores.tabling import install_rule_table
from partygroup.text import squeeze
from partygroup.workdays import install_workdays

#: Posts of the company committee, which no page gives.
COMPANY_POSTS = (Role.COMPANY_OFFICE, Role.ACCOUNT_OFFICER, Role.AUDITOR)


def install(app) -> None:
    """Bind the commands to the application."""
    for command in (
        init,
        demo,
        demo_logins,
        import_roster,
        import_figures,
        appoint,
        backup,
        restore,
        settle,
        deliver,
        verify,
        doctor,
    ):
        app.cli.add_command(command)


def progress_bar() -> Progress:
    """Return the bar of long commands."""
    return Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
                    TimeElapsedColumn())  # fmt: skip


@click.command()
@click.option("--company", default=None, help="Name of the company committee, founded if there is none yet.")
@with_appcontext
def init(company: str | None) -> None:
    """Bring the database to the newest migration and install the presets: meeting kinds, working days, rules."""
    name = None if company is None else squeeze(company)
    if name is not None and (reason := refusal_to_found(UnitKind.COMPANY, None, name)):
        raise click.ClickException(reason)
    with current_app.app_context():  # its connection reads first and would hold the write lock
        current_app.extensions["alembic"].upgrade()
    with transaction(db.session):
        added = install_presets(db.session, at=clock.now())
        days = install_workdays(db.session)
        tables = install_rule_table(db.session, at=clock.now())
        schemes = install_scheme(db.session, at=clock.now())
        tell_planner(db.session)
        stands_as = found_company(name) if name else None
    click.echo(
        f"database ready, {added} meeting kinds, {days} days of the work calendar, {tables} rule tables"
        f" and {schemes} evaluation schemes added"
    )
    if name and stands_as != name:
        raise click.ClickException(f"公司党委已经设立，名叫“{stands_as}”，没有另设“{name}”。")


def found_company(name: str) -> str:
    """Found the one company with its committee, unless it stands already; return the name that it has."""
    places = sa.select(Placement.name).join(Unit, Unit.id == Placement.unit_id).where(Unit.kind == UnitKind.COMPANY)
    if stands_as := db.session.scalar(places.order_by(Placement.from_on.desc()).limit(1)):
        return squeeze(stands_as)
    today = clock.today()
    found_unit(db.session, UnitKind.COMPANY, name=name, parent_id=None, from_on=today.replace(month=1, day=1),
               by=None, at=clock.now())  # fmt: skip
    return name


@click.command()
@click.option("--full", is_flag=True, help="The whole company: 247 branches, about 5,000 members.")
@with_appcontext
def demo(full: bool) -> None:
    """Fill an empty database with an invented company."""
    company = import_module("partygroup.demo")
    if not company.is_empty(db.session):
        click.echo("the database holds data already; nothing was changed")
        return
    with progress_bar() as bar, transaction(db.session):
        company.fill(db.session, full=full, at=clock.now(), progress=bar)
    click.echo("demo company ready")


@click.command("demo-logins")
@with_appcontext
def demo_logins() -> None:
    """Print one login of each role of the demo company, if it is there."""
    for role, staff_no, name, password, unit in import_module("partygroup.demo").demo_logins(db.session):
        click.echo(f"  {role}\t{staff_no}\t{password}\t{name}（{unit}）")


@click.command()
@click.argument("staff_no")
@click.argument("post", type=click.Choice([role.value for role in COMPANY_POSTS]))
@with_appcontext
def appoint(staff_no: str, post: str) -> None:
    """Give somebody of the roster a post of the company committee, and print a new activation code for the login.

    No page gives these posts, so that a company's first office begins here. Who holds it already gets the code only.
    """
    staff_no = squeeze(staff_no, 40).upper()
    try:
        with transaction(db.session):
            name, code = _appoint(db.session, staff_no, post, at=clock.now())
    except NotFound:
        raise click.ClickException("没有这家公司或这个工号，请先运行 flask init --company，再导入花名册。") from None
    except Refused as refusal:
        raise click.ClickException(refusal.reason) from None
    click.echo(f"{name}（{staff_no}）：激活码 {code[:5]} {code[5:]}，只显示这一次，14 天内有效。")


def _appoint(session, staff_no: str, post: str, *, at) -> tuple[str, str]:
    """Return name and activation code of whoever now holds the post; raise NotFound or Refused."""
    company_id = company(session).id
    person_id = session.scalar(sa.select(Person.id).where(Person.staff_no == staff_no))
    if person_id is None:
        raise NotFound
    profile = get_profile(session, person_id, clock.day_of(at))
    if post not in [held.role for held in profile.posts]:
        grant_post(session, profile, role=post, unit_id=company_id, by=None, at=at)
    return profile.person.name, issue_activation(session, person_id, by=None, at=at)


@click.command()
@with_appcontext
def settle() -> None:
    """Do what time has decided: meetings, points, previews.

    Close sign-ins left open for more than twelve hours; pass on declarations that a group left for seven days; let
    take effect whose publicity has ended; propose absences that nobody made up in time; drop roster previews nobody
    confirmed in seven days; tell SQLite how full its tables are. For an hourly timer; running it twice changes nothing.
    """
    with transaction(db.session):
        closed = close_overdue(db.session, at=clock.now())
    with transaction(db.session):
        settled = settle_scores(db.session, at=clock.now())
    with transaction(db.session):
        dropped = purge_previews(db.session, at=clock.now()) + purge_figures(db.session, at=clock.now())
        tell_planner(db.session)
    swept = sweep(db.session, current_app.config["SETTINGS"].data_dir, at=clock.now())
    click.echo(
        f"{closed} meetings closed, {settled.lapsed} declarations passed on, {settled.effective} took effect, "
        f"{settled.proposed} absences proposed, {dropped} previews dropped, {swept} photo files removed"
    )
