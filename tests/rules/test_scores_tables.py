"""The preset table, and what the office is told when a draft of it cannot stand."""

import copy
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.people.models import Profile
from partygroup.scores.drafts import faults
from partygroup.scores.presets import TABLE as BODY
from partygroup.scores.tables import DIMENSIONS, Table
from tests.rules.scoring_facts import TABLE


def line_of(body: dict, code: str) -> dict:
    return next(line for line in body["lines"] if line["code"] == code)


def test_the_preset_stands_and_is_labelled_as_an_example():
    assert faults(BODY) == []
    assert TABLE.label == "示例标准"


def test_a_table_reads_back_from_what_is_stored():
    stored = json.loads(json.dumps(TABLE.to_json(), ensure_ascii=False))
    assert stored == BODY
    assert Table.from_json(stored) == TABLE


def test_it_knows_every_profile_people_may_have():
    assert {one.code for one in TABLE.profiles} == set(Profile)
    assert TABLE.profile(None) == TABLE.profile("line") == TABLE.profile("unheard-of")


def test_profiles_have_sixty_one_of_base_and_thirty_nine_of_room():
    for profile in TABLE.profiles:
        assert sum(profile.base.values()) == 610
        assert sum(profile.room(code) for code in DIMENSIONS) == 390


def test_only_participation_is_automatic():
    assert [line.code for line in TABLE.lines if line.is_automatic] == ["PF-ATTEND"]
    assert [line.code for line in TABLE.lines if line.by is None] == ["PF-ATTEND"]


def test_who_reviews_what_the_group_saw():
    by_group = {line.code for line in TABLE.lines if line.by == "GC"}
    assert by_group == {"WP-CRITICAL", "SE-STOP", "QI-TEACH", "PF-SERVE"}


def test_quality_has_a_range_and_stars_are_counted():
    quality, star = TABLE.rows["WP-QUALITY"].item, TABLE.rows["QI-STAR"].item
    assert (quality.least, quality.points) == (-30, -50)
    assert star.counted
    assert [row.item.code for row in TABLE.rows.values() if row.item.counted] == ["QI-STAR"]


def test_there_are_four_grounds_of_a_veto():
    assert [veto.code for veto in TABLE.vetoes] == ["punishment", "incident", "falsification", "law"]


def put(path: str, value):
    """Return a change that puts a value at `lines/WP-TASK/cap` and the like."""

    def change(body: dict) -> None:
        *way, last = path.split("/")
        for step in way:
            body = body[int(step)] if isinstance(body, list) and step.isdigit() else (
                next(one for one in body if one["code"] == step) if isinstance(body, list) else body[step]
            )  # fmt: skip
        body[int(last) if isinstance(body, list) else last] = value

    return change


def twice(what: str):
    return lambda body: body[what].append(copy.deepcopy(body[what][0]))


TASK, QUALITY = "“按期完成承诺的重点任务”", "“负有责任的质量或交付事件”"
NO_CAP = f"{TASK}的每季上限要不小于0，最多一位小数；不设上限请留空。"
NO_POINTS = f"{TASK}的分值不能是0，最多一位小数，绝对值不超过100.0。"
NO_LEAST = f"{QUALITY}的最少分值要与分值同为加分或扣分，绝对值不超过5.0。"
DRAFTS = [
    (put("lines/WP-TASK/cap", -1), NO_CAP),
    (put("lines/WP-TASK/cap", 2.5), NO_CAP),
    (put("lines/WP-TASK/cap", 1001), NO_CAP),
    (put("lines/PF-ATTEND/cap", None), "“参加组织生活（含补课）”按到会记录自动计分，请填写满分。"),
    (put("lines/WP-TASK/items", []), "按到会记录自动计分的只能有一项，请给其余各项至少加一条计分内容。"),
    (put("lines/WP-TASK/name", " "), "请给WP-TASK写一个名称。"),
    (put("lines/WP-TASK/share", "some"), f"{TASK}请选择集体成果怎么计：各人全额，或者牵头人全额、成员减半。"),
    (put("lines/WP-TASK/by", None), f"{TASK}请选择由谁确认：支委会，或者党小组先核、支委会再定。"),
    (put("lines/WP-TASK/dimension", "SE"), f"{TASK}的编号WP-TASK要以所属维度开头，如WP-、SE-、QI-、PF-。"),
    (put("lines/WP-TASK/code", "wp任务"), "编号“wp任务”请用大写字母、数字和短横，最多30个，如WP-TASK。"),
    (put("lines/WP-TASK/code", "WP-ROOM"), "编号WP-ROOM的结尾是计分表自用的，请换一个。"),
    (put("lines/WP-TASK/items/0/points", 0), NO_POINTS),
    (put("lines/WP-TASK/items/0/points", None), NO_POINTS),
    (put("lines/WP-TASK/items/0/points", True), NO_POINTS),
    (put("lines/WP-QUALITY/items/0/least", 30), NO_LEAST),
    (put("lines/WP-QUALITY/items/0/least", -60), NO_LEAST),
    (put("lines/WP-PROJECT/items/0/points", -40), "“攻关项目达到节点”里既有加分又有扣分，请分成两项。"),
    (put("profiles/line/base/WP", 301), "岗位类别“一线操作”的工作绩效基础分30.1高于满分30.0，请改低基础分。"),
    (put("profiles/line/base/WP", -1), "请填写岗位类别“一线操作”的工作绩效基础分和满分，不小于0，最多一位小数。"),
    (put("profiles/line/full/WP", None), "请填写岗位类别“一线操作”的工作绩效基础分和满分，不小于0，最多一位小数。"),
    (put("profiles/line/full/WP", 310), "岗位类别“一线操作”四个维度的满分合计是101.0，请调到100.0。"),
    (put("profiles/line/full/XX", 0), "岗位类别“一线操作”里有不认识的维度，请只留下四个维度。"),
    (put("profiles/line/code", "other"), "请保留“一线操作”这个岗位类别：没有设岗位类别的党员按它计分。"),
    (put("vetoes/law/name", ""), "否决情形要写明文字，请补上或删去空行。"),
    (put("lines/WP-TASK/sources", []), f"{TASK}请至少选一种来源。"),
    (put("lines/WP-TASK/sources", ["branch"]), f"{TASK}是加分，不能由支部登记，请换一种来源。"),
    (put("exemptions/ill/name", ""), "免予计分的情形要写明文字，请补上或删去空行。"),
    (twice("exemptions"), "免予计分的情形的编号retired用了2次，请改成不同的编号。"),
    (twice("lines"), "计分项的编号WP-TASK用了2次，请改成不同的编号。"),
    (twice("lines"), "计分内容的编号WP-TASK用了2次，请改成不同的编号。"),
    (twice("profiles"), "岗位类别的编号line用了2次，请改成不同的编号。"),
    (twice("vetoes"), "否决情形的编号punishment用了2次，请改成不同的编号。"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "sentence"), DRAFTS, ids=[f"{n}" for n in range(len(DRAFTS))])
def test_a_draft_that_cannot_stand_says_what_to_mend(change, sentence):
    body = copy.deepcopy(BODY)
    change(body)
    found = faults(body)
    assert sentence in found
    assert all(re.fullmatch(r"[^!?,;]+。", one) for one in found)


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_any_whole_tenths_within_bounds_stand(cap, points):
    body = copy.deepcopy(BODY)
    line_of(body, "WP-TASK")["cap"] = cap
    line_of(body, "WP-TASK")["items"][0]["points"] = points or 1
    assert faults(body) == []
