"""Forms of a draft of the scheme: what stands in them, and from what was typed another body, or a sentence. Pure.

`shown_…` and `with_…` go together: a form sent back as it was shown changes nothing. New codes are none that any
version has `used`: figures and vetoes of the past are still told by theirs.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from partygroup.errors import Refused
from partygroup.evaluation.formulas import FORMULAS, needed
from partygroup.evaluation.scheme import AUTOMATIC, Indicator
from partygroup.evaluation.scheme_faults import faults, unbalanced
from partygroup.evaluation.wording import PARAM_WORDS
from partygroup.points import said
from partygroup.versions import (
    free_code,
    refuse_new,
    shown_grounds,
    typed_grounds,
    typed_name,
    typed_points,
)

Typed = Mapping[str, str]
NEW = "new"
NEW_FIGURES, NEW_ROWS, MORE_ROWS, MOST_ROWS, UNIT_LENGTH = 3, 3, 1, 10, 12
BONUSES = {"award": "表彰", "practice": "经验推广"}
STARS = (5, 4, 3, 2)
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


def _one(things: Iterable[dict], code: str) -> dict:
    """Return the thing of a code; raise KeyError."""
    return {one["code"]: one for one in things}[code]


def _sound(body: dict, changed: dict) -> dict:
    """Return a changed body; raise Refused with what the change made wrong. Sums may wait until all is changed."""
    sums = set(unbalanced(changed))
    refuse_new(faults(body), (fault for fault in faults(changed) if fault not in sums))
    return changed


def _decimal(text: str, what: str) -> str:
    """Return a typed number as exact decimal text; raise Refused."""
    if not _DECIMAL.fullmatch(text.strip()):
        raise Refused(f"“{what}”请填数字，不小于0，最多六位小数，如0.15。")
    whole, _, decimals = text.strip().partition(".")
    whole, decimals = whole.lstrip("0") or "0", decimals.rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole


# --- an indicator ----------------------------------------------------------------------------------------------------


def formula_of(body: dict, code: str, asked: str = "") -> str:
    """Return the formula of an indicator, or the one asked for a new one. Raise KeyError for one that is none."""
    if code == NEW and asked not in FORMULAS:
        raise KeyError(asked)
    return asked if code == NEW else _one(body["indicators"], code)["formula"]


def shown_indicator(body: dict, code: str, formula: str) -> dict[str, str]:
    """Return the form of an indicator, or of a new one of a formula: parameters by key, rows from 1 on."""
    empty = {"name": "", "full": 0, "dimension": "", "params": {}}
    row = empty if code == NEW else _one(body["indicators"], code)
    form = {"name": row["name"], "full": said(row["full"]) if row["full"] else "", "dimension": row["dimension"]}
    for key, sort in FORMULAS[formula].params.items():
        form |= _shown_param(key, sort, row["params"].get(key))
    return form | {"formula": formula}


def _shown_param(key: str, sort: str, value) -> dict[str, str]:
    if sort == "parts":
        rows = enumerate(value or (), 1)
        return {f"{key}-{part}-{n}": text for n, (code, points) in rows
                for part, text in (("figure", code), ("points", said(points)))}  # fmt: skip
    if sort in ("rising", "falling"):
        rows = enumerate(value or (), 1)
        return {f"{key}-{part}-{n}": text for n, (bound, points) in rows
                for part, text in (("bound", bound), ("points", said(points)))}  # fmt: skip
    return {key: "" if value is None else said(value) if sort == "points" else value}


def places_of_rows(body: dict, code: str, formula: str) -> dict[str, int]:
    """Return, for each parameter with rows, how many the form has room for."""
    keys = [key for key, sort in FORMULAS[formula].params.items() if sort in ("parts", "rising", "falling")]
    if code == NEW:
        return dict.fromkeys(keys, NEW_ROWS)
    params = _one(body["indicators"], code)["params"]
    return {key: min(MOST_ROWS, len(params[key]) + MORE_ROWS) for key in keys}


def with_indicator(body: dict, code: str, typed: Typed, used: Collection[str]) -> dict:
    """Return the body with an indicator as typed, or with a new one of `formula`; figures nobody needs any more go.

    Raise Refused, or KeyError for an indicator or formula that is none.
    """
    changed = copy.deepcopy(body)
    row = _added_indicator(changed, typed, used) if code == NEW else _one(changed["indicators"], code)
    row["name"] = typed_name(typed.get("name", ""), row["name"] or "这项指标")
    row["full"] = typed_points(typed.get("full", ""), "满分")
    known = [figure["code"] for figure in changed["figures"]] + list(AUTOMATIC)
    choices = {one: one for one in known} | _with_new_figures(changed, row, typed, used)
    params = FORMULAS[row["formula"]].params.items()
    row["params"] = {key: _typed_param(row["formula"], key, sort, typed, choices) for key, sort in params}
    _refuse_unneeded(changed, row, known)
    return _sound(body, _settled(changed))


def without_indicator(body: dict, code: str) -> dict:
    """Return the body without an indicator, and without the figures only it needed. Raise KeyError."""
    _one(body["indicators"], code)
    return _settled(body | {"indicators": [row for row in body["indicators"] if row["code"] != code]})


def _added_indicator(body: dict, typed: Typed, used: Collection[str]) -> dict:
    if not typed.get("formula"):
        raise Refused("请先选怎么算。")
    dimension, formula = typed.get("dimension", ""), formula_of(body, NEW, typed["formula"])
    order = [row["code"] for row in body["dimensions"]]
    if dimension not in order:
        raise Refused("请选这项指标属于哪个维度。")
    code = free_code(f"{dimension}{{}}", {one.partition(".")[0] for one in used})
    row = {"code": code, "name": "", "dimension": dimension, "full": 0, "formula": formula, "params": {}}
    before = [one for one in body["indicators"] if order.index(one["dimension"]) <= order.index(dimension)]
    body["indicators"].insert(len(before), row)
    return row


def _with_new_figures(body: dict, row: dict, typed: Typed, used: Collection[str]) -> dict[str, str]:
    """Add the figures typed as new and return `new-1` and so on → their codes."""
    made = {}
    numbers = [number for number in range(1, NEW_FIGURES + 1) if typed.get(f"new-name-{number}", "").strip()]
    for number in numbers:
        name = typed_name(typed[f"new-name-{number}"], f"新数据{number}")
        codes = {*used, *made.values(), *([row["code"]] if len(numbers) > 1 else [])}
        code = row["code"] if row["code"] not in codes else free_code(f"{row['code']}.{{}}", codes)
        made[f"new-{number}"] = code
        body["figures"].append(_new_figure(code, name, typed, number))
    return made


def _new_figure(code: str, name: str, typed: Typed, number: int) -> dict:
    unit = typed.get(f"new-unit-{number}", "").strip()
    if not unit or len(unit) > UNIT_LENGTH:
        raise Refused(f"请写“{name}”的单位，如%、项、起、人，最多{UNIT_LENGTH}个字。")
    is_mean = unit == "%" or typed.get(f"new-adds-{number}") == "mean"
    sort = ("staff" if unit == "人" else "rate") if is_mean else "count"
    return {"code": code, "name": name, "unit": unit, "sort": sort, "most": "100" if unit == "%" else None,
            "months": True, "year": False}  # fmt: skip


def _typed_param(formula: str, key: str, sort: str, typed: Typed, choices: Mapping[str, str]):
    label = PARAM_WORDS[formula][key]
    if sort == "figure":
        return _typed_figure(typed.get(key, ""), label, choices)
    if sort == "number":
        return _decimal(typed.get(key, ""), label)
    if sort == "points":
        return typed_points(typed.get(key, ""), label)
    rows = _typed_rows(key, "figure" if sort == "parts" else "bound", label, typed)
    if sort == "parts":
        return [[_typed_figure(code, label, choices), typed_points(points, label)] for code, points in rows]
    return [[_decimal(bound, label), typed_points(points, label)] for bound, points in rows]


def _typed_figure(typed: str, label: str, choices: Mapping[str, str]) -> str:
    if typed not in choices:
        fresh = re.fullmatch(r"new-([1-9])", typed)
        raise Refused(f"请写新数据{fresh[1]}的名称。" if fresh else f"“{label}”请选一个数据。")
    return choices[typed]


def _typed_rows(key: str, first: str, label: str, typed: Typed) -> Iterator[tuple[str, str]]:
    """Yield the rows of a parameter that are filled in; raise Refused for half a row."""
    for number in range(1, MOST_ROWS + 1):
        pair = tuple(typed.get(f"{key}-{part}-{number}", "").strip() for part in (first, "points"))
        if all(pair):
            yield pair
        elif any(pair):
            raise Refused(f"“{label}”第{number}行没有填全，请补上，或两格都清空。")


def _refuse_unneeded(body: dict, row: dict, known: Collection[str]) -> None:
    """Raise Refused for a new figure that the indicator does not use."""
    for figure in body["figures"]:
        if figure["code"] not in known and figure["code"] not in needed(Indicator(**row)):
            raise Refused(f"新数据“{figure['name']}”没有用到。请在上面选用它，或清空它的名称。")


def _settled(body: dict) -> dict:
    """Return the body with the figures that are needed, and the pairs that follow from the formulas."""
    indicators = [Indicator(**row) for row in body["indicators"]]
    wanted = {code for indicator in indicators for code in needed(indicator)} | {body["satisfaction"]["figure"]}
    figures = [row for row in body["figures"] if row["code"] in wanted]
    imported = {row["code"] for row in figures}
    pairs = [pair for indicator in indicators for pair in _pairs(indicator) if imported.issuperset(pair)]
    return body | {"figures": figures, "pairs": pairs}


def _pairs(indicator: Indicator) -> Iterator[list[str]]:
    """Yield (part, whole) of figures of which the first is a part of the second."""
    params = indicator.params
    if indicator.formula == "share":
        yield from ([code, params["whole"]] for code, _ in params["parts"])
    elif indicator.formula == "ratio":
        yield [params["part"], params["whole"]]


# --- a figure --------------------------------------------------------------------------------------------------------


def shown_figure(body: dict, code: str) -> dict[str, str]:
    """Return the form of a figure that comes in by import. Raise KeyError."""
    row = _one(body["figures"], code)
    flags = {"months": row["months"], "year": row["year"], "above": row["unit"] == "%" and row["most"] is None}
    return {"name": row["name"]} | {key: "1" for key, is_set in flags.items() if is_set}


def with_figure(body: dict, code: str, typed: Typed) -> dict:
    """Return the body with a figure's name and the periods it may be reported for. Raise Refused or KeyError."""
    changed = copy.deepcopy(body)
    row = _one(changed["figures"], code)
    row["name"] = typed_name(typed.get("name", ""), row["name"])
    row["months"], row["year"] = (bool(typed.get(key)) for key in ("months", "year"))
    if row["unit"] == "%":
        row["most"] = None if typed.get("above") else "100"
    return _sound(body, changed)


