"""Forms of drafts, of the member table and of the scheme: sent back as shown they change nothing; what is typed is
either a sound body or a sentence."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.errors import Refused
from partygroup.evaluation import editing as scheme
from partygroup.evaluation import scheme_faults
from partygroup.evaluation.formulas import FORMULAS
from partygroup.evaluation.presets import BODY
from partygroup.evaluation.scheme import AUTOMATIC, Scheme
from partygroup.evaluation.schemes import differences as scheme_differences
from partygroup.evaluation.wording import FORMULA_WORDS, PARAM_WORDS
from partygroup.scores import editing as rules
from partygroup.scores.drafts import faults
from partygroup.scores.presets import TABLE
from partygroup.scores.tables import Table
from partygroup.scores.tabling import differences

USED = {row["code"] for line in TABLE["lines"] for row in [line, *line["items"]]}
CODES = {row["code"] for key in ("indicators", "figures") for row in BODY[key]} | set(AUTOMATIC)
LINES, PROFILES = ([row["code"] for row in TABLE[key]] for key in ("lines", "profiles"))
INDICATORS, FIGURES = ([row["code"] for row in BODY[key]] for key in ("indicators", "figures"))
PLAIN = ["weights", "bonus", "vetoes", "stars"]
SAFETY = {"dimension": "SE", "name": "安全建议", "cap": "2", "sign": "plus", "share": "split", "by": "GC",
          "source-declared": "1", "name-1": "被采纳", "points-1": "1", "name-2": "全厂推广",
          "points-2": "2.5"}  # fmt: skip
TRAINING = {"formula": "share", "dimension": "SE", "name": "安全培训", "full": "2", "parts-figure-1": "new-1",
            "parts-points-1": "2", "whole": "new-2", "new-name-1": "参训人次", "new-unit-1": "人次",
            "new-name-2": "应训人次", "new-unit-2": "人次"}  # fmt: skip


def indicator(body: dict, code: str) -> dict:
    return next(row for row in body["indicators"] if row["code"] == code)


def form_of(code: str) -> dict:
    return scheme.shown_indicator(BODY, code, scheme.formula_of(BODY, code))


def change(code: str, **typed: str) -> dict:
    """Return the preset scheme with an indicator's form sent back, some of it typed anew."""
    named = {key.replace("_", "-"): value for key, value in typed.items()}
    return scheme.with_indicator(BODY, code, form_of(code) | named, CODES)


# --- as shown, so sent back -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", LINES)
def test_a_line_sent_back_as_shown_is_the_same(code):
    assert rules.with_line(TABLE, code, rules.shown_line(TABLE, code), USED) == TABLE


@pytest.mark.parametrize("code", PROFILES)
def test_a_profile_sent_back_as_shown_is_the_same(code):
    assert rules.with_profile(TABLE, code, rules.shown_profile(TABLE, code)) == TABLE


@pytest.mark.parametrize("part", ["exemptions", "vetoes"])
def test_grounds_sent_back_as_shown_are_the_same(part):
    assert rules.with_part(TABLE, part, rules.shown_part(TABLE, part), set()) == TABLE


@pytest.mark.parametrize("code", INDICATORS)
def test_an_indicator_sent_back_as_shown_is_the_same(code):
    assert change(code) == BODY


@pytest.mark.parametrize("code", FIGURES)
def test_a_figure_sent_back_as_shown_is_the_same(code):
    assert scheme.with_figure(BODY, code, scheme.shown_figure(BODY, code)) == BODY


@pytest.mark.parametrize("part", PLAIN)
def test_other_parts_of_a_scheme_sent_back_as_shown_are_the_same(part):
    shown, changed = (getattr(scheme, f"{verb}_{part}") for verb in ("shown", "with"))
    assert changed(BODY, shown(BODY), set()) == BODY


def test_every_formula_and_parameter_is_told():
    assert {code: set(words) for code, words in PARAM_WORDS.items()} == {
        code: set(formula.params) for code, formula in FORMULAS.items()
    }
    assert set(FORMULA_WORDS) == set(FORMULAS)


# --- the member table -------------------------------------------------------------------------------------------------


