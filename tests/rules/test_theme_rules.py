"""Themes done in parts: which days belong to one, what can be set, and that each member stands in one place once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.activities.models import Theme
from partygroup.activities.rules import DAYS_BACK, LONGEST_THEME, refusal_of_theme, refusals_to_set_theme
from partygroup.activities.themes import Counted, missing_of, shares

TODAY = date(2026, 3, 5)


def theme(**columns) -> Theme:
    return Theme(**{"title": "班前学安全", "starts_on": date(2026, 3, 1), "ends_on": date(2026, 3, 31)} | columns)


@pytest.mark.parametrize(
    ("ended", "day", "belongs"),
    [
        (None, "2026-02-28", False),
        (None, "2026-03-01", True),
        (None, "2026-03-31", True),
        (None, "2026-04-01", False),
        ("2026-03-10", "2026-03-10", True),
        ("2026-03-10", "2026-03-11", False),
    ],
)
def test_a_part_lies_within_the_days_of_its_theme(ended, day, belongs):
    one = theme(ended_on=ended and date.fromisoformat(ended))
    refusal = refusal_of_theme(one, date.fromisoformat(day))
    assert (refusal is None) is belongs
    assert belongs or "班前学安全" in refusal


def test_without_a_theme_every_day_will_do():
    assert refusal_of_theme(None, TODAY) is None and refusal_of_theme(theme(), None) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, None),
        ({"title": "学"}, "title"),
        ({"starts_on": None}, "starts_on"),
        ({"starts_on": TODAY - timedelta(days=DAYS_BACK + 1)}, "starts_on"),
        ({"starts_on": TODAY - timedelta(days=DAYS_BACK)}, None),
        ({"ends_on": None}, "ends_on"),
        ({"ends_on": TODAY - timedelta(days=1)}, "ends_on"),
        ({"ends_on": TODAY}, None),
        ({"starts_on": TODAY + timedelta(days=9), "ends_on": TODAY + timedelta(days=8)}, "ends_on"),
        ({"ends_on": TODAY + timedelta(days=LONGEST_THEME)}, None),
        ({"ends_on": TODAY + timedelta(days=LONGEST_THEME + 1)}, "ends_on"),
    ],
)
def test_what_can_be_set(changes, field):
    asked = {"title": "班前学安全", "starts_on": TODAY, "ends_on": TODAY + timedelta(days=20)} | changes
    assert set(refusals_to_set_theme(**asked, today=TODAY)) == ({field} if field else set())


places = st.sampled_from([None, 3, 5, 8])
members = st.lists(st.tuples(places, places, st.booleans()), max_size=30).map(
    lambda rows: [
        Counted(number, f"同志{number}", group, group and f"{group}组", team, team and f"{team}班", reached)
        for number, (group, team, reached) in enumerate(rows)
    ]
)


@given(members, st.sampled_from(["group", "team"]))
def test_each_member_stands_in_one_share_once_and_on_one_side(everybody, by):
    found = shares(everybody, by, "没有")
    inside = [one for share in found for one in (*share.reached, *share.missing)]
    assert sorted(one.id for one in inside) == [one.id for one in everybody]
    assert all(one.reached for share in found for one in share.reached)
    assert sorted(one.id for share in found for one in share.missing) == [one.id for one in missing_of(everybody)]
    assert len({share.id for share in found}) == len(found)
    assert [share.id for share in found if share.id is None] in ([], [None]) and None not in [
        share.id for share in found[:-1]
    ]


@given(members, places, places)
def test_those_of_a_group_and_team_who_are_missing(everybody, group, team):
    told = missing_of(everybody, group_id=group, team_id=team)
    assert told == [
        one
        for one in everybody
        if not one.reached and (group is None or one.group_id == group) and (team is None or one.team_id == team)
    ]
