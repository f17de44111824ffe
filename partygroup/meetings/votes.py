"""Pure arithmetic of votes (domain.md 5.3), in whole numbers: who may begin, what passed, who is elected, in words.

Where sources differ a vote is reckoned by each reading; it has passed when it passed by all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from partygroup.meetings.presets import Share
from partygroup.meetings.sorts import ItemSort, Reading

NO_VOTERS = "应到人员中没有人有表决权，不能表决。"
DIFFERING, STRICTER = "文件的说法不一，两种算法结果不同：", "这里取从严的一种，请上级党组织确定。"
SHARE_NAMES = {(1, 2): "半数", (2, 3): "三分之二", (3, 4): "四分之三", (4, 5): "五分之四"}


@dataclass(frozen=True)
class Electorate:
    """Who may vote: how many are due, and how many of them are there (probationary members are in neither)."""

    due: int
    present: int


@dataclass(frozen=True)
class Tally:
    """Votes as they were counted."""

    votes_for: int = 0
    votes_against: int = 0
    abstained: int = 0

    @property
    def total(self) -> int:
        return self.votes_for + self.votes_against + self.abstained


NOBODY = Tally()


@dataclass(frozen=True)
class Ballot:
    """All that was counted in a vote: in the room, in written opinions, or for each candidate of an election."""

    tally: Tally = NOBODY
    written: Tally = NOBODY
    by_candidate: Mapping[int, Tally] = field(default_factory=dict)


def refusal_of_ballot(
    sort: ItemSort, ballot: Ballot, electorate: Electorate, *, opinions: int, seats: int | None
) -> str | None:
    """Return why a vote cannot have been counted so; None if it can."""
    if reason := refusal_of_opinions(sort, opinions, ballot.written, electorate):
        return reason
    if sort.elects:
        return refusal_of_election(ballot.by_candidate, seats or 0, electorate)
    return refusal_of_tally(ballot.tally, electorate)


def refusal_of_tally(tally: Tally, electorate: Electorate) -> str | None:
    """Return why votes cannot have been cast so in the room; None if they can. Who cast none is no fault."""
    if min(tally.votes_for, tally.votes_against, tally.abstained) < 0:
        return "票数不能小于 0。"
    if tally.total > electorate.present:
        return f"赞成、反对、弃权加起来是 {tally.total}，比到会有表决权的 {electorate.present} 人多，请核对。"
    return None


def refusal_of_opinions(sort: ItemSort, opinions: int, written: Tally, electorate: Electorate) -> str | None:
    """Return why so many written opinions cannot count so; None if they can. Each counts once."""
    if not sort.takes_opinions:
        return "只有接收预备党员和转正才计书面意见。" if opinions or written.total else None
    if min(written.votes_for, written.votes_against, written.abstained) < 0:
        return "书面意见的份数不能小于 0。"
    if opinions > electorate.due - electorate.present:
        return f"书面意见有 {opinions} 份，比没有到会的有表决权的人还多，请核对。"
    if written.total != opinions:
        return f"交书面意见的有 {opinions} 人，书面的赞成、反对、弃权加起来是 {written.total}，请核对。"
    return None


# --- one question -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What one reading makes of some votes."""

    reading: Reading
    opens: bool
    passes: bool


@dataclass(frozen=True)
class Outcome:
    """What became of a vote by every reading; it passed when all of them say so."""

    electorate: Electorate
    votes_for: int
    written_for: int
    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> bool:
        return all(verdict.passes for verdict in self.verdicts)

    @property
    def differs(self) -> bool:
        return len({verdict.passes for verdict in self.verdicts}) > 1

    @property
    def strictest(self) -> Verdict:
        """Return the reading that decides: the first that fails, else the first."""
        return next((one for one in self.verdicts if not one.passes), self.verdicts[0])


def reckon(readings: Sequence[Reading], electorate: Electorate, votes_for: int, written_for: int = 0) -> Outcome:
    """Return what became of a vote. Written opinions count among the votes, never among those who are there."""
    verdicts = []
    for reading in readings:
        opens = reading.quorum.reached(electorate.present, electorate.due)
        enough = reading.passing.reached(votes_for + written_for, _whole(reading, electorate))
        verdicts.append(Verdict(reading, opens, opens and enough))
    return Outcome(electorate, votes_for, written_for, tuple(verdicts))


def _whole(reading: Reading, electorate: Electorate) -> int:
    return electorate.due if reading.of == "due" else electorate.present


def share_name(share: Share) -> str:
    """Return the name of a share: 半数, 五分之四."""
    return SHARE_NAMES.get((share.num, share.den), f"{share.den}分之{share.num}")


def _compared(share: Share, reached: bool) -> str:
    return ("" if reached else "未") + ("超过" if share.strict else "达到")