# --- weights, bonus, vetoes, stars -----------------------------------------------------------------------------------


def shown_weights(body: dict) -> dict[str, str]:
    """Return the form of the dimensions' full marks."""
    return {row["code"]: said(row["full"]) for row in body["dimensions"]}


def with_weights(body: dict, typed: Typed, used: Collection[str]) -> dict:
    """Return the body with the dimensions' full marks as typed. Raise Refused."""
    rows = [row | {"full": typed_points(typed.get(row["code"], ""), row["name"])} for row in body["dimensions"]]
    return _sound(body, body | {"dimensions": rows})


def shown_bonus(body: dict) -> dict[str, str]:
    """Return the form of the bonus: its limit, and each level by `SORT-name-CODE` and `SORT-points-CODE`."""
    form = {"most": said(body["bonus"]["most"])}
    for sort in BONUSES:
        for code, name, points in body["bonus"][sort]:
            form |= {f"{sort}-name-{code}": name, f"{sort}-points-{code}": said(points)}
    return form


def with_bonus(body: dict, typed: Typed, used: Collection[str]) -> dict:
    """Return the body with the bonus as typed; an emptied level goes, one more a sort comes. Raise Refused."""
    bonus = {"most": typed_points(typed.get("most", ""), "附加分上限")}
    for sort, title in BONUSES.items():
        codes = [row[0] for row in body["bonus"][sort]]
        bonus[sort] = [row for code in [*codes, NEW] if (row := _typed_level(sort, code, title, codes, typed))]
    return _sound(body, body | {"bonus": bonus})


