"""Who may do what: the whole truth in one table (security.md 2). What is not granted is refused.

A *place* is where a thing belongs: its unit and all units above, and the member it concerns. Each line of the table
lists the ways in which somebody earns the power. Powers of a post sleep until the office is opened with the password;
what a leader does on the shop floor never sleeps.
"""

from __future__ import annotations

from enum import Enum

import sqlalchemy as sa

from partygroup.org.queries import subtree_ids
from partygroup.people.models import Belonging, Person
from partygroup.ways import (
    Place,
    account_officer,
    anyone,
    auditor,
    belongs_to_branch,
    company_office,
    discipline_officer,
    leads_group,
    member_of_group,
    never_self,
    not_own_branch,
    officer_of_branch,
    oneself,
    own_level,
    publishes_for_branch,
    secretary_of_branch,
    serves_on_committee,
    unit_office,
)


class Can(Enum):
    """Everything a person may be allowed to do. Grep for `Can.` to find every check."""

    SEE_OWN = "看自己的记录"
    SEE_UNIT = "看本单位"
    SEE_MEETING = "看会议"
    SIGN_IN = "签到"
    ASK_LEAVE = "请假"
    SHOW_CODE = "展示签到码"
    SEE_ROLL = "看名单"
    TICK = "补签和撤销"
    GRANT_LEAVE = "批准请假"
    CALL_MEETING = "召集会议"
    CLOSE_MEETING = "开始、结束、取消会议"
    COUNT_OUT = "不计入应到"
    SET_AGENDA = "排议程"
    RECORD_VOTE = "记表决结果"
    WRITE_MINUTES = "写会议记录"
    SELF_CHECK = "自查"
    ADD_TO_MINUTES = "补充会议记录"
    MOVE_TASK = "办议定事项"
    SEE_ACTIVITY = "看活动和问题清单"
    JOT_ACTIVITY = "记活动"
    ANSWER_ACTIVITY = "回复是否参加"
    EDIT_ACTIVITY = "改自己记的活动"
    WITHDRAW_ACTIVITY = "撤回活动"
    SET_THEME = "定主题"
    END_THEME = "结束主题"
    RAISE_PROBLEM = "记问题"
    CLOSE_PROBLEM = "了结问题"
    CANCEL_PROBLEM = "取消问题"
    DECLARE = "申报积分"
    DECLARE_ACTIVITY = "从活动申报"
    ENTER_FOR_BRANCH = "支部登记扣分"
    SEE_DECLARATION = "看申报"
    SEE_INBOX = "看待审"
    REVIEW_DECLARATION = "小组核实申报"
    CONFIRM_DECLARATION = "确认申报"
    PUBLISH_DECLARATIONS = "公示"
    SEE_PUBLICITY = "看公示"
    OBJECT = "提异议"
    ANSWER_OBJECTION = "答复异议"
    APPEAL = "申请复核"
    DECIDE_APPEAL = "办理复核"
    REVERSE_ENTRY = "更正已生效的积分"
    SEE_PEOPLE = "看花名册"
    SEE_PERSON = "看个人资料"
    EDIT_PERSON = "改个人资料"
    IMPORT_ROSTER = "导入花名册"
    GRANT_LEADER = "任免党小组长"
    GRANT_BRANCH_POST = "任免支部职务"
    GRANT_UNIT_POST = "任免二级党委干事"
    ISSUE_ACTIVATION = "发激活码"
    SIGN_OUT_OTHER = "让设备退出、解锁"
    SEE_KINDS = "看会议规则"
    EDIT_KINDS = "改会议规则"
    SEE_AUDIT = "看变更记录"
    GIVE_FEEDBACK = "提意见"
    ANSWER_FEEDBACK = "答复意见"
    SEE_SHEET = "看计分表"
    OPEN_SHEET = "直接看计分表"
    CLOSE_QUARTER = "结账"
    REOPEN_QUARTER = "重新打开季度"
    APPRAISE_GROUP = "评价党小组"
    MAKE_UP = "登记补课"
    ANSWER_MAKE_UP = "确认自己的补课"
    SEE_CASES = "看免予计分和一票否决"
    EXEMPT = "免予计分"
    ENTER_VETO = "登记一票否决"
    SEE_RULES = "看计分规则"
    EDIT_RULES = "改计分规则"
    PUBLISH_RULES = "发布计分规则"
    SEE_EVALUATION = "看支部考评"
    SEE_PERIODS = "看各支部考评"
    SEE_SCHEME = "看考评方案"
    EDIT_SCHEME = "改考评方案"
    PUBLISH_SCHEME = "发布考评方案"
    IMPORT_FIGURES = "导入指标数据"
    CONFIGURE_PERIOD = "设定、启动考评"
    FREEZE_PERIOD = "冻结考评数据"
    REOPEN_PERIOD = "重新收集考评数据"
    SELF_SCORE = "支部自评"
    OBJECT_EVALUATION = "对考评提异议"
    REVIEW_EVALUATION = "复核、公示考评"
    FINALISE_EVALUATION = "确定考评结果"
    GIVE_AWARD = "登记支部表彰"
    ENTER_UNIT_VETO = "登记支部一票否决"
    SET_TERM = "登记支委会任期"
    EDIT_SHIFTS = "改倒班表"
    HOLD_APPRAISAL = "办民主评议"
    SEE_APPRAISAL = "看民主评议"
    RUN_ORG_LIFE = "记组织生活会步骤和问题"
    CRITICISE = "写批评意见"
    WITHDRAW_CRITICISM = "撤回批评意见"
    SET_ROBOT = "设群机器人"
    READ_RESTRICTED = "看限阅内容"
    ENTER_TALK = "记谈心谈话"
    ENTER_TALK_OF_OTHERS = "替别人记谈心谈话"
    SEE_TALKS = "看谈心谈话情况"
    WITHDRAW_TALK = "撤回谈心谈话"
    EDIT_PLAN = "定年度计划"
    SEE_ADMISSIONS = "看发展党员"
    KEEP_ADMISSIONS = "记发展党员"
    TICK_DUES = "记党费交没交"
    SEE_DUES = "看党费交没交"
    KEEP_HONOURS = "记荣誉和看望"
    SEE_CARE = "看看望记录"


