"""The doors of the app as the year goes through them: every form is sent as its page has filled it in.

Nothing is read from the database: what is known beside the plan is read off the pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html import unescape

from partygroup import clock
from partygroup.attendance import codes
from tests.client import CarefulClient
from tests.web.pagetexts import texts
from tests.web.year.forms import Form, form_to, forms_of
from tests.web.year.people import DEPUTY, OFFICE, SECRETARY, Cast
from tests.web.year.plan import NAMES, TOPICS, YEAR, Ballot, Line, gist
from tests.web.year.shifts import is_free

STEP = 15


@dataclass
class Met:
    """A gathering of the plan as far as it was played: its address, its sittings, the addresses of its minutes."""

    line: Line
    path: str
    starts: list[str]
    sittings: list[int]
    minutes: dict[str, str] = field(default_factory=dict)


@dataclass
class Task:
    """Something that a meeting gave somebody to do; done: they said so."""

    unit: str
    owner: str
    words: str
    done: bool = False


class Phone(CarefulClient):
    """A phone that looks over one page of each sort a month: a year has thousands of them."""

    looked: set[tuple[int, str]]

    def is_new(self, response) -> bool:
        """Say whether it is the month's first page of its sort."""
        sort = clock.today().month, re.sub(r"\d+", "", response.request.path)
        is_new = sort not in self.looked
        self.looked.add(sort)
        return is_new


