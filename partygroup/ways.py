"""The ways in which somebody holds a power at a place; policy.py says which ways earn which power.

`who` is a person with posts, belonging and standing as of today; a way says yes or no, and asks no database.
"""

from __future__ import annotations

from dataclasses import dataclass

from partygroup.people.models import COMMITTEE_ROLES, OFFICER_ROLES, Role
from partygroup.people.models import MEMBERS as MEMBER_STANDINGS

#: Who puts up what a branch makes known.
PUBLISHER_ROLES = (Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.ORGANISATION_OFFICER)


@dataclass(frozen=True)
class Place:
    """Where a thing belongs: its unit first, then the units above it; and the member concerned, if one is."""

    lineage: tuple[int, ...]
    person_id: int | None = None
    circle: str | None = None


def anyone(who, place):
    """Everybody who is logged in."""
    return True


def oneself(who, place):
    """The member whom the thing concerns."""
    return place.person_id == who.id


def belongs_to_branch(who, place):
    """A member of the branch or of one of its groups; committee matters are not theirs."""
    return who.branch_id in place.lineage and place.circle != "committee"


def serves_on_committee(who, place):
    """Whoever holds a committee post in the very unit: 双重组织生活 of leading members included."""
    return any(post.role in COMMITTEE_ROLES and post.unit_id == place.lineage[0] for post in who.posts)


def leads_group(who, place):
    """The leader of the group, on the shop floor."""
    return any(post.role == Role.GROUP_LEADER and post.unit_id in place.lineage for post in who.posts)


def member_of_group(who, place):
    """A member of the very group; where a branch is not divided into groups, of the branch."""
    return place.lineage[0] == (who.group_id or who.branch_id) and who.standing in MEMBER_STANDINGS


def officer_of_branch(who, place):
    """Secretary, deputy, organisation, propaganda and discipline officer of the branch."""
    return any(
        post.role in OFFICER_ROLES and post.unit_kind == "branch" and post.unit_id in place.lineage
        for post in who.posts
    )


def publishes_for_branch(who, place):
    """Secretary, deputy and organisation officer of the branch: what it makes known goes through them."""
    return any(post.role in PUBLISHER_ROLES and post.unit_id in place.lineage for post in who.posts)


def secretary_of_branch(who, place):
    """The secretary of the branch, nobody else of its committee."""
    return any(
        post.role == Role.SECRETARY and post.unit_kind == "branch" and post.unit_id in place.lineage
        for post in who.posts
    )


def discipline_officer(who, place):
    """The discipline officer of the branch."""
    return any(post.role == Role.DISCIPLINE_OFFICER and post.unit_id in place.lineage for post in who.posts)


def _office(role: Role, doc: str):
    def way(who, place):
        return any(post.role == role and post.unit_id in place.lineage for post in who.posts)

    way.__name__, way.__doc__ = role.value, doc
    return way


unit_office = _office(Role.UNIT_OFFICE, "The office of the unit committee, for its whole subtree.")
company_office = _office(Role.COMPANY_OFFICE, "The office of the company committee, for everything.")
account_officer = _office(Role.ACCOUNT_OFFICER, "The account officer: logins only.")
auditor = _office(Role.AUDITOR, "The auditor: reads, never writes.")


def never_self(way):
    """Return the way, closed where the thing concerns oneself (S4)."""

    def other(who, place):
        return place.person_id != who.id and way(who, place)

    other.__name__, other.__doc__ = f"{way.__name__} (never self)", way.__doc__
    other.inner = way
    return other


def not_own_branch(way):
    """Return the way, closed over the branch to which one belongs oneself (S4)."""

    def other(who, place):
        return who.branch_id != place.lineage[0] and way(who, place)

    other.__name__, other.__doc__ = f"{way.__name__} (not own branch)", way.__doc__
    other.inner = way
    return other


def own_level(way):
    """Return the way, open only in the very unit of the post."""

    def same(who, place):
        return way(who, Place(place.lineage[:1], place.person_id, place.circle))

    same.__name__, same.__doc__ = f"{way.__name__} (own level)", way.__doc__
    same.inner = way
    return same