def test_a_new_line_gets_free_codes_and_stands_with_its_dimension():
    body = rules.with_line(TABLE, rules.NEW, SAFETY, USED | {"SE-1"})
    codes = [line["code"] for line in body["lines"]]
    assert codes[codes.index("SE-ZONE") + 1] == "SE-2"
    line = Table.from_json(body).lines_by_code["SE-2"]
    assert [(item.code, item.points) for item in line.items] == [("SE-2", 10), ("SE-2-2", 25)]
    assert (line.team, line.sources, line.origin, line.cap) == (5, ("declared",), "本人申报", 20)
    assert list(differences(TABLE, body)) == [
        "新增计分项“安全建议”：每季上限 2.0，集体成果 牵头人全额，成员减半，来源 本人申报，依据 本人申报，"
        "谁定 党小组先核实，支委会确认，内容 被采纳 +1.0，内容 全厂推广 +2.5"
    ]


@pytest.mark.parametrize("typed", ["train", "SE-TRAIN", " se-train "])
def test_a_code_of_ones_own_begins_with_the_dimension(typed):
    body = rules.with_line(TABLE, rules.NEW, SAFETY | {"code": typed}, USED)
    assert "SE-TRAIN" in Table.from_json(body).rows


def test_items_come_and_go_and_a_line_can_be_removed():
    form = rules.shown_line(TABLE, "SE-HAZARD")
    typed = form | {"name-1": "", "points-1": "", "name-3": "隐患线索", "points-3": "0.2"}
    body = rules.with_line(TABLE, "SE-HAZARD", typed, USED)
    assert [item["code"] for line in body["lines"] if line["code"] == "SE-HAZARD" for item in line["items"]] == [
        "SE-HAZARD-MAJOR", "SE-HAZARD-2"
    ]  # fmt: skip
    assert list(differences(TABLE, body)) == [
        "“查出并整改隐患”内容：一般隐患 +0.5 → 无",
        "“查出并整改隐患”内容：无 → 隐患线索 +0.2",
    ]
    assert list(differences(TABLE, rules.without_line(TABLE, "SE-STOP"))) == ["删去计分项“制止违章、提醒纠正工友”"]
    with pytest.raises(Refused, match="不能删去"):
        rules.without_line(TABLE, "PF-ATTEND")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"dimension": ""}, "哪个维度"),
        ({"name": " "}, "写一个名称"),
        ({"code": "SE-STOP"}, "编号SE-STOP已经用过"),
        ({"code": "安全"}, "请用大写字母、数字和短横"),
        ({"code": "ROOM"}, "结尾是计分表自用的"),
        ({"cap": "x"}, "“每季上限”请填数字"),
        ({"points-1": "101"}, "“被采纳”最多100.0"),
        ({"points-1": "-1"}, "“被采纳”请填数字"),
        ({"points-1": "0"}, "“被采纳”的分值不能是0"),
        ({"points-1": ""}, "“被采纳”请填数字"),
        ({"name-1": ""}, "第1条内容"),
        ({"least-1": "2"}, "绝对值不超过1.0"),
        ({"source-declared": ""}, "请至少选一种来源"),
        ({"source-branch": "1"}, "不能由支部登记"),
        ({"by": "me"}, "请选择由谁确认"),
        ({"share": ""}, "集体成果怎么计"),
        ({f"{key}-{n}": "" for key in ("name", "points") for n in (1, 2)}, "请至少写一条计分内容"),
    ],
)
def test_a_line_that_cannot_stand_is_refused_with_a_sentence(typed, sentence):
    with pytest.raises(Refused, match=sentence):
        rules.with_line(TABLE, rules.NEW, SAFETY | typed, USED)


def test_a_deduction_is_typed_without_its_sign():
    typed = SAFETY | {"sign": "minus", "source-declared": "", "source-import": "1", "least-2": "0.5"}
    line = Table.from_json(rules.with_line(TABLE, rules.NEW, typed, USED)).lines_by_code["SE-1"]
    assert [(item.points, item.least) for item in line.items] == [(-10, None), (-25, -5)]


def test_shares_set_the_size_of_a_team():
    form = rules.shown_line(TABLE, "SE-GREEN")
    alone = rules.with_line(TABLE, "SE-GREEN", form | {"share": "each"}, USED)
    assert Table.from_json(alone).lines_by_code["SE-GREEN"].team is None
    project = rules.shown_line(TABLE, "WP-PROJECT")
    split = rules.with_line(TABLE, "WP-PROJECT", project | {"share": "split"}, USED)
    assert Table.from_json(split).lines_by_code["WP-PROJECT"].team == 5


