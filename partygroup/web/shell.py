"""What every page needs: who reads it, the nav of their role, large type, theme, and the moment it was made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import current_app, g, redirect, request, url_for
from flask_login import current_user

from partygroup import clock
from partygroup.people.models import OFFICER_ROLES, Role
from partygroup.policy import Can, may
from partygroup.web.identity import own_path

CHOICES = {"size": ("standard", "large"), "theme": ("auto", "light", "dark")}
FOREVER = 3650 * 86400
#: Forms that have an entry of their own in some nav, or none: they do not light the list above them.
NEW_PATHS = ("/meetings/new", "/activities/new", "/me/points")


@dataclass(frozen=True)
class Item:
    """One entry of the nav. `section` is the first part of the addresses under it."""

    label: str
    icon: str
    url: str
    main: bool = False
    count: int = 0

    @property
    def current(self) -> bool:
        """Say whether the page asked for lies under this entry."""
        path = request.path
        return path == self.url or (
            self.url != "/" and path.startswith(self.url + "/") and not path.startswith(NEW_PATHS)
        )


HOME = Item("首页", "home", "/")
MEETINGS = Item("会议", "cal", "/meetings")
SCAN = Item("签到", "scan", "/scan", main=True)
ACTIVITIES = Item("动态", "pulse", "/activities")
JOT = Item("记一笔", "edit", "/activities/new", main=True)
ORG = Item("组织", "merge", "/org")
INBOX = Item("待审", "inbox", "/inbox")
PEOPLE = Item("人员", "users", "/people")
IMPORTS = Item("导入", "up", "/imports", main=True)
POINTS = Item("先锋分", "gauge", "/me/points")
EVALUATION = Item("考评", "gauge", "/evaluation")
AUDIT = Item("记录", "doc", "/audit")
ME = Item("我的", "user", "/me")


def nav_of(who) -> list[Item]:
    """Return the nav of a person's highest post (design/README.md, Navigation per role): what exists, nothing else."""
    inbox = replace(INBOX, count=g.get("waiting", 0))
    if who.holds(Role.UNIT_OFFICE):
        return [HOME, ORG, IMPORTS, inbox, ME]
    if who.holds(Role.COMPANY_OFFICE):
        return [HOME, ORG, IMPORTS, EVALUATION, ME]
    if who.holds(Role.AUDITOR):
        return [HOME, ORG, EVALUATION, AUDIT, ME]
    if who.holds(Role.ACCOUNT_OFFICER):
        return [HOME, PEOPLE, ME]
    if who.holds(*OFFICER_ROLES):
        return [HOME, MEETINGS, JOT, inbox, ME]
    if who.holds(Role.GROUP_LEADER):
        return [HOME, ACTIVITIES, JOT, inbox, ME]
    return [HOME, ACTIVITIES, SCAN, POINTS, ME]


def unit_name_of(who) -> str:
    """Return the unit in the brand line: of the highest office, else the group and branch."""
    for role in (Role.COMPANY_OFFICE, Role.UNIT_OFFICE, Role.AUDITOR, Role.ACCOUNT_OFFICER):
        for post in who.posts:
            if post.role == role:
                return post.unit_name
    if who.holds(*OFFICER_ROLES):
        return who.branch_name or ""
    return who.group_name or who.branch_name or ""


@dataclass(frozen=True)
class Reader:
    """The person a page is made for, as templates see them."""

    who: object
    unit_name: str

    def __getattr__(self, name):
        return getattr(self.who, name)


def context() -> dict:
    """Return what every template may use. Templates ask `may(Can.X, place)` to hide what would be refused."""
    who = g.get("_login_user") if g.get("bare") else current_user._get_current_object()
    who = who if who is not None and who.is_authenticated else None
    return {
        "me": Reader(who, unit_name_of(who)) if who else None,
        "nav": nav_of(who) if who else [],
        "now": clock.now(),
        "Can": Can,
        "may": lambda can, place: who is not None and may(who, can, place),
        "size": _choice("size"),
        "theme": _choice("theme"),
    }


def _choice(name: str) -> str:
    chosen = request.cookies.get(name)
    return chosen if chosen in CHOICES[name] else CHOICES[name][0]


def remember_choice():
    """Keep a choice of type size or theme from the address in a cookie, and go on to the page without it."""
    chosen = {name: request.args[name] for name in CHOICES if request.args.get(name) in CHOICES[name]}
    if not chosen or request.method != "GET":
        return None
    rest = {name: value for name, value in request.args.items() if name not in chosen}
    path = own_path(request.path) or url_for("home.home")
    response = redirect(f"{path}?{urlencode(rest)}" if rest else path, 303)
    for name, value in chosen.items():
        response.set_cookie(
            name, value, max_age=FOREVER, secure=current_app.config["HTTPS"], httponly=True, samesite="Lax"
        )
    return response
