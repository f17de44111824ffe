"""What the demo company looks like, before it has people: committees, branches, groups (domain.md 2, 3)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Literal

from partygroup.people.models import Profile

COMPANY = "朔川钢铁集团党委"
TEAMS = ("甲班", "乙班", "丙班", "丁班")
DAY_SHIFT = "常白班"
MAINTENANCE_STEMS = ("设备", "电气", "检修", "仪表", "机修", "网络")
JOBS = {
    Profile.LINE: ("操作工", "主控工", "巡检工", "天车工", "点检员", "调度员"),
    Profile.MAINTENANCE: ("钳工", "电工", "焊工", "仪表工", "点检员"),
    Profile.OFFICE: ("技术员", "统计员", "安全员", "主管", "工程师"),
}


@dataclass(frozen=True)
class GroupShape:
    """A party group and the shift teams whose members it gathers."""

    name: str
    teams: tuple[str, ...]


@dataclass(frozen=True)
class BranchShape:
    """A branch: its place of work, how many members, its groups (none where it is not divided).

    `heads`: what secretary and group leaders are at work; `office`: whose office works here, or that somebody of the
    company's sits here, who can decide on that office's own branch.
    """

    name: str
    workplace: str
    size: int
    groups: tuple[GroupShape, ...] = ()
    profile: Profile = Profile.LINE
    jobs: tuple[str, ...] = ()
    heads: tuple[str, str] = ("车间主任", "班长")
    office: Literal["", "unit", "company", "aide"] = ""

    @property
    def teams(self) -> tuple[str, ...]:
        """Return the shift teams of the workplace."""
        return tuple(team for group in self.groups for team in group.teams) or (DAY_SHIFT,)


@dataclass(frozen=True)
class CommitteeShape:
    """A unit committee, the plant it leads, and its branches."""

    name: str
    plant: str
    branches: tuple[BranchShape, ...]


FOUR_TEAMS = tuple(GroupShape(f"{team}党小组", (team,)) for team in TEAMS)
TWO_PAIRS = (GroupShape("甲丙班党小组", ("甲班", "丙班")), GroupShape("乙丁班党小组", ("乙班", "丁班")))
DAY_GROUPS = (GroupShape("第一党小组", (DAY_SHIFT,)), GroupShape("第二党小组", (DAY_SHIFT,)))
CRAFTS = (GroupShape("机械党小组", (DAY_SHIFT,)), GroupShape("电气党小组", (DAY_SHIFT,)))
OFFICE = {"profile": Profile.OFFICE, "heads": ("部长", "主管")}

STEELMAKING = (
    BranchShape("转炉车间党支部", "转炉车间", 34, FOUR_TEAMS, jobs=("炼钢工", "炉前工", "合金工", "主控工")),
    BranchShape("连铸车间党支部", "连铸车间", 32, FOUR_TEAMS, jobs=("浇钢工", "切割工", "主控工", "巡检工")),
    BranchShape("精炼车间党支部", "精炼车间", 20, TWO_PAIRS, jobs=("精炼工", "配电工", "取样工")),
    BranchShape("行车车间党支部", "行车车间", 18, TWO_PAIRS, jobs=("天车工", "指吊工")),
    BranchShape("设备车间党支部", "设备车间", 24, CRAFTS, Profile.MAINTENANCE),
    BranchShape("综合科党支部", "综合科", 6, profile=Profile.OFFICE, heads=("科长", "主管"), office="unit"),
)
HEADQUARTERS = (
    BranchShape("党群工作部党支部", "党群工作部", 18, DAY_GROUPS, office="company", **OFFICE),
    BranchShape("生产技术部党支部", "生产技术部", 12, DAY_GROUPS, office="aide", **OFFICE),
)
MORE_HEADQUARTERS = ("办公室", "人力资源部", "财务部", "规划发展部", "安全环保部", "质量部", "营销部", "审计部")
#: Plants of the whole company: how many branches, and what their workplaces are called after.
PLANTS = (
    ("东区炼钢厂", 18, "铁水 石灰 废钢 板坯 方坯 渣处理 电气 检修 检化验"),
    ("西区炼钢厂", 17, "转炉 连铸 精炼 铁水 行车 板坯 设备 电气 渣处理"),
    ("高炉炼铁厂", 22, "高炉 热风 喷煤 铸铁 水冲渣 原料 槽下 设备 电气 检修"),
    ("烧结球团厂", 15, "烧结 球团 配料 原料 脱硫 成品 设备 电气"),
    ("焦化厂", 16, "炼焦 备煤 干熄焦 化产 煤气净化 筛焦 设备 仪表"),
    ("热轧带钢厂", 16, "加热 粗轧 精轧 卷取 磨辊 精整 设备 电气"),
    ("厚板厂", 15, "加热 轧制 剪切 热处理 探伤 成品 设备 电气"),
    ("冷轧薄板厂", 14, "酸洗 轧制 连退 镀锌 平整 包装 机修 电气"),
    ("棒线材厂", 16, "加热 棒材 线材 成品 轧辊 收集 设备 电气"),
    ("能源动力厂", 17, "供电 供水 燃气 制氧 锅炉 发电 空压 检修"),
    ("质量检验中心", 14, "化验 物检 原料检验 成品检验 计量 标样 仪表"),
    ("铁路运输部", 16, "机务 车务 工务 信号 调度 装卸 检修"),
    ("设备检修公司", 20, "炼铁检修 炼钢检修 轧钢检修 机修 电气 铆焊 起重 备件"),
    ("自动化中心", 8, "炼铁系统 炼钢系统 轧钢系统 网络 仪表"),
    ("技术研究院", 9, "炼铁研究 炼钢研究 板材研究 长材研究 检测"),
    ("物资供应部", 4, "采购 仓储 废钢"),
)


def company_shape(full: bool, rng: Random) -> list[CommitteeShape]:
    """Return the committees: two of them with 8 branches, or the whole company of 247 branches."""
    if not full:
        return [_committee("东区炼钢厂", STEELMAKING), _committee("公司机关", HEADQUARTERS, "机关党委")]
    plants = [_committee(name, _plant_branches(name, count, stems, rng)) for name, count, stems in PLANTS]
    offices = tuple(_headquarters_branch(name, rng) for name in MORE_HEADQUARTERS)
    return [*plants, _committee("公司机关", HEADQUARTERS + offices, "机关党委")]


def _committee(plant: str, branches: tuple[BranchShape, ...], name: str | None = None) -> CommitteeShape:
    return CommitteeShape(name or f"{plant}党委", plant, branches)


def _headquarters_branch(name: str, rng: Random) -> BranchShape:
    return BranchShape(f"{name}党支部", name, rng.randint(14, 28), DAY_GROUPS, **OFFICE)


def _plant_branches(plant: str, count: int, stems: str, rng: Random) -> tuple[BranchShape, ...]:
    """Return a plant's branches; the one of the demo's small variant keeps its six."""
    known = STEELMAKING if plant == "东区炼钢厂" else (STEELMAKING[-1],)
    names = _workshop_names(stems.split(), count - len(known))
    return known + tuple(_workshop_branch(name, rng) for name in names)


def _workshop_names(stems: list[str], count: int) -> list[str]:
    """Return the names of workshops; where a stem serves several they are numbered."""
    rounds = (stem for _ in range(count) for stem in stems)
    chosen = list(islice(rounds, count))
    times, seen = Counter(chosen), Counter()
    names = []
    for stem in chosen:
        seen[stem] += 1
        number = "一二三四五"[seen[stem] - 1] if times[stem] > 1 else ""
        names.append(f"{stem}{number}车间")
    return names


def _workshop_branch(name: str, rng: Random) -> BranchShape:
    size = rng.randint(10, 33)
    by_day = name.startswith(MAINTENANCE_STEMS)
    groups = () if size < 14 else DAY_GROUPS if by_day else FOUR_TEAMS if size >= 24 else TWO_PAIRS
    profile = Profile.MAINTENANCE if by_day else Profile.LINE
    return BranchShape(f"{name}党支部", name, size, groups, profile)
