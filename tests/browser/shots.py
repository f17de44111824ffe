"""Pictures of the pages, taken by `./dev shots` over a throw-away demo company on one stopped afternoon.

Clock, keys and chance stand still, so that the same pages give the same pictures wherever the same fonts are.
"""

from __future__ import annotations

import io
import logging
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import sqlalchemy as sa
import xlsxwriter
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from rich.progress import Progress
from werkzeug.serving import make_server

from partygroup import clock, create_app, demo
from partygroup.attendance.actions import decide_leave, sign_in, tick_present
from partygroup.attendance.models import Door, Leave
from partygroup.attendance.queries import get_desk
from partygroup.clock import Quarter
from partygroup.db import db, transaction
from partygroup.demo.cast import HOME, LEADER_NO
from partygroup.meetings.models import Gathering, Meeting
from partygroup.org.models import Placement
from partygroup.people import actions as people_actions
from partygroup.people.logins import begin_login
from partygroup.people.models import MEMBERS, Belonging, Person, StandingSpan
from partygroup.people.passwords import CODE_ALPHABET, CODE_LENGTH
from partygroup.settings import Settings
from tests.browser.phones import HANDHELD
from tests.conftest import CHROMIUM_FLAGS

SHOTS = Path(__file__).parent / "shots"
COLOURS = 96
CALM = "*, *::before, *::after { animation: none !important; transition: none !important; caret-color: transparent }"
#: Rings drawn by SVG animation stand where the server started them.
STAND = "document.querySelectorAll('svg').forEach(svg => { svg.pauseAnimations(); svg.setCurrentTime(0); })"
MEMBER_NO, SECRETARY_NO, ORGANISER_NO, UNIT_NO, COMPANY_NO = "100001", "100005", "100006", "100008", "100009"
BEFORE, OPENED, DURING, AFTER = (f"2026-03-19 {time}" for time in ("16:04", "16:19", "16:28:04", "17:12"))
ROSTER = (
    ("工号", "姓名", "二级党委", "党支部", "党小组", "党员类别", "入党时间", "转正时间", "星级", "手机号"),
    (
        MEMBER_NO,
        "田守勤",
        "东区炼钢厂党委",
        HOME,
        "乙班党小组",
        "正式党员",
        "2010-12-13",
        "2011-12-13",
        "4",
        "13900001234",
    ),
    ("200001", "苏新䶮", "东区炼钢厂党委", HOME, "甲班党小组", "预备党员", "2025-07-01", "", "2", "13900005678"),
    ("200002", "买买提·艾力", "东区炼钢厂党委", HOME, "丙班党小组", "正式党员", "2019年7月1日", "2020.7.1", "3", ""),
    ("200003", "何冬梅", "东区炼钢厂党委", HOME, "丁班党小组", "正式党员", "2019-02-30", "", "3", ""),
    ("200004", "严守义", "东区炼钢厂党委", HOME, "丁班党小组", "正式党员", "2018-07-01", "2017-07-01", "九", ""),
)


@dataclass
class Studio:
    """The running app, a browser, and the people of the demo by staff number."""

    app: object
    browser: Browser
    address: str
    folder: Path
    taken: list[str] = field(default_factory=list)

    @contextmanager
    def work(self) -> Iterator:
        """Yield a session that commits in the end."""
        with self.app.app_context(), transaction(db.session):
            yield db.session

    def visitor(self, staff_no: str | None = None, *, theme: str = "light", size: str = "standard", **options) -> Page:
        """Return a page on a phone (or what `options` say), logged in as somebody, scripts running, timers stopped."""
        context = self.browser.new_context(
            base_url=self.address, locale="zh-CN", timezone_id="Asia/Shanghai", bypass_csp=True,
            service_workers="block", **HANDHELD | options,
        )  # fmt: skip
        context.set_default_timeout(20000)
        context.clock.install(time=clock.now())
        context.clock.pause_at(clock.now())
        self._cookie(context, "theme", theme)
        self._cookie(context, "size", size)
        if staff_no:
            self._cookie(context, "sid", self._begin_login(staff_no))
        return context.new_page()

    def _cookie(self, context: BrowserContext, name: str, value: str) -> None:
        context.add_cookies([{"name": name, "value": value, "url": self.address}])

    def _begin_login(self, staff_no: str) -> str:
        with self.work() as session:
            person_id = session.scalar(sa.select(Person.id).where(Person.staff_no == staff_no))
            return begin_login(session, person_id, device="iPhone · 微信", at=clock.now(), office=True)

    def take(self, name: str, page: Page, path: str | None = None, *, whole: bool = False) -> None:
        """Save a picture of an address, or of the page as it stands; `whole`: as tall as the page is long."""
        if path:
            page.goto(path)
        if whole:
            page.set_viewport_size(page.viewport_size | {"height": page.evaluate("document.body.scrollHeight")})
        page.add_style_tag(content=CALM)
        page.evaluate(STAND)
        save(page.screenshot(), self.folder / f"{name}.png")
        self.taken.append(name)
        print(f"  {name}")


