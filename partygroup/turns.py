"""A lock that lets people in by the order of their coming."""

from __future__ import annotations

from collections import deque
from threading import Lock


class Turns:
    """One at a time, first come first served. SQLite's own waiting is by chance: in a crowd somebody starves."""

    def __init__(self):
        self._guard, self._waiting, self._taken = Lock(), deque(), False

    def take(self, seconds: float) -> bool:
        """Wait for one's turn; return whether it came in time."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=seconds):
            return True
        with self._guard:
            if mine not in self._waiting:
                return True  # it came in the very moment of giving up
            self._waiting.remove(mine)
            return False

    def give(self) -> None:
        """Let the next one in."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
