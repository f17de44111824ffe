"""The text of a notice (B4): for the host to paste into a chat group, and for the unit's robot to say."""

from __future__ import annotations

from flask import current_app

from partygroup.meetings.changes import Changes
from partygroup.meetings.models import State
from partygroup.robots.models import NEWS_NAMES, News

TEST_TEXT = "【试发】炉火的会议通知会发到这个群。看到这一条，就是设好了。"


def news_of(met, changes: Changes | None) -> News:
    """Return what there is to tell of a gathering now."""
    if met.state is State.CANCELLED:
        return News.CANCELLED
    return News.MOVED if changes and changes.is_moved else News.CALLED


def notice_of(met, agenda, news: News) -> str:
    """Return the notice of a gathering: what it is, when and where, or that it is off."""
    template = current_app.jinja_env.get_template("meetings/notice.txt")  # no page: it needs nothing of the request
    return template.render(met=met, agenda=agenda, news=str(news), title=NEWS_NAMES[news]).strip()
