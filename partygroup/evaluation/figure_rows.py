"""From the cells of a table to figures of units and items of persons, each fault with its cell and reason."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from partygroup.evaluation.figure_columns import COLUMNS, Number
from partygroup.evaluation.figures import refusal_of_pairs, refusal_of_period, refusal_of_value
from partygroup.evaluation.scheme import FigureSpec, Scheme
from partygroup.spreadsheets.rows import Row, read_column
from partygroup.text import squeeze

#: A cell formatted as 97.5% comes in as 0.975, its format untold; where more than 100% may be, 1.02 may be 102%.
MOST_AS_SHARE = 10


@dataclass(frozen=True)
class Item:
    """An item of the member table that is imported by person; `refusal` says why it cannot have a number."""

    code: str
    name: str
    refusal: Callable[[Fraction], str | None]


@dataclass(frozen=True)
class NamedUnit:
    """A unit as it may be named in the table: with its committee's name, and whether it is a branch."""

    id: int
    name: str
    committee: str | None
    is_branch: bool


@dataclass(frozen=True)
class Vocabulary:
    """What the rows about a period may name: figures of its scheme, items of its table imported by person."""

    scheme: Scheme
    items: Sequence[Item]

    @cached_property
    def _by_word(self) -> dict[str, list[FigureSpec | Item]]:
        """Return figures and items by code; by name those names that are nobody's code."""
        every = [*self.scheme.figures.values(), *self.items]
        by_code = {one.code: [one] for one in every}
        by_name: dict[str, list[FigureSpec | Item]] = {}
        for one in every:
            by_name.setdefault(squeeze(one.name).upper(), []).append(one)
        return by_name | by_code

    def subjects(self, word: str) -> list[FigureSpec | Item]:
        """Return the figures and items that a word names, by code or by name."""
        return self._by_word.get(squeeze(word).upper(), [])


@dataclass(frozen=True)
class Directory:
    """What the rows may speak of: units, persons by staff number, and the words in force in a period (None: now).

    scored_in: returns which persons are members with points on the last day of a period; without it, everybody is.
    """

    units: Sequence[NamedUnit]
    persons: Mapping[str, int]
    words_of: Callable[[str | None], Vocabulary]
    scored_in: Callable[[str], Collection[int]] | None = None

    def has_points(self, person_id: int, period: str | None) -> bool:
        """Say whether a person is a member with points on the last day of a period."""
        return not (self.scored_in and period) or person_id in self.scored_in(period)

    @cached_property
    def _by_unit(self) -> dict[str, list[NamedUnit]]:
        by_name: dict[str, list[NamedUnit]] = {}
        for unit in self.units:
            by_name.setdefault(squeeze(unit.name), []).append(unit)
        return by_name

    def units_named(self, name: str, only_branches: bool, committee: str | None) -> list[NamedUnit]:
        """Return the units of a name (without white space), of one committee if it is given."""
        return [
            unit
            for unit in self._by_unit.get(name, ())
            if (unit.is_branch or not only_branches)
            and (not committee or committee in (squeeze(unit.committee or ""), squeeze(unit.name)))
        ]


class FigureRow(Row):
    """One figure of a unit, or one item of a person; its values are of all columns."""

    columns, anchor = COLUMNS, "indicator"

    @property
    def about(self) -> tuple:
        """Return what the row is about: unit, person, code, period."""
        return tuple(self.values.get(key) for key in ("unit_id", "person_id", "code", "period"))


def read_figures(
    rows: Iterable[tuple[int, list]],
    places: Mapping[str, int],
    directory: Directory,
    today: date,
    reported: Mapping[tuple[int, str, str], Fraction] | None = None,
) -> list[FigureRow]:
    """Return all rows of a table, with every fault; a row without faults has these values:

    unit_id or person_id (the other None), code, period, value (exact decimal text), source, note.
    places: where each column of ours stands. reported: values known before, by (unit id, code, period).
    """
    read = [FigureRow(number, cells, places) for number, cells in rows]
    for column in COLUMNS:
        read_column(read, column, today)
    for row in read:
        _read_subject(row, directory)
    _check_twice(read)
    _check_pairs(read, directory, reported or {})
    return read


def _read_subject(row: FigureRow, directory: Directory) -> None:
    """Find what the indicator names, whom it is about, and whether the number and the period fit."""
    number: Number | None = row.values["value"]
    row.values |= {"unit_id": None, "person_id": None, "code": None, "value": number and number.text}
    word = row.values.pop("indicator")
    found = directory.words_of(row.values["period"]).subjects(word) if word else []
    if word and not found:
        row.blame("indicator", f"没有叫“{word}”的指标，请填指标的代码或全名，例如 WP1。")
    elif len(found) > 1:
        row.blame("indicator", f"“{word}”有{len(found)}个，请改填代码：{'、'.join(one.code for one in found)}。")
    elif found and isinstance(found[0], Item):
        _read_item(row, found[0], number, directory)
    elif found:
        _read_figure(row, found[0], number, directory)