OFFICES = (unit_office, company_office, account_officer, auditor)
MEMBERS = (belongs_to_branch, serves_on_committee)
ABOVE = (unit_office, company_office, auditor)

POLICY = {
    Can.SEE_OWN: (oneself,),
    Can.SEE_UNIT: (belongs_to_branch, serves_on_committee, officer_of_branch, *ABOVE),
    Can.SEE_MEETING: (*MEMBERS, officer_of_branch, *ABOVE),
    Can.SIGN_IN: (anyone,),
    Can.ASK_LEAVE: MEMBERS,
    Can.SHOW_CODE: (leads_group, officer_of_branch, own_level(unit_office), own_level(company_office)),
    Can.SEE_ROLL: (leads_group, officer_of_branch, *ABOVE),
    Can.TICK: (leads_group, officer_of_branch, own_level(unit_office), own_level(company_office)),
    Can.GRANT_LEAVE: (
        never_self(leads_group), never_self(officer_of_branch), never_self(unit_office),
        never_self(own_level(company_office)),
    ),
    Can.CALL_MEETING: (leads_group, officer_of_branch, own_level(unit_office), own_level(company_office)),
    Can.CLOSE_MEETING: (leads_group, officer_of_branch, own_level(unit_office), own_level(company_office)),
    Can.COUNT_OUT: (never_self(leads_group), never_self(officer_of_branch), never_self(own_level(unit_office))),
    Can.SET_AGENDA: (leads_group, officer_of_branch, own_level(unit_office), own_level(company_office)),
    Can.RECORD_VOTE: (officer_of_branch, own_level(unit_office), own_level(company_office)),
    Can.SELF_CHECK: (officer_of_branch,),
    Can.WRITE_MINUTES: (oneself, leads_group, officer_of_branch, own_level(unit_office), own_level(company_office)),
    Can.ADD_TO_MINUTES: (oneself, leads_group, officer_of_branch, own_level(unit_office), own_level(company_office)),
    Can.MOVE_TASK: (oneself, leads_group, officer_of_branch, own_level(unit_office), own_level(company_office)),
    Can.SEE_ACTIVITY: (belongs_to_branch, officer_of_branch, *ABOVE),
    Can.JOT_ACTIVITY: (leads_group, member_of_group, officer_of_branch),
    Can.ANSWER_ACTIVITY: (belongs_to_branch,),
    Can.EDIT_ACTIVITY: (oneself,),
    Can.WITHDRAW_ACTIVITY: (oneself, leads_group, officer_of_branch),
    Can.SET_THEME: (leads_group, officer_of_branch),
    Can.END_THEME: (oneself, officer_of_branch),
    Can.RAISE_PROBLEM: (leads_group, officer_of_branch),
    Can.CLOSE_PROBLEM: (oneself, leads_group, officer_of_branch),
    Can.CANCEL_PROBLEM: (leads_group, officer_of_branch),
    Can.DECLARE: (oneself, leads_group, officer_of_branch),
    Can.DECLARE_ACTIVITY: (leads_group, officer_of_branch),
    Can.ENTER_FOR_BRANCH: (never_self(officer_of_branch),),
    Can.SEE_DECLARATION: (oneself, leads_group, officer_of_branch, *ABOVE),
    Can.SEE_INBOX: (leads_group, officer_of_branch, unit_office),
    Can.REVIEW_DECLARATION: (never_self(leads_group),),
    Can.CONFIRM_DECLARATION: (never_self(officer_of_branch), never_self(unit_office)),
    Can.PUBLISH_DECLARATIONS: (publishes_for_branch,),
    Can.SEE_PUBLICITY: (belongs_to_branch, officer_of_branch, *ABOVE),
    Can.OBJECT: (belongs_to_branch,),
    Can.ANSWER_OBJECTION: (never_self(officer_of_branch), never_self(unit_office)),
    Can.APPEAL: (oneself,),
    Can.DECIDE_APPEAL: (never_self(unit_office),),
    Can.REVERSE_ENTRY: (never_self(officer_of_branch), never_self(unit_office)),
    Can.SEE_PEOPLE: (officer_of_branch, unit_office, company_office, account_officer),
    Can.SEE_PERSON: (oneself, leads_group, officer_of_branch, unit_office, company_office, account_officer),
    Can.EDIT_PERSON: (never_self(officer_of_branch), never_self(unit_office), never_self(company_office)),
    Can.IMPORT_ROSTER: (unit_office, company_office),
    Can.GRANT_LEADER: (never_self(officer_of_branch), never_self(unit_office)),
    Can.GRANT_BRANCH_POST: (never_self(unit_office), never_self(company_office)),
    Can.GRANT_UNIT_POST: (never_self(company_office),),
    Can.ISSUE_ACTIVATION: (
        never_self(officer_of_branch), never_self(unit_office), never_self(company_office), never_self(account_officer),
    ),
    Can.SIGN_OUT_OTHER: (
        never_self(officer_of_branch), never_self(unit_office), never_self(company_office), never_self(account_officer),
    ),
    Can.SEE_KINDS: (anyone,),
    Can.EDIT_KINDS: (company_office,),
    Can.SEE_AUDIT: (officer_of_branch, unit_office, auditor),
    Can.GIVE_FEEDBACK: (anyone,),
    Can.ANSWER_FEEDBACK: (company_office,),
    Can.SEE_SHEET: (oneself, leads_group, officer_of_branch, *ABOVE),
    Can.OPEN_SHEET: (oneself, leads_group, officer_of_branch),
    Can.CLOSE_QUARTER: (officer_of_branch,),
    Can.REOPEN_QUARTER: (unit_office, company_office),
    Can.APPRAISE_GROUP: (officer_of_branch,),
    Can.MAKE_UP: (leads_group, officer_of_branch, own_level(unit_office), own_level(company_office)),
    Can.ANSWER_MAKE_UP: MEMBERS,
    Can.SEE_CASES: (oneself, officer_of_branch, *ABOVE),
    Can.EXEMPT: (never_self(officer_of_branch), never_self(unit_office)),
    Can.ENTER_VETO: (never_self(discipline_officer), never_self(unit_office)),
    Can.SEE_RULES: (anyone,),
    Can.EDIT_RULES: (company_office,),
    Can.PUBLISH_RULES: (company_office,),
    Can.SEE_EVALUATION: (*MEMBERS, officer_of_branch, *ABOVE),
    Can.SEE_PERIODS: ABOVE,
    Can.SEE_SCHEME: (anyone,),
    Can.EDIT_SCHEME: (company_office,),
    Can.PUBLISH_SCHEME: (company_office,),
    Can.IMPORT_FIGURES: (unit_office, company_office),
    Can.CONFIGURE_PERIOD: (own_level(unit_office), own_level(company_office)),
    Can.FREEZE_PERIOD: (own_level(unit_office), own_level(company_office)),
    Can.REOPEN_PERIOD: (own_level(unit_office), own_level(company_office)),
    Can.SELF_SCORE: (officer_of_branch,),
    Can.OBJECT_EVALUATION: (belongs_to_branch,),
    Can.REVIEW_EVALUATION: (not_own_branch(unit_office), not_own_branch(company_office)),
    Can.FINALISE_EVALUATION: (not_own_branch(company_office),),
    Can.GIVE_AWARD: (not_own_branch(unit_office), not_own_branch(company_office)),
    Can.ENTER_UNIT_VETO: (not_own_branch(unit_office), not_own_branch(company_office)),
    Can.SET_TERM: (not_own_branch(unit_office), not_own_branch(company_office)),
    Can.EDIT_SHIFTS: (officer_of_branch, unit_office, company_office),
    Can.HOLD_APPRAISAL: (officer_of_branch,),
    Can.SEE_APPRAISAL: (officer_of_branch, unit_office),
    Can.RUN_ORG_LIFE: (leads_group, officer_of_branch),
    Can.CRITICISE: MEMBERS,
    Can.WITHDRAW_CRITICISM: (oneself,),
    Can.SET_ROBOT: (officer_of_branch, unit_office),
    Can.READ_RESTRICTED: (oneself, secretary_of_branch),
    Can.ENTER_TALK: (belongs_to_branch, serves_on_committee),
    Can.ENTER_TALK_OF_OTHERS: (secretary_of_branch,),
    Can.SEE_TALKS: (officer_of_branch,),
    Can.WITHDRAW_TALK: (oneself, secretary_of_branch),
    Can.EDIT_PLAN: (officer_of_branch,),
    Can.SEE_ADMISSIONS: (leads_group, officer_of_branch, *ABOVE),
    Can.KEEP_ADMISSIONS: (publishes_for_branch,),
    Can.TICK_DUES: (leads_group, officer_of_branch),
    Can.SEE_DUES: (leads_group, officer_of_branch, *ABOVE),
    Can.KEEP_HONOURS: (officer_of_branch,),
    Can.SEE_CARE: (officer_of_branch, unit_office),
}  # fmt: skip

