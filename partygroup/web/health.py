"""Is the process alive, and is it ready? For the operator's proxy and monitoring; no login, no cookie."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, current_app

from partygroup.db import db

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def healthz():
    """Say that the process answers."""
    return {"status": "ok"}


@pages.get("/readyz")
def readyz():
    """Say whether the database answers and stands at the newest migration; 503 if not."""
    try:
        found = db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    except sa.exc.SQLAlchemyError:
        return {"status": "database away"}, 503, {"Retry-After": "5"}
    newest = {script.revision for script in current_app.extensions["alembic"].script_directory.get_revisions("heads")}
    if found not in newest:
        return {"status": "migrations pending"}, 503, {"Retry-After": "60"}
    return {"status": "ready"}
