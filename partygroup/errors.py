"""The ways in which a room says no. `web/errors.py` turns them into pages."""


class Refused(Exception):
    """A rule says no; `reason` is a whole Chinese sentence that says what to do next, `field` the field it is about."""

    def __init__(self, reason: str, status: int = 422, field: str | None = None):
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.field = field


class Differs(Refused):
    """The same form came before with other content (409); `kept` is what the first one was answered with."""

    def __init__(self, kept: str):
        super().__init__("这份表单已经交过一次，内容不一样。请对照两份，再定怎么办。", 409)
        self.kept = kept


class NotFound(Exception):
    """There is no such thing, or not for this person: the two look the same."""
