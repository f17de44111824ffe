"""What one row of an import changes for its person: set beside what is recorded, dated, and told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from partygroup.org.models import UnitKind
from partygroup.people.models import PROFILE_NAMES, ROLE_NAMES, STANDING_NAMES, Role, Standing
from partygroup.people.roster_cells import shown
from partygroup.people.roster_columns import COLUMNS, Lands
from partygroup.people.roster_dates import DATES, corrected_spans
from partygroup.people.roster_note import joined_note
from partygroup.people.roster_state import Known
from partygroup.people.roster_tree import Tree
from partygroup.spreadsheets.rows import RowFault

#: Standings a roster does not tell from 正式党员; what is recorded stays.
FINER_THAN_FULL = (
    Standing.FULL_ON_PROBATION_DISCIPLINE,
    Standing.RIGHTS_SUSPENDED,
    Standing.MEMBERSHIP_STOPPED,
)
WORKS = ("workshop", "team", "job", "admin_post", "profile")
WORKPLACE = {"job": "岗位", "admin_post": "行政职务", "profile": "岗位类别", "star_level": "星级"}


@dataclass
class Change:
    """What is set, ended, begun and moved to other days for one person, and how it is told.

    Unit ids may be drafts (negative).
    """

    row: int
    staff_no: str
    name: str
    person_id: int | None
    values: dict = field(default_factory=dict)
    before: dict = field(default_factory=dict)
    ends: dict = field(default_factory=dict)
    begins: dict = field(default_factory=dict)
    moves: list = field(default_factory=list)
    told: dict = field(default_factory=dict)
    branch: int | None = None


def change_of(record: dict, known: Known | None, tree: Tree, scope: int | None) -> Change:
    """Return what a record changes for its person; raise RowFault when it may not. `scope`: see `make_plan`."""
    return _Reading(record, known, tree, scope).change()


def person_values(record: dict, noted: str | None = None) -> dict:
    """Return the plain columns of Person that a record fills. `noted`: the note recorded so far, see `joined_note`."""
    values = {c.key: record[c.key] for c in COLUMNS if c.lands is Lands.PERSON and c.key in record}
    if any(column.key in record for column in COLUMNS if column.lands is Lands.NOTE):
        values["note"] = joined_note(record, noted)
    return values


def first_standings(record: dict, day: str) -> list[tuple[str, str, str | None]]:
    """Return the spans of standing of someone new: (standing, from, until); `day` where the file gives no date."""
    standing, joined, full = record["standing"], record.get("joined_on"), record.get("full_on")
    if standing == Standing.FULL and joined and full and joined < full:
        return [(Standing.PROBATIONARY, joined, full), (Standing.FULL, full, None)]
    if standing == Standing.FULL:
        return [(standing, full or joined or day, None)]
    return [(standing, (joined if standing == Standing.PROBATIONARY else None) or day, None)]


class _Reading:
    """One record beside what is recorded of the person."""

    def __init__(self, record: dict, known: Known | None, tree: Tree, scope: int | None):
        self.record, self.known, self.tree, self.scope = record, known, tree, scope
        self.day = tree.day.isoformat()
        person_id = known.person.id if known else None
        self.result = Change(record["row"], record["staff_no"], record["name"], person_id)

    def change(self) -> Change:
        """Return what changes for the person; raise RowFault when it may not."""
        self._place()
        self._plain_values()
        self._belonging()
        self._standing()
        self._corrected_dates()
        self._workplace()
        self._posts()
        return self.result

    def _place(self) -> None:
        record, tree = self.record, self.tree
        committee = tree.unit(UnitKind.UNIT_COMMITTEE, tree.company, record["committee"])
        if self.scope not in (None, committee):
            raise RowFault("committee", f"这一行属于“{record['committee']}”，不在您的范围内。请删去这一行。")
        if self.scope and self.known and self.known.belonging:
            now = tree.committee_of(self.known.belonging.branch_id)
            if now != self.scope and not self.known.belonging.until_on:
                raise RowFault("staff_no", "这个工号现在属于别的二级党委，请先办理组织关系转接，或由公司导入。")
        self.result.branch = tree.branch(committee, record.get("general_branch"), record["branch"])

    def _plain_values(self) -> None:
        values = person_values(self.record, self.known and self.known.person.note)
        now = {} if not self.known else {key: _plain(getattr(self.known.person, key)) for key in values}
        changed = {key: value for key, value in values.items() if key not in now or now[key] != value}
        if "name" in changed:
            changed |= self.record["search"]
        self.result.values = changed
        if self.known and changed:
            self.result.before = {key: now[key] for key in changed if key in now}
            titles = {column.key: column.title for column in COLUMNS}
            told = (f"{titles[key]}：{shown(now[key])} → {shown(values[key])}" for key in changed if key in now)
            self.result.told["other"] = "；".join(told)

    def _belonging(self) -> None:
        now, branch = self.known and self.known.belonging, self.result.branch
        stays = bool(now) and now.until_on is None
        group = now.group_id if stays and now.branch_id == branch else None
        if "group" in self.record:
            name = self.record["group"]
            group = self.tree.unit(UnitKind.PARTY_GROUP, branch, name) if name else None
        if stays and (now.branch_id, now.group_id) == (branch, group):
            return
        before = self.tree.label(now.branch_id, now.group_id) if stays else ""
        self._change_span("belonging", "branch", [branch, group])
        self._refuse_before_unit("branch", branch)
        self._refuse_before_unit("group", group)
        after = self.tree.label(branch, group)
        self.result.told["moved" if stays else "joined"] = f"{before} → {after}" if stays else after

    def _refuse_before_unit(self, key: str, unit: int | None) -> None:
        if unit and (begins := self.tree.begins(unit)) > self.tree.day:
            reason = f"“{self.tree.name(unit)}”从{begins.isoformat()}起才有，生效日期要在那一天或以后。"
            raise RowFault(key, reason)

    def _change_span(self, what: str, key: str, begun: list) -> None:
        """End the latest span of a kind on the import's day and begin another; raise RowFault when it began later."""
        now = self.known and getattr(self.known, what)
        if now:
            last = now.until_on or now.from_on
            if last > self.tree.day:
                raise RowFault(key, f"现在的记录从{last.isoformat()}起，生效日期要在那一天或以后，请改生效日期。")
            if now.until_on is None:
                self.result.ends[what] = now.id
        self.result.begins[what] = begun

    def _standing(self) -> None:
        now, record = self.known and self.known.standing, self.record
        if not now:
            self.result.begins["standing"] = first_standings(record, self.day)
            if self.known:
                self.result.told["standing"] = STANDING_NAMES[Standing(record["standing"])]
            return
        wanted, has = record["standing"], now.standing if now.until_on is None else None
        if wanted == has or (wanted == Standing.FULL and has in FINER_THAN_FULL):
            return
        self._change_span("standing", "standing", [])
        begins = self._promotion_day(wanted, has)
        self.result.begins["standing"] = [(wanted, begins, None)]
        before = STANDING_NAMES[Standing(now.standing)]
        self.result.told["standing"] = f"{before} → {STANDING_NAMES[Standing(wanted)]}（{begins}起）"

    def _promotion_day(self, wanted: str, has: str | None) -> str:
        """Return the day on which the new standing begins: 转正时间 for a probation that ends well, else the import's.

        Raise RowFault for a 转正时间 that is not after the day on which the probation began.
        """
        full = self.record.get("full_on")
        if not (full and wanted == Standing.FULL and has == Standing.PROBATIONARY):
            return max(self.day, full or self.day)
        now, joined = self.known.standing.from_on.isoformat(), _plain(self.known.person.joined_on)
        began = (self.record.get("joined_on") or now) if now == joined else now
        if full <= began:
            raise RowFault("full_on", f"预备党员从{began}起记，转正时间要在那一天之后，请核对。")
        return full

    def _corrected_dates(self) -> None:
        """Move the day on which a standing began with the corrected date it was taken from."""
        if not self.known or not any(key in self.result.values for key in DATES):
            return
        ended, day = self.result.ends.get("standing"), self.tree.day
        if ended:
            day = date.fromisoformat(self.result.begins["standing"][0][1])
        spans = corrected_spans(self.known, self.result.values, ended=ended, day=day)
        if spans is None:
            key = [key for key in DATES if key in self.result.values][-1]
            raise RowFault(key, "按这个日期，党员类别的起止会和已记的互相交叉，请核对入党时间和转正时间。")
        self.result.moves = [span.stored for span in spans]
        told = [
            f"{STANDING_NAMES[Standing(span.standing)]}：{span.began_on}起 → {span.from_on}起"
            for span in spans
            if span.began_on != span.from_on
        ]
        if told:
            self._tell("standing", told)

    def _workplace(self) -> None:
        record, now = self.record, self.known and self.known.workplace
        if not any(key in record for key in (*WORKS, *WORKPLACE)):
            return
        open_now = now if now and now.until_on is None else None
        has = [getattr(open_now, key, None) for key in ("unit_id", *WORKPLACE)]
        wanted = [self._works_unit(has[0])]
        wanted += [record.get(key, old) for key, old in zip(WORKPLACE, has[1:], strict=True)]
        if wanted == has:
            return
        self._change_span("workplace", "team", wanted)
        if self.known:
            self._tell_workplace(has, wanted)

    def _tell_workplace(self, has: list, wanted: list) -> None:
        told = [f"{self._label_works(has[0])} → {self._label_works(wanted[0])}"] if has[0] != wanted[0] else []
        for title, old, new in zip(WORKPLACE.values(), has[1:], wanted[1:], strict=True):
            if old != new:
                told.append(f"{title}：{shown(PROFILE_NAMES.get(old, old))} → {shown(PROFILE_NAMES.get(new, new))}")
        self._tell("moved" if has[0] != wanted[0] else "other", told)

    def _tell(self, section: str, told: list[str]) -> None:
        self.result.told[section] = "；".join(filter(None, (self.result.told.get(section), *told)))

    def _label_works(self, unit: int | None) -> str:
        return self.tree.label(self.tree.parent(unit), unit) if unit else "—"

    def _works_unit(self, now: int | None) -> int | None:
        """Return the lowest unit of the works named in the row: shift team, else workshop, else plant."""
        record, tree = self.record, self.tree
        if "workshop" not in record and "team" not in record:
            return now
        if not any(record.get(key) for key in WORKS):
            return None
        unit = tree.unit(UnitKind.PLANT, tree.company, record["committee"])
        for kind, key in ((UnitKind.WORKSHOP, "workshop"), (UnitKind.SHIFT_TEAM, "team")):
            if record.get(key):
                unit = tree.unit(kind, unit, record[key])
        return unit

    def _posts(self) -> None:
        now = self.known.posts if self.known else []
        wanted = self._wanted_posts(now)
        kept = {(post.unit_id, post.role, post.title) for post in now}
        ended = [post for post in now if (post.unit_id, post.role, post.title) not in wanted]
        begun = [post for post in wanted if post not in kept]
        late = max((post.from_on for post in ended), default=self.tree.day)
        if late > self.tree.day:
            raise RowFault("posts", f"现任职务从{late.isoformat()}起，生效日期要在那一天或以后，请改生效日期。")
        self.result.ends |= {"posts": [post.id for post in ended]} if ended else {}
        self.result.begins |= {"posts": begun} if begun else {}
        told = [f"卸任{self._label_post(post.unit_id, post.role, post.title)}" for post in ended]
        told += [f"任{self._label_post(*post)}" for post in begun]
        if self.known and told:
            self._tell("posts", told)

    def _wanted_posts(self, now: list) -> list[tuple[int, str, str | None]]:
        """Return (unit, role, title) of the posts in the row; without such a column, those held in the same places."""
        branch, group = self.result.branch, self._group_now()
        if "posts" not in self.record:
            return [(post.unit_id, post.role, post.title) for post in now if post.unit_id in (branch, group)]
        posts = self.record["posts"]
        return [(group if post["of_group"] else branch, post["role"], post["title"]) for post in posts]

    def _group_now(self) -> int | None:
        if begun := self.result.begins.get("belonging"):
            return begun[1]
        return self.known.belonging.group_id if self.known and self.known.belonging else None

    def _label_post(self, unit: int, role: str, title: str | None) -> str:
        return f"{self.tree.label(unit)}{title or ROLE_NAMES[Role(role)]}"


def _plain(value):
    return value.isoformat() if isinstance(value, date) else value
