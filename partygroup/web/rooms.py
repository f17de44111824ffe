"""Every room's pages, in one list."""

from __future__ import annotations

from partygroup.web import about, health, home, login, me, meetings, org, pwa, roll, signing

ROOMS = [
    module.pages for module in (about, health, home, login, me, meetings, org, pwa, roll, signing)
]
