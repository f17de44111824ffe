"""The year played day by day: what each line of the plan asks for, the first of every month, what goes wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta

from tests.web.year import ceremony, faults
from tests.web.year.doors import Doors, Met
from tests.web.year.duties import compare
from tests.web.year.plan import YEAR, Line, lines, on

#: What is done once the last sitting of a gathering is over, in this order.
AFTER = ("vote", "close", "carry_on", "write", "resolve", "confirm")
MADE_UP_AFTER = timedelta(days=6)
PROBLEM = "行车限位不灵"


class Script:
    """Everything that happens, by day and time of day; played in order."""

    def __init__(self, doors: Doors):
        self.doors, self.plan = doors, lines()
        self.met: dict[Line, Met] = {}
        self.events: dict[tuple[date, str], list[Callable]] = defaultdict(list)
        for line in self.plan:
            self.lay_out(line)
        for first in [*(on(month, 1) for month in range(1, 13)), date(YEAR + 1, 1, 1)]:
            self.add(first, "07:00", lambda: compare(self.doors, self.plan))
        for fault in faults.FAULTS:
            self.add(fault.day, fault.time, lambda fault=fault: faults.play(self, fault))
            if fault.gone:
                self.add(fault.gone, "08:30", lambda: faults.nothing_left(self))
        self.add(on(11, 3), "07:30", lambda: self.doors.raise_problem(PROBLEM, on(11, 30)))
        self.add(on(7, 21), "08:30", lambda: faults.nothing_left(self))  # one sitting is over, one is still to come
        ceremony.lay_out(self)
        self.add(date(YEAR + 1, 1, 5), "12:00", self.finish_tasks)
        self.add(date(YEAR + 1, 1, 20), "07:00", self.finish)

    def add(self, day: date, time: str, act: Callable) -> None:
        self.events[day, time].append(act)

    def line(self, kind: str, unit: str, day: date) -> Line:
        """Return a line of the plan."""
        return next(one for one in self.plan if one.kinds[0] == kind and (one.unit, one.day) == (unit, day))

    def play(self) -> None:
        self.begin_the_year()
        while self.events:
            when = min(self.events)
            self.doors.be(*when)
            for act in self.events.pop(when):
                act()

    def begin_the_year(self) -> None:
        """Enter the problem of the year before, the shift calendar, and the term that ends in the year."""
        self.doors.be(date(YEAR - 1, 11, 5), "09:00")
        path = self.doors.raise_problem(PROBLEM, date(YEAR - 1, 12, 1))
        faults.solve(self, path, self.doors.get("梁启明", path))
        self.doors.be(on(1, 1), "06:00")
        self.doors.enter_shifts()
        self.doors.enter_term(date(YEAR - 3, 7, 1), on(6, 30))

    def finish_tasks(self) -> None:
        """Let what the last meetings of the year gave somebody to do be done, too."""
        for line in self.plan:
            if line.task and line.day > on(12, 1):
                self.doors.finish_tasks(self.met[line])

    def finish(self) -> None:
        """See the whole year right once it is over."""
        compare(self.doors, self.plan)
        faults.nothing_left(self)

    # --- one line of the plan ---

    def lay_out(self, line: Line) -> None:
        """Spread the steps of a line over its days; what is called late is called by its fault."""
        if line.held_up != "call":
            if line.entered:
                self.add(line.entered, "09:00", lambda: self.enter_later(line))
                return
            self.add(line.called_on, "12:00", lambda: self.call(line))
            if line.cancelled:
                self.add(line.day, "08:00", lambda: self.doors.cancel(self.met[line]))
            else:
                self.hold(line)

    def call(self, line: Line, link: str = "") -> None:
        self.met[line] = self.doors.call(line, link)
        self.doors.prepare(self.met[line])
        self.doors.ask_leave(self.met[line])

    def hold(self, line: Line) -> None:
        """Let the day of a gathering come: each sitting at its time, then what follows the last of them."""
        times = [(line.day, line.time)]
        if line.split:
            times = [(date.fromisoformat(f"{YEAR}-{one[:5]}"), one[6:]) for one in line.split]
        self.add(*times[0], lambda: self.begin(line))
        for number, (day, time) in enumerate(times):
            self.add(day, time, lambda number=number: self.doors.sign_in(self.met[line], number))
        day, time = times[-1]
        self.add(day, f"{int(time[:2]) + 1}{time[2:]}", lambda: self.end(line))

    def begin(self, line: Line) -> None:
        self.doors.finish_tasks(self.met[line])
        if line.held_up != "decide_leave":
            self.doors.decide_leave(self.met[line])
        self.doors.open(self.met[line])

    def end(self, line: Line) -> None:
        """Play what follows, up to the step that is held up; make-ups some days later."""
        met = self.met[line]
        for step in AFTER:
            if step == line.held_up != "vote":
                break
            if step != line.held_up:
                self.step(line, step)
            if step == "close" and line.held_up in ("vote", "decide_leave"):
                break
        if line.held_up == "confirm":
            self.doors.confirm(met, by=(line.host,))
        away = [name for name, (_, _, granted) in line.leave.items() if granted]
        if away and line.held_up != "make_up":
            self.add(self.doors.today + MADE_UP_AFTER, "13:00", lambda: self.doors.make_up_all(met, away))

    def step(self, line: Line, step: str) -> None:
        if step == "confirm" and line.held_up == "mark":
            self.doors.undo(self.met[line], line.recorder, "点错人了")
            return
        getattr(self.doors, step)(self.met[line])
        if step == "close" and line.held_up != "decide_leave":
            self.doors.adds_up(self.met[line])

    def go_on(self, line: Line, first: str = "") -> None:
        """Play the step at which a line was held up, and all that follows."""
        first = first or line.held_up
        if first == "decide_leave":
            self.doors.decide_leave(self.met[line])
            self.doors.adds_up(self.met[line])
        elif first == "vote":
            self.doors.vote(self.met[line])
        first = "carry_on" if first in ("decide_leave", "vote") else first
        for step in AFTER[AFTER.index(first) :]:
            self.step(line, step)

    def enter_later(self, line: Line, link: str = "") -> None:
        """Enter a gathering that was held days ago, from the paper of that day."""
        self.call(line, link)
        self.begin(line)
        self.doors.sign_in(self.met[line])
        self.end(line)
