"""A scheme is data: the preset is sound, and every fault of another one is a sentence."""

import copy
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.evaluation.figures import Figure
from partygroup.evaluation.presets import BODY, DUE_MEETINGS
from partygroup.evaluation.scheme import AUTOMATIC, Scheme
from partygroup.evaluation.scheme_faults import faults
from partygroup.evaluation.sheets import branch_sheet
from partygroup.meetings.presets import KINDS


def changed(path: str, value) -> dict:
    """Return the preset with one place changed: "indicators.0.full"."""
    body = copy.deepcopy(BODY)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place = body
    for step in steps:
        place = place[step]
    place[last] = value
    return body


def indicator(code: str) -> int:
    return next(number for number, row in enumerate(BODY["indicators"]) if row["code"] == code)


def test_the_preset_is_sound_also_after_being_stored():
    assert faults(BODY) == []
    stored = json.loads(json.dumps(BODY))
    assert faults(stored) == []
    assert Scheme.from_json(stored) == Scheme.from_json(BODY)


def test_the_preset_says_that_it_is_an_example():
    assert BODY["name"] == "示例标准"


def test_the_preset_weighs_as_the_page_says():
    scheme = Scheme.from_json(BODY)
    assert {row.code: row.full for row in scheme.dimensions} == {"WP": 300, "SE": 200, "QI": 200, "PF": 300}
    assert [(row.code, row.full // 10) for row in scheme.indicators] == [
        ("WP1", 10), ("WP2", 6), ("WP3", 8), ("WP4", 6), ("SE1", 8), ("SE2", 5), ("SE3", 4), ("SE4", 3),
        ("QI1", 5), ("QI2", 5), ("QI3", 5), ("QI4", 5),
        ("PF1", 6), ("PF2", 5), ("PF3", 4), ("PF4", 4), ("PF5", 4), ("PF6", 4), ("PF7", 3),
    ]  # fmt: skip
    assert scheme.imported().keys() & AUTOMATIC.keys() == set()


def test_due_meetings_are_kinds_that_the_room_of_meetings_knows():
    circles = {"branch": "members", "committee": "committee", "group": "group"}
    by_code = {kind.code: kind for kind in KINDS}
    assert all(circles[row["of"]] in by_code[row["kind"]].circles for row in DUE_MEETINGS)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("name", " ", "方案没有名称，请写一个。"),
        ("dimensions.0.full", 290, "各维度的满分合计要是 100.0，现在是 99.0，请调整。"),
        ("dimensions.0.full", 0, "“工作绩效”的满分要大于 0，请填写。"),
        ("dimensions.1.code", "WP", "维度“WP”出现了两次，请只留一个。"),
        ("indicators.0.full", 90, "“工作绩效”的满分是 30.0，它的指标合计是 29.0，两者要相等，请调整。"),
        ("indicators.1.code", "WP1", "指标代码“WP1”出现了两次，请只留一个。"),
        ("indicators.0.dimension", "XX", "“WP1 挂钩单位计划完成率”所属的维度“XX”不在方案里，请重选。"),
        ("indicators.0.full", 0, "“WP1 挂钩单位计划完成率”的满分要大于 0，请填写。"),
        ("indicators.0.formula", "eval", "“WP1 挂钩单位计划完成率”的算法“eval”不认识，请从已有的算法里选。"),
        ("indicators.0.params", {"value": "WP1"},
         "“WP1 挂钩单位计划完成率”的算法“按比率”缺少参数，或有多余的参数，请核对。"),
        ("indicators.0.params.value", "WP9", "“WP1 挂钩单位计划完成率”用到的数据“WP9”不认识，请核对代码。"),
        ("indicators.0.params.value", ["WP1"], "“WP1 挂钩单位计划完成率”用到的数据“['WP1']”不认识，请核对代码。"),
        ("indicators.0.params.whole", "0", "“WP1 挂钩单位计划完成率”的参数要是大于 0 的数，请核对。"),
        ("indicators.0.params.whole", 100, "“WP1 挂钩单位计划完成率”的参数要是大于 0 的数，请核对。"),
        ("indicators.1.params.parts", [["WP2.UP", 50]],
         "“WP2 关键指标改善”各部分的分值合计 5.0，要等于满分 6.0，请调整。"),
        ("indicators.1.params.parts", [["WP2.NO", 60]], "“WP2 关键指标改善”用到的数据“WP2.NO”不认识，请核对代码。"),
        ("indicators.1.params.parts", [], "“WP2 关键指标改善”的各部分要写明数据和大于 0 的分值，请核对。"),
        (f"indicators.{indicator('SE1')}.params.each", [["SE1.C", 0]],
         "“SE1 事故和事件”的各部分要写明数据和大于 0 的分值，请核对。"),
        (f"indicators.{indicator('SE3')}.params.bands", [["0.8", 40], ["0.5", 30]],
         "“SE3 百人违章与基准比”各档的界限要从低到高，请调整。"),
        (f"indicators.{indicator('QI1')}.params.bands", [["0.1", 50], ["0.2", 40]],
         "“QI1 党员取得技能等级或职称”各档的界限要从高到低，请调整。"),
        (f"indicators.{indicator('QI1')}.params.bands", [["0.2", 50], ["0.1", 50]],
         "“QI1 党员取得技能等级或职称”各档的分值要从高到低，请调整。"),
        (f"indicators.{indicator('QI1')}.params.bands", [["0.2", 40]],
         "“QI1 党员取得技能等级或职称”的最高一档要得满分 5.0，现在是 4.0，请调整。"),
        (f"indicators.{indicator('QI1')}.params.bands", [], "“QI1 党员取得技能等级或职称”还没有分档，请至少写一档。"),
        (f"indicators.{indicator('QI1')}.params.bands", [[0.2, 50]],
         "“QI1 党员取得技能等级或职称”的每一档要有界限和分值，请核对。"),
        (f"indicators.{indicator('QI2')}.params.at_par", 60,
         "“QI2 党员星级员工占比与全员比”的参数分值要大于 0，不超过满分 5.0，请核对。"),
        ("figures.1.code", "WP1", "数据代码“WP1”出现了两次，请只留一个。"),
        ("figures.1.name", "挂钩单位计划完成率",
         "数据名称“挂钩单位计划完成率”出现了两次，导入时会分不清，请改成不同的名称。"),
        ("figures.0.code", "计划", "数据代码“计划”只能由大写字母、数字和点组成，以字母开头，最多 20 个。"),
        ("figures.0.code", "PF2", "“PF2”由系统自动计算，不能作为导入的数据，请换一个代码。"),
        ("figures.0.sort", "sum", "“挂钩单位计划完成率”的类型只能是计数、比率或人数，请重选。"),
        ("figures.0.most", 100, "“挂钩单位计划完成率”的最大值要是不小于 0 的数，请核对。"),
        ("figures.0.months", None, "“挂钩单位计划完成率”能不能按月、按年填报，请各选一个。"),
        ("pairs.0", ["WP2.UP", "PF1.DUE"], "部分与总数里的“PF1.DUE”不是本方案的数据，请核对代码。"),
        ("due_meetings.0.per", "week",
         "应开会议“member_meeting”要写明由支部、支委会还是党小组开，每月、每季还是每年，请核对。"),
        ("due_meetings.1", DUE_MEETINGS[0], "应开会议“member_meeting”（branch）出现了两次，请只留一个。"),
        ("bonus.award.1", ["unit", "又一级", 20], "表彰的级别“unit”出现了两次，请只留一个。"),
        ("stars", [[900, 5], [800, 4]], "星级的最低一档要从 0 分开始，请补上。"),
        ("stars", [[800, 5], [900, 4], [0, 1]], "星级的分数线和星数都要从高到低，请调整。"),
        ("stars", [[900, 4], [800, 4], [0, 1]], "星级的分数线和星数都要从高到低，请调整。"),
        ("vetoes", [], "还没有一票否决的情形，请至少写一种。"),
        ("vetoes", [["a", "事故"], ["a", "污染"]], "否决情形“a”出现了两次，请只留一个。"),
        ("satisfaction.figure", "PF9", "满意度限星用到的数据“PF9”不认识，请核对代码。"),
        ("two_way.mode", "on", "双向评价只能选关闭、方式A或方式B，请重选。"),
        ("two_way.coefficients", [[5, "1.05"]], "双向评价的系数要写到一星，写成两位小数，例如 1.05。"),
        ("two_way.coefficients", [[5, "1.05"], [1, 0.9]], "双向评价的系数要写到一星，写成两位小数，例如 1.05。"),
        ("two_way.coefficients", [[3, "1.05"], [5, "1.00"], [1, "0.90"]],
         "双向评价的系数要按星级从高到低写，请调整。"),
        ("bonus.most", "5", "“附加分”这一部分不完整，请从示例标准重新开始，或补上缺少的内容。"),
        ("satisfaction.below", 60, "“满意度限星”这一部分不完整，请从示例标准重新开始，或补上缺少的内容。"),
        ("veto_stars", 0, "“否决限星和良好线”这一部分不完整，请从示例标准重新开始，或补上缺少的内容。"),
        ("two_way", None, "“双向评价”这一部分不完整，请从示例标准重新开始，或补上缺少的内容。"),
        ("indicators.0", {"code": "WP1"}, "“指标”这一部分不完整，请从示例标准重新开始，或补上缺少的内容。"),
    ],
)  # fmt: skip
def test_every_fault_is_a_sentence(path, value, sentence):
    assert sentence in faults(changed(path, value))


