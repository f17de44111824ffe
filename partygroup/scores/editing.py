"""Forms of a draft as bodies of a table: pure, from what was typed to another body, or a sentence why not."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping

from partygroup.errors import Refused
from partygroup.scores.tables import DIMENSIONS

_POINTS = re.compile(r"([-−]?)([0-9]{1,3})(?:\.([0-9]))?")
NAME_LENGTH = 30
MOST_VETOES = 20


def tenths_typed(text: str, what: str) -> int:
    """Return typed points as tenths: 2.5 → 25. Raise Refused with a sentence about `what`."""
    found = _POINTS.fullmatch(text.strip())
    if not found:
        raise Refused(f"“{what}”请填数字，最多一位小数，如2.5。")
    value = 10 * int(found[2]) + int(found[3] or 0)
    return -value if found[1] else value


def _name(typed: Mapping, key: str, what: str) -> str:
    name = typed.get(key, "").strip()
    if not name or len(name) > NAME_LENGTH:
        raise Refused(f"请给“{what}”写一个名称，最多{NAME_LENGTH}个字。")
    return name


def with_line(body: dict, code: str, typed: Mapping) -> dict:
    """Return the body with a line's name, cap and items as typed: `name`, `cap`, `name-CODE`, `points-CODE`.

    Raise Refused for what cannot be read, KeyError for a line that is none.
    """
    body = copy.deepcopy(body)
    line = {one["code"]: one for one in body["lines"]}[code]
    line["name"] = _name(typed, "name", line["name"])
    cap = typed.get("cap", "").strip()
    line["cap"] = tenths_typed(cap, "每季上限") if cap else None
    for item in line["items"]:
        item["name"] = _name(typed, f"name-{item['code']}", item["name"])
        item["points"] = tenths_typed(typed.get(f"points-{item['code']}", ""), item["name"])
    return body


def with_profile(body: dict, code: str, typed: Mapping) -> dict:
    """Return the body with a profile's name, base and full marks as typed. Raise Refused or KeyError."""
    body = copy.deepcopy(body)
    profile = {one["code"]: one for one in body["profiles"]}[code]
    profile["name"] = _name(typed, "name", profile["name"])
    for dimension, name in DIMENSIONS.items():
        for part, word in (("base", "基础分"), ("full", "满分")):
            profile[part][dimension] = tenths_typed(typed.get(f"{part}-{dimension}", ""), f"{name}{word}")
    return body


def with_vetoes(body: dict, typed: Mapping) -> dict:
    """Return the body with the grounds of a veto as typed; an emptied one goes, `new` comes. Raise Refused."""
    body = copy.deepcopy(body)
    kept = [one | {"name": typed.get(f"name-{one['code']}", "").strip()} for one in body["vetoes"]]
    kept = [one for one in kept if one["name"]]
    if typed.get("new", "").strip():
        codes = {one["code"] for one in body["vetoes"]}
        code = next(f"ground-{number}" for number in range(1, 1000) if f"ground-{number}" not in codes)
        kept.append({"code": code, "name": _name(typed, "new", "新的情形")})
    if any(len(one["name"]) > NAME_LENGTH for one in kept) or len(kept) > MOST_VETOES:
        raise Refused(f"否决情形每条最多{NAME_LENGTH}个字，最多{MOST_VETOES}条。")
    body["vetoes"] = kept
    return body
