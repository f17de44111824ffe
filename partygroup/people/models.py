"""People, their belonging, posts and standing (dated), their accounts and logins, and the staged roster."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from partygroup.db import Audited, Base, UtcDateTime, open_days
from partygroup.spreadsheets.previews import SheetImport


class Standing(StrEnum):
    """What someone is to the party (domain.md 4.1)."""

    APPLICANT = "applicant"
    ACTIVIST = "activist"
    CANDIDATE = "candidate"
    PROBATIONARY = "probationary"
    FULL = "full"
    FULL_ON_PROBATION_DISCIPLINE = "full_on_probation_discipline"
    RIGHTS_SUSPENDED = "rights_suspended"
    MEMBERSHIP_STOPPED = "membership_stopped"
    LEFT = "left"


STANDING_NAMES = {
    Standing.APPLICANT: "入党申请人",
    Standing.ACTIVIST: "入党积极分子",
    Standing.CANDIDATE: "发展对象",
    Standing.PROBATIONARY: "预备党员",
    Standing.FULL: "正式党员",
    Standing.FULL_ON_PROBATION_DISCIPLINE: "留党察看",
    Standing.RIGHTS_SUSPENDED: "党员权利中止",
    Standing.MEMBERSHIP_STOPPED: "停止党籍",
    Standing.LEFT: "已出党",
}
MEMBERS = (Standing.PROBATIONARY, Standing.FULL, Standing.FULL_ON_PROBATION_DISCIPLINE, Standing.RIGHTS_SUSPENDED)


class Role(StrEnum):
    """Posts that the software knows. OTHER is kept by its title and gives no power."""

    SECRETARY = "secretary"
    DEPUTY_SECRETARY = "deputy_secretary"
    ORGANISATION_OFFICER = "organisation_officer"
    PROPAGANDA_OFFICER = "propaganda_officer"
    DISCIPLINE_OFFICER = "discipline_officer"
    COMMITTEE_MEMBER = "committee_member"
    GROUP_LEADER = "group_leader"
    UNIT_OFFICE = "unit_office"
    COMPANY_OFFICE = "company_office"
    ACCOUNT_OFFICER = "account_officer"
    AUDITOR = "auditor"
    OTHER = "other"


ROLE_NAMES = {
    Role.SECRETARY: "书记",
    Role.DEPUTY_SECRETARY: "副书记",
    Role.ORGANISATION_OFFICER: "组织委员",
    Role.PROPAGANDA_OFFICER: "宣传委员",
    Role.DISCIPLINE_OFFICER: "纪检委员",
    Role.COMMITTEE_MEMBER: "委员",
    Role.GROUP_LEADER: "党小组长",
    Role.UNIT_OFFICE: "二级党委党群干事",
    Role.COMPANY_OFFICE: "公司党群工作部",
    Role.ACCOUNT_OFFICER: "账号管理员",
    Role.AUDITOR: "审计员",
    Role.OTHER: "其他职务",
}
#: Rank order of posts in heads of minutes and lists of officers (domain.md 16).
COMMITTEE_ROLES = tuple(Role)[:6]
OFFICER_ROLES = tuple(Role)[:5]
#: At most one holder a unit at a time.
SINGLE_ROLES = (Role.SECRETARY, Role.GROUP_LEADER)
#: Held alone: three-person separation (security.md 2).
LONE_ROLES = (Role.ACCOUNT_OFFICER, Role.AUDITOR)


class Profile(StrEnum):
    """Post profile (岗位类别), used by scores (scoring.md 2)."""

    LINE = "line"
    MAINTENANCE = "maintenance"
    OFFICE = "office"


PROFILE_NAMES = {Profile.LINE: "操作", Profile.MAINTENANCE: "检修", Profile.OFFICE: "管理"}


def kept(why: str, how_long: str = "党籍在本公司期间，离开后保留履历") -> dict:
    """Return a column's note on purpose and keeping time; `/about` shows it, a test demands it."""
    return {"why": why, "kept_for": how_long}


