"""Forms of a draft: what stands in them, and from what was typed another body, or a sentence why not. Pure.

`shown_…` and `with_…` go together: a form sent back as it was shown changes nothing. New codes are none that any
version has `used`: old entries are still told by theirs.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Mapping

from partygroup.errors import Refused
from partygroup.points import said
from partygroup.scores.drafts import faults
from partygroup.scores.models import SOURCE_NAMES, Source
from partygroup.scores.tables import DIMENSIONS
from partygroup.text import squeeze
from partygroup.versions import (
    NAME_LENGTH,
    free_code,
    refuse_new,
    shown_grounds,
    typed_grounds,
    typed_name,
    typed_points,
)

Typed = Mapping[str, str]
#: What the office may choose as the source of a line; the other sources are the app's own.
CHOSEN_SOURCES = (Source.DECLARED, Source.ACTIVITY, Source.IMPORT, Source.BRANCH)
TEAM, MORE_ITEMS, NEW_ITEMS = 5, 1, 3
NEW, PLUS, MINUS = "new", "plus", "minus"


def _one(things: Iterable[dict], code: str) -> dict:
    """Return the thing of a code; raise KeyError."""
    return {one["code"]: one for one in things}[code]


def _sound(body: dict, changed: dict) -> dict:
    """Return a changed body; raise Refused with what the change made wrong."""
    refuse_new(faults(body), faults(changed))
    return changed


# --- a line of the sheet with its items ------------------------------------------------------------------------------


def shown_line(body: dict, code: str) -> dict[str, str]:
    """Return the form of a line, or of a new one: its items from 1 on, with places for more. Raise KeyError."""
    line = _new_line("") if code == NEW else _one(body["lines"], code)
    form = {"name": line["name"], "cap": _size(line["cap"]), "share": line["share"], "by": line["by"] or "",
            "origin": line["origin"], "code": "", "dimension": line["dimension"]}  # fmt: skip
    form |= {f"source-{source}": "1" for source in line["sources"] if source in CHOSEN_SOURCES}
    for number, item in enumerate(line["items"], 1):
        form |= {f"code-{number}": item["code"], f"name-{number}": item["name"],
                 f"points-{number}": _size(item["points"]), f"least-{number}": _size(item["least"])}  # fmt: skip
    return form | {"sign": MINUS if any(item["points"] < 0 for item in line["items"]) else PLUS}


def places_of_items(body: dict, code: str) -> int:
    """Return how many items the form of a line has room for."""
    return NEW_ITEMS if code == NEW else len(_one(body["lines"], code)["items"]) + MORE_ITEMS


def with_line(body: dict, code: str, typed: Typed, used: Collection[str]) -> dict:
    """Return the body with a line as typed, or with a new one. Raise Refused, or KeyError for a line that is none."""
    changed = copy.deepcopy(body)
    line = _added_line(changed, typed, used) if code == NEW else _one(changed["lines"], code)
    line["name"] = typed_name(typed.get("name", ""), line["name"] or "这一项")
    cap, is_automatic = typed.get("cap", "").strip(), code != NEW and not line["items"]
    line["cap"] = typed_points(cap, "满分" if is_automatic else "每季上限") if cap else None
    if not is_automatic:
        _set_flow(line, typed)
        line["items"] = list(_typed_items(line, typed, used))
        if not line["items"]:
            raise Refused("请至少写一条计分内容；整项不要了，请用下面的“删去这一项”。")
    return _sound(body, changed)


def without_line(body: dict, code: str) -> dict:
    """Return the body without a line; entries of it still count by the version that had it. Raise Refused, KeyError."""
    if not _one(body["lines"], code)["items"]:
        raise Refused("这一项按到会记录自动计分，不能删去。")
    return body | {"lines": [line for line in body["lines"] if line["code"] != code]}


def _new_line(dimension: str) -> dict:
    return {"code": "", "name": "", "dimension": dimension, "cap": None, "share": "each", "team": None,
            "sources": [], "origin": "", "by": "C", "items": []}  # fmt: skip


def _added_line(body: dict, typed: Typed, used: Collection[str]) -> dict:
    """Put a new line after the others of its dimension and return it."""
    dimension = typed.get("dimension", "")
    if dimension not in DIMENSIONS:
        raise Refused("请选这一项属于哪个维度。")
    line = _new_line(dimension) | {"code": _typed_code(typed.get("code", ""), dimension, used)}
    order = list(DIMENSIONS)
    before = [one for one in body["lines"] if order.index(one["dimension"]) <= order.index(dimension)]
    body["lines"].insert(len(before), line)
    return line


def _typed_code(text: str, dimension: str, used: Collection[str]) -> str:
    code = squeeze(text).upper()
    if not code:
        return free_code(f"{dimension}-{{}}", used)
    code = code if code.startswith(f"{dimension}-") else f"{dimension}-{code}"
    if code in used:
        raise Refused(f"编号{code}已经用过，以前的记录还认它，请换一个。")
    return code


def _set_flow(line: dict, typed: Typed) -> None:
    """Set how entries come and are shared; the app's own sources stay."""
    chosen = [source for source in CHOSEN_SOURCES if typed.get(f"source-{source}")]
    kept = [source for source in line["sources"] if source in chosen or source not in CHOSEN_SOURCES]
    line["sources"] = [*kept, *(source for source in chosen if source not in kept)]
    line["origin"] = typed.get("origin", "").strip()[:NAME_LENGTH]
    line["origin"] = line["origin"] or "、".join(SOURCE_NAMES[source] for source in line["sources"])
    line["by"] = typed.get("by", "")
    share, was_split = typed.get("share", ""), line["share"] == "split"
    line["team"] = (line["team"] or TEAM) if share == "split" else None if was_split else line["team"]
    line["share"] = share


