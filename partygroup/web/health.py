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
    """Say whether the database answers and stands at the newest migration; 503 with the reason if not."""
    try:
        db.session.scalar(sa.select(1))
    except sa.exc.SQLAlchemyError:
        return {"status": "database away"}, 503, {"Retry-After": "5"}
    if not _is_newest():
        return {"status": "migrations pending"}, 503, {"Retry-After": "60"}
    return {"status": "ready"}


def _is_newest() -> bool:
    """Say whether the database stands at the newest migration; one without any migration has no such table."""
    try:
        found = db.session.scalars(sa.text("SELECT version_num FROM alembic_version")).all()
    except sa.exc.DBAPIError:
        return False
    heads = current_app.extensions["alembic"].script_directory.get_revisions("heads")
    return set(found) == {script.revision for script in heads}
