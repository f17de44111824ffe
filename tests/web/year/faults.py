"""What an inspector would find (domain.md 9.3): each planted in the year, told by the self-check, mended by its link.

A fault is a line of the plan held up at a step, or something that a person did wrong. Each is the only gap while it
lasts: before and after it the self-check is empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tests.web.year import ceremony
from tests.web.year.forms import form_to, forms_of
from tests.web.year.people import SECRETARY
from tests.web.year.plan import YEAR, gist, on


@dataclass(frozen=True)
class Fault:
    """One gap: when somebody looks, what the self-check says, and what is done where its link leads.

    mend: (script, link, page) → what mends it. also: what the same thing makes wrong beside it. gone: the day on which
    it is mended, where that is not at once.
    """

    day: date
    words: str
    mend: Callable
    time: str = "08:30"
    also: str = ""
    gone: date | None = None


def rest_of(kind: str, unit: str, day: date) -> Callable:
    """Return what plays the rest of a line that was held up, from the step at which it was."""

    def mend(script, link: str, _page: str) -> None:
        line = script.line(kind, unit, day)
        assert link.startswith(script.met[line].path), (link, script.met[line].path)
        script.go_on(line)

    return mend


def call_later(script, link: str, _page: str) -> None:
    """Enter the theme day of May, which was held on paper."""
    script.enter_later(script.line("theme_day", "支部", on(5, 20)), link)


def call_the_election(script, link: str, _page: str) -> None:
    """Call the election, hold it, and let the office above enter the new term."""
    line = script.line("election", "支部", on(7, 14))
    script.call(line, link)
    script.hold(line)
    script.add(on(7, 15), "07:00", lambda: script.doors.enter_term(on(7, 14), date(YEAR + 3, 7, 13)))


def make_up(kind: str, day: date, name: str) -> Callable:
    """Return what registers how somebody made it up, from the page of the meeting."""

    def mend(script, link: str, page: str) -> None:
        met = script.met[script.line(kind, "支部", day)]
        assert link == met.path and name in page
        script.doors.make_up(met, [name])

    return mend


def close_it(script, _link: str, page: str) -> None:
    """End the sign-in by the button of the page, then go on."""
    line = script.line("committee_meeting", "支部", on(2, 5))
    assert f'href="{script.met[line].path}/closing"' in page
    script.go_on(line)


def sign(script, link: str, _page: str) -> None:
    """Let the one confirm for whom the minutes wait."""
    line = script.line("group_meeting", "点检", on(5, 10))
    assert link == script.met[line].minutes["group_meeting"]
    script.doors.confirm(script.met[line], by=(line.recorder,))


def rewrite(script, link: str, page: str) -> None:
    """Write what was really said, and confirm it."""
    line = script.line("group_meeting", "炉前", on(4, 8))
    form = form_to(script.doors.get(line.host, link), link, "存下记录")
    (name,) = (one for one in form.fields if one.startswith("gist-"))
    assert form.value(name) == gist(script.line("group_meeting", "炉前", on(3, 8)), 0), form.fields
    script.doors.send(line.host, form, "存下记录", **{name.replace("-", "__"): gist(line, 0)})
    script.go_on(line, "resolve")


def explain(script, link: str, page: str) -> None:
    """Say in an addendum what was different: sealed minutes are not changed."""
    script.doors.send(SECRETARY, form_to(page, "/addenda"), text="两次都学了同一份通报：8月学的是事故部分，7月是总则。")


def mark_again(script, link: str, page: str) -> None:
    """Mark the recorder present again, who could not confirm, and let both confirm."""
    line = script.line("group_meeting", "点检", on(6, 10))
    assert "记录人没有签到" in page and "/confirmation" not in page
    script.doors.tick(script.met[line], [line.recorder])
    script.doors.confirm(script.met[line])


def be_at_one_place(script, link: str, page: str) -> None:
    """Undo the mark at the meeting where the secretary was not, and register how it was made up."""
    line = script.line("group_meeting", "炉前", on(9, 8))
    assert link == script.met[line].path
    script.doors.undo(script.met[line], SECRETARY, "那时在开支委会")
    script.doors.make_up(script.met[line], [SECRETARY])
    script.go_on(line)


def finish(script, link: str, page: str) -> None:
    """Say on the page of the minutes that what was resolved is done."""
    (task,) = script.doors.tasks_of(script.line("committee_meeting", "支部", on(9, 5)))
    task.done = task.words in page
    script.doors.send(SECRETARY, form_to(page, "", "办好了"), "办好了", how="办妥了，晚了五天")


def solve(script, link: str, page: str) -> None:
    """Solve the problem that was there last year, and say how for good."""
    script.doors.send(SECRETARY, form_to(page, f"{link}/closing"), how="换成带自锁的限位，大修时两台都换")


def talk_with_the_rest(script, link: str, page: str) -> None:
    """Enter the talks that are missing, by a tap on each name."""
    assert all(name in page for name in ceremony.LATE)
    for name in ceremony.LATE:
        ceremony.talk(script.doors, link, SECRETARY, name)


def file_it(script, link: str, page: str) -> None:
    """Take the last step of the appraisal."""
    script.doors.send(SECRETARY, form_to(page, "/appraisal/steps", "记下"), "记下")


def date_the_closure(script, link: str, page: str) -> None:
    """Say on which day the last stage of the organisational-life meeting was done."""
    form = next(one for one in forms_of(page, f"{link}/stages") if "记下" in one.buttons)
    script.doors.send(SECRETARY, form, "记下", on=date(YEAR + 1, 1, 6))


FAULTS = [
    Fault(on(2, 3), "1月20日主题党日，潘志远缺席，没有原因，也没有补课", make_up("theme_day", on(1, 20), "潘志远")),
    Fault(on(2, 7), "2月5日支部委员会会议没有结束签到，没有散会时间", close_it),
    Fault(on(2, 10), "2月9日热风党小组的党小组会，于海涛的请假还没有批", rest_of("group_meeting", "热风", on(2, 9))),
    Fault(on(3, 12), "“通过年度工作计划”没有记表决结果", rest_of("member_meeting", "支部", on(3, 12)), "20:00"),
    Fault(on(3, 14), "2月25日党课，彭玉兰请假，还没有补课", make_up("party_lecture", on(2, 25), "彭玉兰")),
    Fault(on(4, 6), "“研究本月党建工作”议了，没有记议定的事", rest_of("committee_meeting", "支部", on(4, 5))),
    Fault(on(4, 9), "4月8日炉前党小组的党小组会的记录和3月8日的几乎一样", rewrite),
    Fault(on(5, 15), "5月10日点检党小组的党小组会的记录还没有确认，等范德才", sign),
    Fault(on(6, 1), "5月主题党日没有开", call_later),
    Fault(on(6, 9), "6月5日支部委员会会议还没有写会议记录", rest_of("committee_meeting", "支部", on(6, 5))),
    Fault(on(6, 14), "6月10日点检党小组的党小组会的记录还没有确认，等姚大勇、范德才", mark_again, also="范德才缺席"),
    Fault(on(7, 1), "支委会任期到2026年6月30日，已经满了，还没有换届", call_the_election, gone=on(7, 15)),
    Fault(on(8, 11), "8月10日点检党小组的党小组会的记录和7月10日的几乎一样", explain),
    Fault(on(9, 9), "梁启明同时签到在“炉前操作室”和“支部会议室”", be_at_one_place),
    Fault(on(9, 16), "到2026年9月15日，唐明亮还没有办结", finish),
    Fault(on(10, 1), "这一年还没有谈过心：", talk_with_the_rest),
    Fault(on(11, 3), "问题“行车限位不灵”去年列过，今年又列了", solve),
    Fault(date(YEAR + 1, 1, 2), "2026 年民主评议停在“反馈本人”，还没有归档", file_it),
    Fault(date(YEAR + 1, 1, 8), "12月22日组织生活会还没有记：整改完成", date_the_closure),
]


def play(script, fault: Fault) -> None:
    """See the self-check tell this and nothing else, follow its link, mend it."""
    gaps = script.doors.gaps(YEAR)
    links = [link for words, link in gaps.items() if fault.words in words]
    others = [words for words in gaps if fault.words not in words and not (fault.also and fault.also in words)]
    assert len(links) == 1 and not others, (fault, gaps)
    fault.mend(script, links[0], script.doors.get(SECRETARY, links[0]))
    if not fault.gone:
        nothing_left(script)


def nothing_left(script) -> None:
    """See nothing told any more."""
    gaps = script.doors.gaps(YEAR)
    assert gaps == {}, (script.doors.today, gaps)
