"""Party posts as people write them in a roster, and which of ours they are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from partygroup.people.models import MEMBERS, Role, Standing
from partygroup.spreadsheets.cells import BadValue

#: Roles an import may give and end. Office, account and auditor posts never come from a file.
ROSTER_ROLES = (*tuple(Role)[:7], Role.OTHER)

_BRANCH_POSTS = (
    (Role.SECRETARY, r"书记"),
    (Role.DEPUTY_SECRETARY, r"副书记"),
    (Role.ORGANISATION_OFFICER, r"组织委员"),
    (Role.PROPAGANDA_OFFICER, r"宣传委员"),
    (Role.DISCIPLINE_OFFICER, r"(?:纪检|纪律检查)委员"),
    (Role.COMMITTEE_MEMBER, r"委员|支委"),
)
_OF_BRANCH = r"(?:党支部|支部|支委会|支部委员会|党支部委员会)?"
_LEADER = re.compile(r"(.*?)(?:党小组组长|党小组长|小组长|组长)")
_GROUP_ENDING = re.compile(r"(?:党小组|小组|组)$")


@dataclass(frozen=True)
class WrittenPost:
    """A post from the file: its role, whether it is the group's or the branch's, its words if it is no known one."""

    role: str
    of_group: bool = False
    title: str | None = None


def posts_held(written: list[str], *, branch: str, group: str | None, standing: str) -> list[WrittenPost]:
    """Return the posts written in a row, each once. Raise BadValue when the person cannot hold one of them."""
    if written and standing not in MEMBERS:
        raise BadValue("只有党员才能担任党内职务，请核对党员类别，或删去职务。")
    posts = dict.fromkeys(_post(words, branch, group) for words in written)
    for post in posts:
        if post.role != Role.OTHER and standing == Standing.PROBATIONARY:
            raise BadValue("预备党员不能担任党小组长和支部职务，请核对党员类别，或删去职务。")
    return list(posts)


def _post(words: str, branch: str, group: str | None) -> WrittenPost:
    bare = words.removeprefix(branch)
    for role, pattern in _BRANCH_POSTS:
        if re.fullmatch(_OF_BRANCH + f"(?:{pattern})", bare):
            return WrittenPost(role)
    leader = _LEADER.fullmatch(bare)
    if leader and _leads_a_party_group(words, leader[1], group):
        _refuse_another_group(leader[1], group)
        return WrittenPost(Role.GROUP_LEADER, of_group=True)
    return WrittenPost(Role.OTHER, title=words)


def _leads_a_party_group(words: str, prefix: str, group: str | None) -> bool:
    """Say whether the words mean the leader of a party group, not of a shift team or some other circle."""
    if "副" in words:
        return False
    own = bool(group) and _GROUP_ENDING.sub("", group) == _GROUP_ENDING.sub("", prefix)
    return not prefix or own or "党小组" in words or prefix.startswith("第")


def _refuse_another_group(prefix: str, group: str | None) -> None:
    if not group:
        raise BadValue("党小组长要属于一个党小组，请填写“党小组”一列。")
    if prefix and _GROUP_ENDING.sub("", prefix) != _GROUP_ENDING.sub("", group):
        raise BadValue(f"这里写的不是本人所在的“{group}”，组长只能由本组党员担任，请核对。")
