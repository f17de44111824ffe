"""Opening a restricted text: whom it concerns may, and the branch's secretary; each opening is written down first."""

from __future__ import annotations

from collections.abc import Collection

from flask_login import current_user

from partygroup import clock
from partygroup.db import db, transaction
from partygroup.people.models import Role
from partygroup.policy import Can, Place, grant
from partygroup.restricted import ONESELF, note_reading


def place_about(lineage: tuple[int, ...], concerns: Collection[int]) -> Place:
    """Return the place of a text about several people: its own to each of them who asks."""
    return Place(lineage, current_user.id if current_user.id in concerns else None)


def opens(place: Place) -> bool:
    """Say whether whoever asks may open a restricted text, as one concerned or as secretary, asleep or not."""
    return bool(grant(current_user, Can.READ_RESTRICTED, place))


def note_opened(sort: str, record_id: int, concerns: Collection[int]) -> None:
    """Write down, and commit, that whoever asks opens a restricted text; to be called before it is shown, by POST.

    The view is guarded by `@needs(Can.READ_RESTRICTED, …)` with the place of `place_about`.
    """
    capacity = ONESELF if current_user.id in concerns else Role.SECRETARY
    with transaction(db.session):
        note_reading(
            db.session, sort, record_id, concerns=concerns, capacity=capacity, by=current_user.id, at=clock.now()
        )  # fmt: skip
