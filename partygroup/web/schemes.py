"""考评方案: the scheme in force in plain words; a draft, compared, published by another person (E1)."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, request

from partygroup import clock
from partygroup.activities.presets import DIMENSIONS
from partygroup.clock import Quarter
from partygroup.db import db
from partygroup.evaluation import editing, schemes
from partygroup.evaluation.formulas import FORMULAS, needed
from partygroup.evaluation.models import SchemeVersion
from partygroup.evaluation.scheme import Scheme
from partygroup.evaluation.sheets import star_name
from partygroup.evaluation.wording import FORMULA_WORDS, PARAM_WORDS, told_scheme
from partygroup.policy import Can
from partygroup.web.drafts import NEW, Drafting, Part
from partygroup.web.needs import needs
from partygroup.web.respond import respond

pages = Blueprint("schemes", __name__)
NO_FIGURE = [("", "请选")]


def _shown_indicator(body: dict, code: str) -> dict:
    """Return an indicator's form; for a new one, that of the formula asked for, if one is."""
    asked = request.values.get("formula", "")
    if code == NEW and not asked:
        return {}
    return editing.shown_indicator(body, code, editing.formula_of(body, code, asked))


def _indicator_choices(body: dict, code: str) -> dict:
    """Return what the form of an indicator offers; for a new one first the formulas."""
    formulas = [(key, formula.title, FORMULA_WORDS[key]) for key, formula in FORMULAS.items()]
    told = {"formulas": formulas, "formula": None}
    asked = request.values.get("formula", "")
    if code == NEW and not asked:
        return told
    formula, scheme = editing.formula_of(body, code, asked), Scheme.from_json(body)
    own = next((one for one in scheme.indicators if one.code == code), None)
    named = [(figure.code, f"{figure.name}（{figure.unit}）") for figure in scheme.figures.values()]
    fresh = [(f"new-{number}", f"新数据{number}") for number in range(1, editing.NEW_FIGURES + 1)]
    return told | {
        "formula": formula, "formula_title": FORMULAS[formula].title, "formula_words": FORMULA_WORDS[formula],
        "params": FORMULAS[formula].params, "labels": PARAM_WORDS[formula], "choices": [*NO_FIGURE, *named, *fresh],
        "places": editing.places_of_rows(body, code, formula), "new_figures": editing.NEW_FIGURES,
        "figures": [scheme.figures[one] for one in needed(own) if not scheme.figures[one].automatic] if own else [],
    }  # fmt: skip


def _plain(template: str, shown: Callable, change: Callable, **more) -> Part:
    """Return a part of which there is one only."""
    return Part(
        f"schemes/{template}.html",
        lambda body, _code: shown(body),
        lambda body, _code, typed, used: change(body, typed, used),
        more=lambda _body, _code: more,
    )


STARS = [(str(stars), star_name(stars)) for stars in range(1, 6)]
drafting = Drafting(
    pages, "/rules/scheme", SchemeVersion, schemes, template="schemes/draft.html",
    edit=Can.EDIT_SCHEME, publish=Can.PUBLISH_SCHEME, held_up=schemes.refusal_of_quarter, told=told_scheme,
    parts={
        "indicators": Part(
            "schemes/indicator.html", _shown_indicator, editing.with_indicator, editing.without_indicator,
            _indicator_choices, argument="indicator_code", adds=True,
        ),
        "figures": Part(
            "schemes/figure.html", editing.shown_figure,
            lambda body, code, typed, _used: editing.with_figure(body, code, typed),
            more=lambda body, code: {"figure": Scheme.from_json(body).figures[code]}, argument="figure_code",
        ),
        "weights": _plain("weights", editing.shown_weights, editing.with_weights),
        "bonus": _plain("bonus", editing.shown_bonus, editing.with_bonus, bonuses=editing.BONUSES),
        "vetoes": _plain("vetoes", editing.shown_vetoes, editing.with_vetoes, stars=STARS),
        "stars": _plain("stars", editing.shown_stars, editing.with_stars, stars=STARS, bands=editing.STARS,
                        star_name=star_name),
    },
)  # fmt: skip


@pages.get("/rules/scheme")
@needs(Can.SEE_SCHEME)
def index():
    """Show the scheme in force, or an earlier or coming version, in plain words."""
    shown = drafting.versions_shown(schemes.scheme_for(db.session, Quarter.of(clock.today())))
    return respond("schemes/scheme.html", told=told_scheme(shown["shown"].body), dimensions=DIMENSIONS, **shown)
