"""Elections: candidates one by one, seats, ties, both readings; and an oracle over small ballots."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.meetings import rules
from partygroup.meetings.results import tell
from partygroup.meetings.sorts import SORTS
from partygroup.meetings.votes import (
    Ballot,
    Electorate,
    Tally,
    candidate_sentence,
    differing_picks,
    elect,
    refusal_of_election,
)

READINGS = SORTS["election"].readings


def elected_by_hand(votes: dict[int, int], seats: int, enough) -> set[int]:
    """Return who gets a seat: with enough votes, and sure of it however those equal in votes are ordered."""
    able = {one for one in votes if enough(votes[one])}
    return {one for one in able if sum(votes[other] >= votes[one] for other in able if other != one) < seats} | (
        {*able} if len(able) <= seats else set()
    )


@pytest.mark.parametrize("seats", [1, 2, 3])
def test_every_ballot_of_four_candidates(seats):
    due, present = 9, 8
    for counted in product(range(3, present + 1), repeat=4):
        votes = dict(enumerate(counted))
        found = elect(READINGS, Electorate(due, present), votes, seats)
        hands = [
            elected_by_hand(votes, seats, lambda n: n > due - n),
            elected_by_hand(votes, seats, lambda n: n > present - n),
        ]
        assert [set(pick.elected) for pick in found.picks] == hands
        assert found.elected == hands[0] and found.elected <= found.picks[1].elected
        assert all(len(pick.elected) <= seats and not pick.elected & pick.tied for pick in found.picks)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=7), st.integers(1, 7), st.integers(0, 20))
def test_without_four_fifths_nobody_is_elected(counted, seats, present):
    votes = {number: min(count, present) for number, count in enumerate(counted)}
    found = elect(READINGS, Electorate(20, present), votes, seats)
    assert present * 5 >= 20 * 4 or not found.elected | found.tied


@given(st.lists(st.integers(0, 20), min_size=2, max_size=7), st.integers(1, 6), st.data())
def test_who_is_elected_stays_so_with_one_more_vote(counted, seats, data):
    votes = dict(enumerate(counted))
    one = data.draw(st.sampled_from(sorted(votes)))
    before = elect(READINGS, Electorate(20, 20), votes, seats)
    after = elect(READINGS, Electorate(20, 20), votes | {one: min(20, votes[one] + 1)}, seats)
    assert one not in before.elected or one in after.elected


def test_sentences_for_candidates():
    found = elect(READINGS, Electorate(15, 14), {1: 12, 2: 9, 3: 9, 4: 7}, seats=2)
    assert found.elected == {1} and found.tied == {2, 3}
    assert candidate_sentence(found, 1, 2) == "12票赞成，超过应到有表决权15人的半数，当选。"
    assert candidate_sentence(found, 2, 2).endswith("半数，但与别人票数相同，名额不够，要对他们重新投票。")
    assert candidate_sentence(found, 4, 2) == "7票赞成，未超过应到有表决权15人的半数，未当选。"
    seated = elect(READINGS, Electorate(15, 14), {1: 12, 2: 10, 3: 9}, seats=2)
    assert candidate_sentence(seated, 3, 2).endswith("半数，但应选 2 人，得票在后，未当选。")


def test_where_readings_take_different_people_both_are_named():
    found = elect(READINGS, Electorate(10, 8), {1: 7, 2: 5}, seats=2)
    assert found.elected == {1} and found.differs
    told = differing_picks(found, READINGS, {1: "丁一", 2: "方二"})
    assert "按应到人数算，当选的是丁一；" in told and "按到会人数算，当选的是丁一、方二。" in told
    assert differing_picks(elect(READINGS, Electorate(10, 10), {1: 7}, 1), READINGS, {1: "丁一"}) is None
    nobody = elect(READINGS, Electorate(10, 8), {1: 5}, seats=1)
    assert "没有人当选；" in differing_picks(nobody, READINGS, {1: "丁一"})


def test_an_election_is_told_whole():
    names = {1: "丁一", 2: "方二", 3: "石三"}
    ballot = Ballot(by_candidate={1: Tally(12, 1, 1), 2: Tally(9), 3: Tally(7)})
    told = tell(SORTS["election"], READINGS, Electorate(15, 14), ballot, seats=2, names=names)
    assert (told.passed, told.word, told.sentence) == (True, "当选 2／2", "应选2人，当选2人：丁一、方二。")
    assert told.standings[0].sentence.endswith("当选。反对1票，弃权1票。") and told.notice is None
    short = tell(SORTS["election"], READINGS, Electorate(15, 11), ballot, seats=2, names=names)
    assert (short.passed, short.word) == (False, "无效") and "未达到应到有表决权15人的五分之四" in short.sentence
    assert [one.sentence for one in short.standings] == ["12票赞成。反对1票，弃权1票。", "9票赞成。", "7票赞成。"]


@pytest.mark.parametrize(
    ("tallies", "part"),
    [
        ({1: Tally(10), 2: Tally(10)}, None),
        ({1: Tally(10), 2: Tally(6, 3, 1), 3: Tally(4, 6)}, None),
        ({1: Tally(8, 3)}, "加起来是 11"),
        ({1: Tally(-1)}, "不能小于 0"),
        ({1: Tally(10), 2: Tally(10), 3: Tally(1)}, "不会超过 20 票"),
    ],
)
def test_ballots_that_cannot_be(tallies, part):
    reason = refusal_of_election(tallies, 2, Electorate(12, 10))
    assert reason is None if part is None else part in reason


@pytest.mark.parametrize(
    ("candidates", "seats", "part"),
    [(3, 2, None), (2, 2, None), (0, 1, "候选人"), (2, 0, "几人"), (2, 3, "只有 2 人")],
)
def test_seats(candidates, seats, part):
    reason = rules.refusal_of_seats(candidates, seats)
    assert reason is None if part is None else part in reason
