"""Whatever piece a browser lacks, each essential act works and the console has nothing to complain of (issue 4, 6)."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from partygroup import clock
from partygroup.activities.models import Activity, Participation, Photo
from partygroup.attendance.models import Door, Mark
from partygroup.meetings.models import Gathering
from partygroup.people.models import Login
from partygroup.scores.models import Declaration
from tests.browser import acts
from tests.browser.phones import Phone
from tests.factories import gathering

NO_WORKER = "delete Navigator.prototype.serviceWorker"
WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.42 NetType/WIFI Language/zh_CN"
)


@dataclass(frozen=True)
class Browser:
    """A browser that lacks a piece: the script that takes it away, and the expression that says that it is gone."""

    without: str = ""
    gone: str = "true"
    options: dict = field(default_factory=dict)


BROWSERS = {
    "everything there": Browser(gone="'serviceWorker' in navigator", options={"service_workers": "allow"}),
    "no worker": Browser(NO_WORKER, "!('serviceWorker' in navigator)"),
    "no camera": Browser(
        "Object.defineProperty(navigator, 'mediaDevices', { value: undefined })", "!navigator.mediaDevices"
    ),
    "camera refused": Browser(
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError'); }",
        "navigator.mediaDevices.getUserMedia({ video: true }).then(() => false, () => true)",
    ),
    "no IndexedDB": Browser("Object.defineProperty(window, 'indexedDB', { value: undefined })", "!window.indexedDB"),
    "private mode": Browser(
        """const open = IDBFactory.prototype.open;
        IDBFactory.prototype.open = function (name) {
          open.call(this, name, 2);
          return open.call(this, name, 1); // refused, as the one before it is newer
        }""",
        "new Promise((told) => { const asked = indexedDB.open('x'); asked.onerror = () => told(true); })",
    ),
    "no room": Browser(
        """const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (...what) {
          if (this.name === "facts") return put.apply(this, what);
          throw new DOMException("full", "QuotaExceededError");
        }""",
        """new Promise((told) => {
          const asked = indexedDB.open("x", 1), made = () => asked.result.createObjectStore("x");
          asked.onupgradeneeded = () => { try { made().put(1, 1); } catch { told(true); } };
        })""",
    ),
    "no storage": Browser(
        """for (const name of ["localStorage", "sessionStorage"])
          Object.defineProperty(window, name, { get() { throw new DOMException("", "SecurityError"); } })""",
        "(() => { try { return !sessionStorage; } catch { return true; } })()",
        {"service_workers": "allow"},
    ),
    "no locks": Browser("delete Navigator.prototype.locks", "!navigator.locks"),
    "no randomUUID": Browser("delete Crypto.prototype.randomUUID", "!crypto.randomUUID"),
    "no scripts": Browser(options={"java_script_enabled": False}),
    "WeChat": Browser(NO_WORKER, "navigator.userAgent.includes('MicroMessenger')", {"user_agent": WECHAT}),
}


@pytest.fixture
def counts(backstage):
    """Return a function that counts rows, by a model and the columns that they have."""

    def count(model, **columns) -> int:
        with backstage() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(model).filter_by(**columns))

    return count


@pytest.mark.parametrize("name", BROWSERS)
def test_every_essential_act_works(world, backstage, new_phone, counts, at, name):
    at("2026-03-05 16:20:01")
    with backstage() as session:
        gathering(session, world.group.id, by=world.leader.id, starts_at=clock.beijing("2026-02-10 16:30"))
    lacking = BROWSERS[name]

    def phone() -> Phone:
        made = new_phone(**lacking.options)
        made.page.add_init_script(lacking.without)
        return made

    leader, member, spoken = phone(), phone(), phone().sign_on(backstage, world.probationer.id)
    acts.log_in(leader, world.leader)
    assert counts(Login, person_id=world.leader.id) == 1
    leader.until(lacking.gone)
    acts.call(leader)
    assert counts(Gathering, day=clock.today()) == 1
    code = acts.open_meeting(leader)
    digits = leader.page.locator(".passcode").inner_text()
    acts.sign_in_logged_out(member, code, world.member)
    assert counts(Mark, person_id=world.member.id, door=Door.CODE) == 1
    if "camera" in name:
        spoken.open("/scan").tap("打开相机扫码").sees("用下面的办法，一样算数").tap("党小组会", within="#main")
        acts.type_digits(spoken, digits)
    else:
        acts.sign_in_spoken(spoken, digits)
    assert counts(Mark, person_id=world.probationer.id, door=Door.SPOKEN) == 1
    acts.tick(leader.open("/").tap("签到码和名单"), world.leader.name)
    assert counts(Mark, person_id=world.leader.id, door=Door.TICK) == 1
    acts.close(leader.open("/").tap("签到码和名单"))
    assert counts(Gathering, closed_by=world.leader.id) == 1
    acts.jot(leader, picture=acts.photo())
    assert (counts(Activity, by_id=world.leader.id), counts(Photo)) == (1, 1)
    acts.answer(member)
    assert counts(Participation, person_id=world.member.id, answer="yes") == 1
    acts.declare(member, "提醒吊运区不站人")
    assert counts(Declaration, person_id=world.member.id, state="submitted") == 1
    member.open("/declarations/new").choose("制止违章").type("做了什么", "还没想好").tap("先存着").sees("已存成草稿")
    assert counts(Declaration, person_id=world.member.id, state="draft") == 1
    member.open("/me/points").sees("参加组织生活（含补课）", "67.0")
    member.open("/").tap("退出", exact=True).sees("党小组工作台")
    assert counts(Login, person_id=world.member.id) == 0
