"""Reading the audit trail: in words, for the member concerned, an officer, the auditor."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from partygroup.clock import BEIJING
from partygroup.db import AuditRow
from partygroup.org.models import KIND_NAMES, Placement
from partygroup.people.models import PROFILE_NAMES, ROLE_NAMES, STANDING_NAMES, Person

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
    "meeting.kind.revise": "改会议规则",
    "meeting.reschedule": "改时间地点",
    "meeting.signin.open": "开始签到",
    "org.unit.end": "撤销单位",
    "org.unit.found": "设立单位",
    "org.unit.rename": "单位改名",
    "people.activation.issue": "发激活码",
    "people.contact.change": "改联系电话",
    "people.exclusion.end": "恢复计入应到",
    "people.exclusion.make": "不计入应到",
    "people.login.begin": "登录",
    "people.login.end": "退出登录",
    "people.login.unlock": "解锁",
    "people.password.rehash": "密码加固",
    "people.password.set": "设密码",
    "people.person.import": "花名册更新",
    "people.person.leave": "离开支部",
    "people.post.end": "免去职务",
    "people.post.grant": "任职",
    "people.roster.add": "花名册新增",
    "people.roster.apply": "导入花名册",
    "people.roster.preview": "上传花名册",
    "people.roster.purge": "清理没确认的花名册",
}

#: What a field of `before` and `after` is called.
FIELD_NAMES = {
    "admin_post": "行政职务", "answer": "答复", "approved_by": "批准", "at_least": "至少次数",
    "belonging": "所在支部和党小组", "born_ym": "出生年月", "counting": "计入", "device": "设备",
    "door": "方式", "due": "应到人数", "ended": "离开人数", "file_name": "文件", "from_on": "从",
    "full_on": "转正时间", "granted": "准假", "job": "岗位", "joined": "新加入", "joined_on": "入党时间",
    "key_technician": "技术骨干", "kind": "类别", "kinds": "会议", "moved": "调动", "name": "名称",
    "note": "备注", "other": "其他", "per": "周期", "phone": "手机", "place": "地点", "posts": "职务",
    "profile": "岗位类别", "reason": "原因", "role": "职务", "rows": "行数", "sex": "性别", "sort": "类别",
    "staff_no": "工号", "standing": "党员类别", "star_level": "星级", "starts_at": "时间", "units": "新设单位",
    "until_on": "到", "valid_from": "生效日期", "version": "版本", "workplace": "工作单位",
    "works": "新设生产单位",
}  # fmt: skip
#: Fields that hold the id of a unit or of a person: told by name, or not at all where there is none.
UNIT_FIELDS = {"branch_id": "党支部", "group_id": "党小组", "parent_id": "上级单位"}
PERSON_FIELDS = {"host_id": "主持人"}
VALUE_NAMES = {
    **ROLE_NAMES, **STANDING_NAMES, **KIND_NAMES, **PROFILE_NAMES, None: "无", True: "是", False: "否", "": "无",
    "due": "应到", "not_counted": "不计入应到", "observer": "列席", "code": "扫码", "spoken": "口令", "tick": "补签",
    "scan_member": "扫本人码", "paper": "纸质", "offline": "补传", "month": "每月", "quarter": "每季度", "year": "每年",
    "term": "每届", "leave_duty": "公假", "leave_sick": "病假", "leave_personal": "事假",
}  # fmt: skip


def in_words(value) -> str:
    """Return any JSON value of an audit row as people say it: names for codes, Beijing time for moments."""
    if isinstance(value, list):
        return "、".join(map(in_words, value)) or VALUE_NAMES[None]
    if isinstance(value, dict):
        told = (f"{FIELD_NAMES.get(key, key)}：{in_words(one)}" for key, one in value.items())
        return "、".join(told) or VALUE_NAMES[None]
    if isinstance(value, str) and "T" in value:
        return _moment_in_words(value)
    if isinstance(value, (str, bool)) or value is None:
        return VALUE_NAMES.get(value, value)
    return str(value)


def _moment_in_words(value: str) -> str:
    try:
        return f"{datetime.fromisoformat(value).astimezone(BEIJING):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return value


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
        names = FIELD_NAMES | UNIT_FIELDS | PERSON_FIELDS
        return "；".join(f"{names.get(key, key)}：{_became(key, before, after)}" for key in before | after)


def _became(key: str, before: dict, after: dict) -> str:
    if key in before and key in after:
        return f"{in_words(before[key])} → {in_words(after[key])}"
    return in_words(before[key] if key in before else after[key])


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
    rows = session.execute(query).all()
    named = _names(session, [fields for row in rows for fields in (row.before, row.after) if fields])
    return [Witnessed(*row[:5], named(row.before), named(row.after), row.reason) for row in rows]


def _names(session, changes: list[dict]) -> Callable[[dict | None], dict | None]:
    """Return a function that puts names in the place of ids, known by two statements however many rows there are.

    An id that has no name is left out.
    """
    names = _names_of(session, changes, UNIT_FIELDS, Placement.unit_id, Placement.name, Placement.from_on)
    names |= _names_of(session, changes, PERSON_FIELDS, Person.id, Person.name, Person.id)

    def named(fields: dict | None) -> dict | None:
        told = {
            key: names.get((key, value), value) if type(value) is int else value
            for key, value in (fields or {}).items()
        }
        return {key: value for key, value in told.items() if not (key.endswith("_id") and isinstance(value, int))}

    return named


def _names_of(session, changes: list[dict], keys: Iterable[str], its_id, its_name, order) -> dict[tuple[str, int], str]:
    """Return the last name of what these fields point to, by field and id."""
    asked = {(key, fields[key]) for fields in changes for key in keys if type(fields.get(key)) is int}
    if not asked:
        return {}
    found = session.execute(sa.select(its_id, its_name).where(its_id.in_({one for _, one in asked})).order_by(order))
    last = dict(found.all())
    return {(key, one): last[one] for key, one in asked if one in last}


def rows_about(session, person_id: int, *, before: int | None = None) -> list[Witnessed]:
    """Return the newest changes that concern a person."""
    return _rows(session, AuditRow.person_id == person_id, before)


def rows_of_units(session, unit_ids, *, before: int | None = None) -> list[Witnessed]:
    """Return the newest changes of the records of some units (a SELECT of ids)."""
    return _rows(session, AuditRow.unit_id.in_(unit_ids), before)


def all_rows(session, *, before: int | None = None) -> list[Witnessed]:
    """Return the newest changes of all records, for the auditor."""
    return _rows(session, sa.true(), before)
