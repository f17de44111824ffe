"""What became of a vote, told for a page: one sentence, the counts, the notice where readings differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from partygroup.meetings.sorts import ItemSort, Reading
from partygroup.meetings.votes import (
    Ballot,
    ElectionOutcome,
    Electorate,
    Tally,
    candidate_sentence,
    differing_picks,
    differing_sentence,
    elect,
    outcome_sentence,
    reckon,
)


@dataclass(frozen=True)
class Standing:
    """What became of one candidate."""

    person_id: int
    name: str
    tally: Tally
    sentence: str
    is_elected: bool
    is_tied: bool


@dataclass(frozen=True)
class Told:
    """What became of a vote. `word` and `passed` are for a tag, `sentence` says why, `counts` all the rest."""

    passed: bool
    word: str
    sentence: str
    counts: str
    notice: str | None
    standings: tuple[Standing, ...] = ()


def tell(
    sort: ItemSort, readings: Sequence[Reading], electorate: Electorate, ballot: Ballot, *,
    seats: int | None = None, names: Mapping[int, str] | None = None,
) -> Told:  # fmt: skip
    """Return what became of a vote; `names`: of the candidates of an election, in the order in which they stand."""
    if sort.elects:
        return _tell_election(readings, electorate, ballot, seats or 0, names or {})
    outcome = reckon(readings, electorate, ballot.tally.votes_for, ballot.written.votes_for)
    word = "通过" if outcome.passed else "未通过" if outcome.strictest.opens else "无效"
    return Told(
        outcome.passed, word, outcome_sentence(outcome), _counts(ballot, electorate), differing_sentence(outcome)
    )


def _counts(ballot: Ballot, electorate: Electorate) -> str:
    """Return the figures beside the votes for it: 应到有表决权15人，到会12人；反对3票，弃权1票，1人没有投票。"""
    tally, written = ballot.tally, ballot.written
    parts = [f"赞成{tally.votes_for}票", f"反对{tally.votes_against}票", f"弃权{tally.abstained}票"]
    if silent := electorate.present - tally.total:
        parts.append(f"{silent}人没有投票")
    told = f"应到有表决权{electorate.due}人，到会{electorate.present}人；{'，'.join(parts)}"
    if written.total:
        told += f"；书面意见{written.total}份：赞成{written.votes_for}、反对{written.votes_against}"
        told += f"、弃权{written.abstained}"
    return f"{told}。"


def _tell_election(readings, electorate: Electorate, ballot: Ballot, seats: int, names: Mapping[int, str]) -> Told:
    tallies = {one: ballot.by_candidate.get(one, Tally()) for one in names}
    result = elect(readings, electorate, {one: tally.votes_for for one, tally in tallies.items()}, seats)
    nobody = reckon(readings, electorate, 0)
    begun = nobody.strictest.opens
    standings = tuple(
        _standing(result, one, names[one], tally, seats if begun else None) for one, tally in tallies.items()
    )
    elected = [one.name for one in standings if one.is_elected]
    told = f"应选{seats}人，当选{len(elected)}人" + (f"：{'、'.join(elected)}" if elected else "")
    told += f"；还缺{seats - len(elected)}人。" if len(elected) < seats else "。"
    counts = f"应到有表决权{electorate.due}人，到会{electorate.present}人；应选{seats}人，候选人{len(names)}人。"
    notice = differing_picks(result, readings, names)
    if not begun:
        return Told(False, "无效", outcome_sentence(nobody), counts, notice, standings)
    return Told(len(elected) == seats, f"当选 {len(elected)}／{seats}", told, counts, notice, standings)


def _standing(result: ElectionOutcome, one: int, name: str, tally: Tally, seats: int | None) -> Standing:
    """Return what became of a candidate; of an election too few came to (seats None), the votes alone."""
    told = f"{tally.votes_for}票赞成。" if seats is None else candidate_sentence(result, one, seats)
    if tally.votes_against or tally.abstained:
        told += f"反对{tally.votes_against}票，弃权{tally.abstained}票。"
    return Standing(one, name, tally, told, one in result.elected, one in result.tied)
