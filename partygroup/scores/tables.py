"""A table of rules as a value: profiles, lines with their caps, items with their points. Code applies *a* table.

All points are tenths with the sign of the item. A table is stored as JSON, one body a version (scoring.md 2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property

DIMENSIONS = {"WP": "工作绩效", "SE": "安全环保", "QI": "提素创星", "PF": "党建基础"}
SHARE_NAMES = {"each": "各人全额", "split": "牵头人全额，成员减半"}
BY_NAMES = {"GC": "党小组先核实，支委会确认", "C": "支委会确认", None: "自动计算"}
#: The profile of somebody for whom none is set.
USUAL_PROFILE = "line"


@dataclass(frozen=True)
class Item:
    """What may be entered. `points` is the most an entry may be worth, `least` the least (None: anything above 0).

    `counted` items are worth `points` each time (stars gained).
    """

    code: str
    name: str
    points: int
    least: int | None = None
    counted: bool = False


@dataclass(frozen=True)
class LineRule:
    """A line of the sheet: its items share the cap a quarter (None: no cap).

    share: `each` gives everybody the item in full, `split` the leader in full and members half (scoring.md 3.6).
    team: how many members an event may have beside its leader; None where events are not shared.
    sources: where entries come from. by: `GC` group review, then committee; `C` committee; None: automatic.
    entered_by: the posts of a branch that enter it by hand; none where nobody does.
    """

    code: str
    name: str
    dimension: str
    cap: int | None
    share: str
    team: int | None
    sources: tuple[str, ...]
    origin: str
    by: str | None
    items: tuple[Item, ...]
    entered_by: tuple[str, ...] = ()

    @property
    def is_automatic(self) -> bool:
        """Say whether the line is computed from attendance, without entries."""
        return not self.items

    @classmethod
    def from_json(cls, body: Mapping) -> LineRule:
        """Return the line stored as JSON."""
        items = tuple(Item(**item) for item in body["items"])
        posts = tuple(body.get("entered_by", ()))
        return cls(**{**body, "sources": tuple(body["sources"]), "items": items, "entered_by": posts})


@dataclass(frozen=True)
class Row:
    """An item together with its line: what an entry cites."""

    item: Item
    line: LineRule


@dataclass(frozen=True)
class Profile:
    """A post profile (岗位类别): base and full mark by dimension."""

    code: str
    name: str
    base: Mapping[str, int]
    full: Mapping[str, int]

    def room(self, dimension: str) -> int:
        """Return how much adds may bring in a dimension."""
        return self.full[dimension] - self.base[dimension]


@dataclass(frozen=True)
class Ground:
    """A ground of an exemption, or of 一票否决: which limits the suggested grade, never the points."""

    code: str
    name: str


@dataclass(frozen=True)
class Table:
    """One version of the rules for members."""

    label: str
    profiles: tuple[Profile, ...]
    lines: tuple[LineRule, ...]
    exemptions: tuple[Ground, ...]
    vetoes: tuple[Ground, ...]

    @classmethod
    def from_json(cls, body: Mapping) -> Table:
        """Return the table of a stored body (one without `faults`)."""
        return cls(
            label=body["label"],
            profiles=tuple(Profile(**profile) for profile in body["profiles"]),
            lines=tuple(LineRule.from_json(line) for line in body["lines"]),
            exemptions=tuple(Ground(**ground) for ground in body["exemptions"]),
            vetoes=tuple(Ground(**ground) for ground in body["vetoes"]),
        )

    def to_json(self) -> dict:
        """Return the body as plain JSON, as it is stored."""
        body = asdict(self)
        for line in body["lines"]:
            line |= {key: list(line[key]) for key in ("sources", "items", "entered_by")}
        return {key: value if isinstance(value, str) else list(value) for key, value in body.items()}

    @cached_property
    def rows(self) -> dict[str, Row]:
        """Return the rows by item code, in table order."""
        return {item.code: Row(item, line) for line in self.lines for item in line.items}

    @cached_property
    def lines_by_code(self) -> dict[str, LineRule]:
        """Return the lines by code, in table order."""
        return {line.code: line for line in self.lines}

    @cached_property
    def order(self) -> dict[str, int]:
        """Return the place of each item in the table, by code."""
        return {code: place for place, code in enumerate(self.rows)}

    @cached_property
    def line_order(self) -> dict[str, int]:
        """Return the place of each line in the table, by code."""
        return {code: place for place, code in enumerate(self.lines_by_code)}

    def profile(self, code: str | None) -> Profile:
        """Return a profile; the usual one when none is set or the table does not know it."""
        return self._profiles.get(code) or self._profiles[USUAL_PROFILE]

    @cached_property
    def _profiles(self) -> dict[str, Profile]:
        return {profile.code: profile for profile in self.profiles}
