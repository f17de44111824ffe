"""What data is kept, why, and how long: read from the notes on the columns themselves."""

from __future__ import annotations

from collections import defaultdict

from flask import Blueprint, render_template

from partygroup.ledgers import models as ledgers
from partygroup.people import models
from partygroup.talks.models import Talk

pages = Blueprint("about", __name__)
LABELS = {
    "staff_no": "工号", "name": "姓名", "sex": "性别", "born_ym": "出生年月", "joined_on": "入党时间",
    "full_on": "转正时间", "phone": "手机号", "star_level": "星级", "key_technician": "技术骨干", "note": "备注",
    "standing": "党员类别", "job": "岗位", "admin_post": "行政职务", "profile": "岗位类别", "role": "党内职务",
    "reason": "不计入应到的原因", "pinyin": "姓名拼音", "initials": "拼音首字母", "stroke_key": "姓氏笔画",
    "unit_id": "所在车间、班组", "topic": "谈心谈话的类别", "summary": "谈心谈话的内容",
    "step": "发展党员的步骤", "month": "交了党费的月份", "title": "荣誉", "occasion": "看望的缘由",
    "text": "看望的一句话",
}  # fmt: skip


@pages.get("/about")
def about():
    """Show every personal column with its purpose, under how long it is kept."""
    tables = (models.Person, models.StandingSpan, models.Workplace, models.Post, models.Exclusion, Talk,
              ledgers.AdmissionStep, ledgers.DuesPayment, ledgers.Honour, ledgers.CareVisit)  # fmt: skip
    kept = defaultdict(list)
    for column in (column for table in tables for column in table.__table__.columns if column.info):
        kept[column.info["kept_for"]].append((LABELS[column.name], column.info["why"]))
    return render_template("about.html", kept=kept)
