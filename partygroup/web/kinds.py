"""会议规则: every kind of meeting in plain words, and its frequency for the company office to set (B1)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, request
from flask_login import current_user
from wtforms import StringField, ValidationError
from wtforms.validators import AnyOf, Regexp

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.errors import NotFound, Refused
from partygroup.meetings.actions import revise_kind
from partygroup.meetings.models import Kind
from partygroup.meetings.presets import KindSpec
from partygroup.meetings.queries import kinds_in_force
from partygroup.org.queries import company
from partygroup.people.models import ROLE_NAMES, STANDING_NAMES
from partygroup.policy import Can, Place, units_where
from partygroup.web.forms import BaseForm, line
from partygroup.web.needs import needs
from partygroup.web.respond import done, respond

pages = Blueprint("kinds", __name__)
PERIODS = {"month": "每月", "quarter": "每季度", "year": "每年", "term": "每届"}
CIRCLES = {"members": "支部全体党员", "group": "党小组全体党员", "committee": "支部委员会委员",
           "pair": "两个人之间，不用召集，谈过了在“我的 · 谈心谈话”里记"}  # fmt: skip
MARKS = {
    "R": "党内法规的规定", "R2": "党内法规的规定，原文待核", "P": "各单位的通行做法", "D": "建议做法",
}  # fmt: skip


@dataclass(frozen=True)
class KindInWords:
    """A kind's rules as people say them."""

    code: str
    version: int
    rules: KindSpec

    @property
    def name(self) -> str:
        return self.rules.name

    @property
    def frequency(self) -> str:
        """Return how often, a reminder and no limit."""
        return f"{PERIODS[self.rules.per]}至少 {self.rules.at_least} 次" if self.rules.per else "不定期"

    @property
    def due(self) -> str:
        """Return who is due, and who is welcome besides."""
        circles = "，或".join(CIRCLES[circle] for circle in self.rules.circles)
        welcome = "、".join(STANDING_NAMES[standing] for standing in self.rules.welcomes)
        return f"{circles}；{welcome}可以列席" if welcome else circles

    @property
    def chair(self) -> str:
        return "、".join(ROLE_NAMES[role] for role in self.rules.chair)

    @property
    def quorum(self) -> str | None:
        """Return how many have to be there before anything is put to the vote; None where nothing is decided."""
        share = self.rules.quorum
        return share and f"{self._voters}的{self._share(share)}到会才能开"

    @property
    def passing(self) -> str | None:
        """Return how many have to be for it; None where nothing is decided."""
        share = self.rules.passing
        return share and f"赞成票{self._share(share)}才算通过，以{self._voters}的人数为准"

    @property
    def _voters(self) -> str:
        return "应到委员" if self.rules.circles[0] == "committee" else "应到有表决权的党员"

    @staticmethod
    def _share(share) -> str:
        if (share.num, share.den) == (1, 2):
            return "超过半数" if share.strict else "半数以上（含半数）"
        return f"{'超过' if share.strict else '至少'} {share.den} 分之 {share.num} "

    @property
    def mark(self) -> str:
        return MARKS[self.rules.mark]


def in_words(kind: Kind) -> KindInWords:
    """Return a kind's version in words."""
    return KindInWords(kind.code, kind.version, kind.rules)


@dataclass(frozen=True)
class SeenKind:
    """A kind in force; rules are the company's."""

    kind: Kind
    place: Place


def kind_of(code: str) -> SeenKind:
    """Return the version of a kind that is in force; raise NotFound."""
    for kind in kinds_in_force(db.session):
        if kind.code == code:
            return SeenKind(kind, Place((company(db.session).id,)))
    raise NotFound


@pages.get("/rules/kinds")
@needs(Can.SEE_KINDS)
def index():
    """Show every kind: how often, who is due, who chairs, what is needed to decide, and where it comes from."""
    kinds = [in_words(kind) for kind in kinds_in_force(db.session)]
    return respond("rules/kinds.html", kinds=kinds, edits=bool(units_where(current_user, Can.EDIT_KINDS)))


@pages.get("/rules/kinds/<code>")
@needs(Can.EDIT_KINDS, kind_of)
def edit(seen):
    """Show the form of one kind."""
    return edit_page(seen, {})


def edit_page(seen: SeenKind, errors: dict, *, status: int = 200):
    """Return the form with what is in force or what was typed."""
    rules = seen.kind.rules
    typed = request.form or {"name": rules.name, "per": rules.per or "", "at_least": rules.at_least or ""}
    periods = [*PERIODS.items(), ("", "不定期")]
    return respond(
        "rules/kind.html", status=status, kind=in_words(seen.kind), typed=typed, errors=errors, periods=periods
    )


class KindForm(BaseForm):
    """What of a kind the company sets: its name and how often it is expected."""

    name = line("名称", 20, required="请写名称。")
    per = StringField("周期", [AnyOf(["", *PERIODS], "请选每月、每季度、每年、每届，或不定期。")], default="")
    at_least = StringField("至少几次", [Regexp(r"^([1-9]|[12][0-9]|3[01])?$", message="次数要在 1 到 31 之间。")])

    def validate_at_least(self, field):
        """Ask for a number unless the kind has no period."""
        if self.per.data and not field.data:
            raise ValidationError("请写次数，或把周期改为不定期。")


@pages.post("/rules/kinds/<code>")
@needs(Can.EDIT_KINDS, kind_of)
def revise(seen):
    """Put a new version in force; the former stays for the meetings held under it."""
    form = KindForm(request.form)
    if not form.validate():
        return edit_page(seen, form.problems, status=422)
    try:
        with transaction(db.session):
            revise_kind(
                db.session, seen.kind, name=form.name.data, per=form.per.data or None,
                at_least=int(form.at_least.data or 0), by=current_user.id, at=clock.now(),
            )  # fmt: skip
    except Refused as refusal:
        return edit_page(kind_of(seen.kind.code), {"name": refusal.reason}, status=refusal.status)
    return done("规则已改，从下一次召集起按新的算。", "kinds.index")
