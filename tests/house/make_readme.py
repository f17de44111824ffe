"""Write the parts of README.md that the code itself knows, between their marks. Run by hand when a test says so:

PYTHONPATH=. .venv/bin/python tests/house/make_readme.py
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from partygroup.attendance.models import DOOR_NAMES, Counting
from partygroup.attendance.rules import STATUS_NAMES
from partygroup.demo.cast import CAST
from partygroup.evaluation import rules as evaluation
from partygroup.meetings import models as meetings
from partygroup.meetings.presets import KINDS, Share
from partygroup.policy import AWAKE, NEVER_ASLEEP, POLICY, Can
from partygroup.scores import states as declarations
from tests.house.source import PACKAGE, ROOT, tree_of
from tests.house.test_floors import FLOORS

README = ROOT / "README.md"
COLUMNS = {
    "anyone": "logged in",
    "oneself": "oneself",
    "belongs_to_branch": "member",
    "serves_on_committee": "committee",
    "member_of_group": "own group",
    "leads_group": "leader",
    "officer_of_branch": "officer",
    "publishes_for_branch": "publisher",
    "secretary_of_branch": "secretary",
    "unit_office": "unit office",
    "company_office": "company",
    "account_officer": "accounts",
    "auditor": "auditor",
}
PERIODS = {"month": "a month", "quarter": "a quarter", "year": "a year", "term": "a term", None: "—"}


def table(titles: list[str], rows: list[list[str]]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    yield from (f"| {' | '.join(cells)} |" for cells in (titles, ["---"] * len(titles), *rows))


# --- who may do what --------------------------------------------------------------------------------------------------


def wrappings(way) -> tuple[str, set[str]]:
    """Return the name of a way of earning a power, without its wrappings, and what these are."""
    name, marks = way.__name__, set(re.findall(r"\((never self|own level)\)", way.__name__))
    return name.split(" (")[0], marks


def cell(can: Can, way) -> str:
    """Return how a way grants a power: always, or in the office window, with its limits."""
    marks = wrappings(way)[1]
    awake = can in AWAKE or getattr(way, "inner", way) in NEVER_ASLEEP
    return ("●" if awake else "○") + ("¹" if "own level" in marks else "") + ("²" if "never self" in marks else "")


def power_lines() -> Iterator[str]:
    """Yield the table of powers, a column for each way of earning one."""
    rows = []
    for can, ways in POLICY.items():
        cells = {wrappings(way)[0]: cell(can, way) for way in ways}
        rows.append([f"{can.value} `{can.name}`", *(cells.get(name, "") for name in COLUMNS)])
    yield from table(["", *COLUMNS.values()], rows)


# --- states -----------------------------------------------------------------------------------------------------------


def diagram(machine, first: str, begun: str) -> Iterator[str]:
    """Yield the states of a module's machine (State, STATE_NAMES, NEXT) as a diagram, begun by an act."""
    yield from ("```mermaid", "stateDiagram-v2", "  direction LR")
    yield from (f'  state "{machine.STATE_NAMES[state]}" as {state}' for state in machine.State)
    yield f"  [*] --> {first}: {begun}"
    for state, steps in machine.NEXT.items():
        yield from (f"  {state} --> {other}: {act.rstrip('_')}" for act, other in steps.items())
        if not steps:
            yield f"  {state} --> [*]"
    yield "```"


def state_lines() -> Iterator[str]:
    """Yield the states of a gathering, and the words for people in it."""
    yield from diagram(meetings, meetings.State.NOTIFIED, "call")
    yield ""
    yield f"In the due list a person is one of {', '.join(f'`{one}`' for one in Counting)}; on the sheet one of"
    yield f"{'、'.join(STATUS_NAMES.values())}. Doors of a mark: {'、'.join(DOOR_NAMES.values())} (in use: feature B8)."


def declaration_lines() -> Iterator[str]:
    """Yield the states of a declaration."""
    yield from diagram(declarations, declarations.State.DRAFT, "declare")


def evaluation_lines() -> Iterator[str]:
    """Yield the states of an evaluation: of the period up to `frozen`, from there of each branch."""
    yield from diagram(evaluation, evaluation.State.CONFIGURED, "configure")


def _share(share: Share | None) -> str:
    return "—" if share is None else f"{'>' if share.strict else '≥'} {share.num}/{share.den}"


def kinds_lines() -> Iterator[str]:
    """Yield the preset kinds of meetings."""
    rows = [
        [f"{kind.name} `{kind.code}`", ", ".join(kind.circles), f"{kind.at_least} {PERIODS[kind.per]}" if kind.per else
         "—", _share(kind.quorum), _share(kind.passing)]
        for kind in KINDS
    ]  # fmt: skip
    yield from table(["kind", "circles", "reminder", "quorum", "passing"], rows)


# --- the house --------------------------------------------------------------------------------------------------------


def _summary(room: str) -> str:
    """Return the first sentence of a room's docstring."""
    package = ROOT / PACKAGE / room
    path = package / "__init__.py" if package.is_dir() else package.with_suffix(".py")
    first = (ast.get_docstring(tree_of(path)) or "").splitlines()[0]
    return re.sub(r" \([a-z]+\.md [^)]*\)", "", first).rstrip(".")


def floor_lines() -> Iterator[str]:
    """Yield the rooms by floor, the highest first."""
    rows = [[str(level), f"`{room}`", _summary(room)] for level, rooms in enumerate(FLOORS) for room in rooms.split()]
    yield from table(["floor", "room", "duty"], rows[::-1])


def login_lines() -> Iterator[str]:
    """Yield the demo's logins."""
    yield from table(["number", "role", "name"], [[part.staff_no, part.role, part.name] for part in CAST])


PARTS: dict[str, Callable[[], Iterator[str]]] = {
    "power": power_lines,
    "state": state_lines,
    "declaration": declaration_lines,
    "evaluation": evaluation_lines,
    "kinds": kinds_lines,
    "floor": floor_lines,
    "login": login_lines,
}


def written(readme: str) -> str:
    """Return the README with every marked part as the code has it now."""
    parts = list(re.finditer(r"<!-- made: (\w+) -->\n(.*?)<!-- end -->", readme, re.DOTALL))
    for part in reversed(parts):
        readme = readme[: part.start(2)] + "\n".join(PARTS[part[1]]()) + "\n" + readme[part.end(2) :]
    return readme


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
