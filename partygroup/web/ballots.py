"""The figures of a vote as a form carries them: kept as typed, read into a ballot, and told what they would mean."""

from __future__ import annotations

from dataclasses import dataclass

from partygroup.meetings.agenda import Item
from partygroup.meetings.results import Told
from partygroup.meetings.votes import NOBODY, Ballot, Electorate, Tally, refusal_of_ballot
from partygroup.text import narrow, whole_number

#: The three ways to vote: the end of a field's name → what it is called.
WAYS = {"for": "赞成", "against": "反对", "abstained": "弃权"}
NOT_A_NUMBER = "票数请写成 0 以上的整数。"


@dataclass(frozen=True)
class Draft:
    """What a form says of a vote. `values`: field → text as typed or prefilled; `told` once it can be reckoned."""

    electorate: Electorate
    values: dict[str, str]
    opinions: frozenset[int]
    ballot: Ballot | None
    problem: str | None
    told: Told | None


def draft_of(item: Item, electorate: Electorate, typed) -> Draft:
    """Return the draft of a form; without figures in it, of what stands recorded, else of all who are there for it.

    Of an election nothing is assumed. Written opinions that nobody tells apart are all for it.
    """
    groups = [str(one) for one in item.candidates] if item.sort.elects else ["room"]
    if not any(f"{group}-for" in typed for group in groups):
        typed = _prefilled(item, electorate)
    opinions = frozenset(filter(None, map(whole_number, _several(typed, "opinions"))))
    values = {
        f"{group}-{way}": narrow(typed.get(f"{group}-{way}"), 6) for group in [*groups, "written"] for way in WAYS
    }
    if item.sort.elects and not any(values[f"{group}-for"] for group in groups):
        return Draft(electorate, values, opinions, None, "请写每位候选人的得票。" if groups else "还没有候选人。", None)
    if any(text and whole_number(text) is None for text in values.values()):
        return Draft(electorate, values, opinions, None, NOT_A_NUMBER, None)
    ballot = _ballot(item, values, len(opinions))
    facts = {"opinions": len(opinions), "seats": item.row.seats}
    problem = refusal_of_ballot(item.sort, ballot, electorate, **facts)
    told = None if problem else item.tell(electorate, ballot)
    return Draft(electorate, values, opinions, ballot, problem, told)


def _several(typed, name: str) -> list[str]:
    return typed.getlist(name) if hasattr(typed, "getlist") else typed.get(name, [])


def _ballot(item: Item, values: dict[str, str], opinions: int) -> Ballot:
    written = _tally(values, "written") if item.sort.takes_opinions else NOBODY
    if opinions and not any(values[f"written-{way}"] for way in WAYS):
        written = Tally(opinions)
    if item.sort.elects:
        return Ballot(by_candidate={one: _tally(values, str(one)) for one in item.candidates})
    return Ballot(_tally(values, "room"), written)


def _tally(values: dict[str, str], group: str) -> Tally:
    return Tally(*(whole_number(values[f"{group}-{way}"]) or 0 for way in WAYS))


def _prefilled(item: Item, electorate: Electorate) -> dict:
    """Return the fields of what stands recorded; before that everybody there is for it, unless it is an election."""
    stored = item.ballot
    if stored is None:
        nobody = {f"{one}-{way}": "0" for one in item.candidates for way in ("against", "abstained")}
        everybody = {"room-for": str(electorate.present), "room-against": "0", "room-abstained": "0"}
        return nobody if item.sort.elects else everybody
    tallies = {"room": stored.tally}
    if item.sort.elects:
        tallies = {str(one): tally for one, tally in stored.by_candidate.items()}
    if stored.written.total:
        tallies["written"] = stored.written
    fields = {f"{group}-{way}": str(number) for group, tally in tallies.items() for way, number in _ways(tally)}
    return fields | {"opinions": [str(one) for one in item.opinions]}


def _ways(tally: Tally):
    return zip(WAYS, (tally.votes_for, tally.votes_against, tally.abstained), strict=True)
