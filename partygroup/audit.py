"""Reading the audit trail: in words, for the member concerned, an officer, the auditor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from partygroup.db import AuditRow
from partygroup.people.models import Person

PAGE = 50
ACTION_NAMES = {
    "attendance.due.count_out": "改应到",
    "attendance.leave.ask": "请假",
    "attendance.leave.decide": "答复请假",
    "attendance.mark.make": "签到",
    "attendance.mark.undo": "撤销签到",
    "feedback.answer": "答复意见",
    "feedback.give": "提意见",
    "meeting.call": "召集会议",
    "meeting.cancel": "取消会议",
    "meeting.close": "结束签到",
    "meeting.reschedule": "改时间地点",
    "meeting.signin.open": "开始签到",
    "org.unit.end": "撤销单位",
    "org.unit.found": "设立单位",
    "org.unit.rename": "单位改名",
    "people.activation.issue": "发激活码",
    "people.exclusion.end": "恢复计入应到",
    "people.exclusion.make": "不计入应到",
    "people.login.begin": "登录",
    "people.login.end": "退出登录",
    "people.login.unlock": "解锁",
    "people.password.rehash": "密码加固",
    "people.password.set": "设密码",
    "people.post.end": "免去职务",
    "people.post.grant": "任职",
    "people.roster.add": "花名册新增",
    "people.roster.apply": "导入花名册",
    "people.roster.change": "花名册变更",
    "people.roster.end": "花名册移出",
    "people.roster.read": "上传花名册",
}


@dataclass(frozen=True)
class Witnessed:
    """One change in words."""

    id: int
    at: datetime
    actor: str | None
    action: str
    person: str | None
    before: dict | None
    after: dict | None
    reason: str | None

    @property
    def what(self) -> str:
        return ACTION_NAMES.get(self.action, self.action)

    @property
    def change(self) -> str:
        """Return what became of what, field by field."""
        before, after = self.before or {}, self.after or {}
        return "；".join(
            f"{key}：{before[key]} → {after.get(key, '无')}" if key in before else f"{key}：{value}"
            for key, value in (before | after).items()
        )


def _rows(session, condition, before: int | None) -> list[Witnessed]:
    actor, concerned = sa.orm.aliased(Person), sa.orm.aliased(Person)
    query = (
        sa.select(
            AuditRow.id, AuditRow.at, actor.name, AuditRow.action, concerned.name, AuditRow.before, AuditRow.after,
            AuditRow.reason,
        )
        .outerjoin(actor, actor.id == AuditRow.actor_id)
        .outerjoin(concerned, concerned.id == AuditRow.person_id)
        .where(condition, *([AuditRow.id < before] if before else []))
        .order_by(AuditRow.id.desc())
        .limit(PAGE)
    )  # fmt: skip
    return [Witnessed(*row) for row in session.execute(query)]


def rows_about(session, person_id: int, *, before: int | None = None) -> list[Witnessed]:
    """Return the newest changes that concern a person."""
    return _rows(session, AuditRow.person_id == person_id, before)


def rows_of_units(session, unit_ids, *, before: int | None = None) -> list[Witnessed]:
    """Return the newest changes of the records of some units (a SELECT of ids)."""
    return _rows(session, AuditRow.unit_id.in_(unit_ids), before)


def all_rows(session, *, before: int | None = None) -> list[Witnessed]:
    """Return the newest changes of all records, for the auditor."""
    return _rows(session, sa.true(), before)
