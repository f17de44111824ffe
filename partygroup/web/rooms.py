"""Every room's pages, in one list."""

from __future__ import annotations

from partygroup.web import (
    about,
    appointments,
    audit,
    deciding,
    declarations,
    exclusions,
    feedback,
    health,
    home,
    imports,
    inbox,
    kinds,
    login,
    me,
    meetings,
    org,
    people,
    publicity,
    pwa,
    roll,
    signing,
    slips,
)

_MODULES = (
    about,
    appointments,
    audit,
    deciding,
    declarations,
    exclusions,
    feedback,
    health,
    home,
    imports,
    inbox,
    kinds,
    login,
    me,
    meetings,
    org,
    people,
    publicity,
    pwa,
    roll,
    signing,
    slips,
)
ROOMS = [module.pages for module in _MODULES]
