"""Every room's pages, in one list."""

from __future__ import annotations

from importlib import import_module

_NAMES = """
about activities appointments audit calling deciding declarations branchpoints cases evaluation exclusions feedback
figures health home imports inbox kinds login me meetings org outbox people photos problems publicity periods points
pwa roll ruletables scanning schemes shifts signing slips timeline
"""
ROOMS = [import_module(f"partygroup.web.{name}").pages for name in _NAMES.split()]
