"""Every page that the cast can open, as the server answers it: walked by the list of addresses, each shape once."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser

from partygroup import clock
from partygroup.attendance.actions import open_sign_in
from partygroup.clock import Quarter
from partygroup.db import db, transaction
from partygroup.evaluation import periods
from partygroup.evaluation.importing import apply_figures, draft_figures, read_figure_file, store_preview
from partygroup.evaluation.schemes import scheme_in_force
from partygroup.meetings.models import Invitation
from partygroup.meetings.queries import describe
from partygroup.people.feeds import make_feed
from partygroup.robots.models import Robot, RobotMessage
from tests.cast import build_world
from tests.databases import Start
from tests.factories import activity, add, gathering
from tests.scorebook import entry, held
from tests.web.corners import Corner, build_corners
from tests.web.test_walk import filled, rules

#: Who looks: role of the cast (None is nobody), whether the office is open, corners of the world.
LOOKERS = [
    (None, False, ("own",)),
    ("member", True, ("own",)),
    ("activist", True, ("own",)),
    ("leader", True, ("own",)),
    ("secretary", False, ("own",)),
    ("secretary", True, ("own", "committee")),
    ("unit_officer", True, ("own",)),
    ("company_officer", True, ("own",)),
    ("account_officer", True, ("own",)),
    ("auditor", True, ("own",)),
]
#: Who sends every form empty, or with what stands here, to see the page that answers.
SENDERS = ("leader", "secretary", "company_officer", None)
OURS = {"Sec-Fetch-Site": "same-origin"}
#: A quarter whose figures are all there and frozen: every shade of the map, medians, groups, lines with their origin.
FROZEN = Quarter.of(clock.today()).previous()
BRANCHES = ("红柳", "白桦", "蓝田", "紫金")
SHARES = (100, 85, 72, 40)
DAY = timedelta(days=1)
SHAPING = ("class", "role", "type", "aria-current", "disabled", "open")


@dataclass(frozen=True)
class Seen:
    """A page of the house: who opened it, where, and its text."""

    who: str
    path: str
    html: str

    def __str__(self) -> str:
        return f"{self.path} ({self.who})"


class Shape(HTMLParser):
    """The set of elements of a page with what shapes them and what is around: two pages of one shape look alike."""

    def __init__(self, html: str):
        super().__init__()
        self.around, self.found = [], set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        this = (tag, *(pair for pair in attrs if pair[0] in SHAPING))
        self.found.add((self.around[-1] if self.around else None, this))
        if tag not in ("meta", "link", "input", "img", "br", "path", "rect", "circle", "hr", "col"):
            self.around.append(this)

    def handle_endtag(self, tag):
        if self.around and self.around[-1][0] == tag:
            self.around.pop()


class Walk:
    """The world with its corners filled, walked by everybody."""

    def __init__(self, app, folder):
        self.app, self.folder, self.shapes = app, folder, []
        with app.app_context():
            self.world = build_world(db.session)
            db.session.commit()
            self.corners = build_corners(db.session, self.world)
            self.meetings = self._held_together() + self._meetings_of_other_states()
            self._score()
            self._freeze_a_quarter()
            self._tell()
            db.session.close()
        self._run_the_last_meeting()
        with app.app_context():
            self.start = Start(db.engine, folder)
        (folder / "here").mkdir()

    def _meetings_of_other_states(self) -> list[int]:
        """Return meetings of the own group that are called only, and that will be held."""
        made = [gathering(db.session, self.world.group.id, by=self.world.leader.id, starts_at=clock.now())
                for _state in ("notified", "held")]  # fmt: skip
        db.session.commit()
        return [one.id for one in made]

    def _held_together(self) -> list[int]:
        """Return theme days of the own branch: branches asked, one along and counted, and one as guest of another."""
        world, by, at = self.world, self.world.secretary.id, clock.now()

        def held(branch):
            return gathering(db.session, branch.id, by=by, starts_at=at, kinds=("theme_day",), theme="学先进").id

        def invite(host: int, branch, **answer):
            told = {"answered_at": at, "answered_by": by} if answer else {}
            add(db.session, Invitation, gathering_id=host, branch_id=branch.id, invited_at=at, invited_by=by,
                **answer, **told)  # fmt: skip

        own, sister = world.branch, world.sister_branch
        asked, opened, along, host, guest = map(held, (own, own, sister, sister, own))
        invite(asked, sister)
        invite(asked, world.foreign_branch, accepted=False, answer="那天检修")
        invite(opened, sister, accepted=True, guest_gathering_id=along)
        invite(host, own, accepted=True, guest_gathering_id=guest, changed_at=at)
        with transaction(db.session):
            open_sign_in(db.session, describe(db.session, opened).gathering, by=by, at=at)
        return [asked, opened, guest]

    def _score(self) -> None:
        """Give the member of the cast a line of each sort in the running quarter and in the frozen one."""
        world, today = self.world, clock.today()
        member, where = world.member.id, {"branch": world.branch.id, "by": world.secretary.id}
        for on in (today, FROZEN.last):
            entry(db.session, member, on=on, **where)
            entry(db.session, member, "SE-VIOLATION-ORDINARY", on=on, **where)
            held(db.session, world.group.id, on, by=world.leader.id, due=[member], came=[member])
        activity(db.session, world.group.id, branch=world.branch.id, by=world.leader.id, people=(member,),
                 at=clock.start_of(FROZEN.last), text="查隐患", result="整改两处", brand="green")  # fmt: skip
        db.session.commit()

    def _freeze_a_quarter(self) -> None:
        """Import all figures of four branches, each a different share of what can be had, and freeze the quarter."""
        by = {"by": self.world.company_officer.id, "at": clock.now()}
        company, specs = self.world.company.id, scheme_in_force(db.session, FROZEN).imported().values()
        lines = ["期间,党支部,指标,数值,来源"]
        for canary, share in zip(BRANCHES, SHARES, strict=True):
            name = self.world.units[canary].name
            for spec in specs:
                value = f"{share}%" if spec.unit == "%" else share // 10 if "." in spec.code else share
                value = 10 if spec.code.endswith((".ALL", ".DUE", ".HEAD")) else value
                value = (100 - share) // 10 if spec.code[:3] in ("SE1", "SE3", "SE4") and value != 10 else value
                lines.append(f"{FROZEN.code},{name},{spec.code},{value},生产月报")
        sheet = read_figure_file(io.BytesIO("\n".join(lines).encode("utf-8-sig")), "指标.csv")
        with transaction(db.session):
            stored = store_preview(db.session, draft_figures(db.session, sheet, scope_unit_id=company, **by), **by)
        with transaction(db.session):
            apply_figures(db.session, stored, digest=stored.summary["digest"], propose=None, **by)
            period = periods.configure_period(db.session, company, FROZEN, **by)
            for step in (periods.open_period, periods.collect, periods.freeze_period):
                step(db.session, period, **by)

    def _tell(self) -> None:
        """Give the member a calendar address, and the committee a robot with a message of each sort."""
        at, member = clock.now(), self.world.member.id
        robot_id = add(db.session, Robot, unit_id=self.world.committee.id, sort="feishu", key="k" * 36, set_at=at)
        said = {"robot_id": robot_id, "news": "test", "queued_at": at, "next_at": at, "tries": 1}
        for end in ({"sent_at": at}, {"dropped_at": at, "fault": "对方没有回应"}, {"tries": 0, "queued_at": at - DAY}):
            add(db.session, RobotMessage, **said | end)
        with transaction(db.session):
            make_feed(db.session, member, key=self.app.config["SECRET_KEYS"][0], at=at)

    def _run_the_last_meeting(self) -> None:
        """Hold it: one ticked, one undone, one on leave, one absent."""
        leader, path = self.app.test_client().sign_on(self.world.leader), f"/meetings/{self.meetings[-1]}"
        member, probationer = (f"{path}/people/{self.world.actors[role].id}" for role in ("member", "probationer"))
        answers = [
            leader.post(f"{path}/opening"),
            leader.post(f"{path}/ticks", data={"people": [self.world.leader.id, self.world.member.id]}),
            leader.post(f"{member}/undoing", data={"reason": "点错了"}),
            leader.post(f"{probationer}/leave", data={"sort": "leave_duty", "cause": "当班"}),
            leader.post(f"{path}/closing"),
        ]
        assert {answer.status_code for answer in answers} == {303}

    def pages(self) -> Iterator[Seen]:
        """Yield a page of each shape."""
        for role, awake, corners in LOOKERS:
            client = self._client(role, awake)
            for name in corners:
                yield from self._new(client, role, self._safe_paths(self.corners[name]))
            yield from self._new(client, role, [("GET", "/no-such-page", {})])
        for role in SENDERS:
            client = self._client(role, True)
            yield from self._new(client, role, self._forms(self.corners["own"]))

    def _client(self, role: str | None, awake: bool):
        self.start.restore()
        client = self.app.test_client()
        if role:
            client.sign_on(self.world.actors[role], office=awake)
        with self.app.app_context():
            self.here = Start(db.engine, self.folder / "here")
        return client

    def _safe_paths(self, corner: Corner) -> Iterator[tuple[str, str, dict]]:
        for rule, _method in rules(self.app, safe=True):
            yield "GET", filled(rule, corner), {}
            if "gathering_id" in rule.arguments and not rule.arguments - {"gathering_id"}:
                yield from (("GET", rule.build({"gathering_id": one})[1], {}) for one in self.meetings)
        yield "GET", f"/meetings/{corner.ids['gathering_id']}/code?view=wall", {}
        yield "GET", "/people?q=nobody", {}
        branch, quarter = corner.above("branch")[0], f"quarter={FROZEN.code}"
        yield from (("GET", path, {}) for path in (
            f"/branches/{branch}/evaluation?{quarter}", f"/evaluation/{FROZEN.code}", f"/me/points?{quarter}",
            f"/activities?{quarter}&brand=green", "/inbox?view=done", "/declarations/new?source=branch",
            f"/branches/{branch}/plan?add=1", f"/branches/{branch}/admissions?person={self.world.probationer.id}",
            f"/branches/{branch}/dues?month={clock.months_after(clock.today(), -1):%Y-%m}",
        ))  # fmt: skip

    def _forms(self, corner: Corner) -> Iterator[tuple[str, str, dict]]:
        """Yield every form, with somebody chosen where people are."""
        for rule, method in rules(self.app, safe=False):
            yield method, filled(rule, corner), {"people": str(corner.person_id), "staff_no": "G1"}

    def _new(self, client, role, asked) -> Iterator[Seen]:
        cookie = client.get_cookie("sid")
        for method, path, typed in asked:
            if cookie:
                client.set_cookie("sid", cookie.value)
            answer = client.open(path, method=method, data=typed or None, headers=OURS, buffered=True)
            if method == "POST" and answer.status_code in (200, 303):
                self.here.restore()
            if answer.mimetype == "text/html" and answer.status_code != 303 and self._is_new(answer.text):
                yield Seen(role or "nobody", path, answer.text)

    def _is_new(self, html: str) -> bool:
        shape = Shape(html).found
        if any(shape <= seen for seen in self.shapes):
            return False
        self.shapes.append(shape)
        return True
