"""Every room's pages, in one list."""

from __future__ import annotations

from importlib import import_module

_NAMES = """
about
activities
agenda
appointments
audit
branchpoints
calendar
calling
cases
deciding
declarations
evaluation
exclusions
feed
feedback
figures
health
home
imports
inbox
kinds
login
me
meetings
minutes
org
outbox
people
periods
photos
points
problems
publicity
pwa
robots
roll
ruletables
scanning
schemes
selfcheck
shifts
signing
slips
talks
themes
timeline
"""
ROOMS = [import_module(f"partygroup.web.{name}").pages for name in _NAMES.split()]
