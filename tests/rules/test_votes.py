"""Votes (domain.md 5.3): the handbook's table, an oracle that lines people up, properties, sentences."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.meetings import rules
from partygroup.meetings.presets import KINDS, Share
from partygroup.meetings.sorts import SORTS, TOPIC_PROMPTS
from partygroup.meetings.votes import (
    NO_VOTERS,
    Electorate,
    Tally,
    differing_sentence,
    outcome_sentence,
    reckon,
    refusal_of_opinions,
    refusal_of_tally,
    share_name,
)

KIND = {kind.code: kind for kind in KINDS}
CASES = [
    ("member_meeting", "decision"),
    ("committee_meeting", "decision"),
    ("election", "decision"),
    ("member_meeting", "appraisal"),
    ("member_meeting", "admission"),
    ("member_meeting", "full_membership"),
    ("member_meeting", "election"),
    ("election", "election"),
    ("committee_meeting", "election"),
]


def readings_of(kind: str, sort: str):
    return SORTS[sort].readings_for(KIND[kind])


def outcome(sort, due, present, votes_for, written=0, kind="member_meeting"):
    return reckon(readings_of(kind, sort), Electorate(due, present), votes_for, written)


# --- the oracle -------------------------------------------------------------------------------------------------------


def lined_up(due: int, present: int, votes_for: int, written: int) -> list[str]:
    """Return what each voter who is due did."""
    there = ["for"] * votes_for + ["not for"] * (present - votes_for)
    return there + ["wrote for"] * written + ["away"] * (due - present - written)


def by_hand(kind: str, sort: str, people: list[str]) -> list[tuple[bool, bool]]:
    """Return (begins, passes) by each reading, by setting people against people and dividing nothing.

    Half of them are there: nobody away is left without one who is there. Four fifths: each away needs four.
    """
    there = [one for one in people if one in ("for", "not for")]
    away = [one for one in people if one in ("wrote for", "away")]
    for_it = [one for one in people if one in ("for", "wrote for")]
    majority = len(for_it) > len(people) - len(for_it)
    majority_there = len(for_it) > len(there) - len(for_it)
    half, more_than_half = len(there) >= len(away), len(there) > len(away)
    four_fifths = len(there) >= len(away) * 4
    if not people:
        half = more_than_half = four_fifths = False
    begins = {"election": four_fifths}.get(kind, half)
    if sort in ("admission", "full_membership"):
        return [(more_than_half, majority), (half, majority)]
    if sort == "election":
        return [(four_fifths, majority), (four_fifths, majority_there)]
    return [(begins, majority)]


@pytest.mark.parametrize(("kind", "sort"), CASES)
def test_every_head_count_up_to_forty(kind, sort):
    readings, seen = readings_of(kind, sort), 0
    for due in range(41):
        for present in range(due + 1):
            for written in range(due - present + 1 if SORTS[sort].takes_opinions else 1):
                for votes_for in range(present + 1):
                    found = reckon(readings, Electorate(due, present), votes_for, written)
                    hand = by_hand(kind, sort, lined_up(due, present, votes_for, written))
                    assert [one.opens for one in found.verdicts] == [begins for begins, _ in hand]
                    assert [one.passes for one in found.verdicts] == [begins and passes for begins, passes in hand]
                    assert found.passed == found.verdicts[0].passes, "the stricter reading stands first"
                    seen += 1
    assert seen >= 12_341


@given(st.sampled_from(CASES), st.integers(1, 3000), st.data())
def test_large_meetings_by_fractions(case, due, data):
    present = data.draw(st.integers(0, due))
    votes_for = data.draw(st.integers(0, present))
    for verdict in reckon(readings_of(*case), Electorate(due, present), votes_for).verdicts:
        quorum, passing, whole = verdict.reading.quorum, verdict.reading.passing, due
        if verdict.reading.of == "present":
            whole = present
        begins = _reached(quorum, present, due)
        assert (verdict.opens, verdict.passes) == (begins, begins and _reached(passing, votes_for, whole))


def _reached(share: Share, part: int, whole: int) -> bool:
    if whole == 0:
        return False
    wanted = Fraction(share.num, share.den)
    return Fraction(part, whole) > wanted if share.strict else Fraction(part, whole) >= wanted


# --- properties -------------------------------------------------------------------------------------------------------


@given(st.sampled_from(CASES), st.integers(0, 60), st.data())
def test_one_more_vote_for_never_undoes_a_pass(case, due, data):
    present = data.draw(st.integers(0, due))
    votes_for, written = data.draw(st.integers(0, max(0, present - 1))), data.draw(st.integers(0, due - present))
    readings, electorate = readings_of(*case), Electorate(due, present)
    before = reckon(readings, electorate, votes_for, written)
    for after in (
        reckon(readings, electorate, votes_for + 1, written),
        reckon(readings, electorate, votes_for, written + 1),
    ):
        assert after.passed >= before.passed


@given(st.sampled_from(CASES), st.integers(1, 60), st.data())
def test_nothing_passes_without_more_than_half_of_those_due(case, due, data):
    present = data.draw(st.integers(0, due))
    votes_for = data.draw(st.integers(0, present))
    found = reckon(readings_of(*case), Electorate(due, present), votes_for)
    assert not found.passed or votes_for > due - votes_for


@given(st.sampled_from(CASES), st.integers(0, 60), st.data())
def test_the_sentence_says_what_was_reckoned(case, due, data):
    present = data.draw(st.integers(0, due))
    found = reckon(readings_of(*case), Electorate(due, present), data.draw(st.integers(0, present)))
    told = outcome_sentence(found)
    assert told.endswith("，通过。") == found.passed
    assert (differing_sentence(found) is not None) == found.differs


# --- the table and sentences of the handbook --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "opens", "passes", "admission", "election"), [(10, 5, 6, 6, 8), (15, 8, 8, 8, 12), (31, 16, 16, 16, 25)]
)
def test_the_handbooks_table(members, opens, passes, admission, election):
    for present in range(members + 1):
        assert outcome("decision", members, present, 0).verdicts[0].opens == (present >= opens)
        assert outcome("admission", members, present, 0).verdicts[0].opens == (present >= admission)
        assert outcome("election", members, present, 0).verdicts[0].opens == (present >= election)
        assert outcome("decision", members, members, present).passed == (present >= passes)


@pytest.mark.parametrize(
    ("sort", "figures", "told"),
    [
        ("decision", (15, 12, 7), "7票赞成，未超过应到有表决权15人的半数，未通过。"),
        ("decision", (15, 12, 8), "8票赞成，超过应到有表决权15人的半数，通过。"),
        ("decision", (10, 5, 5), "5票赞成，未超过应到有表决权10人的半数，未通过。"),
        ("decision", (10, 4, 4), "到会有表决权4人，未达到应到有表决权10人的半数，表决无效。"),
        ("decision", (0, 0, 0), NO_VOTERS),
        ("admission", (10, 6, 5, 1), "6票赞成（其中书面意见1票），超过应到有表决权10人的半数，通过。"),
        ("admission", (10, 5, 5, 5), "到会有表决权5人，未超过应到有表决权10人的半数，表决无效。"),
        ("election", (10, 7, 7), "到会有表决权7人，未达到应到有表决权10人的五分之四，表决无效。"),
    ],
)
def test_sentences(sort, figures, told):
    assert outcome_sentence(outcome(sort, *figures)) == told


def test_admission_at_exactly_half_is_read_both_ways():
    found = outcome("admission", 10, 5, 5, 1)
    assert (found.passed, found.differs) == (False, True)
    assert differing_sentence(found) == (
        "文件的说法不一，两种算法结果不同：到会要超过应到的半数，未通过；到会满应到的半数就行，通过。"
        "这里取从严的一种，请上级党组织确定。"
    )
    assert differing_sentence(outcome("admission", 10, 6, 6)) is None


def test_an_election_is_read_by_those_due_and_by_those_there():
    found = outcome("election", 10, 8, 5)
    assert [one.passes for one in found.verdicts] == [False, True]
    assert "赞成票按应到人数算，未当选；赞成票按到会人数算，当选" in differing_sentence(found, "当选", "未当选")


def test_shares_have_names():
    assert [share_name(Share(*one)) for one in ((1, 2), (2, 3), (4, 5), (5, 7))] == [
        "半数",
        "三分之二",
        "五分之四",
        "7分之5",
    ]


# --- what the board says before a vote --------------------------------------------------------------------------------


def test_the_board_says_what_each_sort_needs():
    kind, sorts = KIND["member_meeting"], [SORTS[code] for code in ("decision", "admission", "election")]
    assert rules.outlook_lines([(kind, [])], 10, 5) == [
        "有表决权的党员到会 5／10，可以开会，但通过要 6 票赞成，现在到会的人不够。"
    ]
    assert rules.outlook_lines([(kind, sorts)], 10, 5) == [
        "表决事项：有表决权的党员到会 5／10，可以开会，但通过要 6 票赞成，现在到会的人不够。",
        "接收预备党员：有表决权的党员到会 5／10，还差 1 人才能开会表决。",
        "选举：有表决权的党员到会 5／10，还差 3 人才能开会表决。",
    ]
    assert rules.outlook_lines([(kind, sorts), (KIND["election"], [])], 10, 9) == [
        "有表决权的党员到会 9／10，可以开会；通过要 6 票赞成。"
    ]
    assert rules.outlook_lines([], 10, 9) == []


def test_prompts_are_of_kinds_that_there_are():
    assert TOPIC_PROMPTS.keys() <= KIND.keys()


# --- figures that cannot be -------------------------------------------------------------------------------------------


@given(st.integers(0, 40), st.integers(-2, 45), st.integers(-2, 45), st.integers(-2, 45))
def test_a_tally_fits_the_room(present, yes, no, neither):
    reason = refusal_of_tally(Tally(yes, no, neither), Electorate(40, present))
    assert (reason is None) == (min(yes, no, neither) >= 0 and yes + no + neither <= present)


@pytest.mark.parametrize(
    ("sort", "opinions", "written", "part"),
    [
        ("admission", 2, (1, 1, 0), None),
        ("admission", 0, (0, 0, 0), None),
        ("full_membership", 3, (3, 0, 0), None),
        ("decision", 0, (0, 0, 0), None),
        ("decision", 1, (1, 0, 0), "只有接收预备党员和转正"),
        ("election", 0, (1, 0, 0), "只有接收预备党员和转正"),
        ("admission", 4, (4, 0, 0), "还多"),
        ("admission", 2, (1, 0, 0), "交书面意见的有 2 人"),
        ("admission", 0, (1, 0, 0), "交书面意见的有 0 人"),
        ("admission", 1, (2, -1, 0), "不能小于 0"),
    ],
)
def test_written_opinions(sort, opinions, written, part):
    reason = refusal_of_opinions(SORTS[sort], opinions, Tally(*written), Electorate(10, 7))
    assert reason is None if part is None else part in reason


def test_a_tally_that_is_too_large_is_named():
    assert refusal_of_tally(Tally(7, 3, 1), Electorate(15, 10)) == (
        "赞成、反对、弃权加起来是 11，比到会有表决权的 10 人多，请核对。"
    )


# --- what may stand on an agenda --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sort", "kind", "circle", "state", "sittings", "part"),
    [
        ("topic", "group_meeting", "group", "notified", 2, None),
        ("topic", "theme_day", "members", "held", 1, None),
        ("topic", "group_meeting", "group", "cancelled", 1, "已经取消"),
        ("decision", "member_meeting", "members", "notified", 1, None),
        ("decision", "member_meeting", "members", "notified", 2, "同一场"),
        ("decision", "committee_meeting", "committee", "held", 1, None),
        ("decision", "group_meeting", "group", "notified", 1, "党小组会不作表决"),
        ("decision", "theme_day", "members", "notified", 1, "主题党日不作表决"),
        ("admission", "committee_meeting", "committee", "notified", 1, "支部党员大会表决"),
        ("admission", "member_meeting", "members", "in_session", 1, None),
        ("election", "election", "members", "notified", 1, None),
        ("election", "committee_meeting", "committee", "notified", 1, None),
    ],
)
def test_what_may_stand_on_an_agenda(sort, kind, circle, state, sittings, part):
    reason = rules.refusal_to_add_item(SORTS[sort], KIND[kind], circle, state=state, sittings=sittings)
    assert reason is None if part is None else part in reason


def test_a_sealed_meeting_takes_no_item():
    facts = {"state": "held", "sittings": 1, "is_sealed": True}
    assert "封存" in rules.refusal_to_add_item(SORTS["topic"], KIND["theme_day"], "members", **facts)


def test_a_vote_item_refuses_a_second_sitting():
    assert rules.refusal_to_add_sitting("notified") is None
    assert "同一场" in rules.refusal_to_add_sitting("notified", has_vote=True)


@pytest.mark.parametrize(
    ("state", "is_sealed", "part"),
    [("notified", False, "应到名单没有定"), ("cancelled", False, "取消"), ("in_session", False, None),
     ("held", False, None), ("held", True, "封存")],
)  # fmt: skip
def test_when_a_vote_is_recorded(state, is_sealed, part):
    reason = rules.refusal_to_vote(state, is_sealed=is_sealed)
    assert reason is None if part is None else part in reason


def test_a_voted_item_stays():
    assert rules.refusal_to_drop_item(False) is None
    assert "不能去掉" in rules.refusal_to_drop_item(True)
    assert "封存" in rules.refusal_to_drop_item(False, is_sealed=True)


def test_every_sort_of_vote_has_its_readings():
    for sort in SORTS.values():
        for kind in (one for one in KINDS if one.quorum):
            assert sort.readings_for(kind) and all(one.passing.strict for one in sort.readings_for(kind))