def _typed_items(line: dict, typed: Typed, used: Collection[str]):
    """Yield the items as typed, all adds or all deductions; one whose name and points are emptied goes."""
    sign = -1 if typed.get("sign") == MINUS else 1
    known = {item["code"]: item for item in line["items"]}
    codes = {*used, *known, *([line["code"]] if known else [])}
    for number in range(1, len(known) + NEW_ITEMS + 1):
        name, points = (typed.get(f"{key}-{number}", "").strip() for key in ("name", "points"))
        if not name and not points:
            continue
        item = known.get(typed.get(f"code-{number}", "")) or {"code": _item_code(line, codes), "counted": False}
        codes.add(item["code"])
        least = typed.get(f"least-{number}", "").strip()
        yield {"code": item["code"], "name": typed_name(name, f"第{number}条内容"),
               "points": sign * typed_points(points, name),
               "least": sign * typed_points(least, f"{name}的最少分值") if least else None,
               "counted": item["counted"]}  # fmt: skip


def _item_code(line: dict, codes: Collection[str]) -> str:
    """Return a code for a new item: that of its line for the only one, else with a number behind it."""
    return line["code"] if line["code"] not in codes else free_code(f"{line['code']}-{{}}", codes, 2)


def _size(points: int | None) -> str:
    """Return points as typed, without their sign: a phone's number keys have no minus."""
    return "" if points is None else said(abs(points))


# --- a profile, and the grounds of exemptions and vetoes -------------------------------------------------------------


def shown_profile(body: dict, code: str) -> dict[str, str]:
    """Return the form of a profile. Raise KeyError."""
    profile = _one(body["profiles"], code)
    parts = ((part, dimension) for dimension in DIMENSIONS for part in ("base", "full"))
    return {"name": profile["name"]} | {f"{part}-{code}": said(profile[part][code]) for part, code in parts}


def with_profile(body: dict, code: str, typed: Typed) -> dict:
    """Return the body with a profile's name, base and full marks as typed. Raise Refused or KeyError."""
    changed = copy.deepcopy(body)
    profile = _one(changed["profiles"], code)
    profile["name"] = typed_name(typed.get("name", ""), profile["name"])
    for dimension, name in DIMENSIONS.items():
        for part, word in (("base", "基础分"), ("full", "满分")):
            profile[part][dimension] = typed_points(typed.get(f"{part}-{dimension}", ""), f"{name}{word}")
    return _sound(body, changed)


def grounds_of(body: dict, part: str) -> dict[str, str]:
    """Return the grounds of exemptions or vetoes: code → name."""
    return {ground["code"]: ground["name"] for ground in body[part]}


def shown_part(body: dict, part: str) -> dict[str, str]:
    """Return the form of the grounds of exemptions or vetoes."""
    return shown_grounds(grounds_of(body, part))


def with_part(body: dict, part: str, typed: Typed, used: Collection[str]) -> dict:
    """Return the body with the grounds as typed; an emptied one goes, a new one comes. Raise Refused."""
    grounds = typed_grounds(grounds_of(body, part), typed, used)
    return body | {part: [{"code": code, "name": name} for code, name in grounds.items()]}
