"""What a person can do at /outbox, and what the form says when the phone has no room (C2)."""

from __future__ import annotations

import base64
import io
import json

import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import expect

from partygroup.activities.models import Activity, Photo
from tests.browser.phones import Phone

ITEMS = "document.querySelectorAll('[data-outbox-list] li').length"
#: Fill the outbox of whoever uses the page with so many items.
FILL = """(count) => new Promise((done) => {
  const asked = indexedDB.open("luhuo");
  asked.onsuccess = () => {
    const work = asked.result.transaction("items", "readwrite"), items = work.objectStore("items");
    const person = document.documentElement.dataset.person, at = new Date(Date.now() - 3600000).toISOString();
    const item = { person, at, url: "/activities", label: "记一笔", fields: [], files: [], state: "returned" };
    for (let number = 0; number < count; number++) items.put({ ...item, key: `full-${number}`, line: `第${number}条` });
    work.oncomplete = () => { asked.result.close(); done(); };
  };
})"""
NO_QUOTA = """const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (...given) {
  if (this.name === "items") throw new DOMException("no room", "QuotaExceededError");
  return put.apply(this, given);
};"""


def photo() -> dict:
    file = io.BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(file, "jpeg")
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


@pytest.fixture
def leader(world, backstage, new_phone) -> Phone:
    """The leader's phone, whose browser complains of every lost request."""
    phone = new_phone().sign_on(backstage, world.leader.id)
    yield phone
    phone.noise.clear()


def lost(phone: Phone) -> None:
    phone.page.route("**/activities", lambda route: route.abort())
    phone.page.route("**/healthz", lambda route: route.abort())


def found(phone: Phone) -> None:
    phone.page.unroute("**/activities")
    phone.page.unroute("**/healthz")


def jot(phone: Phone, line: str, *, nobody: bool = False) -> None:
    """Jot with a photo, and wait until it lies in the outbox."""
    phone.open("/activities/new").type("一句话", line)
    phone.page.locator("input[name=photos]").set_input_files([photo()])
    phone.sees("选了 1 张")
    if nobody:
        phone.tap("清空")
    phone.tap("记好了").is_at("/outbox*").sees(line)


def jotted(backstage) -> list[str]:
    with backstage() as session:
        return sorted(session.scalars(sa.select(Activity.text)))


def test_an_item_is_saved_as_a_file_with_its_photo(leader):
    lost(leader)
    jot(leader, "存成文件的一条")
    with leader.page.expect_download() as saved:
        leader.tap("存成文件")
    assert saved.value.suggested_filename.startswith("luhuo-")
    item = json.loads(saved.value.path().read_text("utf-8"))
    assert ["text", "存成文件的一条"] in item["fields"] and item["label"] == "记一笔"
    (one,) = item["files"]
    assert Image.open(io.BytesIO(base64.b64decode(one["base64"]))).size == (320, 240)


def test_deleting_asks_once(leader):
    lost(leader)
    jot(leader, "要删掉的一条")
    leader.sees("最早的一条：").tap("删掉")
    leader.page.evaluate("document.dispatchEvent(new CustomEvent('outbox-changed'))")  # the list is looked at again
    leader.sees("确定删掉", "要删掉的一条").tap("确定删掉")
    leader.sees("没有信号时写好的东西会存在这里").until(f"{ITEMS} === 0")


def test_what_came_back_is_changed_without_typing_twice(leader, backstage):
    lost(leader)
    jot(leader, "没选人的一条", nobody=True)
    leader.sees("存在手机里了").until("document.documentElement.dataset.net === 'down'")
    found(leader)
    leader.tap("现在试一次").sees("有几条等您定", "退回", "谁参加了。")
    leader.open("/").sees("1 条退回来了").open("/outbox").tap("改一改再交")
    leader.sees("退回的一条，改好再交", "谁参加了。", "上次选的 1 张都在")
    expect(leader.page.get_by_label("一句话")).to_have_value("没选人的一条")
    leader.tap("全员").tap("记好了").sees("记好了。")
    leader.open("/outbox").sees("都交上去了").until(f"{ITEMS} === 1")
    with backstage() as session:
        assert list(session.scalars(sa.select(Activity.text))) == ["没选人的一条"]
        assert session.scalar(sa.select(sa.func.count(Photo.id))) == 1


def test_trying_again_keeps_the_sentence_when_nothing_changed(leader, backstage):
    lost(leader)
    jot(leader, "还是没选人", nobody=True)
    leader.sees("存在手机里了").until("document.documentElement.dataset.net === 'down'")
    found(leader)
    leader.tap("现在试一次").sees("退回").tap("再试一次").sees("谁参加了。", "退回")
    assert jotted(backstage) == []


def test_a_full_outbox_says_so_and_keeps_what_is_typed(leader, backstage):
    leader.open("/outbox").sees("都交上去了")
    leader.page.evaluate(FILL, 500)
    lost(leader)
    leader.open("/activities/new").type("一句话", "第五百零一条").tap("记好了").sees("手机里存满了", "写好的都在这一页")
    expect(leader.page.get_by_label("一句话")).to_have_value("第五百零一条")
    found(leader)
    leader.tap("记好了").sees("记好了。")
    assert jotted(backstage) == ["第五百零一条"]


@pytest.mark.parametrize("connected", [True, False])
def test_a_phone_without_room_loses_nothing(leader, backstage, connected):
    leader.page.add_init_script(NO_QUOTA)
    if not connected:
        lost(leader)
    leader.open("/activities/new").type("一句话", "存不下的一条").tap("记好了")
    if not connected:
        leader.sees("存不下了，也没连上", "写好的都在这一页")
        expect(leader.page.get_by_label("一句话")).to_have_value("存不下的一条")
        found(leader)
        leader.tap("记好了")
    leader.sees("记好了。")
    assert jotted(backstage) == ["存不下的一条"]


def test_the_page_says_quietly_whether_the_last_call_got_through(leader, backstage):
    lost(leader)
    jot(leader, "没连上时写的")
    leader.open("/").sees("没连上，写好的先存着", "手机里还有 1 条没交上去")
    said = leader.page.get_by_role("status").filter(has_text="没连上")
    expect(said).to_be_visible()
    found(leader)
    leader.page.evaluate("dispatchEvent(new Event('online'))")  # a hint to try; what counts is whether it gets through
    expect(said).to_be_hidden()
    leader.until("!document.documentElement.hasAttribute('data-waits')")
    assert jotted(backstage) == ["没连上时写的"]
