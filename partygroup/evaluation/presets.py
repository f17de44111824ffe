"""The preset scheme of branch evaluation (示例标准, scoring.md 7): data, versioned and edited; code applies *a* scheme.

Points and full marks are whole tenths (100 is 10.0). Bounds, rates and coefficients are exact decimal text.
"""

from __future__ import annotations

NAME = "示例标准"
VERSION = "示例标准 第1版"


def _figure(code: str, name: str, unit: str, *, sort: str = "count", **more) -> dict:
    """Return a figure: sort `count` adds up, `rate` and `staff` are means; `months`, `year`: may be reported so."""
    most = "100" if unit == "%" else None
    return {"code": code, "name": name, "unit": unit, "sort": sort, "most": most, "months": True, "year": False} | more


def _indicator(code: str, name: str, full: int, formula: str, **params) -> dict:
    """Return an indicator; its dimension is the first two letters of its code."""
    return {"code": code, "name": name, "dimension": code[:2], "full": full, "formula": formula, "params": params}


DIMENSIONS = [
    {"code": "WP", "name": "工作绩效", "full": 300},
    {"code": "SE", "name": "安全环保", "full": 200},
    {"code": "QI", "name": "提素创星", "full": 200},
    {"code": "PF", "name": "党建基础", "full": 300},
]

#: Figures that come in by import. What the app knows by itself stands in `scheme.AUTOMATIC`.
FIGURES = [
    _figure("WP1", "挂钩单位计划完成率", "%", sort="rate", most=None),
    _figure("WP2.UP", "达到标杆或好于去年的关键指标", "项"),
    _figure("WP2.ALL", "关键指标总数", "项"),
    _figure("WP4", "下道工序或客户满意度", "%", sort="rate", year=True),
    _figure("SE1.C", "轻微事件", "起"),
    _figure("SE1.B", "轻伤、火情、较大设备事故", "起"),
    _figure("SE1.A", "重伤及以上事故", "起"),
    _figure("SE2.CLOSED", "按期整改的隐患", "条"),
    _figure("SE2.DUE", "应整改的隐患", "条"),
    _figure("SE3.N", "违章", "起"),
    _figure("SE3.HEAD", "在岗人数", "人", sort="staff", year=True),
    _figure("SE3.BASE", "百人违章基准", "起/百人·季", sort="rate", months=False, year=True),
    _figure("SE4.B", "环保一般问题", "起"),
    _figure("SE4.A", "环保超标或受罚", "起"),
    _figure("QI1.N", "近四个季度取得技能等级或职称的党员", "人", months=False, year=True),
    _figure("QI2.STAFF", "全员星级员工占比", "%", sort="rate", year=True),
    _figure("QI3.N", "党员的建议、操作法、专利", "项"),
    _figure("QI4", "带教和培训覆盖率", "%", sort="rate", year=True),
    _figure("PF7", "职工群众满意度", "%", sort="rate", year=True),
]

#: Of two figures the first is a part of the second.
PAIRS = [["WP2.UP", "WP2.ALL"], ["SE2.CLOSED", "SE2.DUE"]]

