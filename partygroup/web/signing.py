"""Signing in: the scanned code, the desk, the mark, the receipt. The page that must be fastest and smallest of all."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, after_this_request, current_app, redirect, request, url_for
from flask_login import current_user

from partygroup import clock
from partygroup.attendance import codes
from partygroup.attendance.actions import count_spoken_try, sign_in, sign_in_late
from partygroup.attendance.mine import my_gatherings, my_receipt
from partygroup.attendance.models import Door
from partygroup.attendance.queries import find_desk, get_desk, get_desks, nearest_desk, other_sittings, own_desk
from partygroup.attendance.rules import refusal_to_sign_in
from partygroup.db import db, transaction
from partygroup.errors import Differs, NotFound, Refused
from partygroup.meetings.queries import describe
from partygroup.people.rules import seniority_years
from partygroup.policy import Can
from partygroup.scores.queries import refusal_of_late_mark
from partygroup.text import squeeze
from partygroup.web.filters import full
from partygroup.web.needs import needs
from partygroup.web.once import Before, do_once
from partygroup.web.respond import by_outbox, done, of_today, respond
from partygroup.web.security import use_camera

pages = Blueprint("signing", __name__)
TICKET, TICKET_SECONDS = "ticket", 12 * 3600
DAY_SECONDS = 24 * 3600


def _keys():
    return current_app.config["SECRET_KEYS"]


def _step(at) -> int:
    return codes.step_of(at, current_app.config["SETTINGS"].step_seconds)


def _ticket_for(gathering_id: int) -> codes.Ticket | None:
    ticket = codes.read_ticket(_keys(), request.cookies.get(TICKET))
    return ticket if ticket and ticket.gathering_id == gathering_id else None


def ticket_held() -> int | None:
    """Return the gathering whose code this phone has scanned and not used yet, by its cookie."""
    ticket = codes.read_ticket(_keys(), request.cookies.get(TICKET))
    return ticket.gathering_id if ticket else None


def _ticket_sent(gathering_id: int) -> codes.Ticket | None:
    """Return the ticket that lay in a form while it waited on the phone: its cookie may have ended meanwhile."""
    ticket = codes.read_ticket(_keys(), request.form.get(TICKET), current_user.id) if by_outbox() else None
    return ticket if ticket and ticket.gathering_id == gathering_id else None


def _keep_ticket(ticket: codes.Ticket | None) -> None:
    @after_this_request
    def put(response):
        if ticket is None:
            response.delete_cookie(TICKET, path="/")
        else:
            response.set_cookie(
                TICKET, codes.write_ticket(_keys(), ticket), max_age=TICKET_SECONDS, path="/",
                secure=current_app.config["HTTPS"], httponly=True, samesite="Lax",
            )  # fmt: skip
        return response


@pages.get("/q/<code>")
@pages.get("/Q/<code>", endpoint="scan")
def scan(code: str):
    """Answer a scanned code: a live one becomes a ticket at once, whatever login or network still take."""
    at, sitting_id = clock.now(), codes.sitting_id_in(code)
    who = current_user if current_user.is_authenticated else None
    desk = find_desk(db.session, sitting_id=sitting_id, person_id=who and who.id) if sitting_id else None
    if desk is None:
        return _outcome("这不是签到码", "scan", "late", ["请扫会场屏幕上的签到码。"], [("回首页", "/", True)], 404)
    now_step, own = _step(at), own_desk(db.session, desk, who and who.id)
    held = _ticket_at(own, _ticket_for(own.gathering_id) or _ticket_for(desk.gathering_id))
    if codes.step_shown(_keys(), desk.gathering_id, desk.sitting_id, code, now_step) is not None:
        is_held = held and held.sitting_id == own.sitting_id and held.is_honoured(own.opened_at or at, at)
        ticket = held if is_held else codes.Ticket(own.gathering_id, own.sitting_id, at)
        _keep_ticket(ticket)
        return _desk_page(own, ticket, at)
    if held:
        return _desk_page(own, held, at)
    return _stale(code, desk, now_step)


def _ticket_at(own, ticket: codes.Ticket | None) -> codes.Ticket | None:
    """Return a ticket as one for the own desk: of a joint meeting any branch's code is right (联合)."""
    if ticket is None or ticket.gathering_id == own.gathering_id:
        return ticket
    return replace(ticket, gathering_id=own.gathering_id, sitting_id=own.sitting_id)


def _stale(code, desk, now_step):
    first = now_step - DAY_SECONDS // current_app.config["SETTINGS"].step_seconds
    ways = [
        ("输 6 位口令", url_for("signing.desk", gathering_id=desk.gathering_id), True),
        ("再扫一次", url_for("signing.ways"), False),
    ]
    if codes.step_within(_keys(), desk.gathering_id, desk.sitting_id, code, first, now_step + 2) is not None:
        step = current_app.config["SETTINGS"].step_seconds
        lines = [f"签到码每 {step} 秒换一次。请对准会场屏幕再扫。", "还不行？请主持人给您补签。"]
        return _outcome("这个码过期了", "clock", "warn", lines, ways, 422)
    lines = ["请对准会场屏幕上的码再扫一次。"]
    return _outcome("认不出这个签到码", "scan", "late", lines, ways[1:], 404)