class Doors:
    """One branch's phones on one day after another. People are called by their names."""

    def __init__(self, app, at, cast: Cast):
        self.app, self.at, self.cast = app, at, cast
        self.today, self.hour, self.phones = date(YEAR, 1, 1), "", {}
        self.looked = set()
        self.branch = f"/branches/{cast.units['支部']}"
        self.recorded, self.tasks = set(), []

    # --- when, who, what is sent ---

    def be(self, day: date, time: str) -> None:
        """Let it be a day and a time of the wall clock."""
        if (day, time[:2]) != (self.today, self.hour):
            self.phones.clear()  # the window of the office stays open for a while only
        self.today, self.hour = day, time[:2]
        self.at(f"{day} {time}")

    def phone(self, name: str):
        """Return somebody's phone, with the office open if they have one."""
        if name not in self.phones:
            phone = Phone(self.app, self.app.response_class, use_cookies=True)
            phone.looked = self.looked
            self.phones[name] = phone.sign_on(_Who(self.cast.ids[name]), office=True)
        return self.phones[name]

    def get(self, name: str, path: str, **query) -> str:
        """Return a page that somebody may see."""
        answer = self.phone(name).get(path, query_string=query or None, follow_redirects=True)
        assert answer.status_code == 200, (self.today, name, path, answer.status_code)
        return answer.text

    def send(self, name: str, form: Form, button: str = "", **typed) -> str:
        """Send a form that must be taken, and return where it leads."""
        answer = self.phone(name).post(form.action, data=form.filled(button, **typed))
        assert answer.status_code == 303, (self.today, name, form.action, typed, texts(answer.text))
        return answer.location

    def refused(self, name: str, form: Form, words: str, button: str = "", **typed) -> None:
        """Send a form that the app must not take, and see it say why."""
        answer = self.phone(name).post(form.action, data=form.filled(button, **typed))
        assert answer.status_code in (409, 422) and words in answer.text, (form.action, answer.status_code)

    # --- calling ---

    def call(self, line: Line, link: str = "") -> Met:
        """Call a gathering by the link of the duty calendar, or by another that was found."""
        link = link or self.link_to_call(line)
        page = self.get(line.host, link)
        form = form_to(page, "/meetings", "召集")
        if line.kinds[0] in link:
            assert form.fields["kinds"] == [line.kinds[0]], (line, form.fields["kinds"])
        starts = [f"{line.day}T{line.time}"]
        typed = {"kinds": line.kinds, "starts_at": starts[0], "place": form.value("place") or line.place}
        if line.split:
            starts = [f"{YEAR}-{one.replace(' ', 'T')}" for one in line.split]
            more = form.filled("再加一场", **typed | {"starts_at": starts[0]})
            if line.proposed:
                more = form.filled(self.proposal(line, form, starts))
            form = form_to(self.phone(line.host).get("/meetings/new", query_string=more).text, "/meetings", "召集")
            typed |= {"starts_at": starts[0], "starts_at_2": starts[1]}
            assert not line.proposed or starts == [form.value("starts_at"), form.value("starts_at_2")]
        path = self.send(line.host, form, "召集", **typed).partition("?")[0]
        page = self.get(line.host, path)
        sittings = [int(one.value("sitting")) for one in forms_of(page, "/moving")]
        if line.entered:
            assert "补录" in page
            return Met(line, path, starts, sittings)
        assert len(sittings) == len(starts)
        notice = unescape(re.search(r'<pre class="notice"[^>]*>(.*?)</pre>', page, re.DOTALL)[1])
        assert all(said_of(start) in notice for start in starts), (line, notice)
        assert all(NAMES[kind] in notice for kind in line.kinds), (line, notice)
        return Met(line, path, starts, sittings)

    def proposal(self, line: Line, form: Form, starts: list[str]) -> str:
        """Return the button that proposes these sittings: each single one says rightly how many are free then."""
        single = {button: sent["slots"] for button, sent in form.buttons.items() if "有空" in button}
        for button, start in single.items():
            free = sum(is_free(name, datetime.fromisoformat(start)) for name in line.due)
            assert f"· {free}/{len(line.due)} 有空" in button, (button, free)
        assert single
        return next(button for button, sent in form.buttons.items() if sent.get("slots") == ",".join(starts))

    def link_to_call(self, line: Line) -> str:
        """Return where one tap on the calendar leads for a kind that is due, else where its 召集 leads."""
        page = self.get(line.host, f"{self.branch}/calendar")
        unit = self.cast.units[line.unit]
        wanted = f"/meetings/new?unit={unit}&kind={line.kinds[0]}"
        return wanted if wanted in unescape(page) else f"/meetings/new?unit={unit}"

    def gaps(self, year: int) -> dict[str, str]:
        """Return what the self-check says of a year → where it leads."""
        page = self.get(SECRETARY, f"{self.branch}/self-check", year=year)
        rows = re.findall(r'<li>\s*<a href="([^"]+)">(.*?)</a>', page, re.DOTALL)
        return {texts(row)[0]: unescape(link) for link, row in rows if "<b>" in row}

    def prepare(self, met: Met) -> None:
        """Put the usual topics on the agenda by a tap each, and what is voted on by its form."""
        agenda = f"{met.path}/agenda"
        page = self.get(met.line.host, agenda)
        for kind, topic in [(code, one) for code in met.line.kinds for one in TOPICS[code]]:
            if any(topic in one.buttons for one in forms_of(page, agenda)):
                self.send(met.line.host, form_to(page, agenda, topic), topic)
            else:
                form = form_to(page, agenda, "加进议程")
                (meeting,) = (one for one, name in form.choices["meeting"].items() if name == NAMES[kind])
                self.send(met.line.host, form, "加进议程", title=topic, meeting=meeting)
        for ballot in met.line.ballots:
            form = form_to(self.get(met.line.host, agenda, sort=ballot.sort), agenda, "加进议程")
            typed = {"title": ballot.title} if ballot.title else {}
            if ballot.about:
                typed["people"] = [self.cast.ids[name] for name in ballot.about]
            if ballot.seats:
                typed["seats"] = ballot.seats
            self.send(met.line.host, form, "加进议程", **typed)

    def cancel(self, met: Met) -> None:
        form = form_to(self.get(met.line.host, met.path), "/cancellation")
        self.refused(met.line.host, form, "请写一句取消的原因", reason="忙")
        self.send(met.line.host, form, reason=met.line.cancelled)
        assert met.line.cancelled in self.get(met.line.due[-1], met.path)

    # --- leave, signing in ---

    def ask_leave(self, met: Met) -> None:
        """Let everybody on leave ask for it."""
        for name, (sort, cause, _granted) in met.line.leave.items():
            self.send(name, form_to(self.get(name, met.path), "/leaves"), sort=sort, cause=cause)

    def decide_leave(self, met: Met) -> None:
        """Grant or refuse what was asked, one after the other, as the host's page lists it."""
        for name, (_sort, _cause, granted) in met.line.leave.items():
            by = met.line.host if name != met.line.host else DEPUTY
            form = form_to(self.get(by, met.path), "/decision")
            self.send(by, form, "准假" if granted else "不准假", answer="" if granted else "那天要请您发言")

    def open(self, met: Met) -> None:
        """Begin the sign-in; what is entered later begins with the paper of that day."""
        form = form_to(
            self.get(met.line.host, met.path), "/opening", "照签到表补录" if met.line.entered else "开始签到"
        )
        self.send(met.line.host, form)

    def sign_in(self, met: Met, number: int = 0) -> None:
        """Let the first of those who came scan the code of a sitting, and tick the rest of those who came to it."""
        line = met.line
        mine = line.came[number :: len(met.starts)]
        if line.proposed:  # everybody comes to the first at which they are neither at work nor asleep
            starts = [datetime.fromisoformat(one) for one in met.starts]
            free = {name: [n for n, start in enumerate(starts) if is_free(name, start)] for name in line.came}
            mine = [name for name in line.came if free[name][0] == number]
        for name in mine[: line.scans]:
            code = codes.code_at(self.app.config["SECRET_KEYS"][0], id_of(met.path), met.sittings[number],
                                 codes.step_of(clock.now(), STEP))  # fmt: skip
            where = self.send(name, form_to(self.get(name, f"/q/{code}"), "/sign-ins"))
            assert where.endswith("/receipt")
        if rest := mine[line.scans :]:
            self.tick(met, rest, number)

    def tick(self, met: Met, names: list[str], number: int = 0) -> None:
        """Mark people present by hand, of a sitting where there are several."""
        door = "?door=paper" if met.line.paper or met.line.entered else ""
        form = form_to(self.get(met.line.host, f"{met.path}/ticks{door}"), "/ticks", "登记到会" if door else "")
        typed = {"sitting": met.sittings[number]} if len(met.sittings) > 1 else {}
        self.send(met.line.host, form, people=[self.cast.ids[name] for name in names], **typed)

    def undo(self, met: Met, name: str, reason: str) -> None:
        """Undo somebody's mark, from their name in the list."""
        path = f"{met.path}/people/{self.cast.ids[name]}"
        assert path in self.get(met.line.host, met.path)
        self.send(met.line.host, form_to(self.get(met.line.host, path), f"{path}/undoing"), reason=reason)

    def vote(self, met: Met) -> None:
        """Record each vote in the calculator, as it was counted."""
        for ballot in met.line.ballots:
            page = self.get(met.line.host, met.path)
            link = re.search(rf'href="({met.path}/agenda/\d+/vote)">(?:<svg.*?</svg>)?记表决结果', page, re.DOTALL)[1]
            form = form_to(self.get(met.line.host, link), "/vote")
            self.refused(met.line.host, form, "", **self._above_due(ballot))
            self.send(met.line.host, form, **self._counted(ballot))
            assert ballot.word in self.get(met.line.host, met.path)

    def _counted(self, ballot: Ballot) -> dict:
        if ballot.sort == "election":
            return {f"{self.cast.ids[name]}__for": votes for name, votes in ballot.typed.items()}
        opinions = [self.cast.ids[name] for name in ballot.opinions]
        return ballot.typed | ({"opinions": opinions} if opinions else {})

    def _above_due(self, ballot: Ballot) -> dict:
        """Return figures that cannot be: one more in the room than there are members."""
        return {name: 27 for name in self._counted(ballot) if name.endswith("__for")}

    def close(self, met: Met) -> None:
        form = form_to(self.get(met.line.host, f"{met.path}/closing"), "/closing")
        self.send(met.line.host, form)

    def adds_up(self, met: Met) -> None:
        """See the sheet say the numbers of the plan: 应到 = 实到 + 请假 + 缺席."""
        line = met.line
        away = sum(granted for _, _, granted in line.leave.values())
        missing = len(line.due) - len(line.came) - away
        told = f"应到 {len(line.due)} = 实到 {len(line.came)} + 请假 {away} + 缺席 {missing}"
        assert told in " ".join(texts(self.get(line.host, met.path))), (line, told)

    # --- minutes ---

    def write(self, met: Met) -> None:
        """Write the minutes of each meeting: the page knows all but what was said, and the first time who writes."""
        line = met.line
        self.find_minutes(met)
        for number, (kind, path) in enumerate(met.minutes.items()):
            page = self.get(line.host, path)
            form = form_to(page, path, "存下记录")
            names = [name for name in form.fields if name.startswith("gist-")]
            gists = {name: gist(line, number + n, line.copies) for n, name in enumerate(names)}
            assert len(gists) == len(TOPICS[kind]) + (len(line.ballots) if kind == line.kinds[-1] else 0)
            assert form.value("chair") == str(self.cast.ids[line.host]), (line, form.fields)
            typed = {name.replace("-", "__"): text for name, text in gists.items()}
            typed |= self.extras(line, kind, form)
            if line.entered or line.left:  # nobody can know when it ended but who was there
                assert form.value("ended_at") == ""
                typed["ended_at"] = f"{line.day}T17:40"
            if line.unit in self.recorded:
                assert form.value("recorder") == str(self.cast.ids[line.recorder]), (line, form.fields)
            else:
                typed["recorder"] = self.cast.ids[line.recorder]
                self.recorded.add(line.unit)
            self.send(line.host, form, "存下记录", **typed)

    def extras(self, line: Line, kind: str, form: Form) -> dict:
        """Return what only minutes of a kind ask for; whose political birthday it is, the page knows."""
        host = self.cast.ids[line.host]
        if kind == "political_birthday":
            assert any(form.fields["birthdays"])
        return {
            "party_lecture": {"lecturer": host, "lecture_title": f"{line.day.month}月的安全课"},
            "theme_day": {"theme_form": "学习"},
            "oath_review": {"oath_leader": host},
        }.get(kind, {})

    def find_minutes(self, met: Met) -> None:
        """Read off the page where the minutes of each of its meetings are."""
        page = self.get(met.line.host, f"{met.path}/minutes")
        found = re.findall(rf'<a href="({met.path}/minutes/\d+)"[^>]*>([^<]+)</a>', page)
        by_name = {name: path for path, name in found} or {
            NAMES[met.line.kinds[0]]: form_to(page, "", "存下记录").action
        }
        met.minutes = {kind: by_name[NAMES[kind]] for kind in met.line.kinds}

    def resolve(self, met: Met) -> None:
        """Keep what was resolved: for a meeting with a task somebody sees to it, else it is just resolved."""
        line = met.line
        for path in met.minutes.values():
            form = form_to(self.get(line.host, path), "/resolutions")
            typed = {"resolved": f"{line.day.month}月起按{line.unit}会上说的办"}
            if line.task:
                typed |= {"owner": self.cast.ids[line.recorder], "due_on": line.day + timedelta(days=line.within)}
                self.tasks.append(Task(line.unit, line.recorder, typed["resolved"]))
            self.send(line.host, form, **typed)

    def finish_tasks(self, met: Met) -> None:
        """Let those who were given something to do say that it is done, by the way that 会议 shows."""
        for task in self.tasks_of(met.line):
            if not task.done:
                page = unescape(self.get(task.owner, "/meetings"))
                way = rf'<a href="(/meetings/\d+/minutes/\d+)">(?:(?!</a>).)*{task.words}'
                form = form_to(self.get(task.owner, re.search(way, page, re.DOTALL)[1]), "", "办好了")
                self.send(task.owner, form, "办好了", how="办妥了，照片在班组园地")
                assert task.words not in self.get(task.owner, "/meetings")

    def carry_on(self, met: Met) -> None:
        """Begin with what the meeting before set and is said to be done: the host verifies it."""
        for task in self.tasks_of(met.line):
            page = self.get(met.line.host, f"{met.path}/minutes")
            assert task.words in page, (met.line, task)
            self.send(met.line.host, form_to(page, "", "核实办结"), "核实办结")
            self.tasks.remove(task)

    def tasks_of(self, line: Line) -> list[Task]:
        """Return what such a meeting set and is not verified."""
        return [one for one in self.tasks if line.task and one.unit == line.unit]

    def confirm(self, met: Met, *, by: tuple[str, ...] = ()) -> None:
        """Let chair and recorder confirm what they see; with both it is sealed."""
        for path in met.minutes.values():
            for name in by or (met.line.host, met.line.recorder):
                self.send(name, form_to(self.get(name, path), "/confirmation"))
            if not by and met.line.unit == "支部":
                assert "已封存" in self.get(met.line.due[-1], path), met.line

    def make_up(self, met: Met, names=()) -> None:
        """Register for each of some who did not come how they made it up, from their name in the list."""
        for name in names:
            path = f"{met.path}/people/{self.cast.ids[name]}"
            assert path in self.get(met.line.host, met.path)
            self.send(met.line.host, form_to(self.get(met.line.host, path), "/make-ups"), way="briefing")

    def make_up_all(self, met: Met, names: list[str]) -> None:
        """Register for all who missed a meeting that they made it up, and let each of them say so."""
        unit = self.cast.units[met.line.unit]
        here = f"{self.branch if met.line.unit == '支部' else f'/groups/{unit}'}/make-ups"
        for name in names:
            found = forms_of(self.get(met.line.host, here), here)
            (form,) = (one for one in found if one.value("gathering") == str(id_of(met.path)))
            self.send(met.line.host, form, f"{name}已补课")
            self.send(name, form_to(self.get(name, "/"), f"{met.path}/make-up-answers", "补了"), "补了")

    # --- the offices ---

    def enter_shifts(self) -> None:
        """Enter the shift calendar once for the plant, as its page proposes it."""
        path = f"/units/{self.cast.committee_id}/shifts"
        self.send(OFFICE, form_to(self.get(OFFICE, path), path))

    def raise_problem(self, text: str, until: date) -> str:
        """Take up a problem for the branch, and return its address."""
        form = form_to(self.get(SECRETARY, "/problems/new"), "/problems")
        return self.send(SECRETARY, form, text=text, owner=self.cast.ids[DEPUTY], due_on=until).partition("?")[0]

    def enter_term(self, elected: date, until: date) -> None:
        page = self.get(OFFICE, f"{self.branch}/evaluation")
        self.send(OFFICE, form_to(page, "/terms"), elected_on=elected, term_until=until)


def said_of(start: str) -> str:
    """Return a time of a form as a notice says it."""
    at = datetime.fromisoformat(start)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def id_of(path: str) -> int:
    return int(path.rsplit("/", 1)[-1])


class _Who:
    """Somebody to sign on."""

    def __init__(self, person_id: int):
        self.id = person_id
