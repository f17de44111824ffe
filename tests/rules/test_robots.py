"""Robots: three addresses and nothing else, nights, pauses, what is said and how an answer is read."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partygroup.clock import beijing
from partygroup.robots.rules import (
    MOST_BYTES,
    SORTS,
    Waiting,
    body_of,
    cut,
    fault_in,
    is_quiet,
    last_of,
    newest,
    pause_after,
    read_address,
)

KEY = "693a91f6-7xoc-4bc4-97a0-0ec2sifa5aaa"
TOKEN = "a1b2c3d4" * 8
WECOM = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
GOOD = {
    "wecom": (WECOM, KEY),
    "dingtalk": (f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}", TOKEN),
    "feishu": (f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}", KEY),
}
PATH = f"/cgi-bin/webhook/send?key={KEY}"
HOSTILE = [
    "",
    KEY,
    WECOM.replace("https", "http"),
    WECOM.replace("https:", ""),
    WECOM.replace("https://", "https:/\\"),
    WECOM.replace("https://", "HTTPS://"),
    WECOM.replace("https://", "https:///"),
    f"https://admin:secret@qyapi.weixin.qq.com{PATH}",
    f"https://qyapi.weixin.qq.com@evil.example{PATH}",
    f"https://evil.example\\@qyapi.weixin.qq.com{PATH}",
    f"https://evil.example#@qyapi.weixin.qq.com{PATH}",
    f"https://evil.example/?https://qyapi.weixin.qq.com{PATH}",
    f"https://qyapi.weixin.qq.com:443{PATH}",
    f"https://qyapi.weixin.qq.com:8443{PATH}",
    f"https://qyapi.weixin.qq.com.{PATH}",
    f"https://qyapi.weixin.qq.com.evil.example{PATH}",
    f"https://evilqyapi.weixin.qq.com{PATH}",
    f"https://qyapi-weixin.qq.com{PATH}",
    f"https://QYAPI.weixin.qq.com{PATH}",
    f"https://qyapi。weixin。qq。com{PATH}",
    f"https://qyap\u0456.weixin.qq.com{PATH}",
    f"https://xn--qyap-l2e.weixin.qq.com{PATH}",
    f"https://qyapi.weixin.qq.com%2f{PATH}",
    f"https://127.0.0.1{PATH}",
    f"https://[::1]{PATH}",
    f"https://2130706433{PATH}",
    f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send/../../other?key={KEY}",
    f"https://qyapi.weixin.qq.com//cgi-bin/webhook/send?key={KEY}",
    f"https://qyapi.weixin.qq.com/cgi-bin/gettoken?key={KEY}",
    f"https://oapi.dingtalk.com/cgi-bin/webhook/send?key={KEY}",
    f"https://open.larksuite.com/open-apis/bot/v2/hook/{KEY}",
    f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}/../../../x",
    f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY[:20]}%2e%2e",
    WECOM + "&debug=1",
    WECOM + "#x",
    WECOM + "\n",
    WECOM + "\r\nHost: evil.example",
    WECOM + " ",
    " " + WECOM,
    WECOM.replace("key=", "key=&key="),
    WECOM[:-1] + "\u0661",
    WECOM[:-1] + "ａ",
    WECOM.replace(KEY, "short"),
    WECOM + "a" * 80,
    "file:///etc/passwd",
    "gopher://qyapi.weixin.qq.com/",
]


@pytest.mark.parametrize("sort", SORTS)
def test_the_three_are_taken_and_made_again_from_their_key(sort):
    address, key = GOOD[sort]
    assert read_address(address) == (sort, key)
    assert SORTS[sort].address(key) == address


@pytest.mark.parametrize("typed", HOSTILE)
def test_nothing_else_is_taken(typed):
    assert read_address(typed) is None


@given(st.text(max_size=40), st.integers(0, len(WECOM)))
def test_whatever_is_slipped_in_no_other_host_is_asked(more, where):
    read = read_address(WECOM[:where] + more + WECOM[where:])
    assert read is None or SORTS[read[0]].address(read[1]).startswith("https://qyapi.weixin.qq.com/cgi-bin/webhook/")


def test_of_a_key_only_the_end_is_shown():
    assert last_of(KEY) == "…5aaa"


@pytest.mark.parametrize(
    ("at", "quiet"),
    [("21:59:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("06:59:59", True), ("07:00", False)],
)
def test_nothing_is_sent_at_night(at, quiet):
    assert is_quiet(beijing(f"2026-03-05 {at}")) is quiet


def test_pauses_grow_up_to_four_hours():
    minutes = [pause_after(tries) // timedelta(minutes=1) for tries in range(1, 9)]
    assert minutes == [5, 10, 20, 40, 80, 160, 240, 240]
    assert pause_after(10_000) == timedelta(hours=4)


@given(st.text(max_size=3000), st.sampled_from(sorted(SORTS)))
def test_a_body_holds_the_text_as_far_as_it_fits(text, sort):
    told = json.loads(body_of(sort, text))
    said = told["content"]["text"] if sort == "feishu" else told["text"]["content"]
    assert len(said.encode()) <= MOST_BYTES
    whole = text.replace("<", "＜") if sort == "feishu" else text
    assert said == whole or whole.startswith(said.removesuffix("…"))


def test_a_theme_calls_nobody_in_the_chat():
    told = json.loads(body_of("feishu", '主题：<at user_id="all">所有人</at>'))
    assert "<" not in told["content"]["text"]
    assert json.loads(body_of("dingtalk", "@所有人")).keys() == {"msgtype", "text"}


def test_a_long_text_is_cut_between_letters():
    assert cut("会" * 700) == "会" * 665 + "…"
    assert cut("会议") == "会议"


@pytest.mark.parametrize(
    ("status", "answer", "fault"),
    [
        (200, b'{"errcode":0,"errmsg":"ok"}', None),
        (200, b'{"code":0,"msg":"success","data":{}}', None),
        (200, b'{"StatusCode":0,"StatusMessage":"success"}', None),
        (200, b'{"errcode":93000,"errmsg":"invalid webhook url <b>"}', "对方没有收，代码 93000"),
        (200, b'{"code":19001}', "对方没有收，代码 19001"),
        (200, b'{"errcode":"0"}', "对方的回应看不懂"),
        (200, b'{"errcode":false}', "对方的回应看不懂"),
        (200, b"[]", "对方的回应看不懂"),
        (200, b"<html>", "对方的回应看不懂"),
        (200, b"\xff\xfe", "对方的回应看不懂"),
        (200, b"[" * 5000, "对方的回应看不懂"),
        (200, b'{"errcode":' + b"9" * 200 + b"}", "对方没有收，代码 999999999999"),
        (302, b'{"errcode":0}', "对方回了 302"),
        (502, b"", "对方回了 502"),
    ],
)
def test_an_answer_is_read_and_never_quoted(status, answer, fault):
    assert fault_in(status, answer) == fault


def waiting(number: int, gathering: int | None, robot: int = 1) -> Waiting:
    at = beijing("2026-03-05 12:00")
    return Waiting(number, robot, "wecom", KEY, gathering, "called", at, at, 0, None)


def test_of_several_changes_the_last_is_told_to_each_robot():
    some = [waiting(1, 7), waiting(2, 8), waiting(3, 7), waiting(4, 7, robot=2), waiting(5, None), waiting(6, None)]
    assert newest(some) == newest(some[::-1]) == {2, 3, 4, 5, 6}