def _typed_level(sort: str, code: str, title: str, codes: Collection[str], typed: Typed) -> list | None:
    name, points = (typed.get(f"{sort}-{part}-{code}", "").strip() for part in ("name", "points"))
    if not name and not points:
        return None
    name = typed_name(name, f"{title}的级别")
    return [free_code("level-{}", codes) if code == NEW else code, name, typed_points(points, name)]


def shown_vetoes(body: dict) -> dict[str, str]:
    """Return the form of the grounds of a veto and of how many stars it leaves."""
    return shown_grounds(dict(body["vetoes"])) | {"stars": str(body["veto_stars"])}


def with_vetoes(body: dict, typed: Typed, used: Collection[str]) -> dict:
    """Return the body with the grounds as typed; an emptied one goes, a new one comes. Raise Refused."""
    grounds = typed_grounds(dict(body["vetoes"]), typed, used)
    vetoes = [[code, name] for code, name in grounds.items()]
    return _sound(body, body | {"vetoes": vetoes, "veto_stars": _typed_stars(typed.get("stars", ""))})


def shown_stars(body: dict) -> dict[str, str]:
    """Return the form of the bands of stars, the limit by satisfaction, and when a group is good."""
    limit = body["satisfaction"]
    form = {f"bound-{stars}": said(bound) for bound, stars in body["stars"] if stars > 1}
    return form | {"below": limit["below"], "stars": str(limit["stars"]), "good": said(body["good_group"])}


def with_stars(body: dict, typed: Typed, used: Collection[str]) -> dict:
    """Return the body with these lines as typed; a band left empty is none. Raise Refused."""
    bounds = {stars: typed.get(f"bound-{stars}", "").strip() for stars in STARS}
    bands = [[typed_points(bound, f"{stars}星"), stars] for stars, bound in bounds.items() if bound]
    limit = body["satisfaction"] | {"below": _decimal(typed.get("below", ""), "满意度低于"),
                                    "stars": _typed_stars(typed.get("stars", ""))}  # fmt: skip
    good = typed_points(typed.get("good", ""), "党小组良好线")
    return _sound(body, body | {"stars": [*bands, [0, 1]], "satisfaction": limit, "good_group": good})


def _typed_stars(text: str) -> int:
    if text not in ("1", "2", "3", "4", "5"):
        raise Refused("请选最多几颗星。")
    return int(text)
