"""Gatherings as a calendar file (RFC 5545): one event for each sitting, in UTC, so that any phone shows it right."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event, vDuration

from partygroup.meetings.changes import Changes
from partygroup.meetings.models import State
from partygroup.meetings.queries import Convened
from partygroup.meetings.rules import is_confidential
from partygroup.meetings.sittings import LENGTH

ALARM_BEFORE = timedelta(minutes=30)
ASKED_EACH = timedelta(hours=1)


@dataclass(frozen=True)
class Page:
    """What an event takes from its page: the address, how the gathering changed, whether to remind of a start."""

    url: str
    changes: Changes | None = None
    reminds: Callable[[datetime], bool] = lambda _starts_at: False


def calendar_of(events: Iterable[Event]) -> bytes:
    """Return a calendar with these events as the bytes of a file."""
    made = Calendar()
    for name, value in {"prodid": "-//luhuo//notices//ZH", "version": "2.0", "method": "PUBLISH"}.items():
        made.add(name, value)
    made.add("x-wr-calname", "炉火")
    made.add("refresh-interval", vDuration(ASKED_EACH), parameters={"value": "DURATION"})
    made.add("x-published-ttl", vDuration(ASKED_EACH))
    for event in events:
        made.add_component(event)
    return made.to_ical()


def events_of(met: Convened, page: Page) -> list[Event]:
    """Return the events of a gathering, one a sitting; cancelled ones stay, so that phones strike them out.

    No names, no agenda; of a confidential kind neither kind nor theme.
    """
    return [_event(met, sitting, page) for sitting in met.sittings]


def _event(met: Convened, sitting, page: Page) -> Event:
    is_off, changes = met.state is State.CANCELLED, page.changes
    changed_at = changes.last_at if changes else met.gathering.called_at
    title = "组织生活" if is_confidential(met.gathering.meetings) else met.kinds
    event = Event()
    event.add("uid", f"sitting-{sitting.id}@luhuo")
    event.add("sequence", changes.count if changes else 0)
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("dtstart", sitting.starts_at)
    event.add("dtend", sitting.starts_at + LENGTH)
    event.add("summary", f"已取消：{title}" if is_off else title)
    event.add("location", sitting.place)
    event.add("description", "\n".join(_lines(met, sitting)))
    event.add("url", page.url)
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    if not is_off and page.reminds(sitting.starts_at):
        event.add_component(_alarm(title))
    return event


def _lines(met: Convened, sitting) -> list[str]:
    """Return what the event says beside its title."""
    lines = [met.full_unit]
    if met.theme and not is_confidential(met.gathering.meetings):
        lines.append(met.theme)
    if met.state is State.CANCELLED:
        return [*lines, "会议已取消，不用来了。"]
    if met.is_split:
        lines.append(f"分 {len(met.sittings)} 场，这是{met.called(sitting.id)}。按班次来一场就行。")
    return [*lines, "来不了请在炉火里请假。"]


def _alarm(title: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -ALARM_BEFORE)
    return alarm
