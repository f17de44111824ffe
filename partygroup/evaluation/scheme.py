"""A scheme of branch evaluation as a value, made from stored JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from partygroup.meetings.duty import DueMeeting


@dataclass(frozen=True)
class FigureSpec:
    """A figure a scheme knows. `most` is the largest value allowed; automatic ones are never imported."""

    code: str
    name: str
    unit: str
    sort: str = "count"
    most: Fraction | None = None
    months: bool = False
    year: bool = False
    automatic: bool = False


#: What the app knows by itself: members, meetings, structure, scores, projects.
AUTOMATIC = {
    spec.code: spec
    for spec in (
        FigureSpec("H", "计分党员", "人", automatic=True),
        FigureSpec("WP3.DUE", "到期的攻关项目", "项", automatic=True),
        FigureSpec("WP3.ACCEPTED", "已验收的到期项目", "项", automatic=True),
        FigureSpec("WP3.VERIFIED", "已验收且财务核实效益的到期项目", "项", automatic=True),
        FigureSpec("QI2.STARRED", "有星级的党员", "人", automatic=True),
        FigureSpec("PF1.DUE", "应开的会议", "项", automatic=True),
        FigureSpec("PF1.HELD", "已开的应开会议", "项", automatic=True),
        FigureSpec("PF2", "党员平均参与率", "%", "rate", automatic=True),
        FigureSpec("PF3.CHECKS", "健全性检查", "项", automatic=True),
        FigureSpec("PF3.PASSED", "通过的健全性检查", "项", automatic=True),
        FigureSpec("PF4.GROUPS", "有得分的党小组", "个", automatic=True),
        FigureSpec("PF4.GOOD", "达到良好的党小组", "个", automatic=True),
        FigureSpec("PF5", "党员积分平均", "分", "rate", automatic=True),
        FigureSpec("PF6.DUE", "应整改的问题", "条", automatic=True),
        FigureSpec("PF6.CLOSED", "已整改的问题", "条", automatic=True),
    )
}


@dataclass(frozen=True)
class Dimension:
    """One of the four dimensions; full in tenths."""

    code: str
    name: str
    full: int


@dataclass(frozen=True)
class Indicator:
    """One line of the sheet. `params` are read by the formula."""

    code: str
    name: str
    dimension: str
    full: int
    formula: str
    params: Mapping


@dataclass(frozen=True)
class Level:
    """A level of an award or of an accepted practice, worth points (tenths)."""

    code: str
    name: str
    points: int


@dataclass(frozen=True)
class Scheme:
    """A version of the scheme. `pairs`: part and whole; `stars`: (lower bound, stars), highest first."""

    name: str
    dimensions: tuple[Dimension, ...]
    figures: Mapping[str, FigureSpec]
    pairs: tuple[tuple[str, str], ...]
    indicators: tuple[Indicator, ...]
    due_meetings: tuple[DueMeeting, ...]
    good_group: int
    bonus_most: int
    levels: Mapping[str, Mapping[str, Level]]
    stars: tuple[tuple[int, int], ...]
    vetoes: Mapping[str, str]
    veto_stars: int
    satisfaction: tuple[str, Fraction, int]
    two_way: str
    coefficients: tuple[tuple[int, Fraction], ...]

    @classmethod
    def from_json(cls, body: dict) -> Scheme:
        """Return the scheme stored as JSON; `scheme_faults.faults` of the body must be empty."""
        satisfaction, two_way = body["satisfaction"], body["two_way"]
        return cls(
            name=body["name"],
            dimensions=tuple(Dimension(**row) for row in body["dimensions"]),
            figures=AUTOMATIC | {row["code"]: _figure(row) for row in body["figures"]},
            pairs=tuple((part, whole) for part, whole in body["pairs"]),
            indicators=tuple(Indicator(**row) for row in body["indicators"]),
            due_meetings=tuple(DueMeeting(**row) for row in body["due_meetings"]),
            good_group=body["good_group"],
            bonus_most=body["bonus"]["most"],
            levels={sort: {row[0]: Level(*row) for row in body["bonus"][sort]} for sort in ("award", "practice")},
            stars=tuple((bound, stars) for bound, stars in body["stars"]),
            vetoes=dict(body["vetoes"]),
            veto_stars=body["veto_stars"],
            satisfaction=(satisfaction["figure"], Fraction(satisfaction["below"]), satisfaction["stars"]),
            two_way=two_way["mode"],
            coefficients=tuple((stars, Fraction(value)) for stars, value in two_way["coefficients"]),
        )

    def indicators_of(self, dimension: str) -> list[Indicator]:
        """Return the indicators of a dimension, in the scheme's order."""
        return [indicator for indicator in self.indicators if indicator.dimension == dimension]

    def stars_for(self, total: int) -> int:
        """Return the stars that a total (tenths) earns before any limit; the lower bound belongs to the band."""
        return next((stars for bound, stars in self.stars if total >= bound), 1)

    def imported(self) -> dict[str, FigureSpec]:
        """Return the figures that come in by import, by code."""
        return {code: spec for code, spec in self.figures.items() if not spec.automatic}


def _figure(row: dict) -> FigureSpec:
    most = row["most"]
    return FigureSpec(**row | {"most": None if most is None else Fraction(most)})