def outcome_sentence(outcome: Outcome, yes: str = "通过", no: str = "未通过") -> str:
    """Return what became of a vote as a plain sentence, by the reading that decides."""
    electorate, verdict = outcome.electorate, outcome.strictest
    if electorate.due == 0:
        return NO_VOTERS
    if not verdict.opens:
        return _too_few(verdict.reading.quorum, electorate)
    share = verdict.reading.passing
    of = "应到" if verdict.reading.of == "due" else "到会"
    votes = outcome.votes_for + outcome.written_for
    written = f"（其中书面意见{outcome.written_for}票）" if outcome.written_for else ""
    enough = share.reached(votes, _whole(verdict.reading, electorate))
    whole = f"{of}有表决权{_whole(verdict.reading, electorate)}人的{share_name(share)}"
    return f"{votes}票赞成{written}，{_compared(share, enough)}{whole}，{yes if verdict.passes else no}。"


def _too_few(quorum: Share, electorate: Electorate) -> str:
    missed = f"{_compared(quorum, False)}应到有表决权{electorate.due}人的{share_name(quorum)}"
    return f"到会有表决权{electorate.present}人，{missed}，表决无效。"


def differing_sentence(outcome: Outcome, yes: str = "通过", no: str = "未通过") -> str | None:
    """Return the notice that the readings differ, and which of them holds; None where they agree."""
    if not outcome.differs:
        return None
    told = "；".join(f"{one.reading.label}，{yes if one.passes else no}" for one in outcome.verdicts)
    return f"{DIFFERING}{told}。{STRICTER}"


# --- an election ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pick:
    """Whom one reading takes: those elected, and those equal in votes for whom too few seats are left."""

    elected: frozenset[int]
    tied: frozenset[int]


@dataclass(frozen=True)
class ElectionOutcome:
    """What became of an election: of each candidate alone, and whom each reading takes for the seats."""

    by_candidate: Mapping[int, Outcome]
    picks: tuple[Pick, ...]

    @property
    def elected(self) -> frozenset[int]:
        """Return who is elected by every reading."""
        return frozenset.intersection(*(pick.elected for pick in self.picks))

    @property
    def tied(self) -> frozenset[int]:
        """Return for whom the vote must be repeated, by the first reading."""
        return self.picks[0].tied

    @property
    def differs(self) -> bool:
        return len({pick.elected for pick in self.picks}) > 1


def refusal_of_election(tallies: Mapping[int, Tally], seats: int, electorate: Electorate) -> str | None:
    """Return why an election cannot have been counted so; None if it can: each voter has as many votes as seats."""
    for tally in tallies.values():
        if reason := refusal_of_tally(tally, electorate):
            return reason
    votes, most = sum(tally.votes_for for tally in tallies.values()), electorate.present * seats
    if votes > most:
        return (
            f"赞成票一共 {votes} 票；到会 {electorate.present} 人，每人最多选 {seats} 人，不会超过 {most} 票。请核对。"
        )
    return None


def elect(
    readings: Sequence[Reading], electorate: Electorate, votes_for: Mapping[int, int], seats: int
) -> ElectionOutcome:
    """Return what became of an election. Of those with the share, the most votes take the seats; a tie takes none."""
    by_candidate = {one: reckon(readings, electorate, votes) for one, votes in votes_for.items()}
    picks = []
    for number in range(len(readings)):
        passing = [one for one, outcome in by_candidate.items() if outcome.verdicts[number].passes]
        picks.append(_pick({one: votes_for[one] for one in passing}, seats))
    return ElectionOutcome(by_candidate, tuple(picks))


def _pick(votes_for: Mapping[int, int], seats: int) -> Pick:
    if len(votes_for) <= seats:
        return Pick(frozenset(votes_for), frozenset())
    last = sorted(votes_for.values(), reverse=True)[seats - 1]
    above = frozenset(one for one, votes in votes_for.items() if votes > last)
    equal = frozenset(one for one, votes in votes_for.items() if votes == last)
    fits = len(above) + len(equal) == seats
    return Pick(above | equal if fits else above, frozenset() if fits else equal)


def differing_picks(outcome: ElectionOutcome, readings: Sequence[Reading], names: Mapping[int, str]) -> str | None:
    """Return the notice that the readings take different people, with their names; None where they agree."""
    if not outcome.differs:
        return None
    told = []
    for reading, pick in zip(readings, outcome.picks, strict=True):
        elected = "、".join(name for one, name in names.items() if one in pick.elected)
        told.append(f"{reading.label}，" + (f"当选的是{elected}" if elected else "没有人当选"))
    return f"{DIFFERING}{'；'.join(told)}。{STRICTER}"


def candidate_sentence(outcome: ElectionOutcome, candidate: int, seats: int) -> str:
    """Return what became of one candidate as a plain sentence."""
    own = outcome.by_candidate[candidate]
    told = outcome_sentence(own, "当选", "未当选")
    if not own.passed or candidate in outcome.elected:
        return told
    told = told.removesuffix("当选。")
    if candidate in outcome.tied:
        return f"{told}但与别人票数相同，名额不够，要对他们重新投票。"
    return f"{told}但应选 {seats} 人，得票在后，未当选。"
