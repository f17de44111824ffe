"""The careful client sees what is wrong with a page, and lets a right one pass (style.md 12)."""

from __future__ import annotations

import pytest

from tests.client import faults, fragment_faults

RIGHT = """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>签到 · 炉火</title><script src="/a.js" defer></script></head>
<body>
<h1><svg><title>图标</title></svg>签到</h1>
<p>请核对，再签。共 3,200 人，见 a.b。</p>
<img src="a.png" alt="">
<form action="/x" method="post">
<label for="name">姓名</label><input id="name" name="name">
<label><input type="checkbox" name="late"> 迟到</label>
<select aria-label="场次" name="sitting"><option>上午</option></select>
<input type="hidden" name="key" value="甲,乙"><button>签到</button>
</form>
</body>
</html>"""


def test_a_right_page_passes():
    assert faults(RIGHT) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('lang="zh-CN"', 'lang="zh"', "zh-CN"),
        ("</h1>", "</h1><h1>又一个</h1>", "2 h1"),
        ("<title>签到", "<title>登录", "does not begin"),
        ("<img ", '<img id="name" ', "occurs 2 times"),
        ("</p>", "", "do not nest"),
        (' alt=""', "", "without alt"),
        ('<label for="name">姓名</label>', "", "without a label"),
        ('for="name"', 'for="nothing"', "not on the page"),
        (' aria-label="场次"', "", "without a label"),
        (' action="/x"', "", "without action or method"),
        ('method="post"', 'method="post" onsubmit="x()"', "onsubmit"),
        ("<p>", '<p style="color:red">', "style"),
        ("<p>", '<p hx-on:click="x()">', "hx-on"),
        ("<p>", "<script>x()</script><p>", "inline script"),
        ("<p>", "<style>p{}</style><p>", "inline style"),
        ("核对，再", "核对,再", "half-width"),
    ],
)
def test_a_wrong_page_is_seen(old, new, words):
    assert old in RIGHT
    assert words in "; ".join(faults(RIGHT.replace(old, new, 1)))


def test_a_fragment_has_no_frame_but_all_the_rest():
    assert fragment_faults('<p id="a">已签 3 人。</p>') == []
    assert fragment_faults('<input name="a">') != []
