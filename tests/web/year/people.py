"""The branch that lives the year: 24 full and 2 probationary members, an activist, three groups, four teams."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from partygroup.org.models import UnitKind
from partygroup.people.models import Role, Standing, Workplace
from tests import factories

#: Group → its people: a name, with a post after a colon; the leader leads the group, the others sit in the committee.
GROUPS = {
    "炉前": "梁启明:secretary 何秀英:leader 马文海 邓国强 苏小燕 曹建军 彭玉兰 潘志远 董晓光:probationary",
    "热风": "沈立民:deputy_secretary 韩雪松:leader 唐明亮:organisation_officer 冯桂芳 于海涛 袁新生 蒋文静 谢永红 "
    "叶青:probationary",
    "点检": "傅长河:propaganda_officer 罗红梅:discipline_officer 姚大勇:leader 崔志刚 谭玉珍 廖春生 范德才 石磊 "
    "侯亚楠:activist",
}
TEAMS = ("甲班", "乙班", "丙班", "丁班")
SECRETARY, DEPUTY, RECORDER = "梁启明", "沈立民", "唐明亮"
COMMITTEE = ("梁启明", "沈立民", "唐明亮", "傅长河", "罗红梅")
LEADERS = {"炉前": "何秀英", "热风": "韩雪松", "点检": "姚大勇"}
OFFICE, ACTIVIST = "简文斌", "侯亚楠"
BRANCH = "支部"

WORDS = {group: [word.partition(":")[::2] for word in words.split()] for group, words in GROUPS.items()}
TEAM = {name: TEAMS[n % 4] for n, name in enumerate(name for words in WORDS.values() for name, _ in words)}
IN_GROUP = {group: [name for name, post in words if post != "activist"] for group, words in WORDS.items()}
MEMBERS = [name for names in IN_GROUP.values() for name in names]
FULL = [name for words in WORDS.values() for name, post in words if post not in ("activist", "probationary")]


@dataclass(frozen=True)
class Cast:
    """Who and where, by id: people by name, units by the words of the plan."""

    ids: dict[str, int]
    units: dict[str, int]
    committee_id: int


def build_cast(session) -> Cast:
    """Insert the company, the branch and its people as if they had always been there, and return them."""
    company = factories.unit(session, UnitKind.COMPANY, "钢城公司党委")
    committee = factories.unit(session, UnitKind.UNIT_COMMITTEE, "炼铁厂党委", under=company.id)
    branch = factories.unit(session, UnitKind.BRANCH, "三高炉车间党支部", under=committee.id)
    other = factories.unit(session, UnitKind.BRANCH, "机关党支部", under=committee.id)
    units = {BRANCH: branch.id}
    units |= {name: factories.unit(session, UnitKind.PARTY_GROUP, f"{name}党小组", under=branch.id).id
              for name in GROUPS}  # fmt: skip
    office = factories.person(session, OFFICE, branch=other.id)
    factories.post(session, office.id, committee.id, Role.UNIT_OFFICE)
    plant = factories.unit(session, "plant", "炼铁厂", under=company.id)
    crews = {name: factories.unit(session, "shift_team", name, under=plant.id).id for name in TEAMS}
    ids = {OFFICE: office.id}
    for group, words in WORDS.items():
        for name, post in words:
            standing = Standing(post) if post in ("activist", "probationary") else Standing.FULL
            joined = None if post == "activist" else date(2004 + len(ids) % 9, len(ids) % 12 + 1, 11)
            one = factories.person(session, name, branch=branch.id, group=units[group], standing=standing,
                                   joined_on=joined)  # fmt: skip
            ids[name] = one.id
            factories.add(session, Workplace, person_id=one.id, unit_id=crews[TEAM[name]], from_on=factories.LONG_AGO)
            if post == "leader":
                factories.post(session, one.id, units[group], Role.GROUP_LEADER)
            elif name in COMMITTEE:
                factories.post(session, one.id, branch.id, Role(post))
    return Cast(ids, units, committee.id)
