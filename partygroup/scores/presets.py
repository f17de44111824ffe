"""The preset table for members (scoring.md 2), an example to be edited. **To add an item, add it to its line here.**

Points and caps below are in points; the table keeps tenths.
"""

from __future__ import annotations

from decimal import Decimal

LABEL = "示例标准"

#: Profile → name, then base and full of WP, SE, QI, PF.
PROFILES = {
    "line": ("一线操作", (18, 30), (18, 25), (10, 20), (15, 25)),
    "maintenance": ("检修维护", (21, 35), (18, 25), (7, 15), (15, 25)),
    "office": ("管理和机关", (21, 35), (15, 20), (10, 20), (15, 25)),
}

#: Why somebody stands outside the points scheme (domain.md 4.3).
EXEMPTIONS = {"retired": "离退休", "ill": "长期生病", "seconded": "借调外出", "mobile": "流动党员"}

VETOES = {
    "punishment": "党纪或政务处分在影响期内",
    "incident": "对伤亡、火灾、重大设备或污染事故负有责任",
    "falsification": "积分或考勤弄虚作假，已查实",
    "law": "违反国家法律",
}


def _tenths(points: str | None) -> int | None:
    return None if points is None else int(Decimal(points) * 10)


def _line(code, name, cap, share, sources, origin, by, *items, team=None, entered_by="") -> dict:
    """Return a line; an item without a name is called like its line, one without a code has the line's."""
    team = 5 if share == "split" else team
    made = [_item(code, name, *item) for item in items]
    return {"code": code, "name": name, "dimension": code[:2], "cap": _tenths(cap), "share": share, "team": team,
            "sources": sources.split(), "origin": origin, "by": by, "items": made,
            "entered_by": entered_by.split()}  # fmt: skip


def _item(line: str, line_name: str, points: str, ending: str = "", name: str = "", least=None, counted=False) -> dict:
    code = f"{line}-{ending}" if ending else line
    return {"code": code, "name": name or line_name, "points": _tenths(points), "least": _tenths(least),
            "counted": counted}  # fmt: skip


LINES = [
    _line("WP-TASK", "按期完成承诺的重点任务", "6", "each", "declared", "本人申报", "C", ("2",)),
    _line("WP-PROJECT", "攻关项目达到节点", "6", "each", "project", "项目节点", "C",
          ("4", "LEAD", "项目负责人"), ("2", "MEMBER", "项目成员"), team=5),
    _line("WP-CRITICAL", "急难险重任务", "4", "each", "activity", "活动记录", "GC", ("2",)),
    _line("WP-SUGGEST", "合理化建议", "4", "split", "import", "建议系统", "C",
          ("1", "ADOPTED", "建议被采纳"), ("3", "SPREAD", "建议全厂推广")),
    _line("WP-MISSED", "承诺任务无故未完成", None, "each", "branch", "支部书记、纪检委员", "C", ("-2",),
          entered_by="secretary deputy_secretary discipline_officer"),
    _line("WP-QUALITY", "负有责任的质量或交付事件", None, "each", "import", "质量部门", "C", ("-5", "", "", "-3")),
    _line("SE-HAZARD", "查出并整改隐患", "4", "split", "import activity", "安全部门、活动记录", "C",
          ("0.5", "CLOSED", "一般隐患"), ("2", "MAJOR", "重大隐患")),
    _line("SE-STOP", "制止违章、提醒纠正工友", "2", "each", "declared", "本人申报", "GC", ("0.5",)),
    _line("SE-GREEN", "节能、节水、降尘、减废改进保持30天", "2", "split", "import", "环保部门", "C", ("1",)),
    _line("SE-VIOLATION", "本人违章", None, "each", "import", "安全部门", "C",
          ("-2", "ORDINARY", "一般违章"), ("-5", "SERIOUS", "严重违章")),
    _line("SE-ZONE", "本人责任区发生事件", "3", "each", "import", "安全部门", "C", ("-1",)),
    _line("QI-SKILL", "取得技能等级、职称或证书", "3", "each", "import", "人力部门", "C", ("3",)),
    _line("QI-STAR", "星级员工晋星", "3", "each", "import", "人力部门", "C", ("1", "", "", None, True)),
    _line("QI-CONTEST", "竞赛获奖", "6", "split", "declared", "获奖证书", "C",
          ("1", "PLANT", "厂级竞赛获奖"), ("2", "COMPANY", "公司级竞赛获奖"), ("4", "PROVINCE", "省级竞赛获奖"),
          ("6", "NATION", "国家级竞赛获奖")),
    _line("QI-PATENT", "专利、操作法或标准登记", "3", "split", "import", "技术部门", "C", ("3",)),
    _line("QI-TEACH", "带徒出师、给别人授课", "2", "each", "declared", "本人申报", "GC", ("1",)),
    _line("PF-ATTEND", "参加组织生活（含补课）", "6", "each", "attendance", "到会记录", None),
    _line("PF-SERVE", "支部任务、服务职工、志愿劳动", "3", "each", "activity", "活动记录", "GC", ("1",)),
    _line("PF-SOLVE", "为职工解决实际问题", "2", "split", "activity", "活动记录", "C", ("1",)),
    _line("PF-ABSENT", "无故缺席", None, "each", "attendance", "到会记录", "C", ("-2",)),
    _line("PF-DUES", "经提醒仍迟交党费", "1", "each", "branch", "组织委员", "C", ("-1",),
          entered_by="organisation_officer"),
]  # fmt: skip


def _profile(code: str, name: str, *marks: tuple[int, int]) -> dict:
    by_dimension = dict(zip(("WP", "SE", "QI", "PF"), marks, strict=True))
    return {
        "code": code,
        "name": name,
        "base": {dimension: 10 * base for dimension, (base, _) in by_dimension.items()},
        "full": {dimension: 10 * full for dimension, (_, full) in by_dimension.items()},
    }


#: The body of the preset version, as it is stored.
TABLE = {
    "label": LABEL,
    "profiles": [_profile(code, *row) for code, row in PROFILES.items()],
    "lines": LINES,
    "exemptions": [{"code": code, "name": name} for code, name in EXEMPTIONS.items()],
    "vetoes": [{"code": code, "name": name} for code, name in VETOES.items()],
}
