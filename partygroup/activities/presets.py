"""What an activity can be, in one place. **To add a sort, add one entry to SORTS; nothing else is needed.**"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sort:
    """A chip of the jotting page: its name, icon, usual dimension, and the score items it may become (scoring.md 2)."""

    code: str
    name: str
    icon: str
    dimension: str
    items: tuple[str, ...] = ()


#: The four dimensions (domain.md 2), by the first letters of their score items: name, icon, number of their colour.
DIMENSIONS = {
    "WP": ("工作绩效", "wrench", 1),
    "SE": ("安全环保", "shield", 2),
    "QI": ("提素创星", "star", 3),
    "PF": ("党建基础", "book", 4),
}
BRANDS = {"quality": "质量", "green": "绿色", "integrity": "诚信"}
TWO_WAYS = {"promote": "双向促进", "enter": "双向进入", "evaluate": "双向评价", "play": "双向发挥"}
MINUTES = {15: "15 分", 30: "30 分", 60: "1 小时", 120: "2 小时"}
USUAL_MINUTES = 30

SORTS = {
    sort.code: sort
    for sort in (
        Sort("hazard", "隐患排查", "shield", "SE", ("SE-HAZARD-CLOSED", "SE-HAZARD-MAJOR")),
        Sort("overhaul", "义务检修", "wrench", "WP", ("PF-SERVE", "WP-TASK")),
        Sort("tackling", "技术攻关", "target", "WP", ("WP-TASK",)),
        Sort("teaching", "师带徒", "cap", "QI", ("QI-TEACH",)),
        Sort("study", "学习", "book", "PF"),
        Sort("service", "志愿服务", "heart", "PF", ("PF-SERVE", "PF-SOLVE")),
        Sort("talk", "谈心", "chat", "PF", ("PF-SOLVE",)),
        Sort("critical", "急难险重", "helmet", "WP", ("WP-CRITICAL",)),
        Sort("other", "其他", "more", "PF", ("PF-SERVE", "PF-SOLVE")),
    )
}