def save(shot: bytes, path: Path) -> None:
    """Write a screenshot as a small PNG with a palette of its own."""
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)


def stop_at(text: str) -> None:
    """Stop the clock of the whole process at a Beijing wall clock."""
    moment = clock.beijing(text)
    clock.now = lambda: moment


@contextmanager
def running_demo() -> Iterator[tuple[object, str]]:
    """Yield the app over a filled demo company, and its address; both are gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(f"sqlite:///{folder}/shots.sqlite", Path(folder), ("s" * 64,),
                            base_url="http://luhuo.example.com", log_level="error")  # fmt: skip
        app = create_app(settings)
        with app.app_context():
            app.extensions["alembic"].upgrade()
        with app.app_context(), transaction(db.session), Progress(disable=True) as progress:
            demo.fill(db.session, full=False, at=clock.now(), progress=progress)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield app, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.engine.dispose()


# --- the afternoon ----------------------------------------------------------------------------------------------------


def before(studio: Studio) -> None:
    """Take what is seen before the meeting: logging in, the homes, calling."""
    studio.take("login", studio.visitor(), "/login")
    for name, staff_no in (("member", MEMBER_NO), ("leader", LEADER_NO), ("secretary", SECRETARY_NO)):
        studio.take(f"home-{name}", studio.visitor(staff_no), "/")
    studio.take("home-office", studio.visitor(COMPANY_NO), "/")
    studio.take("home-office-desk", at_desk(studio, COMPANY_NO), "/")
    studio.take("call", studio.visitor(LEADER_NO), "/meetings/new", whole=True)
    studio.take("home-member-large", studio.visitor(MEMBER_NO, size="large"), "/")
    studio.take("home-leader-dark", studio.visitor(LEADER_NO, theme="dark"), "/")


def at_desk(studio: Studio, staff_no: str, **options) -> Page:
    """Return a page on a desk's screen."""
    desk = {"viewport": {"width": 1280, "height": 800}, "is_mobile": False, "has_touch": False}
    return studio.visitor(staff_no, **desk | {"device_scale_factor": 1} | options)


def during(studio: Studio) -> None:
    """Take what is seen while the code is shown: phone, projector, board, receipt."""
    url = f"/meetings/{meeting_of_leader(studio)}"
    leader = studio.visitor(LEADER_NO)
    leader.request.post(f"{url}/opening", headers={"Sec-Fetch-Site": "same-origin"})
    stop_at(DURING)
    let_them_come(studio, int(url.rsplit("/", 1)[1]))
    studio.take("code", leader, f"{url}/code")
    studio.take("code-dark", studio.visitor(LEADER_NO, theme="dark"), f"{url}/code")
    wall = at_desk(studio, LEADER_NO, viewport={"width": 1920, "height": 1080})
    studio.take("projector", wall, f"{url}/code?view=wall")
    studio.take("board", leader, f"{url}/sign-ins", whole=True)
    studio.take("receipt", studio.visitor(MEMBER_NO), f"{url}/receipt")
    stop_at(AFTER)
    leader.request.post(f"{url}/closing", headers={"Sec-Fetch-Site": "same-origin"})
    studio.take("result", studio.visitor(LEADER_NO), f"{url}/sign-ins", whole=True)


def meeting_of_leader(studio: Studio) -> int:
    """Return the gathering that the leader of the demo has called for today."""
    with studio.work() as session:
        called = sa.select(Gathering.id).join(Person, Person.id == Gathering.called_by)
        return session.scalars(called.where(Person.staff_no == LEADER_NO, Gathering.day == clock.today())).one()


def let_them_come(studio: Studio, gathering_id: int) -> None:
    """Grant the leave that was asked, tick one, and let all but the last of the others sign in by code."""
    with studio.work() as session:
        unit_id = session.get(Gathering, gathering_id).unit_id
        leader_id = session.scalar(sa.select(Person.id).where(Person.staff_no == LEADER_NO))
        leave = session.scalars(sa.select(Leave).where(Leave.gathering_id == gathering_id)).one()
        decide_leave(session, leave, granted=True, answer=None, by=leader_id, at=clock.now(), unit_id=unit_id)
        *scanned, ticked, _not_yet = members_of(session, unit_id, leave.person_id)
        for number, person_id in enumerate(scanned):
            at = clock.now() - timedelta(seconds=50 * number)
            sign_in(session, desk(session, gathering_id, person_id), person_id=person_id, door=Door.CODE,
                    happened_at=at, at=at)  # fmt: skip
        tick_present(session, desk(session, gathering_id, ticked), person_id=ticked, by=leader_id, at=clock.now(),
                     note="手机没电")  # fmt: skip


