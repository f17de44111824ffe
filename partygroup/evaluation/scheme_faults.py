"""What is wrong with the body of a scheme, in sentences for the one who edits it. A sound body becomes a `Scheme`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from partygroup.evaluation.formulas import FORMULAS
from partygroup.evaluation.scheme import AUTOMATIC
from partygroup.points import said

WHOLE = 1000
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_COEFFICIENT = re.compile(r"[0-9]\.[0-9][0-9]")
_CODE = re.compile(r"[A-Z][A-Z0-9.]{0,19}")
_LISTS = ("dimensions", "figures", "pairs", "indicators", "due_meetings", "stars", "vetoes")
_KEYS = {
    "dimensions": {"code", "name", "full"},
    "figures": {"code", "name", "unit", "sort", "most", "months", "year"},
    "indicators": {"code", "name", "dimension", "full", "formula", "params"},
    "due_meetings": {"kind", "of", "per"},
}
_NAMES = {
    "dimensions": "维度",
    "figures": "数据",
    "pairs": "部分与总数",
    "indicators": "指标",
    "due_meetings": "应开会议",
    "stars": "星级",
    "vetoes": "否决情形",
}
_UNREADABLE = "“{}”这一部分不完整，请从示例标准重新开始，或补上缺少的内容。"


def faults(body) -> list[str]:
    """Return every fault of a scheme's body as a sentence; empty if it can be applied."""
    shape = list(_faults_of_shape(body))
    if shape:
        return shape
    checks = (_of_dimensions, unbalanced, _of_figures, _of_indicators, _of_meetings, _of_bonus, _of_stars, _of_two_way)
    return [fault for check in checks for fault in check(body)]


def _faults_of_shape(body) -> Iterator[str]:
    if not isinstance(body, dict) or not _is_text(body.get("name")):
        yield "方案没有名称，请写一个。"
        return
    for key in _LISTS:
        rows = body.get(key)
        if not isinstance(rows, list) or not all(_row_is_whole(key, row) for row in rows):
            yield _UNREADABLE.format(_NAMES[key])
    bonus = body.get("bonus")
    if not isinstance(bonus, dict) or not _is_points(bonus.get("most")) or not all(map(_levels, _sorts(bonus))):
        yield _UNREADABLE.format("附加分")
    limit = body.get("satisfaction")
    if not isinstance(limit, dict) or not _is_limit(limit):
        yield _UNREADABLE.format("满意度限星")
    if not _is_stars(body.get("veto_stars")) or not _is_points(body.get("good_group")):
        yield _UNREADABLE.format("否决限星和良好线")
    two_way = body.get("two_way")
    if not isinstance(two_way, dict) or not isinstance(two_way.get("coefficients"), list):
        yield _UNREADABLE.format("双向评价")


def _is_limit(limit: dict) -> bool:
    return _is_text(limit.get("figure")) and _is_decimal(limit.get("below")) and _is_stars(limit.get("stars"))


def _sorts(bonus: dict) -> list:
    return [bonus.get("award"), bonus.get("practice")]


def _levels(rows) -> bool:
    """Say whether these are levels: code, name, points."""
    return isinstance(rows, list) and all(
        _is_list(row, 3) and _is_text(row[0]) and _is_text(row[1]) and _is_points(row[2]) for row in rows
    )


def _row_is_whole(key: str, row) -> bool:
    if key == "stars":
        return _is_list(row, 2) and _is_points(row[0]) and _is_stars(row[1])
    if key in ("pairs", "vetoes"):
        return _is_list(row, 2) and _is_text(row[0]) and _is_text(row[1])
    if not isinstance(row, dict) or set(row) != _KEYS[key]:
        return False
    words = [value for name, value in row.items() if name not in ("full", "most", "months", "year", "params")]
    return all(map(_is_text, words)) and ("full" not in row or _is_points(row["full"]))


def _is_list(value, length: int) -> bool:
    return isinstance(value, list | tuple) and len(value) == length


