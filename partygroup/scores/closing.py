"""Closing a branch's quarter. Everything that adds to a branch's book takes `hold_book` first, and so does closing."""

from __future__ import annotations

import sqlalchemy as sa

from partygroup.org.models import Unit


def hold_book(session, branch_id: int) -> None:
    """Let nobody else close the branch's quarter, or add to its book, before this transaction ends."""
    session.execute(sa.select(Unit.id).where(Unit.id == branch_id).with_for_update()).one()