def members_of(session, group_id: int, absent_id: int) -> list[int]:
    """Return the ids of the members of a group but one, by staff number: the parts of the demo come first."""
    people = session.scalars(
        sa.select(Person.id)
        .join(Belonging, Belonging.person_id == Person.id)
        .join(StandingSpan, StandingSpan.person_id == Person.id)
        .where(Belonging.group_id == group_id, Belonging.until_on.is_(None), StandingSpan.until_on.is_(None))
        .where(StandingSpan.standing.in_(MEMBERS), Person.id != absent_id)
        .order_by(Person.staff_no)
    )
    return list(people)


def desk(session, gathering_id: int, person_id: int):
    """Return the desk at which somebody signs in."""
    return get_desk(session, gathering_id=gathering_id, person_id=person_id, at=clock.now())


def points(studio: Studio) -> None:
    """Take what becomes of work: jotting, the timeline, a sheet with its reasons, the inbox, evaluation."""
    last = Quarter.of(Quarter.of(clock.today()).first - timedelta(days=1)).code
    branch_id = unit_named(studio, HOME)
    studio.take("jot", studio.visitor(LEADER_NO), "/activities/new")
    studio.take("timeline", studio.visitor(LEADER_NO), "/activities")
    studio.take("sheet", studio.visitor(MEMBER_NO), f"/me/points?quarter={last}")
    reasons = studio.visitor(MEMBER_NO)
    reasons.goto(f"/me/points?quarter={last}")
    reasons.locator(".ledger summary").nth(1).click()
    reasons.locator(".ledger").evaluate("one => scrollTo(0, one.parentElement.getBoundingClientRect().top - 56)")
    studio.take("sheet-why", reasons)
    studio.take("inbox", studio.visitor(SECRETARY_NO), "/inbox")
    studio.take("evaluation", studio.visitor(SECRETARY_NO), f"/branches/{branch_id}/evaluation?quarter={last}")
    studio.take("map", studio.visitor(COMPANY_NO), f"/evaluation/{last}")
    studio.take("map-desk", at_desk(studio, COMPANY_NO), f"/evaluation/{last}")


def ceremony(studio: Studio) -> None:
    """Take what a branch reads of its organisational life: what is due by month, and sealed minutes."""
    branch = f"/branches/{unit_named(studio, HOME)}"
    studio.take("calendar", studio.visitor(SECRETARY_NO), f"{branch}/calendar")
    studio.take("minutes", studio.visitor(MEMBER_NO), last_minutes(studio))


def last_minutes(studio: Studio) -> str:
    """Return the address of the minutes that the member's branch sealed last."""
    with studio.work() as session:
        sealed = sa.select(Meeting).join(Gathering).where(Meeting.sealed_at.is_not(None), Gathering.circle == "members")
        meeting = session.scalars(sealed.order_by(Gathering.day.desc(), Meeting.id)).first()
        return f"/meetings/{meeting.gathering_id}/minutes/{meeting.id}"


def unit_named(studio: Studio, name: str) -> int:
    """Return the id of a unit."""
    with studio.work() as session:
        return session.scalar(sa.select(Placement.unit_id).where(Placement.name == name))


def desks(studio: Studio) -> None:
    """Take what is seen at desks, on a phone: the import's preview, slips, first use."""
    office = studio.visitor(UNIT_NO)
    office.goto("/imports")
    office.locator("input[type=file]").set_input_files(
        {"name": "转炉车间花名册.xlsx", "mimeType": "application/octet-stream", "buffer": roster()}
    )
    send_form(office)
    studio.take("import", office, whole=True)
    organiser = studio.visitor(ORGANISER_NO)
    organiser.goto(f"/branches/{unit_named(studio, HOME)}/slips")
    send_form(organiser)
    studio.take("slips-printed", organiser)
    studio.take("activation", studio.visitor(), "/activate?no=200001")


def send_form(page: Page) -> None:
    """Send the first form of the page's main part, as its button would."""
    with page.expect_navigation():
        page.evaluate("document.querySelector('#main form').requestSubmit()")


def roster() -> bytes:
    """Return a small roster with changes and faults as an Excel file."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(ROSTER):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def same_chance() -> Callable[[], str]:
    """Return a maker of activation codes that are the same each time."""
    rng = Random(1)
    return lambda: "".join(rng.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def main() -> None:
    """Take every picture anew; what is no longer taken is removed."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    stop_at(BEFORE)
    people_actions.new_activation_code = same_chance()
    SHOTS.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with running_demo() as (app, address), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        studio = Studio(app, browser, address, SHOTS)
        before(studio)
        points(studio)
        ceremony(studio)
        desks(studio)
        stop_at(OPENED)
        during(studio)
        browser.close()
    for stale in set(SHOTS.glob("*.png")) - {SHOTS / f"{name}.png" for name in studio.taken}:
        stale.unlink()
    print(f"{len(studio.taken)} pictures, {sum(path.stat().st_size for path in SHOTS.glob('*.png')) // 1024} kB")


if __name__ == "__main__":
    main()
