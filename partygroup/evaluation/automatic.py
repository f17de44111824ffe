"""The figures that the app knows by itself, from facts other rooms have counted (scoring.md 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from partygroup.evaluation.due import Check, ProjectCount
from partygroup.evaluation.figures import Figure
from partygroup.evaluation.scheme import Scheme
from partygroup.points import mean


@dataclass(frozen=True)
class BranchFacts:
    """What a branch's quarter was. Of members: the counted ones (scored, in the branch on the last day) only.

    totals: their totals in tenths. rates: participation of those who had something due. starred: with a star.
    group_scores: in tenths, None for a group without a score. meetings: (held, due). problems: (closed, due).
    checks: None where the structure is not known. projects: None where no projects are kept.
    """

    totals: Sequence[int] = ()
    rates: Sequence[Fraction] = ()
    starred: int = 0
    group_scores: Sequence[int | None] = ()
    meetings: tuple[int, int] | None = None
    problems: tuple[int, int] | None = None
    checks: Sequence[Check] | None = None
    projects: ProjectCount | None = None


def automatic_figures(facts: BranchFacts, scheme: Scheme) -> dict[str, Figure]:
    """Return the automatic figures by code; a mean over nobody is missing, and so is a check that cannot be told."""
    scores = [score for score in facts.group_scores if score is not None]
    numbers = {
        "QI2.STARRED": facts.starred,
        "PF4.GROUPS": len(scores),
        "PF4.GOOD": sum(score >= scheme.good_group for score in scores),
        **_pair("PF1.HELD", "PF1.DUE", facts.meetings),
        **_pair("PF6.CLOSED", "PF6.DUE", facts.problems),
        **_checks(facts.checks),
        **_projects(facts.projects),
    }
    if facts.rates:
        numbers["PF2"] = 100 * mean(facts.rates)
    if facts.totals:
        numbers["PF5"] = Fraction(sum(facts.totals), 10 * len(facts.totals))
    return {code: Figure(Fraction(number), ("automatic",)) for code, number in numbers.items()}


def _pair(part: str, whole: str, counts: tuple[int, int] | None) -> dict[str, int]:
    return {part: counts[0], whole: counts[1]} if counts else {}


def _checks(checks: Sequence[Check] | None) -> dict[str, int]:
    if not checks or any(check.passed is None for check in checks):
        return {}
    return {"PF3.CHECKS": len(checks), "PF3.PASSED": sum(bool(check.passed) for check in checks)}


def _projects(projects: ProjectCount | None) -> dict[str, int]:
    if projects is None:
        return {}
    return {"WP3.DUE": projects.due, "WP3.ACCEPTED": projects.accepted, "WP3.VERIFIED": projects.verified}
