"""Loading the thing of an address, scoped to what this person may see: a foreign id is simply not found."""

from __future__ import annotations

from flask import request
from flask_login import current_user

from partygroup import clock
from partygroup.db import db
from partygroup.meetings.queries import Convened, get_convened, visible_to
from partygroup.web.security import SAFE


def meeting_of(gathering_id: int) -> Convened:
    """Return the gathering if this person may see it, held for whoever writes about it; raise NotFound."""
    visible = visible_to(current_user, clock.today())
    return get_convened(db.session, gathering_id, visible, held=request.method not in SAFE)