def test_a_profile_that_does_not_add_up_is_refused():
    form = rules.shown_profile(TABLE, "line")
    with pytest.raises(Refused, match="满分合计是101.0，请调到100.0"):
        rules.with_profile(TABLE, "line", form | {"full-WP": "31"})


def test_grounds_come_and_go_with_codes_never_used():
    form = rules.shown_part(TABLE, "exemptions") | {"name-ill": "", "new": "脱产学习"}
    body = rules.with_part(TABLE, "exemptions", form, {"ground-1"})
    assert body["exemptions"][-1] == {"code": "ground-2", "name": "脱产学习"}
    assert list(differences(TABLE, body)) == ["删去免予计分的情形“长期生病”", "新增免予计分的情形“脱产学习”"]


# --- the scheme -------------------------------------------------------------------------------------------------------


def test_a_new_indicator_brings_its_figures_and_pairs():
    body = scheme.with_indicator(BODY, scheme.NEW, TRAINING, CODES)
    assert indicator(body, "SE5")["params"] == {"parts": [["SE5.1", 20]], "whole": "SE5.2"}
    assert body["pairs"] == [*BODY["pairs"], ["SE5.1", "SE5.2"]]
    assert scheme_faults.faults(body) == list(scheme_faults.unbalanced(body)) == [
        "“安全环保”的满分是 20.0，它的指标合计是 22.0，两者要相等，请调整。"
    ]  # fmt: skip
    assert list(scheme_differences(BODY, body)) == [
        "新增指标“SE5 安全培训”：满分 2.0，算法 2.0 × 参训人次 ÷ 应训人次",
        "新增数据“SE5.1 参训人次”：单位 人次，填报期 季度、月，最大值 不限",
        "新增数据“SE5.2 应训人次”：单位 人次，填报期 季度、月，最大值 不限",
    ]
    assert scheme.without_indicator(body, "SE5") == BODY


def test_a_single_new_figure_is_called_like_its_indicator():
    typed = {"formula": "rate", "dimension": "WP", "name": "能耗达标率", "full": "3", "value": "new-1",
             "whole": "100.0", "new-name-1": "能耗达标率", "new-unit-1": "%"}  # fmt: skip
    body = scheme.with_indicator(BODY, scheme.NEW, typed, CODES | {"WP5", "WP6.1"})
    assert indicator(body, "WP7")["params"] == {"value": "WP7", "whole": "100"}
    assert Scheme.from_json(body).figures["WP7"].sort == "rate"
    assert body["figures"][-1]["most"] == "100"


@pytest.mark.parametrize(
    ("unit", "adds", "sort"), [("项", "sum", "count"), ("分", "mean", "rate"), ("人", "mean", "staff")]
)
def test_how_months_of_a_new_figure_come_together(unit, adds, sort):
    body = scheme.with_indicator(BODY, scheme.NEW, TRAINING | {"new-unit-1": unit, "new-adds-1": adds}, CODES)
    assert Scheme.from_json(body).figures["SE5.1"].sort == sort


def test_a_figure_that_only_a_removed_indicator_needed_goes_too():
    body = scheme.without_indicator(BODY, "SE1")
    left = {row["code"] for row in body["figures"]}
    assert set(FIGURES) - left == {"SE1.C", "SE1.B", "SE1.A"}
    still = scheme.without_indicator(BODY, "PF7")
    assert "PF7" in Scheme.from_json(still).figures, "the limit of stars by satisfaction needs it"
    assert ["SE2.CLOSED", "SE2.DUE"] not in scheme.without_indicator(BODY, "SE2")["pairs"]


def test_a_changed_indicator_is_told_in_words():
    body = change("QI1", full="6", bands_points_1="6", bands_bound_4="0.06", name="党员取得技能等级")
    assert list(scheme_differences(BODY, body)) == [
        "指标“QI1 党员取得技能等级或职称”改名为“QI1 党员取得技能等级”",
        "“QI1 党员取得技能等级”满分：5.0 → 6.0",
        "“QI1 党员取得技能等级”算法：近四个季度取得技能等级或职称的党员 ÷ 计分党员：0.2 以上 5.0，0.15 以上 4.0，"
        "0.1 以上 3.0，0.05 以上 2.0，有就 1.0 → 近四个季度取得技能等级或职称的党员 ÷ 计分党员：0.2 以上 6.0，"
        "0.15 以上 4.0，0.1 以上 3.0，0.06 以上 2.0，有就 1.0",
    ]


