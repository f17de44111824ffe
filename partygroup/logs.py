"""The log: one JSON object a line on standard error, without anybody's data (security.md 9).

A message of an exception may quote what somebody typed, so a trace tells where it happened and of what sort it was,
never its message.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import sys
from traceback import TracebackException

import structlog

from partygroup import clock

_OUTPUT = logging.getLogger("luhuo")
#: Longest chain of causes that is told.
_CAUSES = 10


class _StandardError(logging.StreamHandler):
    """Writes to whatever standard error is at that moment."""

    def __init__(self):
        logging.Handler.__init__(self)

    @property
    def stream(self):
        """Return the present standard error."""
        return sys.stderr


def _add_time(_logger, _method: str, event: dict) -> dict:
    return {"time": clock.now().isoformat(timespec="milliseconds")} | event


def _add_trace(_logger, _method: str, event: dict) -> dict:
    error = event.pop("error", None)
    return event if error is None else event | {"fault": type(error).__name__, "trace": trace_of(error)}


log = structlog.wrap_logger(
    _OUTPUT,
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_log_level,
        _add_time,
        _add_trace,
        structlog.processors.JSONRenderer(ensure_ascii=False, default=repr),
    ],
    wrapper_class=structlog.stdlib.BoundLogger,
)


def begin(level: str) -> None:
    """Let the log write from a level on: debug, info, warning or error. Beginning again changes the level only."""
    _OUTPUT.setLevel(level.upper())
    _OUTPUT.handlers[:] = [_StandardError()]


def trace_of(error: BaseException) -> str:
    """Return where an error came from, with its causes: places and sorts, no messages."""
    told, parts = TracebackException.from_exception(error), []
    while told is not None and len(parts) < _CAUSES:
        parts.append("".join(told.stack.format()) + told.exc_type.__qualname__)
        told = told.__cause__ or (None if told.__suppress_context__ else told.__context__)
    return "\ncaused by:\n".join(parts)


def alias(key: str, number: int) -> str:
    """Return a name for a login's number that only the holder of the key could trace back.

    So lines of one login belong together without saying whose it is.
    """
    return hmac.new(key.encode(), str(number).encode(), hashlib.sha256).hexdigest()[:12]