def _outcome(title, icon_name, tone, lines, actions, status=200):
    return respond(
        "attendance/result.html", status=status, title=title, icon_name=icon_name, tone=tone, lines=lines,
        actions=actions,
    )  # fmt: skip


def _desk_page(desk, ticket, at):
    """Render the desk as this person finds it: sign in, wait for the opening, log in first, or the reason why not."""
    who = current_user if current_user.is_authenticated else None
    if who and desk.is_signed:
        return redirect(url_for("signing.receipt", gathering_id=desk.gathering_id), 303)
    described = describe(db.session, desk.gathering_id)
    is_early = desk.opened_at is None and not desk.cancelled_at
    refusal = refusal_to_sign_in(desk, at) if who and not is_early else None
    if ticket and not is_early and not ticket.is_honoured(desk.opened_at, at):
        ticket = None
    return respond(
        "signing/desk.html",
        fragment="signing/_desk.html",
        desk=desk,
        met=described,
        sitting=described.sitting(desk.sitting_id, at),
        ticket=ticket,
        ticket_text=codes.write_ticket(_keys(), ticket, who.id) if ticket and who else None,
        is_early=is_early,
        refusal=refusal,
        back_here=url_for("signing.desk", gathering_id=desk.gathering_id),
        error=None,
        step=current_app.config["SETTINGS"].step_seconds,
    )


@pages.get("/meetings/<id:gathering_id>/sign-in")
@needs(Can.SIGN_IN)
def desk(gathering_id: int):
    """Show the desk again: after logging in, while waiting for the opening, or to type the spoken code."""
    ticket = _ticket_for(gathering_id)
    if ticket:
        found = find_desk(db.session, sitting_id=ticket.sitting_id, person_id=current_user.id)
    else:
        found = get_desk(db.session, gathering_id=gathering_id, person_id=current_user.id, at=clock.now())
    own = found and own_desk(db.session, found, current_user.id)
    if own is None or (ticket is None and own.counting is None and not _concerns_me(gathering_id)):
        raise NotFound
    if ticket and own is not found:
        ticket = _ticket_at(own, ticket)
        _keep_ticket(ticket)
    return _desk_page(own, ticket, clock.now())


def _concerns_me(gathering_id: int) -> bool:
    mine = my_gatherings(db.session, current_user, clock.today())
    return any(one.convened.id == gathering_id for one in mine)


@pages.post("/meetings/<id:gathering_id>/sign-ins")
@needs(Can.SIGN_IN, back="signing.desk")
def make(gathering_id: int):
    """Sign in by ticket, or by the spoken code: one tap, once, however often it is sent."""
    at, ticket = clock.now(), _ticket_sent(gathering_id) or _ticket_for(gathering_id)
    spoken = squeeze(request.form.get("spoken"), 20)
    if ticket and not spoken:
        desk, is_told = find_desk(db.session, sitting_id=ticket.sitting_id, person_id=current_user.id), False
    else:
        desk, is_told = _desk_told(gathering_id, spoken, at)
    desk = desk and own_desk(db.session, desk, current_user.id)
    if desk is None or (desk.counting is None and not ticket and desk.opened_at):
        raise NotFound
    ticket, gathering_id = _ticket_at(desk, ticket), desk.gathering_id
    is_late = by_outbox() and ticket and not spoken and desk.opened_at and _is_over(desk, ticket, at)
    if not desk.is_signed and not is_late and (problem := _proof_missing(desk, ticket, spoken, is_told, at)):
        return problem
    happened_at = ticket.first_seen if ticket and not spoken else at
    door = Door.SPOKEN if spoken else Door.CODE

    def act() -> int:
        if is_late:
            require_open_quarter(desk, current_user.id)
            sign_in_late(db.session, desk, person_id=current_user.id, seen_at=ticket.first_seen, at=at)
        else:
            sign_in(db.session, desk, person_id=current_user.id, door=door, happened_at=min(happened_at, at), at=at)
        return gathering_id

    try:
        do_once(act, at=at, meeting=gathering_id)
    except Differs as twice:
        return twice_page(int(twice.kept), gathering_id)
    _keep_ticket(None)
    return done("", "signing.receipt", gathering_id=gathering_id)


def require_open_quarter(desk, person_id: int) -> None:
    """Refuse a sign-in sent later (补传) whose quarter was closed meanwhile: a person decides about it then."""
    reason = None if desk.is_signed else refusal_of_late_mark(db.session, person_id, clock.day_of(desk.starts_at))
    if reason:
        raise Refused(reason)