@pytest.mark.parametrize(
    ("code", "typed", "sentence"),
    [
        ("WP1", {"full": "x"}, "“满分”请填数字"),
        ("WP1", {"full": "0"}, "满分要大于 0"),
        ("WP1", {"full": "200"}, "最多100.0"),
        ("WP1", {"whole": "a"}, "“达到多少得满分”请填数字"),
        ("WP1", {"whole": "0"}, "参数要是大于 0 的数"),
        ("WP1", {"value": ""}, "“用哪个数据”请选一个数据"),
        ("WP1", {"value": "NO"}, "“用哪个数据”请选一个数据"),
        ("WP1", {"value": "new-1"}, "请写新数据1的名称"),
        ("WP1", {"value": "new-1", "new-name-1": "产量"}, "请写“产量”的单位"),
        ("WP1", {"new-name-1": "产量", "new-unit-1": "吨"}, "新数据“产量”没有用到"),
        ("WP1", {"value": "new-1", "new-name-1": "违章", "new-unit-1": "起"}, "数据名称“违章”出现了两次"),
        ("WP2", {"parts-points-1": "5"}, "各部分的分值合计 5.0，要等于满分 6.0"),
        ("WP2", {"parts-figure-2": "WP1"}, "“其中的”第2行没有填全"),
        ("WP2", {"parts-figure-1": "", "parts-points-1": ""}, "各部分要写明数据和大于 0 的分值"),
        ("QI1", {"bands-points-1": "4"}, "最高一档要得满分 5.0"),
        ("QI1", {"bands-bound-2": "0.3"}, "界限要从高到低"),
        ("SE3", {"bands-bound-2": "0.3"}, "界限要从低到高"),
        ("QI2", {"at_par": "6"}, "不超过满分 5.0"),
    ],
)
def test_an_indicator_that_cannot_stand_is_refused_with_a_sentence(code, typed, sentence):
    with pytest.raises(Refused, match=sentence):
        scheme.with_indicator(BODY, code, form_of(code) | typed, CODES)


@pytest.mark.parametrize(("code", "formula"), [("NO", ""), (scheme.NEW, ""), (scheme.NEW, "eval")])
def test_an_indicator_or_a_formula_that_is_none(code, formula):
    with pytest.raises(KeyError):
        scheme.formula_of(BODY, code, formula)
    with pytest.raises(KeyError):
        scheme.with_indicator(BODY, code, {"dimension": "WP", "formula": formula or "x"}, CODES)


def test_a_figure_is_renamed_and_told_when_it_may_be_reported():
    body = scheme.with_figure(BODY, "WP1", {"name": "产量计划完成率", "year": "1", "above": "1"})
    assert list(scheme_differences(BODY, body)) == [
        "“WP1 挂钩单位计划完成率”算法：挂钩单位计划完成率达到 100%得满分，不到的按比例 → "
        "产量计划完成率达到 100%得满分，不到的按比例",
        "数据“WP1 挂钩单位计划完成率”改名为“WP1 产量计划完成率”",
        "“WP1 产量计划完成率”填报期：季度、月 → 季度、全年",
    ]
    with pytest.raises(Refused, match="出现了两次"):
        scheme.with_figure(BODY, "WP1", {"name": "违章"})


def test_sums_may_wait_but_nothing_else():
    body = scheme.with_weights(BODY, {"WP": "31", "SE": "20", "QI": "20", "PF": "30"}, set())
    assert [fault[:10] for fault in scheme_faults.faults(body)] == ["各维度的满分合计要是", "“工作绩效”的满分是"]
    mended = scheme.with_weights(body, scheme.shown_weights(BODY), set())
    assert mended == BODY
    with pytest.raises(Refused, match="满分要大于 0"):
        scheme.with_weights(BODY, {"WP": "0", "SE": "20", "QI": "20", "PF": "60"}, set())


