"""The preset of meeting kinds (domain.md 5.1). **To add a kind, add one entry to KINDS; nothing else is needed.**

`flask init`, and so every `./dev run`, installs what the database does not know yet; the company office edits later
versions.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

#: Whom a meeting gathers; a talk is between two people: no unit calls it, it is entered (partygroup/talks).
Circle = Literal["members", "group", "committee", "pair"]
PAIR: Circle = "pair"


@dataclass(frozen=True)
class Share:
    """A part of a whole: at least num/den (半数以上 includes half), or strictly more (超过半数)."""

    num: int
    den: int
    strict: bool = False

    def reached(self, part: int, whole: int) -> bool:
        """Say whether `part` of `whole` reaches the share; of nobody nothing is reached."""
        left, right = part * self.den, whole * self.num
        return whole > 0 and (left > right if self.strict else left >= right)

    def least(self, whole: int) -> int:
        """Return the smallest number of people that reaches the share."""
        exact = whole * self.num
        return exact // self.den + 1 if self.strict else -(-exact // self.den)


HALF = Share(1, 2)
OVER_HALF = Share(1, 2, strict=True)
FOUR_FIFTHS = Share(4, 5)


@dataclass(frozen=True)
class KindSpec:
    """The rules of one kind. `per`/`at_least` are a reminder threshold, never a limit.

    circles: whom it may gather; the first is usual. quorum, passing: shares of those who may vote and are due
    (of the committee for committee kinds), None where nothing is decided. welcomes: standings invited as observers.
    counts: attendance feeds participation (scoring.md 4). mark: R regulation, R2 secondary, P practice, D proposed.
    """

    code: str
    name: str
    circles: tuple[Circle, ...]
    per: Literal["month", "quarter", "year", "term"] | None = None
    at_least: int = 0
    chair: tuple[str, ...] = ("secretary", "deputy_secretary", "committee_member")
    quorum: Share | None = None
    passing: Share | None = None
    welcomes: tuple[str, ...] = ()
    counts: bool = True
    mark: str = "R"

    @classmethod
    def from_json(cls, spec: dict) -> KindSpec:
        """Return the rules stored as JSON."""
        shares = {key: Share(**spec[key]) if spec[key] else None for key in ("quorum", "passing")}
        lists = {key: tuple(spec[key]) for key in ("circles", "chair", "welcomes")}
        return cls(**spec | shares | lists)

    def to_json(self) -> dict:
        """Return the rules as plain JSON."""
        return asdict(self)


ON_THE_WAY = ("activist", "candidate")

KINDS: list[KindSpec] = [
    KindSpec("group_meeting", "党小组会", ("group",), "month", 1, chair=("group_leader",)),
    KindSpec("member_meeting", "支部党员大会", ("members",), "quarter", 1, quorum=HALF, passing=OVER_HALF,
             welcomes=ON_THE_WAY),
    KindSpec("committee_meeting", "支部委员会会议", ("committee",), "month", 1, quorum=HALF, passing=OVER_HALF),
    KindSpec("theme_day", "主题党日", ("members", "group"), "month", 1),
    KindSpec("party_lecture", "党课", ("members", "group"), "quarter", 1, welcomes=ON_THE_WAY, mark="P"),
    KindSpec("org_life_meeting", "组织生活会", ("members", "group", "committee"), "year", 1),
    KindSpec("appraisal", "民主评议党员", ("members", "group"), "year", 1),
    KindSpec("election", "换届选举", ("members",), "term", 1, quorum=FOUR_FIFTHS, passing=OVER_HALF, mark="R2"),
    KindSpec("heart_talk", "谈心谈话", (PAIR,), "year", 1, chair=(), counts=False),
    KindSpec("oath_review", "重温入党誓词", ("members", "group"), counts=False),
    KindSpec("political_birthday", "政治生日", ("members", "group"), counts=False),
]  # fmt: skip
