"""The two ways in which a room says no. `web/errors.py` turns them into pages."""


class Refused(Exception):
    """A rule says no; `reason` is a whole Chinese sentence that says what to do next, `field` the field it is about."""

    def __init__(self, reason: str, status: int = 422, field: str | None = None):
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.field = field


class NotFound(Exception):
    """There is no such thing, or not for this person: the two look the same."""