def test_bonus_vetoes_and_stars_are_told_line_by_line():
    bonus = scheme.shown_bonus(BODY) | {"most": "6", "award-name-unit": "", "award-points-unit": "",
                                        "practice-name-new": "行业推广", "practice-points-new": "3"}  # fmt: skip
    vetoes = scheme.shown_vetoes(BODY) | {"name-pollution": "", "new": "瞒报", "stars": "1"}
    stars = scheme.shown_stars(BODY) | {"bound-5": "92", "bound-2": "", "below": "65", "good": "85"}
    body = scheme.with_bonus(BODY, bonus, set())
    body = scheme.with_vetoes(body, vetoes, {"ground-1"})
    body = scheme.with_stars(body, stars, set())
    assert scheme_faults.faults(body) == [] and ["ground-2", "瞒报"] in body["vetoes"]
    assert list(scheme_differences(BODY, body)) == [
        "“附加分”上限：5.0 → 6.0",
        "删去表彰级别“单位级”",
        "“五星”从多少分起：90.0 → 92.0",
        "删去星级“二星”",
        "删去否决情形“污染”",
        "“一票否决”最高：二星 → 一星",
        "“职工群众满意度”低于：60% → 65%",
        "“党小组良好”从多少分起：80.0 → 85.0",
        "新增经验推广级别“行业推广”：分值 3.0",
        "新增否决情形“瞒报”",
    ]


@pytest.mark.parametrize(
    ("part", "typed", "sentence"),
    [
        ("bonus", {"award-points-new": "3"}, "给“表彰的级别”写一个名称"),
        ("bonus", {"most": ""}, "“附加分上限”请填数字"),
        ("vetoes", {f"name-{code}": "" for code, _ in BODY["vetoes"]}, "至少写一种"),
        ("vetoes", {"stars": "6"}, "最多几颗星"),
        ("stars", {"bound-5": "80"}, "从高到低"),
        ("stars", {"below": ""}, "“满意度低于”请填数字"),
        ("weights", {"WP": "-3"}, "“工作绩效”请填数字"),
    ],
)
def test_other_parts_that_cannot_stand_are_refused_with_a_sentence(part, typed, sentence):
    shown, changed = (getattr(scheme, f"{verb}_{part}") for verb in ("shown", "with"))
    with pytest.raises(Refused, match=sentence):
        changed(BODY, shown(BODY) | typed, set())


# --- whatever is typed ------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(["", "0", "1", "2.5", "100", "-1", "x", "WP1", "new-1", "SE2.DUE", "0.15", "每季", "minus"])


def tried(change, *arguments) -> dict | str:
    """Return the body that a change makes, or the sentence why not."""
    try:
        return change(*arguments)
    except Refused as refusal:
        return refusal.reason


@given(st.sampled_from([*LINES, rules.NEW]), st.data())
def test_whatever_is_typed_of_a_line_is_a_sentence_or_a_sound_table(code, data):
    form = {"dimension": "WP"} | rules.shown_line(TABLE, code)
    keys = data.draw(st.lists(st.sampled_from(sorted(form | SAFETY)), max_size=4))
    typed = form | {key: data.draw(WORDS) for key in keys}
    made = tried(rules.with_line, copy.deepcopy(TABLE), code, typed, USED)
    if isinstance(made, str):
        assert made.endswith("。")
    else:
        assert faults(made) == [] and Table.from_json(made).to_json() == made


@given(st.sampled_from([*INDICATORS, *(f"{scheme.NEW}-{formula}" for formula in FORMULAS)]), st.data())
def test_whatever_is_typed_of_an_indicator_is_a_sentence_or_a_scheme(code, data):
    code, _, formula = code.partition("-")
    form = TRAINING | scheme.shown_indicator(BODY, code, scheme.formula_of(BODY, code, formula))
    keys = data.draw(st.lists(st.sampled_from(sorted(form)), max_size=4))
    typed = form | {"dimension": "WP"} | {key: data.draw(WORDS) for key in keys} | {"formula": formula}
    made = tried(scheme.with_indicator, copy.deepcopy(BODY), code, typed, CODES)
    if isinstance(made, str):
        assert made.endswith("。")
    else:
        assert scheme_faults.faults(made) == list(scheme_faults.unbalanced(made))
        assert Scheme.from_json(made)
