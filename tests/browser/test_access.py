"""Every page that the cast can open, in light, dark and large type: axe is content, it fits, and fingers hit it."""

from __future__ import annotations

import pytest

from tests.browser.pages import Seen, Walk
from tests.house.source import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
#: Variant → options of the browser, what is replaced in the page, and which rules axe goes by (None: all of them).
VARIANTS = {
    "light": ({"color_scheme": "light"}, (), None),
    "dark": ({"color_scheme": "dark"}, (), ["color-contrast", "link-in-text-block"]),
    "large": ({"color_scheme": "light"}, ('data-size="standard"', 'data-size="large"'), None),
}
UNFOLD = "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })"
RUN_AXE = """async (rules) => {
  const only = rules ? { runOnly: { type: "rule", values: rules } } : {};
  const { violations } = await axe.run(document, { resultTypes: ["violations"], ...only });
  return violations.filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")}`);
}"""
#: What sticks out, other than inside something that scrolls by itself.
TOO_WIDE = """() => document.documentElement.scrollWidth > innerWidth
  ? [`${document.documentElement.scrollWidth} wide: ` + [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".table-wrap, .vh"))
    .slice(0, 3).map((one) => one.outerHTML.slice(0, 100)).join(" | ")] : []"""
#: A box to tick is as large as its label; a link inside a sentence is as high as the sentence.
TOO_SMALL = """() => [...document.querySelectorAll("a[href], button, summary, select, textarea, input")]
  .filter((one) => one.type !== "hidden")
  .filter((one) => one.checkVisibility() && !one.closest(".skip, .vh"))
  .filter((one) => !(one.matches("a") && getComputedStyle(one).display === "inline"))
  .map((one) => one.matches("[type=checkbox], [type=radio]") ? one.closest("label") || one : one)
  .filter((one) => one.getBoundingClientRect().height < 47.5)
  .map((one) => `${Math.round(one.getBoundingClientRect().height)} high: ${one.outerHTML.slice(0, 100)}`)"""


@pytest.fixture(scope="module")
def walked(app, start, tmp_path_factory) -> list[Seen]:
    start.restore()
    return list(Walk(app, tmp_path_factory.mktemp("walk")).pages())


@pytest.fixture
def look_at(new_context):
    """Return a function that shows pages in a browser as they were answered and yields what is wrong with each."""

    def look(pages: list[Seen], options: dict, replaced: tuple, rules: list[str] | None):
        context = new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce", **options)
        context.add_init_script(path=AXE)
        page, shown = context.new_page(), {}
        page.route("**/*", lambda route: _answer(route, shown))
        for seen in pages:
            shown["html"] = seen.html.replace(*replaced) if replaced else seen.html
            assert not replaced or replaced[1] in shown["html"]
            page.set_viewport_size({"width": 390, "height": 844})
            page.goto("/shown")
            page.evaluate(UNFOLD)
            faults = page.evaluate(RUN_AXE, rules) + page.evaluate(TOO_SMALL)
            page.set_viewport_size({"width": 320, "height": 640})
            yield from (f"{seen}: {fault}" for fault in faults + page.evaluate(TOO_WIDE))

    return look


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
    wide = '<div style="width: 400px; color: #aaa; background: #fff">看不清的字</div>'
    found = "\n".join(look_at([Seen("nobody", "/x", bad + wide)], {}, (), None))
    for word in ("image-alt", "color-contrast", "high: <button>小", "wide: "):
        assert word in found


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_page_can_be_used_by_everybody(walked, look_at, variant):
    assert len(walked) > 60
    assert "\n".join(look_at(walked, *VARIANTS[variant])) == ""


@pytest.mark.parametrize(
    ("chosen", "attribute"), [("size=large", ("size", "large")), ("theme=dark", ("theme", "dark"))]
)
def test_a_chosen_size_or_theme_stays(new_phone, chosen, attribute):
    page = new_phone().open(f"/login?{chosen}").page
    page.goto("/about")
    assert page.locator("html").get_attribute(f"data-{attribute[0]}") == attribute[1]
