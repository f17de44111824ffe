"""Meeting kinds in plain words, and their frequency as a new version."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from partygroup.db import AuditRow
from partygroup.meetings.models import Kind
from partygroup.meetings.presets import KINDS
from partygroup.meetings.queries import kinds_in_force
from tests.factories import gathering

PATH = "/rules/kinds/theme_day"
TYPED = {"name": "主题党日", "per": "month", "at_least": "2"}


def versions(session, code: str = "theme_day") -> list[tuple]:
    rows = session.scalars(sa.select(Kind).where(Kind.code == code).order_by(Kind.version))
    return [(kind.version, kind.rules.per, kind.rules.at_least) for kind in rows]


def test_everybody_reads_all_kinds_in_plain_words(world, client):
    page = client.sign_on(world.member).get("/rules/kinds").text
    assert all(spec.name in page for spec in KINDS)
    assert "应到有表决权的党员的半数以上（含半数）到会才能开" in page and "赞成票超过半数才算通过" in page
    assert "应到委员的半数以上" in page
    assert "至少 5 分之 4" in page and "每月至少 1 次" in page and "不定期" in page
    assert "党内法规的规定" in page and "通行做法" in page and "修改" not in page


def test_the_company_office_puts_a_new_version_in_force(world, client, session):
    held = gathering(session, world.branch.id, by=world.secretary.id, kinds=("theme_day",))
    client.sign_on(world.company_officer, office=True)
    assert 'value="主题党日"' in client.get(PATH).text
    assert client.post(PATH, data=TYPED).status_code == 303
    assert versions(session) == [(1, "month", 1), (2, "month", 2)]
    assert "每月至少 2 次" in client.get("/rules/kinds").text and "本公司第 2 版" in client.get("/rules/kinds").text
    session.refresh(held, ["meetings"])
    session.refresh(held.meetings[0], ["kind"])
    assert held.meetings[0].kind.version == 1
    row = session.scalars(sa.select(AuditRow).where(AuditRow.action == "meeting.kind.revise")).one()
    assert (row.before, row.after) == ({"at_least": 1}, {"at_least": 2, "version": 2})


def test_the_same_again_makes_no_version(world, client, session):
    client.sign_on(world.company_officer, office=True)
    for _twice in range(2):
        assert client.post(PATH, data=TYPED).status_code == 303
    assert len(versions(session)) == 2


def test_a_kind_may_have_no_period_and_keeps_its_other_rules(world, client, session):
    client.sign_on(world.company_officer, office=True)
    extra = {"quorum": "", "mark": "D", "circles": "group", "code": "x", "version": "9"}
    assert client.post("/rules/kinds/member_meeting", data=extra | {"name": "党员大会", "per": ""}).status_code == 303
    [kind] = [kind for kind in kinds_in_force(session) if kind.code == "member_meeting"]
    assert (kind.rules.name, kind.rules.per, kind.rules.quorum.den, kind.rules.mark) == ("党员大会", None, 2, "R")
    assert [one.code for one in kinds_in_force(session)] == [spec.code for spec in KINDS]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "请写名称"), ("name", "长" * 3000, "最多 20 个字"), ("name", "会", "2 到 20 个字"),
        ("per", "week", "请选每月"), ("at_least", "0", "1 到 31"), ("at_least", "x", "1 到 31"),
        ("at_least", "", "请写次数"), ("at_least", "９", "1 到 31"), ("at_least", "9" * 99, "1 到 31"),
    ],
)  # fmt: skip
def test_a_rejected_revision_keeps_what_was_typed(world, client, session, field, value, words):
    answer = client.sign_on(world.company_officer, office=True).post(
        PATH, data=TYPED | {"name": "党日"} | {field: value}
    )
    assert answer.status_code == 422 and words in answer.text
    assert field == "name" or 'value="党日"' in answer.text
    assert len(versions(session)) == 1


@pytest.mark.parametrize("role", ["member", "leader", "secretary", "unit_officer", "account_officer", "auditor"])
def test_others_may_not_change_rules(world, client, session, role):
    client.sign_on(world.actors[role], office=True)
    assert client.get(PATH).status_code == client.post(PATH, data=TYPED).status_code == 403
    assert len(versions(session)) == 1


def test_changing_rules_asks_for_the_password_first(world, client, session):
    assert client.sign_on(world.company_officer).post(PATH, data=TYPED).status_code == 401
    assert len(versions(session)) == 1


@pytest.mark.parametrize("bad", ["none", "x" * 3000, "%00", "１", "THEME_DAY"])
def test_unknown_kinds_are_not_found(world, client, bad):
    client.sign_on(world.company_officer, office=True)
    assert client.post(f"/rules/kinds/{bad}", data=TYPED).status_code == 404


def test_nobody_is_asked_to_log_in(client):
    assert client.get("/rules/kinds").status_code == 303
