"""A roster of 3,000 rows: forty bad ones are told by cell and reason, then the mended file goes in."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
import sqlalchemy as sa
from markupsafe import escape

from partygroup.org.models import Unit, UnitKind
from partygroup.people.models import Belonging, Person, Post, Role
from tests.cast import password_hash
from tests.factories import person, post, unit
from tests.rosters import FAULTS, large_roster, spoilt, workbook

SIZE = 3000
FAULT = re.compile(r"<b>([A-Z]\d+) \S+：.*?</b><span class=\"sub\">(.*?)</span>", re.S)


@pytest.fixture
def office(session, client, at):
    """The office of a company in which there is nothing yet."""
    at("2026-03-05 09:00")
    company = unit(session, UnitKind.COMPANY, "炉火钢铁公司党委")
    officer = person(session, "晏海波", password=password_hash())
    post(session, officer.id, company.id, Role.COMPANY_OFFICE)
    client.sign_on(officer, office=True)
    client.unit_id = company.id
    return client


def sent(office, rows) -> str:
    """Send a roster and return the address of its preview."""
    file = (io.BytesIO(workbook(rows)), "花名册.xlsx")
    form = {"valid_from": "2026-01-01", "unit_id": office.unit_id, "file": file}
    answer = office.post("/imports", data=form, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def count(session, model) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(model))


def test_forty_bad_rows_of_three_thousand_are_told_and_the_mended_file_goes_in(office, session):
    sound = large_roster(SIZE)
    bad, expected = spoilt(sound, every=72)
    assert len(expected) == len(FAULTS) == 40
    path = sent(office, bad)
    page = office.get(path)
    told = FAULT.findall(page.text)
    assert [cell for cell, _reason in told] == [cell for cell, _words in expected]
    assert [
        cell for (cell, reason), (_, words) in zip(told, expected, strict=True) if escape(words) not in reason
    ] == []
    lines = list(openpyxl.load_workbook(io.BytesIO(office.get(f"{path}/faults.xlsx").data)).active.values)
    assert len(lines) == 1 + len(FAULTS)
    assert [cell for line, (cell, words) in zip(lines[1:], expected, strict=True) if words not in line[-1]] == []
    assert office.post(f"{path}/applying").status_code == 422
    assert (count(session, Person), count(session, Unit)) == (1, 1)

    mended = sent(office, sound)
    assert not FAULT.findall(office.get(mended).text)
    assert office.post(f"{mended}/applying").status_code == 303
    assert "新加入 3000 人" in office.get(mended).text
    assert (count(session, Person), count(session, Belonging)) == (SIZE + 1, SIZE)
    leaders = sa.select(sa.func.count()).where(Post.role == Role.GROUP_LEADER)
    assert session.scalar(leaders) == SIZE // 12

    again = sent(office, sound)
    assert "没有要改的" in office.get(again).text