#: What an officer of a branch does on the shop floor too: visible and reversible, so it needs no waking.
AWAKE = {
    Can.SEE_UNIT, Can.SEE_MEETING, Can.SHOW_CODE, Can.TICK, Can.SEE_ROLL, Can.SET_AGENDA, Can.WRITE_MINUTES,
    Can.MOVE_TASK, Can.SELF_CHECK, Can.RUN_ORG_LIFE,
    Can.SEE_ACTIVITY, Can.JOT_ACTIVITY, Can.SET_THEME, Can.END_THEME, Can.RAISE_PROBLEM, Can.CLOSE_PROBLEM,
    Can.DECLARE, Can.DECLARE_ACTIVITY, Can.SEE_PUBLICITY,
}  # fmt: skip
#: Ways that are a member's or a leader's own and never sleep.
NEVER_ASLEEP = (anyone, oneself, belongs_to_branch, serves_on_committee, leads_group, member_of_group)


class Grant(Enum):
    """How an asked power stands: refused, granted once the office is open, granted."""

    NO = 0
    ASLEEP = 1
    YES = 2

    def __bool__(self):
        return self is not Grant.NO


def grant(who, can: Can, place: Place) -> Grant:
    """Return how the power stands for this person at this place, by the best of its ways."""
    best = Grant.NO
    for way in POLICY[can]:
        if not way(who, place):
            continue
        if can in AWAKE or who.office_open or getattr(way, "inner", way) in NEVER_ASLEEP:
            return Grant.YES
        best = Grant.ASLEEP
    return best


def may(who, can: Can, place: Place) -> bool:
    """Say whether a line of the policy grants the power here, asleep or not. Templates ask this to hide buttons."""
    return bool(grant(who, can, place))


def units_where(who, can: Can) -> list[int]:
    """Return the units, highest reach first as held, in which a post or belonging earns the power."""
    own = [unit for unit in (who.branch_id, who.group_id) if unit]
    held = dict.fromkeys([post.unit_id for post in who.posts] + own)
    return [unit for unit in held if may(who, can, Place((unit,)))]


def visible_people(who, can: Can, day) -> sa.Select:
    """Return the select of people over whom a person holds a power through a post: those of its subtree today."""
    units = units_where(who, can)
    branches = subtree_ids(units, day) if units else sa.select(sa.literal(0))
    return (
        sa.select(Person)
        .join(Belonging, sa.and_(Belonging.person_id == Person.id, Belonging.from_on <= day))
        .where(sa.or_(Belonging.until_on.is_(None), Belonging.until_on > day))
        .where(sa.or_(Belonging.branch_id.in_(branches), Belonging.group_id.in_(branches)))
    )
