"""A branch played through the doors of the app: every step is a form that some member or officer sends.

Each step also goes into the log (`doorlog.py`), as the script knows it; nothing is read back from the database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.rules import scoring_oracle as oracle
from tests.web.doorlog import Booked, Done, Log, Meeting
from tests.web.pagetexts import pieces, section, texts

TICK = re.compile(r'name="chosen" value="(\d+\.\d+)"(.*?)</label>', re.DOTALL)
MADE = re.compile(r'<a href="/declarations/(\d+)">(.*?)</a>', re.DOTALL)
#: Items that a group looks at before the committee does.
BY_GROUP = {"WP-CRITICAL", "SE-STOP", "QI-TEACH", "PF-SERVE"}


def worth(item: str, leads: bool = True) -> Decimal:
    """Return what one person gets for an item: a member of a team half, where it is shared."""
    full = oracle.POINTS[item]
    return full if leads or oracle.LINE[item] not in oracle.SPLIT else oracle.half(full)


@dataclass
class Claim:
    """A declaration as the script knows it. `at`: submitted, reviewed, confirmed, public, disputed, over."""

    who: str
    item: str
    points: Decimal
    day: date
    event: str | None
    text: str
    at: str
    id: int | None = None
    confirmed_by: str = ""
    shown_on: date | None = None
    entry: Booked | None = None
    claimed: Decimal = Decimal(0)

    def __post_init__(self):
        self.claimed = self.points

    @property
    def path(self) -> str:
        return f"/declarations/{self.id}"


class Doors:
    """The doors of one branch. People are called by their names; `ids`: name → id, `units`: unit → id."""

    def __init__(self, app, at, world, ids: dict[str, int], log: Log):
        self.app, self.at, self.world, self.ids, self.log = app, at, world, ids, log
        self.claims: list[Claim] = []
        self.day, self.phones, self.proposed = date(2026, 1, 1), {}, set()
        self.branch = f"/branches/{world.branch.id}"
        self.units = {spot.canary: spot.id for spot in world.units.values()}
        self.secretary, self.deputy = world.secretary.name, world.deputy.name
        self.leaders = {"朱雀": world.leader.name, "玄武": world.neighbour.name}

    # --- who and when ---

    def on(self, day: date, time: str = "10:00") -> None:
        """Let it be this day."""
        if day != self.day:
            self.phones.clear()
        self.day = day
        self.at(f"{day} {time}")

    def phone(self, name: str):
        """Return somebody's phone with the office open, if they have one."""
        if name not in self.phones:
            actor = next((one for one in self.world.actors.values() if one.name == name), None)
            who = actor or _Plain(self.ids[name])
            self.phones[name] = self.app.test_client().sign_on(who, office=True)
        return self.phones[name]

    def send(self, name: str, path: str, **typed) -> str:
        """Send a form that must be taken, and return where it leads."""
        answer = self.phone(name).post(path, data=typed)
        assert answer.status_code == 303, (self.day, name, path, typed, answer.status_code, said(answer.text))
        return answer.location

    def get(self, name: str, path: str) -> str:
        return self.phone(name).get(path).text

    # --- exemptions, appraisals ---

    def exempt(self, name: str, first: date, until: date) -> None:
        by = self.secretary if name != self.secretary else self.world.unit_officer.name
        self.send(by, f"/people/{self.ids[name]}/points/exemptions", reason="ill", approved_by="支部委员会",
                  from_on=str(first), until_on=str(until))  # fmt: skip
        self.log.exempt[name] = first, until

    def appraise(self, group: str, quarter, level: str) -> None:
        code = f"{quarter[0]}Q{quarter[1]}"
        self.send(self.secretary, f"{self.branch}/appraisals", quarter=code, group=self.units[group], level=level,
                  sentence="会开得实，事办得细")  # fmt: skip
        self.log.levels[group, quarter] = level

    # --- meetings ---

    def meet(self, unit: str, kinds: tuple[str, ...], came: set[str], on_leave: set[str] = frozenset(),
             due: set[str] | None = None) -> Meeting:  # fmt: skip
        """Call, open, sign, tick and close a meeting of today: two sign in by themselves, the others are ticked.

        due: of a meeting of the committee.
        """
        host = self.leaders.get(unit, self.secretary)
        due = due or set(self.log.members(unit, self.day))
        path = self.send(host, "/meetings", unit=self.units[unit], kinds=list(kinds), place="会议室",
                         starts_at=f"{self.day}T10:30")  # fmt: skip
        for name in sorted(on_leave):
            self.send(name, f"{path}/leaves", sort="leave_duty", cause="当班")
            decision = re.search(rf"{path}/leaves/\d+/decision", self.get(host, path))[0]
            self.send(host, decision, granted="1")
        self.send(host, f"{path}/opening")
        spoken = re.search(r'class="passcode">([\d ]+)<', self.get(host, f"{path}/code"))[1]
        signing, ticked = sorted(came)[:2], sorted(came)[2:]
        for name in signing:
            self.send(name, f"{path}/sign-ins", spoken=spoken)
        if ticked:
            self.send(host, f"{path}/ticks", people=[self.ids[name] for name in ticked])
        self.send(host, f"{path}/closing")
        self.log.meetings.append(Meeting(path, self.day, unit, kinds, due, set(came), set(on_leave)))
        return self.log.meetings[-1]

    def make_up(self, met: Meeting, name: str, day: date) -> None:
        host = self.leaders.get(met.unit, self.secretary)
        host = host if name != host else self.deputy
        self.send(host, f"{met.path}/people/{self.ids[name]}/make-ups", way="briefing", on_day=str(day))
        met.made_up[name] = day

    # --- what people do and declare ---

    def jot(self, group: str, sort: str, named: set[str], answers: dict[str, str]) -> tuple[str, Done]:
        """Jot an activity of a group, and let some of the named answer it."""
        ids = [self.ids[name] for name in sorted(named)]
        path = self.send(self.leaders[group], "/activities", unit=self.units[group], sort=sort, text=f"{sort}一事",
                         day=str(self.day), minutes="30", people=ids)  # fmt: skip
        for name, word in answers.items():
            self.send(name, f"{path}/answer", answer=word, remark="时间不对" if word == "differs" else "")
        denied = {name for name, word in answers.items() if word == "no"}
        self.log.activities.append(Done(self.day, set(named), denied))
        return path, self.log.activities[-1]

    def declare_activity(self, group: str, path: str, item: str, willing: set[str]) -> None:
        """Declare for everybody who took part, in one tap; the leader jotted it and leads what is shared."""
        leader = self.leaders[group]
        self.send(leader, f"{path}/declarations", item=item, lead=self.ids[leader])
        rows = MADE.findall(self.get(leader, f"{path}/declarations"))
        made = {texts(row)[0]: number for number, row in rows}
        assert set(made) == willing
        for name in sorted(willing):
            points = worth(item, name == leader)
            event = f"activity:{path.rsplit('/')[-1]}"
            self.claims.append(Claim(name, item, points, self.day, event, "", "reviewed", int(made[name])))

    def declare(self, name: str, item: str, day: date, number: str = "", leads: bool = True) -> Claim:
        """Declare something of one's own; with a number it is an event."""
        text = f"{item}第{len(self.claims) + 1}件"
        path = self.send(name, "/declarations", item=item, text=text, happened_on=str(day), number=number,
                         leads="yes" if leads else "no")  # fmt: skip
        points = worth(item, leads)
        by_group = item in BY_GROUP and name not in self.leaders.values()
        event = f"doc:{number}" if number else None
        self.claims.append(
            Claim(name, item, points, day, event, text, "submitted" if by_group else "reviewed",
                  int(path.rsplit("/")[-1]))
        )  # fmt: skip
        return self.claims[-1]

    def enter(self, name: str, item: str, day: date, by: str = "") -> Claim:
        """Enter a deduction for the branch."""
        text = f"{item}第{len(self.claims) + 1}件"
        by = by or (self.secretary if name != self.secretary else self.deputy)
        path = self.send(by, "/declarations", source="branch", person=self.ids[name], item=item, text=text,
                         happened_on=str(day))  # fmt: skip
        self.claims.append(Claim(name, item, oracle.POINTS[item], day, None, text, "reviewed",
                                 int(path.rsplit("/")[-1])))  # fmt: skip
        return self.claims[-1]

    # --- review, confirmation, publicity ---

    def waiting(self, at: str) -> list[Claim]:
        return [claim for claim in self.claims if claim.at == at]

    def recognise(self) -> None:
        """Find in the inboxes which proposals of the app are the ones that the script expects."""
        known = {claim.id for claim in self.claims}
        for name in (self.deputy, self.secretary, self.world.unit_officer.name):
            for number, _key, words in self._ticks(name, "confirmations"):
                if number not in known:
                    self._proposal(words).id = number
                    known.add(number)

    def review(self, lowered: dict[int, Decimal]) -> None:
        """Let the leaders look at what was declared: some singly with lower points, the rest in a batch."""
        for group, leader in self.leaders.items():
            mine = [one for one in self.waiting("submitted") if self.log.place(one.who, self.day)[1] == group]
            for claim in mine:
                if claim.id in lowered:
                    self.send(
                        leader, f"{claim.path}/review", act="pass", points=str(lowered[claim.id]), reason="少一半"
                    )
                    claim.points = lowered[claim.id]
                    claim.at = "reviewed"
            self._batch(leader, "reviews", [one for one in mine if one.at == "submitted"], "reviewed")

    def _ticks(self, name: str, section: str) -> list[tuple[int, str, list[str]]]:
        """Return (id, key, words: whose first) of what can be ticked in a section of somebody's inbox."""
        own = self.get(name, "/inbox").partition(f'action="/inbox/{section}"')[2].partition("</form>")[0]
        return [(int(key.partition(".")[0]), key, texts(f"<b{row}")) for key, row in TICK.findall(own)]

    def _batch(self, name: str, section: str, claims: list[Claim], then: str, **typed) -> None:
        """Tick all that can be ticked of these in a section of the inbox, and send it."""
        rows = self._ticks(name, section)
        known = {claim.id: claim for claim in claims}
        for number, _key, words in rows:
            claim = known.get(number) or self._proposal(words)
            claim.id, claim.confirmed_by, claim.at = number, name, then
        assert bool(rows) == bool(claims), (self.day, name, section, len(rows), len(claims))
        if rows:
            self.send(name, f"/inbox/{section}", chosen=[key for _number, key, _words in rows], **typed)

    def _proposal(self, words: list[str]) -> Claim:
        """Return the claim that the app has proposed by itself, as the script expected it."""
        found = [one for one in self.waiting("reviewed") if one.id is None and one.who == words[0]]
        found = [one for one in found if any(word.startswith(one.text) for word in words[1:])]
        assert found, (self.day, words)
        return found[0]

    def confirm(self, lowered: dict[int, Decimal], rejected: set[int] = frozenset()) -> None:
        """Let the committee decide: deputy, then secretary, then the unit's office what is left to each of them."""
        for claim in self.waiting("reviewed"):
            if claim.id in lowered.keys() | rejected and claim.who not in (self.secretary, self.deputy):
                act = (
                    {"act": "reject"} if claim.id in rejected else {"act": "confirm", "points": str(lowered[claim.id])}
                )
                self.send(self.deputy, f"{claim.path}/confirmation", meeting="支委会", reason="只算一部分", **act)
                claim.at, claim.confirmed_by = "rejected" if claim.id in rejected else "confirmed", self.deputy
                claim.points = lowered.get(claim.id, claim.points)
        for name in (self.deputy, self.secretary, self.world.unit_officer.name):
            theirs = [one for one in self.waiting("reviewed") if self._decides(name, one)]
            if theirs:
                self._batch(name, "confirmations", theirs, "confirmed", meeting="月度支委会")
        assert not self.waiting("reviewed"), self.waiting("reviewed")

    def _decides(self, name: str, claim: Claim) -> bool:
        """Say whether it is this person's to confirm: the secretary's go to the unit's office."""
        if claim.who == self.secretary:
            return name == self.world.unit_officer.name
        return name == (self.secretary if claim.who == self.deputy else self.deputy)

    def publish(self) -> None:
        confirmed = self.waiting("confirmed")
        by = {one.id: one.confirmed_by for one in confirmed}
        self._batch(self.secretary, "publications", confirmed, "public")
        for one in confirmed:
            one.confirmed_by, one.shown_on = by[one.id], self.day

    def officers(self) -> list[str]:
        """Return who decides in the branch."""
        return [self.secretary, self.deputy]

    def object_(self, claim: Claim, by: str, outcome: str, points: Decimal | None = None) -> None:
        """Object to a line, and let somebody of the committee who did not confirm it answer."""
        self.send(by, f"{claim.path}/objections", text="那天不是这样")
        answering = [*self.officers(), self.world.unit_officer.name]
        answerer = next(one for one in answering if one not in (claim.confirmed_by, claim.who, by))
        self.send(answerer, f"{claim.path}/answer", outcome=outcome, text="查过了", points=str(points or ""))
        claim.points = points or claim.points
        claim.at = "rejected" if outcome == "cancel" else "public"

    def appeal(self, claim: Claim) -> None:
        """Appeal to the unit's office, which grants it: it counts at once."""
        self.send(claim.who, f"{claim.path}/appeal", text="有照片")
        self.send(self.world.unit_officer.name, f"{claim.path}/decision", outcome="grant", text="属实", points="")
        claim.points = claim.claimed
        self._takes_effect(claim)

    def settle(self) -> None:
        """Let time decide: what was on publicity takes effect, absences are proposed.

        The script waits for so long, or so short, that five working days are surely over, or surely not.
        """
        answer = self.app.test_cli_runner().invoke(args=["settle"])
        assert answer.exit_code == 0, answer.output
        for claim in self.waiting("public"):
            shown = (self.day - claim.shown_on).days
            assert shown < 5 or shown >= 14, (claim, self.day)
            if shown >= 14:
                self._takes_effect(claim)
        for met, who in self.log.truants(self.day):
            if (met.path, who) not in self.proposed:
                self.proposed.add((met.path, who))
                event = f"meeting:{met.path.rsplit('/')[-1]}"
                text = f"{met.day.month}月{met.day.day}日的会没有到"
                self.claims.append(Claim(who, "PF-ABSENT", Decimal(-2), met.day, event, text, "reviewed"))

    def _takes_effect(self, claim: Claim) -> None:
        claim.at = "over"
        claim.entry = self.log.book(claim.who, claim.item, claim.points, claim.day, claim.event)

    def reverse(self, claim: Claim) -> None:
        by = self.deputy if claim.who != self.deputy else self.secretary
        self.send(by, f"{claim.path}/reversal", reason="记错了人")
        self.log.reverse(claim.entry)

    def close(self, quarter) -> None:
        self.settle()
        self.send(self.secretary, f"{self.branch}/points/closing", quarter=f"{quarter[0]}Q{quarter[1]}")
        self.log.close(quarter, self.day)

    # --- what the pages say ---

    def shown_totals(self, quarter) -> dict[str, str]:
        """Return name → total as the branch's page shows it to its secretary."""
        page = self.get(self.secretary, f"{self.branch}/points?quarter={quarter[0]}Q{quarter[1]}")
        rows = [texts(row) for row in pieces(page, "a", r'href="/people/\d+/points\?')]
        return {next(word for word in row if word in self.ids): _total(row) for row in rows}

    def shown_groups(self, quarter) -> dict[str, str]:
        """Return group → score as the branch's page shows it."""
        page = self.get(self.secretary, f"{self.branch}/points?quarter={quarter[0]}Q{quarter[1]}")
        rows = [texts(row) for row in pieces(section(page, "党小组"), "summary")]
        return {name.removesuffix("党小组"): _total(told) for name, *told in rows}

    def shown_own(self, name: str, quarter) -> dict[str, str]:
        """Return the four dimensions and the total that somebody's own page shows."""
        page = self.get(name, f"/me/points?quarter={quarter[0]}Q{quarter[1]}")
        total = re.search(r'<b>合计</b><b class="delta">(.*?)</b>', page)[1]
        bars = texts(pieces(page, "ul", 'class="bars"')[0])
        told = [word for word in bars if re.fullmatch(r"\d+\.\d", word)]
        return dict(zip(["WP", "SE", "QI", "PF", "total"], [*told, total], strict=True))


def _total(words: list[str]) -> str:
    return next(word for word in words if re.fullmatch(r"\d+\.\d|不计分", word))


@dataclass(frozen=True)
class _Plain:
    """Somebody who only has an id."""

    id: int


def said(page: str) -> list[str]:
    return re.findall(r'role="alert"[^>]*>(.*?)</p>', page, re.DOTALL)[:3] or [page[-300:]]
