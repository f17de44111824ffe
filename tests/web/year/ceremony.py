"""What the year has beside meetings: talks."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from itertools import combinations

from tests.web.pagetexts import texts
from tests.web.year.forms import form_to
from tests.web.year.people import COMMITTEE, MEMBERS
from tests.web.year.plan import on

#: With whom nobody had talked when the fourth quarter began.
LATE = ("谢永红", "范德才", "石磊")


def lay_out(script) -> None:
    """Spread it over the year."""
    doors, day = script.doors, on(3, 2)
    others = [name for name in MEMBERS if name not in COMMITTEE and name not in LATE]
    pairs = [*combinations(COMMITTEE, 2), *((COMMITTEE[n % 5], name) for n, name in enumerate(others))]
    for one, other in pairs:
        script.add(day, "19:00", lambda one=one, other=other: talk(doors, f"{doors.branch}/talks", one, other))
        day += timedelta(days=5)


def talk(doors, page: str, one: str, other: str) -> None:
    """Enter a talk by a tap on a name of the branch's page; the other finds it among their own."""
    found = unescape(doors.get(one, page))
    ids = doors.cast.ids
    link = re.search(rf'href="(/talks\?[^"]*\bwith={ids[other]})"', found)
    where = link[1] if link else f"/talks?branch={doors.cast.units['支部']}&to=branch&with={ids[other]}"
    form = form_to(doors.get(one, where), "/talks", "记下来")
    assert form.value("with") == str(ids[other]) and form.value("day") == str(doors.today)
    doors.send(one, form, "记下来")
    assert one in " ".join(texts(doors.get(other, "/talks")))
