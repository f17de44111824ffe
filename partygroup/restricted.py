"""Restricted texts, such as what was said in a talk: every reading leaves a row for whom it concerns (security.md 2).

Who may read one says `Can.READ_RESTRICTED`; a page shows it by POST only, since a GET writes nothing. The text stands
in its own column and nowhere else: not in the trail, a list, a search, an export or a log.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from partygroup.db import witness_all

#: **To add a sort of restricted text, add one line**: what its record is called in the trail → in words.
SORT_NAMES = {"heart_talk": "谈心内容"}
#: The capacity in which somebody reads who is one of those concerned; else it is the role of a post.
ONESELF = "oneself"


def note_reading(
    session, sort: str, record_id: int, *, concerns: Collection[int], capacity: str, by: int, at: datetime
) -> None:
    """Write down that somebody opens a restricted text: a row for each person whom it concerns.

    The rows belong to no unit, so that officers who read the trail of theirs do not learn of them: those concerned do
    (`/me/records`), and the auditor.
    """
    if sort not in SORT_NAMES:
        raise ValueError(f"{sort} is no sort of restricted text")
    row = {"action": "restricted.text.read", "subject_type": sort, "subject_id": record_id, "at": at, "actor_id": by}
    witness_all(
        session, [row | {"person_id": one, "after": {"sort": sort, "capacity": capacity}} for one in sorted(concerns)]
    )
