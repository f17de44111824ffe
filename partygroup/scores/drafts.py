"""What is wrong with the draft of a table, in sentences for the office that edits it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from partygroup.points import said
from partygroup.scores.models import Source
from partygroup.scores.tables import DIMENSIONS, USUAL_PROFILE

CODE = re.compile(r"(?=.{4,30}$)[A-Z]{2}(?:-[A-Z0-9]+)+")
#: Endings of lines that the sheet adds itself.
OWN_ENDINGS = ("-BASE", "-ROOM", "-FLOOR", "-CORRECT")
FULL_MARK = 1000
MOST = 1000


def faults(body: Mapping) -> list[str]:
    """Return what must be mended before the table can be published; an empty list if nothing."""
    return [
        *_of_profiles(body["profiles"]),
        *_of_lines(body["lines"]),
        *_of_grounds("免予计分的情形", body["exemptions"]),
        *_of_grounds("否决情形", body["vetoes"]),
    ]


def _of_profiles(profiles) -> Iterator[str]:
    yield from _repeated("岗位类别", profiles)
    if USUAL_PROFILE not in [profile["code"] for profile in profiles]:
        yield "请保留“一线操作”这个岗位类别：没有设岗位类别的党员按它计分。"
    for profile in profiles:
        yield from _of_profile(profile)


def _of_profile(profile) -> Iterator[str]:
    name = profile["name"]
    for dimension, title in DIMENSIONS.items():
        base, full = profile["base"].get(dimension), profile["full"].get(dimension)
        if not (_is_points(base) and _is_points(full)):
            yield f"请填写岗位类别“{name}”的{title}基础分和满分，不小于0，最多一位小数。"
        elif base > full:
            yield f"岗位类别“{name}”的{title}基础分{said(base)}高于满分{said(full)}，请改低基础分。"
    total = sum(full for full in profile["full"].values() if _is_points(full))
    if total != FULL_MARK:
        yield f"岗位类别“{name}”四个维度的满分合计是{said(total)}，请调到100.0。"
    if set(profile["full"]) - set(DIMENSIONS) or set(profile["base"]) - set(DIMENSIONS):
        yield f"岗位类别“{name}”里有不认识的维度，请只留下四个维度。"


def _of_lines(lines) -> Iterator[str]:
    yield from _repeated("计分项", lines)
    yield from _repeated("计分内容", [item for line in lines for item in line["items"]])
    if sum(not line["items"] for line in lines) > 1:
        yield "按到会记录自动计分的只能有一项，请给其余各项至少加一条计分内容。"
    for line in lines:
        yield from _of_line(line)


def _of_line(line) -> Iterator[str]:
    name, cap, items = line["name"] or line["code"], line["cap"], line["items"]
    yield from _of_names(line)
    if line["dimension"] not in DIMENSIONS or line["code"][:2] != line["dimension"]:
        yield f"“{name}”的编号{line['code']}要以所属维度开头，如WP-、SE-、QI-、PF-。"
    if cap is not None and not _is_points(cap):
        yield f"“{name}”的每季上限要不小于0，最多一位小数；不设上限请留空。"
    if cap is None and not items:
        yield f"“{name}”按到会记录自动计分，请填写满分。"
    if line["share"] not in ("each", "split"):
        yield f"“{name}”请选择集体成果怎么计：各人全额，或者牵头人全额、成员减半。"
    if items and line["by"] not in ("C", "GC"):
        yield f"“{name}”请选择由谁确认：支委会，或者党小组先核、支委会再定。"
    if len({_sign(item["points"]) for item in items} - {0}) > 1:
        yield f"“{name}”里既有加分又有扣分，请分成两项。"
    if items and not line["sources"]:
        yield f"“{name}”请至少选一种来源。"
    if Source.BRANCH in line["sources"] and any(_sign(item["points"]) > 0 for item in items):
        yield f"“{name}”是加分，不能由支部登记，请换一种来源。"
    for item in items:
        yield from _of_item(item)


def _of_item(item) -> Iterator[str]:
    name, points, least = item["name"] or item["code"], item["points"], item["least"]
    yield from _of_names(item)
    if not _is_points(points, signed=True) or not points:
        yield f"“{name}”的分值不能是0，最多一位小数，绝对值不超过100.0。"
    elif least is not None and not (
        _is_points(least, signed=True) and _sign(least) == _sign(points) and abs(least) <= abs(points)
    ):
        yield f"“{name}”的最少分值要与分值同为加分或扣分，绝对值不超过{said(abs(points))}。"


def _of_grounds(what: str, grounds) -> Iterator[str]:
    yield from _repeated(what, grounds)
    if any(not ground["name"].strip() for ground in grounds):
        yield f"{what}要写明文字，请补上或删去空行。"


def _of_names(thing) -> Iterator[str]:
    code = thing["code"]
    if not CODE.fullmatch(code):
        yield f"编号“{code}”请用大写字母、数字和短横，最多30个，如WP-TASK。"
    if code.endswith(OWN_ENDINGS):
        yield f"编号{code}的结尾是计分表自用的，请换一个。"
    if not thing["name"].strip():
        yield f"请给{code}写一个名称。"


def _repeated(what: str, things) -> Iterator[str]:
    for code, times in Counter(thing["code"] for thing in things).items():
        if times > 1:
            yield f"{what}的编号{code}用了{times}次，请改成不同的编号。"


def _is_points(value, *, signed: bool = False) -> bool:
    """Say whether a value is a number of tenths within what a table may hold."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_whole and abs(value) <= MOST and (signed or value >= 0)


def _sign(points) -> int:
    return (points > 0) - (points < 0) if isinstance(points, int) else 0
