"""The units a roster names: matched with those that stand, the others drafted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from partygroup.org.models import KIND_NAMES, PARTY_KINDS, Placement, Unit, UnitKind
from partygroup.org.rules import kind_in_name, stem
from partygroup.text import squeeze


@dataclass(frozen=True)
class Draft:
    """A unit to be founded. `parent` is an id, or the negative number of another draft."""

    kind: str
    parent: int
    name: str


class Tree:
    """Units by kind, parent and squeezed name, as of the import's day; drafts bear negative numbers."""

    def __init__(self, session, company_id: int, day: date):
        places = session.execute(
            sa.select(Unit.id, Unit.kind, Placement.parent_id, Placement.name, Placement.sort, Placement.from_on)
            .join(Placement, Placement.unit_id == Unit.id)
            .where(sa.or_(Placement.until_on.is_(None), Placement.until_on > day))
            .order_by(Placement.from_on.desc(), Unit.id.desc())
        ).all()
        self.company = company_id
        self.day = day
        self.drafts: list[Draft] = []
        self.last_sort = max((place.sort for place in places), default=0)
        self._ids = {(place.kind, place.parent_id, squeeze(place.name)): place.id for place in places}
        self._places = {place.id: place for place in places}
        self._shared: set[str] = set()
        self._branches: dict[tuple[int, str], set[int]] = defaultdict(set)
        for place in places:
            if place.kind == UnitKind.BRANCH:
                self._remember_branch(place.id, place.parent_id, squeeze(place.name))

    def unit(self, kind: str, parent: int, name: str) -> int:
        """Return the unit of that kind and name under a parent; a draft if there is none."""
        key = (kind, parent, name)
        if key not in self._ids:
            self.drafts.append(Draft(kind, parent, name))
            self._ids[key] = -len(self.drafts)
            if kind == UnitKind.BRANCH:
                self._remember_branch(self._ids[key], parent, name)
        return self._ids[key]

    def branch(self, committee: int, general_branch: str | None, name: str) -> int:
        """Return a branch under its committee. Without a general branch named, one anywhere under the committee."""
        if general_branch:
            return self.unit(UnitKind.BRANCH, self.unit(UnitKind.GENERAL_BRANCH, committee, general_branch), name)
        standing = self._branches[committee, name]
        return next(iter(standing)) if len(standing) == 1 else self.unit(UnitKind.BRANCH, committee, name)

    def tell_apart(self, named: Iterable[tuple[str, str]]) -> None:
        """Note which branch names stand under several committees, among what is and these (committee, branch)."""
        standing = ((squeeze(self.name(above)), name) for above, name in self._branches)
        counts = Counter(name for _committee, name in {*standing, *named})
        self._shared = {name for name, count in counts.items() if count > 1}

    def _remember_branch(self, branch: int, parent: int, name: str) -> None:
        above = parent if self.kind(parent) == UnitKind.UNIT_COMMITTEE else self.parent(parent)
        self._branches[above, name].add(branch)

    def kind(self, unit: int | None) -> str | None:
        """Return a unit's kind."""
        return self._of(unit, "kind")

    def parent(self, unit: int | None) -> int | None:
        """Return the unit above."""
        return self.drafts[-unit - 1].parent if unit and unit < 0 else self._of(unit, "parent_id")

    def name(self, unit: int | None) -> str | None:
        """Return a unit's name."""
        return self._of(unit, "name")

    def _of(self, unit: int | None, what: str):
        if unit and unit < 0:
            return getattr(self.drafts[-unit - 1], what)
        return getattr(self._places[unit], what) if unit in self._places else None

    def begins(self, unit: int) -> date:
        """Return the first day a unit stands in its place; a draft begins on the import's day."""
        return self._places[unit].from_on if unit in self._places else self.day

    def label(self, *units: int | None) -> str:
        """Return names of units as they are read, outermost first; — for none.

        A branch whose name stands under several committees is told with its committee.
        """
        return " ".join(self._told(unit) for unit in units if self.name(unit)) or "—"

    def _told(self, unit: int) -> str:
        name = self.name(unit)
        if self.kind(unit) == UnitKind.BRANCH and squeeze(name) in self._shared:
            return f"{self.name(self.committee_of(unit))} {name}"
        return name

    def drafts_told(self) -> tuple[list[str], list[str]]:
        """Return the units to found as they are told: those of the party, and those of the works with their kinds."""
        party = [draft for draft in self.drafts if draft.kind in PARTY_KINDS]
        works = [draft for draft in self.drafts if draft.kind not in PARTY_KINDS]
        return (
            [f"{self.label(draft.parent)} {draft.name}" for draft in party],
            [f"{self._line(draft)}（{KIND_NAMES[UnitKind(draft.kind)]}）" for draft in works],
        )

    def _line(self, draft: Draft) -> str:
        """Return the name of a unit of the works after the names above it, the company's left out."""
        names, unit = [draft.name], draft.parent
        while unit and unit != self.company:
            names, unit = [self.name(unit), *names], self.parent(unit)
        return " ".join(names)

    def committee_of(self, branch: int | None) -> int | None:
        """Return the unit committee above a branch; None if there is none."""
        while branch and self.kind(branch) != UnitKind.UNIT_COMMITTEE:
            branch = self.parent(branch)
        return branch

    def look_alikes(self) -> list[str]:
        """Return a note for each draft whose name differs from a neighbour's only by its ending."""
        neighbours: dict[tuple, list[str]] = defaultdict(list)
        for kind, parent, name in self._ids:
            neighbours[kind, parent, stem(name)].append(name)
        notes = []
        for draft in self.drafts:
            others = [name for name in neighbours[draft.kind, draft.parent, stem(draft.name)] if name != draft.name]
            if others:
                kind = KIND_NAMES[UnitKind(draft.kind)]
                notes.append(f"{kind}“{draft.name}”和“{others[0]}”名称相近，按两个单位处理。若是同一个，请改成一样。")
        return notes

    def doubtful(self) -> list[str]:
        """Return a note for each draft of the party whose name is the company's own or speaks of another kind."""
        return [note for draft in self.drafts if draft.kind in PARTY_KINDS and (note := self._doubt(draft))]

    def _doubt(self, draft: Draft) -> str | None:
        kind, meant = KIND_NAMES[UnitKind(draft.kind)], kind_in_name(draft.name)
        if draft.name == squeeze(self.name(self.company)):
            return f"“{draft.name}”是公司党委自己的名称，按名单会另设一个同名的{kind}。若是写错，请改好再传。"
        if meant and meant != draft.kind:
            return f"“{draft.name}”写在{kind}一列，名称却像{KIND_NAMES[meant]}，会设成{kind}。若是写错，请改好再传。"
        return None
