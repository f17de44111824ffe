"""What an import would change, person by person: worked out for the preview, and again when it is confirmed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from partygroup.db import digest_of
from partygroup.people.models import ROLE_NAMES, SINGLE_ROLES, Role
from partygroup.people.roster_change import Change, change_of
from partygroup.people.roster_state import Known
from partygroup.people.roster_tree import Tree
from partygroup.spreadsheets.rows import RowFault

SECTIONS = {
    "joined": "新加入",
    "moved": "调动",
    "standing": "转正/类别变化",
    "posts": "职务变化",
    "other": "其他变化",
}


@dataclass
class Plan:
    """All changes of an import, the faults found on the way, and the units to found."""

    tree: Tree
    changes: list[Change] = field(default_factory=list)
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    branches: set[int] = field(default_factory=set)

    @property
    def digest(self) -> str:
        """Return a digest that is the same exactly when the same changes would be made."""
        drafts = [asdict(draft) for draft in self.tree.drafts]
        return digest_of([drafts, [vars(change) for change in self.changes]])


def make_plan(records: list[dict], known: dict[str, Known], tree: Tree, scope: int | None) -> Plan:
    """Return the plan for good records. `scope`: the one unit committee that may be touched; None for all."""
    plan = Plan(tree)
    if scope is None:
        tree.tell_apart((record["committee"], record["branch"]) for record in records)
    for record in sorted(records, key=lambda record: not record.get("general_branch")):
        try:
            change = change_of(record, known.get(record["staff_no"]), tree, scope)
        except RowFault as fault:
            plan.faults.append((record["row"], *fault.args))
            continue
        plan.branches.add(change.branch)
        if change.told:
            plan.changes.append(change)
    plan.changes.sort(key=lambda change: change.row)
    return plan


def crowded_posts(plan: Plan, holders: dict) -> list[tuple[int, str, str]]:
    """Return a fault for each single post that somebody holds whom the file does not relieve of it."""
    ended = {post for change in plan.changes for post in change.ends.get("posts", ())}
    faults = []
    for change in plan.changes:
        for unit, role, _title in change.begins.get("posts", ()):
            holder = holders.get((unit, role))
            if holder and holder.id not in ended:
                who = f"{plan.tree.label(unit)}现在的{ROLE_NAMES[Role(role)]}是{holder.name}（工号{holder.staff_no}）"
                faults.append((change.row, "posts", f"{who}，名单里没有写其卸任，请核对。"))
    return faults


def single_posts_begun(plan: Plan) -> list[tuple[int, str]]:
    """Return (unit, role) of the single posts that begin in units which stand already."""
    begun = (post for change in plan.changes for post in change.begins.get("posts", ()))
    return [(unit, role) for unit, role, _title in begun if role in SINGLE_ROLES and unit > 0]
