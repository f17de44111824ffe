"""The year played day by day: what each line of the plan asks for, the first of every month, what goes wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta

from tests.web.year.doors import Doors, Met
from tests.web.year.duties import compare
from tests.web.year.plan import YEAR, Line, lines

#: What is done on the day of a gathering, in this order.
STEPS = ("call", "prepare", "ask_leave", "decide_leave", "open", "sign_in", "vote", "close", "carry_on", "write",
         "resolve", "confirm")  # fmt: skip
MADE_UP_AFTER = timedelta(days=6)


class Script:
    """Everything that happens, by day and time of day; played in order."""

    def __init__(self, doors: Doors):
        self.doors, self.plan = doors, lines()
        self.met: dict[Line, Met] = {}
        self.events: dict[tuple[date, str], list[Callable]] = defaultdict(list)
        for line in self.plan:
            self.lay_out(line)
        for month in range(1, 13):
            self.add(date(YEAR, month, 1), "07:00", lambda: compare(self.doors, self.plan))
        self.add(date(YEAR + 1, 1, 20), "07:00", self.finish)

    def add(self, day: date, time: str, act: Callable) -> None:
        self.events[day, time].append(act)

    def play(self) -> None:
        self.doors.be(date(YEAR, 1, 1), "06:00")
        self.doors.enter_shifts()
        self.doors.be(date(YEAR, 1, 1), "06:30")
        while self.events:
            when = min(self.events)
            self.doors.be(*when)
            for act in self.events.pop(when):
                act()

    # --- one line of the plan ---

    def lay_out(self, line: Line) -> None:
        """Spread the steps of a line over its days."""
        if line.entered:
            self.add(line.entered, "09:00", lambda: self.enter_later(line))
        else:
            self.add(line.called_on, "12:00", lambda: self.call(line))
            if line.cancelled:
                self.add(line.day, "08:00", lambda: self.doors.cancel(self.met[line]))
                return
            self.hold(line)
        if line.came != line.due:
            self.add((line.entered or line.day) + MADE_UP_AFTER, "13:00", lambda: self.doors.make_up(self.met[line]))

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
        self.doors.decide_leave(self.met[line])
        self.doors.open(self.met[line])

    def end(self, line: Line) -> None:
        met = self.met[line]
        for step in STEPS[STEPS.index("vote") :]:
            getattr(self.doors, step)(met)
            if step == "close":
                self.doors.adds_up(met)

    def enter_later(self, line: Line, link: str = "") -> None:
        """Enter a gathering that was held days ago, from the paper of that day."""
        self.call(line, link)
        self.begin(line)
        self.doors.sign_in(self.met[line])
        self.end(line)

    # --- the end ---

    def finish(self) -> None:
        compare(self.doors, self.plan)
        assert set(self.doors.gaps(YEAR)) == set()
