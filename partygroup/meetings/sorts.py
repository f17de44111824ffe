"""The preset of what stands on an agenda (domain.md 5.1, 5.3). **To add a sort of item, add one entry to SORTS.**"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from partygroup.meetings.presets import FOUR_FIFTHS, HALF, OVER_HALF, Circle, KindSpec, Share


@dataclass(frozen=True)
class Reading:
    """One way in which the sources read a vote: how many must be there to begin, and whose share passes.

    quorum: of the voters who are due. passing: of those who are due, or of those who are there. label: in a few words.
    """

    quorum: Share
    passing: Share
    of: Literal["due", "present"] = "due"
    label: str = ""


@dataclass(frozen=True)
class ItemSort:
    """A sort of agenda item.

    circles: where it may stand. readings: its own arithmetic, the stricter first; none: that of the meeting's kind.
    takes_opinions: written opinions of those absent for cause count. about: standings of the person concerned.
    elects: candidates, each with votes of their own. title: what is proposed, {} being the person's name.
    """

    code: str
    name: str
    circles: tuple[Circle, ...] = ("members", "committee")
    votes: bool = True
    readings: tuple[Reading, ...] = ()
    takes_opinions: bool = False
    about: tuple[str, ...] = ()
    elects: bool = False
    title: str = ""

    def readings_for(self, kind: KindSpec) -> tuple[Reading, ...]:
        """Return how a vote on it is read in a meeting of a kind that decides, the stricter reading first."""
        return self.readings or (Reading(kind.quorum, kind.passing),)


#: Admission opens with more than half (R2 p10); the branch regulation asks for half of any members' meeting (R r1).
ON_MEMBERSHIP = (
    Reading(OVER_HALF, OVER_HALF, label="到会要超过应到的半数"),
    Reading(HALF, OVER_HALF, label="到会满应到的半数就行"),
)
#: Elected by more than half of those due (r5), or of those there (r24).
ON_ELECTIONS = (
    Reading(FOUR_FIFTHS, OVER_HALF, label="赞成票按应到人数算"),
    Reading(FOUR_FIFTHS, OVER_HALF, of="present", label="赞成票按到会人数算"),
)

TOPIC = "topic"
SORTS: dict[str, ItemSort] = {
    sort.code: sort
    for sort in (
        ItemSort(TOPIC, "议题", ("members", "committee", "group"), votes=False),
        ItemSort("decision", "表决事项"),
        ItemSort("admission", "接收预备党员", ("members",), readings=ON_MEMBERSHIP, takes_opinions=True,
                 about=("candidate", "activist"), title="接收{}为预备党员"),
        ItemSort("full_membership", "预备党员转正", ("members",), readings=ON_MEMBERSHIP, takes_opinions=True,
                 about=("probationary",), title="{}转为正式党员"),
        ItemSort("appraisal", "评议定等次", ("members",), about=("full",), title="评定{}的等次"),
        ItemSort("election", "选举", readings=ON_ELECTIONS, elects=True, title="选举支部委员会委员"),
    )
}  # fmt: skip

#: What a meeting of a kind usually talks about: prompts to tap, never a duty.
TOPIC_PROMPTS: dict[str, tuple[str, ...]] = {
    "group_meeting": ("学习上级文件", "传达支部安排", "谈思想、谈工作", "商量本月任务"),
    "member_meeting": ("支部工作报告", "讨论重要事项", "通报支部委员会工作"),
    "committee_meeting": ("研究本月党建工作", "确认积分申报", "研究发展党员工作", "分析党员思想动态"),
    "theme_day": ("重温入党誓词", "集体学习", "民主议事", "志愿服务"),
    "party_lecture": ("讲课", "交流讨论"),
    "org_life_meeting": ("学习研讨", "通报征求到的意见", "对照检查", "批评和自我批评", "定整改清单"),
    "oath_review": ("重温入党誓词", "谈体会"),
    "political_birthday": ("谈入党经历", "同志们的话"),
    "appraisal": ("个人自评", "党员互评", "民主测评"),
    "election": ("上届委员会工作报告", "通过选举办法", "推选监票人、计票人"),
}