def _is_over(desk, ticket, at) -> bool:
    """Say whether a ticket signs in only as a late one: it is old, or the meeting was closed meanwhile."""
    return desk.closed_at is not None or not ticket.is_honoured(desk.opened_at, at)


def twice_page(kept_id: int, gathering_id: int | None):
    """Answer a sign-in whose key came before with another code: the one that stands, and this one, which does not."""
    got = my_receipt(db.session, kept_id, current_user.id)
    desk_url = gathering_id and url_for("signing.desk", gathering_id=gathering_id)
    both = Before(
        url_for("signing.receipt", gathering_id=kept_id),
        {"哪个会": _said_of(kept_id), "签到": full(got.happened_at)},
        {"哪个会": _said_of(gathering_id) if gathering_id else "认不出的码", "签到": "这一次没有签"},
        "这次签到交过一次，内容不一样",
    )
    return respond("signing/twice.html", status=409, before=both, desk_url=desk_url)


def _said_of(gathering_id: int) -> str:
    met = describe(db.session, gathering_id)
    return f"{met.kinds}，{full(met.starts_at)}"


def _desk_told(gathering_id: int, spoken: str, at):
    """Return the desk of the sitting whose six digits were typed, else of the one nearest to now, and whether they are.

    Of a joint meeting the digits of any branch's code are right. Raise NotFound.
    """
    step, desks = _step(at), get_desks(db.session, gathering_id=gathering_id, person_id=current_user.id)
    sittings = [(one.gathering_id, one.sitting_id, one.starts_at) for one in desks] if spoken else []
    told = _starts_told(sittings, spoken, step)
    if spoken and told is None:
        told = _starts_told(other_sittings(db.session, gathering_id), spoken, step)
    return nearest_desk(desks, told or at), told is not None


def _starts_told(sittings, spoken: str, step: int):
    """Return when the sitting starts whose six digits these are; None if they are nobody's."""
    right = (
        starts_at
        for gathering_id, sitting_id, starts_at in sittings
        if codes.is_spoken(_keys(), gathering_id, sitting_id, spoken, step)
    )
    return next(right, None)


def _proof_missing(desk, ticket, spoken, is_told: bool, at):
    """Return the answer to somebody with neither an honoured ticket nor the right six digits; None if all is well."""
    if spoken:
        return _spoken_problem(desk, is_told, at)
    if ticket and (ticket.is_honoured(desk.opened_at, at) or desk.opened_at is None):
        return None
    lines = ["扫码后 10 分钟内有效。请对准会场屏幕再扫，或输 6 位口令。"]
    way = [("输 6 位口令", url_for("signing.desk", gathering_id=desk.gathering_id), True), ("回首页", "/", False)]
    return _outcome("请再扫一次", "clock", "warn", lines, way, 422)


def _spoken_problem(desk, is_told: bool, at):
    step = _step(at)
    with transaction(db.session):
        is_tried_out = count_spoken_try(db.session, desk.sitting_id, current_user.id, step, at=at)
    error = None
    if is_tried_out:
        error = "这一组试得多了，等屏幕换了码再输。"
    elif not is_told:
        error = "口令不对或已经换了，看屏幕上最新的一组。"
    if error is None:
        return None
    met = describe(db.session, desk.gathering_id)
    return respond(
        "signing/desk.html", status=422, desk=desk, met=met, sitting=met.sitting(desk.sitting_id, at), ticket=None,
        is_early=desk.opened_at is None, refusal=None, error=error, step=current_app.config["SETTINGS"].step_seconds,
        back_here=url_for("signing.desk", gathering_id=desk.gathering_id),
    )  # fmt: skip


@pages.get("/meetings/<id:gathering_id>/receipt")
@needs(Can.SIGN_IN)
def receipt(gathering_id: int):
    """Show the short ceremony of having come."""
    got = my_receipt(db.session, gathering_id, current_user.id)
    met = describe(db.session, gathering_id)
    return respond(
        "meetings/receipt.html",
        name=current_user.name,
        where=met.full_unit,
        kind=met.kinds,
        signed_at=got.happened_at,
        sent_later=got.sent_later,
        present=got.present,
        due=got.due,
        seniority=seniority_years(current_user.full_on, clock.today()),
        starts_at=got.starts_at,
        late_minutes=got.late,
        meeting_url=url_for("meetings.show", gathering_id=gathering_id),
    )


@pages.get("/scan")
@needs(Can.SIGN_IN)
def ways():
    """Show the ways to sign in: any scanner, or the six digits of a meeting of today."""
    today = clock.today()
    mine = [one for one in my_gatherings(db.session, current_user, today) if one.convened.gathering.day <= today]
    of_today()
    use_camera()
    return respond("signing/ways.html", mine=mine)