def _is_text(value) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_points(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= WHOLE


def _is_stars(value) -> bool:
    return _is_points(value) and 1 <= value <= 5


def _is_decimal(value) -> bool:
    return isinstance(value, str) and bool(_DECIMAL.fullmatch(value))


def _twice(values) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def _of_dimensions(body: dict) -> Iterator[str]:
    for code in _twice(row["code"] for row in body["dimensions"]):
        yield f"维度“{code}”出现了两次，请只留一个。"
    yield from (f"“{row['name']}”的满分要大于 0，请填写。" for row in body["dimensions"] if not row["full"])


def unbalanced(body: dict) -> Iterator[str]:
    """Yield which sums do not come out: what a draft may be while several of its parts are changed one by one."""
    dimensions, indicators = body["dimensions"], body["indicators"]
    whole = sum(row["full"] for row in dimensions)
    if whole != WHOLE:
        yield f"各维度的满分合计要是 100.0，现在是 {said(whole)}，请调整。"
    for row in dimensions:
        parts = sum(indicator["full"] for indicator in indicators if indicator["dimension"] == row["code"])
        if parts != row["full"]:
            yield (f"“{row['name']}”的满分是 {said(row['full'])}，它的指标合计是 {said(parts)}，两者要相等，请调整。")


def _of_figures(body: dict) -> Iterator[str]:
    figures = body["figures"]
    for code in _twice(row["code"] for row in figures):
        yield f"数据代码“{code}”出现了两次，请只留一个。"
    for name in _twice(row["name"] for row in figures):
        yield f"数据名称“{name}”出现了两次，导入时会分不清，请改成不同的名称。"
    for row in figures:
        yield from _of_figure(row)
    known = {row["code"] for row in figures}
    for part, whole in body["pairs"]:
        for code in {part, whole} - known:
            yield f"部分与总数里的“{code}”不是本方案的数据，请核对代码。"


def _of_figure(row: dict) -> Iterator[str]:
    code = row["code"]
    if not _CODE.fullmatch(code):
        yield f"数据代码“{code}”只能由大写字母、数字和点组成，以字母开头，最多 20 个。"
    if code in AUTOMATIC:
        yield f"“{code}”由系统自动计算，不能作为导入的数据，请换一个代码。"
    if row["sort"] not in ("count", "rate", "staff"):
        yield f"“{row['name']}”的类型只能是计数、比率或人数，请重选。"
    if row["most"] is not None and not _is_decimal(row["most"]):
        yield f"“{row['name']}”的最大值要是不小于 0 的数，请核对。"
    if not isinstance(row["months"], bool) or not isinstance(row["year"], bool):
        yield f"“{row['name']}”能不能按月、按年填报，请各选一个。"


def _of_indicators(body: dict) -> Iterator[str]:
    for code in _twice(row["code"] for row in body["indicators"]):
        yield f"指标代码“{code}”出现了两次，请只留一个。"
    dimensions = {row["code"] for row in body["dimensions"]}
    figures = {row["code"] for row in body["figures"]} | AUTOMATIC.keys()
    for row in body["indicators"]:
        title = f"“{row['code']} {row['name']}”"
        if row["dimension"] not in dimensions:
            yield f"{title}所属的维度“{row['dimension']}”不在方案里，请重选。"
        if not row["full"]:
            yield f"{title}的满分要大于 0，请填写。"
        formula = FORMULAS.get(row["formula"])
        if not formula:
            yield f"{title}的算法“{row['formula']}”不认识，请从已有的算法里选。"
        elif not isinstance(row["params"], dict) or set(row["params"]) != set(formula.params):
            yield f"{title}的算法“{formula.title}”缺少参数，或有多余的参数，请核对。"
        else:
            wrong = [fault for key, sort in formula.params.items() for fault in _of_param(sort, row, key, figures)]
            yield from (f"{title}{fault}" for fault in wrong)
            if not wrong and row["formula"] == "share":
                yield from _of_parts_sum(title, row)


def _of_parts_sum(title: str, row: dict) -> Iterator[str]:
    parts = sum(points for _, points in row["params"]["parts"])
    if parts != row["full"]:
        yield f"{title}各部分的分值合计 {said(parts)}，要等于满分 {said(row['full'])}，请调整。"


def _of_param(sort: str, row: dict, key: str, figures: set[str]) -> Iterator[str]:
    """Yield what is wrong with one parameter of an indicator, as the end of a sentence."""
    value, full = row["params"][key], row["full"]
    if sort == "figure":
        if not isinstance(value, str) or value not in figures:
            yield f"用到的数据“{value}”不认识，请核对代码。"
    elif sort == "number":
        if not _is_decimal(value) or not Fraction(value):
            yield "的参数要是大于 0 的数，请核对。"
    elif sort == "points":
        if not _is_points(value) or not 0 < value <= full:
            yield f"的参数分值要大于 0，不超过满分 {said(full)}，请核对。"
    elif sort == "parts":
        if not isinstance(value, list) or not value or not all(_is_part(part) for part in value):
            yield "的各部分要写明数据和大于 0 的分值，请核对。"
        else:
            yield from (f"用到的数据“{code}”不认识，请核对代码。" for code, _ in value if code not in figures)
    else:
        yield from _of_bands(value, full, falling=sort == "falling")


def _is_part(part) -> bool:
    return _is_list(part, 2) and isinstance(part[0], str) and _is_points(part[1]) and part[1] > 0


def _of_bands(bands, full: int, *, falling: bool) -> Iterator[str]:
    if not isinstance(bands, list) or not bands:
        yield "还没有分档，请至少写一档。"
        return
    if not all(_is_list(band, 2) and _is_decimal(band[0]) and _is_points(band[1]) for band in bands):
        yield "的每一档要有界限和分值，请核对。"
        return
    bounds = [Fraction(bound) for bound, _ in bands]
    points = [points for _, points in bands]
    if points[0] != full:
        yield f"的最高一档要得满分 {said(full)}，现在是 {said(points[0])}，请调整。"
    if not all(high > low for high, low in pairwise(points)):
        yield "各档的分值要从高到低，请调整。"
    if not all(first > second if falling else first < second for first, second in pairwise(bounds)):
        yield f"各档的界限要从{'高到低' if falling else '低到高'}，请调整。"


def _of_meetings(body: dict) -> Iterator[str]:
    for row in body["due_meetings"]:
        if row["of"] not in ("branch", "committee", "group") or row["per"] not in ("month", "quarter", "year"):
            yield f"应开会议“{row['kind']}”要写明由支部、支委会还是党小组开，每月、每季还是每年，请核对。"
    for kind, of in _twice((row["kind"], row["of"]) for row in body["due_meetings"]):
        yield f"应开会议“{kind}”（{of}）出现了两次，请只留一个。"


def _of_bonus(body: dict) -> Iterator[str]:
    for sort, title in (("award", "表彰"), ("practice", "经验推广")):
        for code in _twice(row[0] for row in body["bonus"][sort]):
            yield f"{title}的级别“{code}”出现了两次，请只留一个。"


def _of_stars(body: dict) -> Iterator[str]:
    stars = body["stars"]
    if not stars or stars[-1][0] != 0:
        yield "星级的最低一档要从 0 分开始，请补上。"
    if not all(high[0] > low[0] and high[1] > low[1] for high, low in pairwise(stars)):
        yield "星级的分数线和星数都要从高到低，请调整。"
    if not body["vetoes"]:
        yield "还没有一票否决的情形，请至少写一种。"
    for code in _twice(code for code, _ in body["vetoes"]):
        yield f"否决情形“{code}”出现了两次，请只留一个。"
    code = body["satisfaction"]["figure"]
    if code not in {row["code"] for row in body["figures"]}:
        yield f"满意度限星用到的数据“{code}”不认识，请核对代码。"


def _of_two_way(body: dict) -> Iterator[str]:
    two_way = body["two_way"]
    rows = two_way["coefficients"]
    if two_way.get("mode") not in ("off", "A", "B"):
        yield "双向评价只能选关闭、方式A或方式B，请重选。"
    if not rows or not all(_is_coefficient(row) for row in rows) or rows[-1][0] != 1:
        yield "双向评价的系数要写到一星，写成两位小数，例如 1.05。"
    elif not all(high[0] > low[0] for high, low in pairwise(rows)):
        yield "双向评价的系数要按星级从高到低写，请调整。"


def _is_coefficient(row) -> bool:
    return _is_list(row, 2) and _is_stars(row[0]) and isinstance(row[1], str) and bool(_COEFFICIENT.fullmatch(row[1]))
