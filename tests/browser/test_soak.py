"""The soak in small: phones with two tabs each on a bad line, one kill, one ended login; each thing lands once."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from PIL import Image

from tests.soak.line import Line
from tests.soak.photos import number_in, photo
from tests.soak.plan import FULL, SMALL, make_plan
from tests.soak.soak import soak


@pytest.mark.postgres
def test_everything_lands_once_or_says_why(new_database, tmp_path):
    plan = make_plan(SMALL, seed=2)
    with new_database("soak") as url, ThreadPoolExecutor(1) as elsewhere:  # Playwright's other loop runs in this thread
        outcome = elsewhere.submit(soak, plan, url, tmp_path).result()
    assert outcome.faults == []
    assert outcome.figures["killed"] == 1 and outcome.figures["line: answer"] > 5
    assert outcome.figures["activities stored once"] > SMALL.activities // 2


def test_a_plan_hangs_on_its_seed_and_has_everything():
    plan = make_plan(FULL, seed=7)
    assert (plan.phones, plan.events) == (make_plan(FULL, seed=7).phones, make_plan(FULL, seed=7).events)
    assert plan.phones != make_plan(FULL, seed=8).phones
    acts = [(shift.person, act) for shifts in plan.phones for shift in shifts for tab in shift.tabs for act in tab]
    assert {act for _, act in acts} == {*plan.jots, *plan.sign_ins}
    assert all(act.person == person for person, act in acts)
    assert (len(plan.jots), len(plan.sign_ins), sum(len(jot.photos) for jot in plan.jots)) == (200, 200, 300)


def test_a_photo_tells_its_number(tmp_path):
    file = tmp_path / "stored.jpg"
    for number in (1, 24, 300):
        Image.open(io.BytesIO(photo(number))).resize((480, 320)).save(file, "JPEG", quality=60)
        assert number_in(file) == number
    Image.frombytes("L", (480, 320), Random(1).randbytes(480 * 320)).save(file, "JPEG")
    assert number_in(file) is None


def test_the_line_loses_what_it_says():
    line = Line(9, seed=3)
    try:
        assert {line.luck("POST", "/activities") for _ in range(50)} == {(False, False)}
        line.is_good = False
        lucks = [line.luck("POST", f"/{number}") for number in range(2000)]
        assert [round(sum(way) / 2000, 1) for way in zip(*lucks, strict=True)] == [0.3, 0.3]
    finally:
        line.close()
