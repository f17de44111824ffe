"""Which unit may stand under which, and what a unit may be called."""

from __future__ import annotations

import re

from partygroup.org.models import KIND_NAMES, UnitKind
from partygroup.text import squeeze

#: The kinds a unit may stand under; None: at the top.
PARENTS = {
    UnitKind.COMPANY: (None,),
    UnitKind.UNIT_COMMITTEE: (UnitKind.COMPANY,),
    UnitKind.GENERAL_BRANCH: (UnitKind.UNIT_COMMITTEE,),
    UnitKind.BRANCH: (UnitKind.UNIT_COMMITTEE, UnitKind.GENERAL_BRANCH),
    UnitKind.PARTY_GROUP: (UnitKind.BRANCH,),
    UnitKind.PLANT: (UnitKind.COMPANY,),
    UnitKind.WORKSHOP: (UnitKind.PLANT,),
    UnitKind.WORK_AREA: (UnitKind.WORKSHOP,),
    UnitKind.SHIFT_TEAM: (UnitKind.PLANT, UnitKind.WORKSHOP, UnitKind.WORK_AREA),
}
NAME_LENGTH = 60
_ENDINGS = re.compile(r"(委员会|党支部|党总支|党小组|总支|支部|小组|党委|车间|班组|班)$")

#: What the end of a name says of the unit's kind; the longer ending comes first.
_SPOKEN = {
    "党委": UnitKind.UNIT_COMMITTEE,
    "总支部": UnitKind.GENERAL_BRANCH,
    "总支": UnitKind.GENERAL_BRANCH,
    "支部": UnitKind.BRANCH,
    "小组": UnitKind.PARTY_GROUP,
}


def kind_in_name(name: str) -> UnitKind | None:
    """Return the kind of the party's units that a name speaks of by its ending; None where it tells nothing."""
    return next((kind for ending, kind in _SPOKEN.items() if name.endswith(ending)), None)


def refusal_to_found(kind: str, parent_kind: str | None, name: str) -> str | None:
    """Return why a unit of this kind and name may not stand under that parent; None if it may."""
    if not name:
        return "请写上单位名称。"
    if len(name) > NAME_LENGTH:
        return f"单位名称最多{NAME_LENGTH}个字，请写短一些。"
    if parent_kind not in PARENTS[kind]:
        places = "、".join(KIND_NAMES[parent] for parent in PARENTS[kind] if parent) or "最上面"
        return f"{KIND_NAMES[kind]}只能设在{places}之下，请重新选择上级。"
    return None


def stem(name: str) -> str:
    """Return a unit's name without its ending, to notice that 炼钢支部 and 炼钢党支部 may be one."""
    plain = squeeze(name)
    return _ENDINGS.sub("", plain) or plain
