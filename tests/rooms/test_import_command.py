"""`flask import-roster`: a preview, and the import itself when asked."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from partygroup.people.models import Person
from tests.rosters import excel
from tests.web.test_imports import SOMEBODY, TITLES, person


@pytest.fixture
def roster_file(tmp_path):
    def write(*rows) -> str:
        (tmp_path / "花名册.xlsx").write_bytes(excel(TITLES, *rows).read())
        return str(tmp_path / "花名册.xlsx")

    return write


@pytest.fixture
def run(app, world):
    return lambda *words: app.test_cli_runner().invoke(args=["import-roster", *words])


def people(session) -> int:
    return session.scalar(sa.select(sa.func.count(Person.id)).where(Person.staff_no.like("9000%")))


def test_without_apply_it_only_previews(run, roster_file, session):
    answer = run(roster_file(SOMEBODY, person(工号="900002", 星级="九")))
    assert answer.exit_code == 0 and "G3\t星级\t九" in answer.output and "这只是预览" in answer.output
    assert people(session) == 0


def test_apply_carries_it_out_once(run, roster_file, session):
    file = roster_file(SOMEBODY)
    assert "已导入" in run(file, "--from", "2026-01-01", "--apply").output
    again = run(file, "--from", "2026-01-01", "--apply")
    assert "新加入 0 人" in again.output and people(session) == 1


def test_faulty_rows_stop_it_unless_the_good_ones_are_wanted(run, roster_file, session):
    file = roster_file(SOMEBODY, person(工号="900002", 星级="九"))
    refused = run(file, "--apply")
    assert refused.exit_code == 1 and "还有1行有问题" in refused.output and people(session) == 0
    assert run(file, "--apply", "--only-good-rows").exit_code == 0 and people(session) == 1


def test_a_unit_is_found_by_its_name(run, roster_file):
    file = roster_file(person(二级党委="黑土厂党委"))
    assert "不在您的范围内" in run(file, "--unit", "青松厂党委").output
    assert run(file, "--unit", "没有的").exit_code == 1
