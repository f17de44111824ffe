"""How a preview tells of units: the works' apart, namesakes with their committee, doubtful names with a note."""

from __future__ import annotations

import pytest

from partygroup.db import transaction
from partygroup.org.actions import found_unit
from partygroup.org.models import UnitKind
from partygroup.org.rules import kind_in_name
from tests.rooms.smallroster import AT, NEW_YEAR, TODAY, imported, previewed, someone

OFFICE = {"党支部": "机关党支部", "党小组": "第一党小组"}
OTHER = {"工号": "001002", "姓名": "李明", "二级党委": "炼钢厂", "党内职务": "书记"}


def test_units_of_the_works_are_told_apart(session, top):
    found = previewed(session, top, [someone()])
    assert found.summary["units"] == ["炉火钢铁党委 炼铁厂", "炼铁厂 高炉党支部", "高炉党支部 第一党小组"]
    assert found.summary["works"] == ["炼铁厂（厂）", "炼铁厂 高炉车间（车间）", "炼铁厂 高炉车间 甲班（班组）"]


def test_branches_of_one_name_are_told_with_their_committees(session, top):
    people = [someone(**OFFICE), someone(**OFFICE | OTHER)]
    found = previewed(session, top, people)
    assert [row["text"] for row in found.summary["changes"]["joined"]] == [
        "炼铁厂 机关党支部 第一党小组", "炼钢厂 机关党支部 第一党小组",
    ]  # fmt: skip
    assert "炼钢厂 机关党支部 第一党小组" in found.summary["units"]
    imported(session, top, people)
    later = previewed(session, top, [someone(**OFFICE | OTHER | {"党内职务": "副书记", "党小组": ""})], on=TODAY)
    changes = later.summary["changes"]
    assert [row["text"] for row in changes["moved"]] == ["炼钢厂 机关党支部 第一党小组 → 炼钢厂 机关党支部"]
    assert "炼钢厂 机关党支部副书记" in changes["posts"][0]["text"]
    left_out = previewed(session, top, [someone(**OFFICE | {"工号": "001009", "姓名": "王新"})], on=TODAY)
    assert [one["branch"] for one in left_out.summary["absent"]] == ["炼铁厂 机关党支部"]


def test_a_name_of_its_own_stays_short(session, top):
    found = previewed(session, top, [someone(), someone(**OTHER)])
    joined = [row["text"] for row in found.summary["changes"]["joined"]]
    assert joined == ["炼铁厂 高炉党支部 第一党小组", "炼钢厂 高炉党支部 第一党小组"]
    alone = previewed(session, top, [someone(), someone(**OTHER | OFFICE)])
    assert [row["text"] for row in alone.summary["changes"]["joined"]] == [
        "高炉党支部 第一党小组", "机关党支部 第一党小组",
    ]  # fmt: skip


def test_within_one_committee_no_committee_is_written(session, top):
    imported(session, top, [someone(**OFFICE), someone(**OFFICE | OTHER)])
    with transaction(session):
        steel = found_unit(session, UnitKind.UNIT_COMMITTEE, name="轧钢厂", parent_id=top.id, from_on=NEW_YEAR,
                           by=None, at=AT)  # fmt: skip
    newcomer = someone(**OFFICE | {"工号": "001003", "姓名": "王新", "二级党委": "轧钢厂"})
    found = previewed(session, top, [newcomer], scope=steel.id)
    assert [row["text"] for row in found.summary["changes"]["joined"]] == ["机关党支部 第一党小组"]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"二级党委": "炉火钢铁党委"}, "“炉火钢铁党委”是公司党委自己的名称，按名单会另设一个同名的二级党委"),
        ({"党支部": "一炼钢厂党委"}, "“一炼钢厂党委”写在党支部一列，名称却像二级党委，会设成党支部"),
        ({"二级党委": "高炉党支部"}, "“高炉党支部”写在二级党委一列，名称却像党支部"),
        ({"党小组": "高炉支部"}, "“高炉支部”写在党小组一列，名称却像党支部"),
    ],
)
def test_a_name_that_looks_mistaken_is_noted_and_no_fault(session, top, cells, words):
    found = previewed(session, top, [someone(**cells)])
    assert [note for note in found.notes if words in note and "若是写错，请改好再传" in note]
    assert found.faults == [] and found.summary["good"] == 1


def test_sound_and_standing_names_are_not_doubted(session, top):
    assert previewed(session, top, [someone(二级党委="炼铁厂党委")]).notes == []
    imported(session, top, [someone(党支部="炼铁厂党委")])
    assert previewed(session, top, [someone(党支部="炼铁厂党委")], on=TODAY).notes == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("炼铁厂党委", UnitKind.UNIT_COMMITTEE),
        ("机关党总支", UnitKind.GENERAL_BRANCH),
        ("机关党总支部", UnitKind.GENERAL_BRANCH),
        ("高炉支部", UnitKind.BRANCH),
        ("第一党小组", UnitKind.PARTY_GROUP),
        ("第一支部委员会", None),
        ("炼铁厂", None),
    ],
)
def test_what_a_name_says_of_the_kind(name, kind):
    assert kind_in_name(name) == kind
