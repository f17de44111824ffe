"""Every room's pages, in one list."""

from __future__ import annotations

from partygroup.web import (
    about,
    appointments,
    audit,
    branchpoints,
    cases,
    exclusions,
    feedback,
    health,
    home,
    imports,
    kinds,
    login,
    me,
    meetings,
    org,
    people,
    points,
    pwa,
    roll,
    ruletables,
    signing,
    slips,
)

_MODULES = (
    about,
    appointments,
    audit,
    branchpoints,
    cases,
    exclusions,
    feedback,
    health,
    home,
    imports,
    kinds,
    login,
    me,
    meetings,
    org,
    people,
    points,
    pwa,
    roll,
    ruletables,
    signing,
    slips,
)
ROOMS = [module.pages for module in _MODULES]