INDICATORS = [
    _indicator("WP1", "挂钩单位计划完成率", 100, "rate", value="WP1", whole="100"),
    _indicator("WP2", "关键指标改善", 60, "share", parts=[["WP2.UP", 60]], whole="WP2.ALL"),
    _indicator("WP3", "项目验收与效益", 80, "share", parts=[["WP3.ACCEPTED", 50], ["WP3.VERIFIED", 30]],
               whole="WP3.DUE"),
    _indicator("WP4", "下道工序或客户满意度", 60, "rate", value="WP4", whole="100"),
    _indicator("SE1", "事故和事件", 80, "deduct", each=[["SE1.C", 10], ["SE1.B", 30], ["SE1.A", 80]]),
    _indicator("SE2", "隐患按期整改", 50, "share", parts=[["SE2.CLOSED", 50]], whole="SE2.DUE"),
    _indicator("SE3", "百人违章与基准比", 40, "against_base", count="SE3.N", staff="SE3.HEAD", base="SE3.BASE",
               per="100", bands=[["0.5", 40], ["0.8", 30], ["1", 20], ["1.2", 10]]),
    _indicator("SE4", "环保达标", 30, "deduct", each=[["SE4.B", 10], ["SE4.A", 30]]),
    _indicator("QI1", "党员取得技能等级或职称", 50, "per_head", count="QI1.N", heads="H", above_zero=10,
               bands=[["0.2", 50], ["0.15", 40], ["0.1", 30], ["0.05", 20]]),
    _indicator("QI2", "党员星级员工占比与全员比", 50, "ratio", part="QI2.STARRED", whole="H", others="QI2.STAFF",
               at_par=30),
    _indicator("QI3", "人均建议、操作法、专利", 50, "per_head", count="QI3.N", heads="H", above_zero=10,
               bands=[["0.5", 50], ["0.3", 40], ["0.2", 30], ["0.1", 20]]),
    _indicator("QI4", "带教和培训覆盖率", 50, "rate", value="QI4", whole="100"),
    _indicator("PF1", "应开会议已开", 60, "share", parts=[["PF1.HELD", 60]], whole="PF1.DUE"),
    _indicator("PF2", "参与率（含补课）", 50, "rate", value="PF2", whole="100"),
    _indicator("PF3", "班子、任期和党小组健全", 40, "share", parts=[["PF3.PASSED", 40]], whole="PF3.CHECKS"),
    _indicator("PF4", "党小组达到良好", 40, "share", parts=[["PF4.GOOD", 40]], whole="PF4.GROUPS"),
    _indicator("PF5", "党员积分平均", 40, "rate", value="PF5", whole="100"),
    _indicator("PF6", "查摆和反馈问题整改", 40, "share", parts=[["PF6.CLOSED", 40]], whole="PF6.DUE"),
    _indicator("PF7", "职工群众满意度", 30, "rate", value="PF7", whole="100"),
]  # fmt: skip

#: Meetings that PF1 asks for: kind, whose (branch, committee, each group), and the period it must lie in.
DUE_MEETINGS = [
    {"kind": "member_meeting", "of": "branch", "per": "quarter"},
    {"kind": "party_lecture", "of": "branch", "per": "quarter"},
    {"kind": "theme_day", "of": "branch", "per": "month"},
    {"kind": "committee_meeting", "of": "committee", "per": "month"},
    {"kind": "group_meeting", "of": "group", "per": "month"},
    {"kind": "org_life_meeting", "of": "branch", "per": "year"},
    {"kind": "appraisal", "of": "branch", "per": "year"},
]

BODY = {
    "name": NAME,
    "dimensions": DIMENSIONS,
    "figures": FIGURES,
    "pairs": PAIRS,
    "indicators": INDICATORS,
    "due_meetings": DUE_MEETINGS,
    "good_group": 800,
    "bonus": {
        "most": 50,
        "award": [
            ["unit", "单位级", 10],
            ["company", "公司级", 20],
            ["province", "省级", 30],
            ["nation", "国家级", 50],
        ],
        "practice": [["unit", "单位推广", 10], ["company", "公司推广", 20]],
    },
    "stars": [[900, 5], [800, 4], [700, 3], [600, 2], [0, 1]],
    "vetoes": [
        ["accident", "事故"],
        ["pollution", "污染"],
        ["discipline", "班子严重违纪"],
        ["falsified", "弄虚作假"],
    ],
    "veto_stars": 2,
    "satisfaction": {"figure": "PF7", "below": "60", "stars": 2},
    "two_way": {"mode": "off", "coefficients": [[5, "1.05"], [4, "1.00"], [3, "0.97"], [1, "0.90"]]},
}
