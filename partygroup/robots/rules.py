"""Pure rules of robots: which addresses are taken, when to send, what goes over the wire and what comes back.

Of an address only the key is kept, if the whole of it is one of three known forms: no other host can be asked, whatever
is typed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from partygroup.clock import BEIJING

#: Nobody's chat rings at night: some work, some sleep before or after nights (domain.md 6).
QUIET_FROM, QUIET_UNTIL = time(22), time(7)
FIRST_PAUSE, LAST_PAUSE, GIVE_UP = timedelta(minutes=5), timedelta(hours=4), timedelta(days=1)
#: What the three take at most is 2048 bytes (企业微信).
MOST_BYTES = 2000
NO_ANSWER = "对方没有回应"
TOLD_LATER, OVER = "后来又有变动，只发最新的", "发出前会已经开始，或单位已撤销"


@dataclass(frozen=True)
class Sort:
    """One of the chat apps: its name, where its robots listen, what a key looks like."""

    name: str
    begins: str
    key: str

    def address(self, key: str) -> str:
        """Return where a robot listens."""
        return self.begins + key


#: **To take another chat app, add one line**, and how it is spoken to in `body_of` if it differs.
SORTS = {
    "wecom": Sort("企业微信", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=", r"[A-Za-z0-9-]{16,64}"),
    "dingtalk": Sort("钉钉", "https://oapi.dingtalk.com/robot/send?access_token=", r"[A-Za-z0-9]{32,80}"),
    "feishu": Sort("飞书", "https://open.feishu.cn/open-apis/bot/v2/hook/", r"[A-Za-z0-9-]{16,64}"),
}
REFUSED = "只收企业微信、钉钉、飞书群机器人的地址，要以 https:// 开头，整条照原样粘贴。"


def read_address(typed: str) -> tuple[str, str] | None:
    """Return sort and key of a robot's address; None for anything else, however like it looks."""
    for code, sort in SORTS.items():
        if found := re.fullmatch(re.escape(sort.begins) + f"({sort.key})", typed, re.ASCII):
            return code, found[1]
    return None


def last_of(key: str) -> str:
    """Return the end of a key, by which those who have it know it again."""
    return f"…{key[-4:]}"


def is_quiet(at: datetime) -> bool:
    """Say whether it is night in Beijing, when nothing is sent."""
    here = at.astimezone(BEIJING).time()
    return here >= QUIET_FROM or here < QUIET_UNTIL


def pause_after(tries: int) -> timedelta:
    """Return how long to wait after so many tries in vain: 5 minutes, 10, 20, … four hours."""
    return min(FIRST_PAUSE * 2 ** min(tries - 1, 10), LAST_PAUSE)


def cut(text: str, most: int = MOST_BYTES) -> str:
    """Return a text of at most so many bytes, cut between letters, with … where something is missing."""
    sent = text.encode("utf-8", "ignore")
    return text if len(sent) <= most else sent[: most - 3].decode("utf-8", "ignore") + "…"


def body_of(sort: str, text: str) -> bytes:
    """Return what is posted to a robot to say a text. 飞书 reads `<at …>` as calling people: the sign is widened."""
    if sort == "feishu":
        return json.dumps({"msg_type": "text", "content": {"text": cut(text.replace("<", "＜"))}}).encode()
    return json.dumps({"msgtype": "text", "text": {"content": cut(text)}}).encode()


def fault_in(status: int, answer: bytes) -> str | None:
    """Return why a robot did not take a message, by its answer; None if it did. Nothing it says is quoted."""
    if status != 200:
        return f"对方回了 {status}"
    try:
        told = json.loads(answer)
        code = told.get("errcode", told.get("code", told.get("StatusCode")))
    except (ValueError, AttributeError, RecursionError):
        return "对方的回应看不懂"
    if type(code) is not int:
        return "对方的回应看不懂"
    return None if code == 0 else f"对方没有收，代码 {str(code)[:12]}"


@dataclass(frozen=True)
class Waiting:
    """A message that has not ended yet, with all that sending it needs."""

    id: int
    robot_id: int
    sort: str
    key: str
    gathering_id: int | None
    news: str
    queued_at: datetime
    next_at: datetime
    tries: int
    fault: str | None


def newest(waiting: list[Waiting]) -> set[int]:
    """Return the ids of those that tell a robot the latest of each gathering; tests all."""
    latest = {(one.robot_id, one.gathering_id or -one.id): one.id for one in sorted(waiting, key=lambda one: one.id)}
    return set(latest.values())
