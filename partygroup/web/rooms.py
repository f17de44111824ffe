"""Every room's pages, in one list."""

from __future__ import annotations

from partygroup.web import (
    about,
    activities,
    appointments,
    audit,
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
    photos,
    problems,
    pwa,
    roll,
    signing,
    slips,
    timeline,
)

_MODULES = (
    about,
    activities,
    appointments,
    audit,
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
    photos,
    problems,
    pwa,
    roll,
    signing,
    slips,
    timeline,
)
ROOMS = [module.pages for module in _MODULES]
