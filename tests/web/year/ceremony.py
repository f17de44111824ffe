"""What the year has beside meetings: talks, the stages of the organisational-life meeting, the appraisal's steps."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from itertools import combinations

from tests.web.pagetexts import texts
from tests.web.year.forms import form_to, forms_of
from tests.web.year.people import COMMITTEE, FULL, MEMBERS, SECRETARY
from tests.web.year.plan import YEAR, on

#: With whom nobody had talked when the fourth quarter began.
LATE = ("谢永红", "范德才", "石磊")
EXCELLENT = FULL[2:10]
STAGES = ("会前学习", "谈心谈话", "征求意见", "对照检查", "批评和自我批评", "列出整改事项")


def lay_out(script) -> None:
    """Spread it over the year."""
    doors, day = script.doors, on(3, 2)
    others = [name for name in MEMBERS if name not in COMMITTEE and name not in LATE]
    pairs = [*combinations(COMMITTEE, 2), *((COMMITTEE[n % 5], name) for n, name in enumerate(others))]
    for one, other in pairs:
        script.add(day, "19:00", lambda one=one, other=other: talk(doors, f"{doors.branch}/talks", one, other))
        day += timedelta(days=5)
    script.add(on(12, 22), "20:00", lambda: hold_org_life(script))
    for step_day, act in (
        (on(12, 1), begin),
        (on(12, 15), look_at_each_other),
        (on(12, 22), count),
        (on(12, 24), tell),
    ):
        script.add(step_day, "20:30", lambda act=act: act(script))


def talk(doors, page: str, one: str, other: str) -> None:
    """Enter a talk by a tap on a name of the branch's page; the other finds it among their own."""
    found = unescape(doors.get(one, page))
    ids = doors.cast.ids
    link = re.search(rf'href="(/talks\?[^"]*\bwith={ids[other]})"', found)[1]
    form = form_to(doors.get(one, link), "/talks", "记下来")
    assert form.value("with") == str(ids[other]) and form.value("day") == str(doors.today)
    doors.send(one, form, "记下来")
    assert one in " ".join(texts(doors.get(other, "/talks")))


def hold_org_life(script) -> None:
    """Say of each stage when it was done, and give one opinion."""
    doors, met = script.doors, script.met[script.line("org_life_meeting", "支部", on(12, 22))]
    path = f"{met.path}/org-life"
    assert path in doors.get(SECRETARY, met.path)
    for number, _stage in enumerate(STAGES):
        form = next(one for one in forms_of(doors.get(SECRETARY, path), f"{path}/stages") if "记下" in one.buttons)
        doors.send(SECRETARY, form, "记下", on=on(12, 15 + number))
    form = form_to(doors.get("何秀英", path), "/criticisms", "记下")
    doors.send("何秀英", form, "记下", about=doors.cast.ids["姚大勇"], opinion="交接班时话说得急，记录写得慢。")
    assert "交接班时" not in doors.get("姚大勇", path)


def here(doors) -> str:
    return f"{doors.branch}/appraisal"


def begin(script) -> None:
    doors = script.doors
    doors.send(SECRETARY, form_to(doors.get(SECRETARY, here(doors)), "/appraisal", "开始"), "开始")


def look_at_each_other(script) -> None:
    """Take the steps that have a day and nothing else: each of oneself, all of each other."""
    doors = script.doors
    for _step in ("self", "mutual"):
        doors.send(SECRETARY, form_to(doors.get(SECRETARY, here(doors)), "/appraisal/steps", "记下"), "记下")


def count(script) -> None:
    """Enter the tallies, propose and decide: a ninth excellent of 24 is refused without a word why."""
    doors, ids = script.doors, script.doors.cast.ids
    form = form_to(doors.get(SECRETARY, f"{here(doors)}/poll", year=YEAR), "/poll")
    typed = {f"excellent__{ids[name]}": 20 if name in EXCELLENT else 4 for name in FULL}
    rest = {f"qualified__{ids[name]}": 5 if name in EXCELLENT else 21 for name in FULL}
    doors.refused(SECRETARY, form, "加起来", **typed | rest | {"ballots": 24})
    doors.send(SECRETARY, form, **typed | rest, ballots=25)
    grades = f"{here(doors)}/grades"
    form = form_to(doors.get(SECRETARY, grades, year=YEAR), "/grades")
    nine = {f"grade__{ids[name]}": "excellent" for name in [*EXCELLENT, FULL[10]]}
    doors.refused(SECRETARY, form, "最多 8 人，现在 9 人", **nine)
    doors.send(SECRETARY, form, **{f"grade__{ids[name]}": "excellent" for name in EXCELLENT})
    form = form_to(doors.get(SECRETARY, grades, year=YEAR), "/grades")
    assert [name for name in FULL if form.value(f"grade-{ids[name]}") == "excellent"] == EXCELLENT
    doors.send(SECRETARY, form)


def tell(script) -> None:
    """Tell everybody, and let one say that they know."""
    doors = script.doors
    doors.send(SECRETARY, form_to(doors.get(SECRETARY, here(doors)), "/appraisal/steps", "记下"), "记下")
    for name in EXCELLENT[:2]:
        page = doors.get(name, "/me/appraisals")
        assert "优秀" in page
        doors.send(name, form_to(page, "/me/appraisals", "已知晓"))
