"""Reading the audit trail: in words, for the member concerned, an officer, the auditor."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from partygroup.clock import BEIJING, said
from partygroup.db import AuditRow
from partygroup.org.models import KIND_NAMES, Placement
from partygroup.people.models import PROFILE_NAMES, ROLE_NAMES, STANDING_NAMES, Person
from partygroup.restricted import ONESELF, SORT_NAMES

PAGE = 50
ACTION_NAMES = {
    "activities.answer": "回复是否参加",
    "activities.jot": "记活动",
    "activities.name": "记为参加",
    "activities.photo.add": "加照片",
    "activities.photo.drop": "去掉照片",
    "activities.problem.cancel": "取消问题",
    "activities.problem.close": "解决问题",
    "activities.problem.raise": "记问题",
    "activities.remark": "补记",
    "activities.revise": "改活动",
    "activities.theme.end": "结束主题",
    "activities.theme.set": "定主题",
    "activities.unname": "改为没参加",
    "activities.withdraw": "撤回活动",
    "attendance.due.count_out": "改应到",
    "attendance.leave.ask": "请假",
    "attendance.leave.decide": "答复请假",
    "attendance.make_up.make": "登记补课",
    "attendance.make_up.undo": "撤销补课",
    "attendance.due.add": "补进应到名单",
    "attendance.mark.make": "签到",
    "attendance.mark.undo": "撤销签到",
    "evaluation.award.give": "登记支部表彰",
    "evaluation.award.withdraw": "撤销支部表彰",
    "evaluation.figures.apply": "导入指标数据",
    "evaluation.figures.preview": "上传指标数据",
    "evaluation.figures.purge": "清理没确认的指标数据",
    "evaluation.objection.answer": "答复考评异议",
    "evaluation.objection.make": "对考评提异议",
    "evaluation.period.collect": "收集考评数据",
    "evaluation.period.configure": "设定考评",
    "evaluation.period.freeze": "冻结考评数据",
    "evaluation.period.open": "启动考评",
    "evaluation.period.reopen": "重新收集考评数据",
    "evaluation.scheme.draft": "起草考评方案",
    "evaluation.scheme.drop": "放弃方案草稿",
    "evaluation.scheme.publish": "发布考评方案",
    "evaluation.scheme.revise": "改方案草稿",
    "evaluation.sheet.answer": "考评异议有了答复",
    "evaluation.sheet.finish": "确定考评结果",
    "evaluation.sheet.freeze": "冻结支部考评",
    "evaluation.sheet.object": "有人对考评提出异议",
    "evaluation.sheet.publish": "公示考评结果",
    "evaluation.sheet.replace": "作废冻结的考评",
    "evaluation.sheet.review": "复核支部考评",
    "evaluation.sheet.self_score": "支部自评",
    "evaluation.term.set": "登记支委会任期",
    "evaluation.veto.enter": "登记支部一票否决",
    "evaluation.veto.withdraw": "撤销支部一票否决",
    "feedback.answer": "答复意见",
    "feedback.give": "提意见",
    "ledgers.admission.drop": "去掉发展党员的一步",
    "ledgers.admission.enter": "记发展党员的一步",
    "ledgers.dues.tick": "记党费已交",
    "ledgers.dues.untick": "改为党费没交",
    "ledgers.honour.drop": "去掉荣誉",
    "ledgers.honour.enter": "记荣誉",
    "ledgers.plan.add": "计划里添一项",
    "ledgers.plan.change": "改计划",
    "ledgers.plan.drop": "计划里去掉一项",
    "ledgers.plan.propose": "按该开的会排计划",
    "ledgers.visit.drop": "去掉看望记录",
    "ledgers.visit.enter": "记看望",
    "meeting.agenda.add": "加议程",
    "meeting.agenda.drop": "去掉议程",
    "meeting.call": "召集会议",
    "meeting.cancel": "取消会议",
    "meeting.close": "结束签到",
    "meeting.kind.revise": "改会议规则",
    "meeting.reschedule": "改时间地点",
    "meeting.signin.open": "开始签到",
    "meeting.sitting.add": "加一场",
    "meeting.vote.correct": "更正表决结果",
    "meeting.vote.record": "记表决结果",
    "minutes.add": "补充会议记录",
    "minutes.confirm": "确认会议记录",
    "minutes.resolve": "记议定事项",
    "minutes.seal": "封存会议记录",
    "minutes.task.move": "办议定事项",
    "minutes.unresolve": "去掉议定事项",
    "minutes.write": "写会议记录",
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
    "people.shifts.set": "改倒班表",
    "restricted.text.read": "看限阅内容",
    "scores.appeal.decide": "答复复核申请",
    "scores.appeal.make": "提出复核申请",
    "scores.declaration.answer": "异议有了答复",
    "scores.declaration.appeal": "申请复核",
    "scores.declaration.confirm": "确认申报",
    "scores.declaration.decide": "办理复核",
    "scores.declaration.drop": "撤回从活动的申报",
    "scores.declaration.edit": "修改申报",
    "scores.declaration.lapse": "小组逾期没有核实，转支委会",
    "scores.declaration.make": "填写申报",
    "scores.declaration.object": "有人提出异议",
    "scores.declaration.publish": "公示",
    "scores.declaration.reject": "不予通过",
    "scores.declaration.return": "退回申报",
    "scores.declaration.reverse": "更正已生效的积分",
    "scores.declaration.review": "小组核实",
    "scores.declaration.settle": "公示期满，生效",
    "scores.declaration.submit": "交上申报",
    "scores.declaration.withdraw": "撤回申报",
    "scores.entry.make": "记入积分",
    "scores.exemption.end": "恢复计分",
    "scores.exemption.make": "免予计分",
    "scores.group.appraise": "评价党小组",
    "scores.objection.answer": "答复异议",
    "scores.objection.make": "提出异议",
    "scores.proposal.make": "转来待确认",
    "scores.quarter.close": "季度结账",
    "scores.quarter.reopen": "重新打开季度",
    "scores.rules.draft": "起草计分规则",
    "scores.rules.drop": "放弃规则草稿",
    "scores.rules.publish": "发布计分规则",
    "scores.rules.revise": "改规则草稿",
    "scores.sheet.look": "看计分表",
    "scores.veto.enter": "登记一票否决",
    "scores.veto.withdraw": "撤销一票否决",
    "scores.workday.set": "改工作日历",
    "talks.talk.enter": "记谈心谈话",
    "talks.talk.withdraw": "撤回谈心谈话",
}

#: What a field of `before` and `after` is called.
FIELD_NAMES = {
    "brand": "品牌", "closed_how": "怎么解决的", "confirmed": "本人回复", "dimension": "维度", "due_on": "期限",
    "happened_on": "日期", "minutes": "分钟", "people": "人数", "photos": "照片", "remark": "说明", "result": "结果",
    "text": "内容", "two_way": "双向融合", "theme": "主题", "starts_on": "从", "ends_on": "到", "ended_on": "结束于",
    "chair_id": "主持人", "digest": "摘要", "ended_at": "散会", "owner": "谁来办", "progress": "进展",
    "recorder_id": "记录人", "topics": "写了几个议题",
    "on_month": "月份", "step": "步骤", "year": "年度",
    "abstained": "弃权", "candidates": "候选人得票", "opinions": "交书面意见的人", "present": "到会人数",
    "votes_against": "反对", "votes_for": "赞成", "written_abstained": "书面弃权", "written_against": "书面反对",
    "written_for": "书面赞成",
    "capacity": "身份", "figures": "写入指标数", "proposals": "转支部确认条数",
    "admin_post": "行政职务", "answer": "答复", "approved_by": "批准", "at_least": "至少次数",
    "belonging": "所在支部和党小组", "born_ym": "出生年月", "changes": "改动", "counting": "计入",
    "day": "日期", "device": "设备",
    "document": "文件号", "door": "方式", "due": "应到人数", "ended": "离开人数", "file_name": "文件", "from_on": "从",
    "full_on": "转正时间", "granted": "准假", "ground": "情形", "item": "计分内容", "job": "岗位", "joined": "新加入",
    "joined_on": "入党时间", "key_technician": "技术骨干", "kind": "类别", "kinds": "会议", "level": "等次",
    "meeting_ref": "会议", "moved": "调动", "name": "名称", "note": "备注", "on_day": "补课日期", "other": "其他",
    "outcome": "结果", "per": "周期", "phone": "手机", "place": "地点", "points": "分值", "posts": "职务",
    "profile": "岗位类别", "public_until": "公示到", "quarter": "季度", "reason": "原因", "role": "职务",
    "rows": "行数", "sentence": "评语", "sex": "性别", "sheets": "计分表", "sort": "类别",
    "staff_no": "工号", "standing": "党员类别",
    "star_level": "星级", "starts_at": "时间", "state": "状态", "units": "新设单位", "until_on": "到",
    "valid_from": "生效日期", "version": "版本", "way": "方式", "working": "上班", "workplace": "工作单位",
    "works": "新设生产单位", "hours": "起止时间", "letters": "一轮", "teams": "班组", "sittings": "各场时间",
}  # fmt: skip
#: Fields that hold the id of a unit or of a person: told by name, or not at all where there is none.
UNIT_FIELDS = {"branch_id": "党支部", "group_id": "党小组", "parent_id": "上级单位"}
PERSON_FIELDS = {"host_id": "主持人"}
VALUE_NAMES = {
    "yes": "是", "no": "否", "differs": "有出入", "WP": "工作绩效", "SE": "安全环保", "QI": "提素创星",
    "PF": "党建基础", "quality": "质量", "green": "绿色", "integrity": "诚信", "promote": "双向促进",
    "enter": "双向进入", "evaluate": "双向评价", "play": "双向发挥", "hazard": "隐患排查", "overhaul": "义务检修",
    "tackling": "技术攻关", "teaching": "师带徒", "study": "学习", "service": "志愿服务", "talk": "谈心",
    "critical": "急难险重", "other": "其他",
    ONESELF: "本人", **SORT_NAMES,
    **ROLE_NAMES, **STANDING_NAMES, **KIND_NAMES, **PROFILE_NAMES, None: "无", True: "是", False: "否", "": "无",
    "due": "应到", "not_counted": "不计入应到", "observer": "列席", "code": "扫码", "spoken": "口令", "tick": "补签",
    "scan_member": "扫本人码", "paper": "纸质", "offline": "补传", "month": "每月", "quarter": "每季度", "year": "每年",
    "term": "每届", "leave_duty": "公假", "leave_sick": "病假", "leave_personal": "事假",
    "second_session": "参加另一场", "briefing": "一对一传达", "home_delivery": "送学上门", "self_study": "自学交流",
}  # fmt: skip


def in_words(value) -> str:
    """Return any JSON value of an audit row as people say it: names for codes, Beijing time for moments."""
    if isinstance(value, list):
        return "、".join(map(in_words, value)) or VALUE_NAMES[None]
    if isinstance(value, dict):
        told = (f"{FIELD_NAMES.get(key, key)}：{in_words(one)}" for key, one in value.items())
        return "、".join(told) or VALUE_NAMES[None]
    if isinstance(value, str) and value[:4].isdigit():
        return _time_in_words(value)
    if isinstance(value, (str, bool)) or value is None:
        return VALUE_NAMES.get(value, value)
    return str(value)


def _time_in_words(value: str) -> str:
    """Return a day or a moment in ISO form as people write it; any other text as it is."""
    try:
        if len(value) == len("2026-03-05"):
            return said(date.fromisoformat(value))
        moment = datetime.fromisoformat(value).astimezone(BEIJING) if "T" in value else None
    except (ValueError, OverflowError):
        return value
    return f"{said(moment.date())} {moment:%H:%M}" if moment else value


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


def readings_of(session, sort: str, record_id: int, person_id: int) -> list[Witnessed]:
    """Return the newest readings of a restricted text, for a person whom it concerns."""
    of_record = sa.and_(AuditRow.subject_type == sort, AuditRow.subject_id == record_id)
    return _rows(
        session, sa.and_(AuditRow.action == "restricted.text.read", of_record, AuditRow.person_id == person_id), None
    )


def rows_of_units(session, unit_ids, *, before: int | None = None) -> list[Witnessed]:
    """Return the newest changes of the records of some units (a SELECT of ids).

    None of them is older than the last one on the page of any single unit: so much is read of each, however much there
    is.
    """
    own, units = sa.orm.aliased(AuditRow), unit_ids.subquery()
    of_unit = sa.select(own.id).where(own.unit_id == units.c.unit_id, *([own.id < before] if before else []))
    last = of_unit.order_by(own.id.desc()).offset(PAGE - 1).limit(1).scalar_subquery()
    oldest = sa.select(sa.func.coalesce(sa.func.max(last), 0)).select_from(units).scalar_subquery()
    return _rows(session, sa.and_(AuditRow.unit_id.in_(unit_ids), AuditRow.id >= oldest), before)


def all_rows(session, *, before: int | None = None) -> list[Witnessed]:
    """Return the newest changes of all records, for the auditor."""
    return _rows(session, sa.true(), before)