class Person(Audited, Base):
    """A member, or someone on the way to becoming one."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    staff_no: Mapped[str] = mapped_column(sa.String(20), unique=True, info=kept("登录和核对名单"))
    name: Mapped[str] = mapped_column(sa.String(40), info=kept("会议记录、名单"))
    pinyin: Mapped[str] = mapped_column(sa.String(120), default="", info=kept("按拼音找人"))
    initials: Mapped[str] = mapped_column(sa.String(20), default="", info=kept("按首字母找人"))
    stroke_key: Mapped[str] = mapped_column(sa.String(120), default="", info=kept("按姓氏笔画排名单"))
    sex: Mapped[str | None] = mapped_column(sa.String(1), info=kept("花名册统计"))
    born_ym: Mapped[str | None] = mapped_column(sa.String(7), info=kept("花名册统计，只到月"))
    joined_on: Mapped[date | None] = mapped_column(info=kept("政治生日"))
    full_on: Mapped[date | None] = mapped_column(info=kept("党龄、表决权"))
    phone: Mapped[str | None] = mapped_column(sa.String(20), info=kept("会务联系，只有本支部看得到", "离开后90天"))
    key_technician: Mapped[bool] = mapped_column(default=False, info=kept("双向发挥"))
    note: Mapped[str | None] = mapped_column(sa.String(200), info=kept("花名册备注"))
    __table_args__ = (sa.Index("ix_person_initials", "initials"),)


class StandingSpan(Base):
    """A person's standing during [from_on, until_on)."""

    __tablename__ = "standing_span"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    standing: Mapped[str] = mapped_column(sa.String(30), info=kept("表决权、应到"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    __table_args__ = (open_days("standing_span"),)


class Belonging(Base):
    """The one formal branch, and at most one group, of a person during [from_on, until_on)."""

    __tablename__ = "belonging"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    __table_args__ = (open_days("belonging"),)


class Workplace(Base):
    """Where and as what a person works during [from_on, until_on), in the lowest unit of the works known; the stars."""

    __tablename__ = "workplace"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("unit.id"), index=True, info=kept("岗位；按班组倒班安排开会时间")
    )
    job: Mapped[str | None] = mapped_column(sa.String(40), info=kept("岗位"))
    admin_post: Mapped[str | None] = mapped_column(sa.String(60), info=kept("双向进入"))
    profile: Mapped[str | None] = mapped_column(sa.String(20), info=kept("按岗位类别计分"))
    star_level: Mapped[int | None] = mapped_column(info=kept("提素创星"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    __table_args__ = (open_days("workplace"),)


class ShiftPattern(Audited, Base):
    """How the shift teams of a party unit's people work from a day on, until its next pattern (domain.md 6).

    letters: one a day, repeated; hours: letter → begin and end; teams: name, day in the row on `from_on` (1 is the
    first), other names. Whose team somebody is in, the roster says: the 班组 of their workplace.
    """

    __tablename__ = "shift_pattern"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    from_on: Mapped[date]
    letters: Mapped[str] = mapped_column(sa.String(42))
    hours: Mapped[dict] = mapped_column(sa.JSON)
    teams: Mapped[list] = mapped_column(sa.JSON)
    __table_args__ = (sa.UniqueConstraint("unit_id", "from_on"),)


class Post(Audited, Base):
    """A post held in a unit during [from_on, until_on)."""

    __tablename__ = "post"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(30), info=kept("职责和权限"))
    title: Mapped[str | None] = mapped_column(sa.String(40))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    __table_args__ = (
        open_days("post"),
        sa.Index(
            "uq_post_single",
            "unit_id",
            "role",
            unique=True,
            sqlite_where=sa.text("until_on IS NULL AND role IN ('secretary', 'group_leader')"),
            postgresql_where=sa.text("until_on IS NULL AND role IN ('secretary', 'group_leader')"),
        ),
    )


class Exclusion(Audited, Base):
    """A person left out of the due number during [from_on, until_on), with approval (domain.md 5.4)."""

    __tablename__ = "exclusion"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(30), info=kept("不计入应到的原因"))
    approved_by: Mapped[str] = mapped_column(sa.String(60))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    __table_args__ = (open_days("exclusion"),)


class Account(Audited, Base):
    """A person's password and activation code, both only as digests."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), unique=True)
    password: Mapped[str | None] = mapped_column(sa.String(200))
    password_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    activation: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    activation_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Login(Base):
    """A device on which a person is logged in. Deleting the row ends it with the next request."""

    __tablename__ = "login"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    device: Mapped[str] = mapped_column(sa.String(60))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    office_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CalendarFeed(Audited, Base):
    """The secret address at which a person's calendar app reads their meetings: its digest and what it is made of.

    The secret follows from the nonce and the app's key (feeds.py); deleting the row ends the address at once.
    """

    __tablename__ = "calendar_feed"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), unique=True)
    nonce: Mapped[str] = mapped_column(sa.String(32))
    digest: Mapped[str] = mapped_column(
        sa.String(64), unique=True, info=kept("本人手机日历订阅会议，不存地址，只存摘要", "换地址或停用就删掉")
    )
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FailedTry(Base):
    """Failures counted under a key: the digest of what was typed, known or not, and of the device or address."""

    __tablename__ = "failed_try"
    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class RosterImport(SheetImport, Base):
    """A roster file that was read and previewed; nothing of it is written until it is confirmed."""

    __tablename__ = "roster_import"
    valid_from: Mapped[date]
