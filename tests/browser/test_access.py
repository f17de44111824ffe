"""Every page that the cast can open, in light, dark and large type: axe is content, it fits, and fingers hit it."""

from __future__ import annotations

import pytest

from tests.browser.pages import Seen, Walk
from tests.house.source import ROOT

VIEWPORT = {"width": 390, "height": 844}
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CONTRAST = ["color-contrast", "link-in-text-block"]
LARGE = ('data-size="standard"', 'data-size="large"')
UNFOLD = "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })"
RUN_AXE = """async (rules) => {
  const only = rules ? { runOnly: { type: "rule", values: rules } } : {};
  const { violations } = await axe.run(document, { resultTypes: ["violations"], ...only });
  return violations.filter((one) => ["serious", "critical"].includes(one.impact) || one.id === "heading-order")
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")}`);
}"""
#: What sticks out, other than inside something that scrolls by itself.
TOO_WIDE = """() => document.documentElement.scrollWidth > innerWidth
  ? [`${document.documentElement.scrollWidth} wide: ` + [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".table-wrap, .vh"))
    .slice(0, 3).map((one) => one.outerHTML.slice(0, 100)).join(" | ")] : []"""
#: A box to tick is as large as its label, a link over a whole entry as the entry, one in a sentence as the sentence.
TOO_SMALL = """() => [...document.querySelectorAll("a[href], button, summary, select, textarea, input")]
  .filter((one) => one.type !== "hidden")
  .filter((one) => one.checkVisibility() && !one.closest(".skip, .vh"))
  .filter((one) => !(one.matches("a") && getComputedStyle(one).display === "inline"))
  .map((one) => one.matches("[type=checkbox], [type=radio]") ? one.closest("label") || one : one)
  .map((one) => one.matches(".whole") ? one.closest("li") : one)
  .filter((one) => one.getBoundingClientRect().height < 47.5)
  .map((one) => `${Math.round(one.getBoundingClientRect().height)} high: ${one.outerHTML.slice(0, 100)}`)"""


@pytest.fixture(scope="module")
def walked(app, start, tmp_path_factory) -> list[Seen]:
    start.restore()
    return list(Walk(app, tmp_path_factory.mktemp("walk")).pages())


@pytest.fixture
def look_at(new_context):
    """Return a function that shows pages in a browser as they were answered and yields what is wrong with each.

    Two more words are text to be found in every page and what it is replaced by.
    """

    def look(pages: list[Seen], *replaced: str):
        context = new_context(viewport=VIEWPORT, reduced_motion="reduce")
        context.add_init_script(path=AXE)
        page, shown = context.new_page(), {}
        page.route("**/*", lambda route: _answer(route, shown))
        for seen in pages:
            shown["html"] = seen.html.replace(*replaced) if replaced else seen.html
            assert not replaced or replaced[1] in shown["html"]
            yield from (f"{seen}: {fault}" for fault in _faults(page))

    return look


def _faults(page):
    """Yield what is wrong with the page by day, on a desk, by night, and on a narrow phone."""
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(VIEWPORT)
    page.goto("/shown")
    page.evaluate(UNFOLD)
    yield from page.evaluate(RUN_AXE)
    yield from page.evaluate(TOO_SMALL)
    for width, scheme in ((1280, "light"), (1280, "dark"), (390, "dark")):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 844})
        yield from (f"{scheme} {width}: {fault}" for fault in page.evaluate(RUN_AXE, CONTRAST))
    page.set_viewport_size({"width": 320, "height": 640})
    yield from page.evaluate(TOO_WIDE)


def _answer(route, shown: dict) -> None:
    """Answer with the page to be shown; our own files come from the server, and nothing else is asked for."""
    if route.request.is_navigation_request():
        route.fulfill(body=shown["html"], content_type="text/html; charset=utf-8")
    elif "/static/" in route.request.url:
        route.continue_()
    else:
        route.abort()


def test_the_test_sees(look_at):
    bad = '<!doctype html><html lang="zh-CN"><title>x</title><main><h1>x</h1><img src="x"><button>小</button>'
    night = (
        "<style>@media (prefers-color-scheme: dark) { p { background: #222; color: #333 } }</style><p>夜里看不清</p>"
    )
    wide = '<div style="width: 400px; color: #aaa; background: #fff">白天看不清</div>'
    found = list(look_at([Seen("nobody", "/x", bad + wide + night)]))
    for words in ("image-alt", "/x (nobody): color-contrast", "high: <button>小", "wide: "):
        assert any(words in one for one in found), words
    assert ["夜里" in one for one in found if "color-contrast" in one] == [False, False, True, True]


@pytest.mark.parametrize("replaced", [(), LARGE], ids=["standard", "large"])
def test_every_page_can_be_used_by_everybody(walked, look_at, replaced):
    assert len(walked) > 60
    assert "\n".join(look_at(walked, *replaced)) == ""


@pytest.mark.parametrize(("name", "value"), [("size", "large"), ("theme", "dark")])
def test_a_chosen_size_or_theme_stays(new_phone, name, value):
    page = new_phone().open(f"/login?{name}={value}").open("/about").page
    assert page.locator("html").get_attribute(f"data-{name}") == value
