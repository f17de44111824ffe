"""变更记录: who changed what, when and why, for officers and the auditor (H5)."""

from __future__ import annotations

from flask import Blueprint
from flask_login import current_user

from partygroup import audit, clock
from partygroup.db import db
from partygroup.org.queries import subtree_ids
from partygroup.people.models import Role
from partygroup.policy import Can, units_where
from partygroup.web.asked import number_asked
from partygroup.web.needs import needs
from partygroup.web.respond import respond

pages = Blueprint("audit", __name__)


@pages.get("/audit")
@needs(Can.SEE_AUDIT)
def index():
    """List changes, the newest first: the auditor sees all, others those of their units and what is below."""
    before = number_asked("before")
    if current_user.holds(Role.AUDITOR):
        rows = audit.all_rows(db.session, before=before)
    else:
        units = subtree_ids(units_where(current_user, Can.SEE_AUDIT), clock.today())
        rows = audit.rows_of_units(db.session, units, before=before)
    return respond("audit/index.html", rows=rows, is_full=len(rows) == audit.PAGE, is_first=before is None)
