"""`flask appoint`: the first office of a company, and its way back in."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from partygroup.db import AuditRow
from partygroup.people.models import Post, Role

NEW_PASSWORD = "炉前一盏灯照到天明"


@pytest.fixture
def run(app, world, at):
    at("2026-03-05 09:00")
    return lambda *words: app.test_cli_runner().invoke(args=["appoint", *words])


def posts(session, person_id: int) -> list[tuple[str, int]]:
    held = sa.select(Post.role, Post.unit_id).where(Post.person_id == person_id, Post.until_on.is_(None))
    return [tuple(row) for row in session.execute(held.order_by(Post.id))]


def code_in(answer) -> str:
    assert answer.exit_code == 0, answer.output
    return "".join(re.search(r"激活码 (\w{5}) (\w{5})", answer.output).groups())


def test_who_is_appointed_opens_the_office_with_the_code(run, world, client, session):
    code = code_in(run(world.member.staff_no, "company_office"))
    assert posts(session, world.member.id) == [(Role.COMPANY_OFFICE, world.company.id)]
    form = {"staff_no": world.member.staff_no, "code": code, "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert client.post("/activate", data=form).status_code == 303
    assert client.get("/imports").status_code == 200
    granted = session.scalars(sa.select(AuditRow).where(AuditRow.action == "people.post.grant")).one()
    assert (granted.actor_id, granted.person_id) == (None, world.member.id)


def test_appointing_again_gives_another_code_and_no_second_post(run, world, session):
    codes = {code_in(run(world.member.staff_no, "auditor")) for _ in range(2)}
    assert len(codes) == 2
    assert posts(session, world.member.id) == [(Role.AUDITOR, world.company.id)]


@pytest.mark.parametrize("typed", ["ｇ１０００１", " G10001 ", "G 10001", "g10001", "\u3000Ｇ10001"])
def test_full_width_and_spaces_are_forgiven(run, world, session, typed):
    assert world.member.staff_no == "G10001"
    code_in(run(typed, "auditor"))
    assert posts(session, world.member.id) == [(Role.AUDITOR, world.company.id)]


@pytest.mark.parametrize(
    ("who", "post", "words"),
    [
        ("secretary", "auditor", "不能兼任"),
        ("account_officer", "company_office", "不能兼任"),
        ("probationer", "company_office", "只有正式党员"),
    ],
)
def test_the_rules_of_posts_hold_for_the_operator_too(run, world, session, who, post, words):
    actor = getattr(world, who)
    before = posts(session, actor.id)
    answer = run(actor.staff_no, post)
    assert answer.exit_code == 1 and words in answer.output
    assert posts(session, actor.id) == before


def test_nobody_of_that_number(run):
    answer = run("no-such-number", "company_office")
    assert answer.exit_code == 1 and "没有这家公司或这个工号" in answer.output


def test_other_posts_are_given_on_the_pages(run, world):
    assert run(world.member.staff_no, "secretary").exit_code == 2