def _read_item(row: FigureRow, item: Item, number: Number | None, directory: Directory) -> None:
    row.values["code"] = item.code
    staff_no = row.values["staff_no"]
    if staff_no:
        row.values["person_id"] = directory.persons.get(staff_no)
        if row.values["person_id"] is None:
            row.blame("staff_no", f"没有工号是“{staff_no}”的党员，或不在您管理的范围内，请核对。")
        elif not directory.has_points(row.values["person_id"], row.values["period"]):
            row.blame("staff_no", f"工号“{staff_no}”在这个期间的最后一天还不是计分的党员，请核对工号和期间。")
    elif not row.blamed("staff_no"):
        row.blame("staff_no", f"“{item.name}”按人登记，请填工号。")
    if number and (reason := _refusal_of_number(item, number)):
        row.blame("value", reason)


def _refusal_of_number(item: Item, number: Number) -> str | None:
    return f"“{item.name}”不是百分数，请去掉百分号。" if number.percent else item.refusal(number.value)


def _read_figure(row: FigureRow, spec: FigureSpec, number: Number | None, directory: Directory) -> None:
    if spec.automatic:
        row.blame("indicator", f"“{spec.name}”由系统自动计算，不能导入，请删去这一行。")
        return
    row.values["code"] = spec.code
    if row.values["staff_no"] or row.blamed("staff_no"):
        row.blame("staff_no", f"“{spec.name}”是单位的指标，请删去工号，填单位或党支部。")
    else:
        _read_unit(row, spec, directory)
    if row.values["period"] and (reason := refusal_of_period(spec, row.values["period"])):
        row.blame("period", reason)
    if number and (reason := _refusal_of_percent(spec, number) or refusal_of_value(spec, number.value)):
        row.blame("value", reason)


def _refusal_of_percent(spec: FigureSpec, number: Number) -> str | None:
    if spec.unit != "%":
        return f"“{spec.name}”的单位是{spec.unit}，请去掉百分号。" if number.percent else None
    if not number.percent and 0 < number.value <= (1 if spec.most is not None else MOST_AS_SHARE):
        as_percent = f"{float(100 * number.value):g}%"
        return f"看不出是 {number.text}% 还是 {as_percent}。请把单元格设成文本，连百分号一起写，例如 {as_percent}。"
    return None


def _read_unit(row: FigureRow, spec: FigureSpec, directory: Directory) -> None:
    names = [(key, row.values[key]) for key in ("branch", "unit") if row.values[key]]
    if not names:
        if not (row.blamed("unit") or row.blamed("branch")):
            row.blame("unit" if "unit" in row.places else "branch", f"“{spec.name}”要写明是哪个单位或党支部，请补上。")
        return
    found: list[NamedUnit] = []
    for key, name in names:
        found = directory.units_named(name, key == "branch", row.values["committee"])
        if len(found) != 1:
            row.blame(key, _why_not_one(name, found, row.values["committee"]))
            return
    row.values["unit_id"] = found[0].id
    if len(names) == 2 and names[0][1] != names[1][1]:
        row.blame("unit", "单位和党支部只填一个，请删去另一个。")


def _why_not_one(name: str, found: list[NamedUnit], committee: str | None) -> str:
    if not found:
        return f"{f'“{committee}”里' if committee else ''}没有叫“{name}”的单位，或不在您管理的范围内，请核对名称。"
    if committee:
        return f"“{committee}”里有{len(found)}个“{name}”，按名称分不清，请先把它们改成不同的名称。"
    committees = "、".join(dict.fromkeys(unit.committee or "公司" for unit in found))
    return f"有{len(found)}个“{name}”（{committees}），请在“二级党委”一列写明是哪一个。"


def _check_twice(rows: list[FigureRow]) -> None:
    """Blame the later of two rows about the same thing; persons may have several, unless nothing differs."""
    firsts: dict[tuple, FigureRow] = {}
    for row in rows:
        unit_id, person_id, code, period = row.about
        if not code or not period or (unit_id is None and person_id is None):
            continue
        more = () if person_id is None else tuple(row.values[key] for key in ("value", "source", "note"))
        first = firsts.setdefault((*row.about, *more), row)
        if first is not row:
            more = "" if person_id is None else "；是另一件事的，请在“说明”里写清楚"
            row.blame("indicator", f"和第{first.number}行说的是同一件事（对象、指标、期间都相同），请只留一行{more}。")


def _check_pairs(rows: list[FigureRow], directory: Directory, reported: Mapping[tuple, Fraction]) -> None:
    """Blame a part above its whole, each as the table says or else as reported before."""
    sound = {row.about: row for row in rows if not row.faults and row.values["unit_id"] is not None}
    for (unit_id, _, code, period), row in sound.items():
        scheme = directory.words_of(period).scheme
        codes = {other for pair in scheme.pairs if code in pair for other in pair}
        values = dict(_known(unit_id, period, codes, sound, reported))
        for reason in refusal_of_pairs(values, scheme).values():
            row.blame("value", reason)


def _known(unit_id: int, period: str, codes: Iterable[str], sound: Mapping[tuple, FigureRow], reported: Mapping):
    for code in codes:
        row = sound.get((unit_id, None, code, period))
        if row:
            yield code, Fraction(row.values["value"])
        elif (unit_id, code, period) in reported:
            yield code, reported[unit_id, code, period]