def test_nothing_at_all_is_a_fault_too():
    assert [len(faults(body)) for body in (None, [], {}, "x")] == [1, 1, 1, 1]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2000) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
PLACES = [
    *BODY,
    *(f"{key}.0" for key in ("dimensions", "figures", "pairs", "indicators", "due_meetings", "stars", "vetoes")),
    *(f"indicators.{number}.params" for number in range(len(BODY["indicators"]))),
    *(f"indicators.{number}.params.{key}" for number, row in enumerate(BODY["indicators"]) for key in row["params"]),
    *(f"indicators.3.{key}" for key in BODY["indicators"][3]),
    *(f"figures.3.{key}" for key in BODY["figures"][3]),
    *(f"{key}.{inner}" for key in ("bonus", "satisfaction", "two_way") for inner in BODY[key]),
]


@given(st.sampled_from(PLACES), JSON)
def test_whatever_is_written_is_either_a_fault_or_can_be_applied(path, value):
    body = changed(path, value)
    found = faults(body)
    assert all(fault.endswith("。") for fault in found)
    if not found:
        scheme = Scheme.from_json(body)
        some = {code: Figure(1) for code in scheme.figures}
        assert branch_sheet(some, scheme, headcount=3).total is not None


def test_another_scheme_gives_other_points():
    scheme = Scheme.from_json(BODY)
    strict = replace(scheme, stars=((950, 5), (0, 1)), bonus_most=0)
    assert (strict.stars_for(949), strict.stars_for(950)) == (1, 5)
