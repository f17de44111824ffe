"""Every room's pages, in one list."""

from __future__ import annotations

from importlib import import_module

_NAMES = """
about
activities
admissions
agenda
appointments
audit
branchpoints
calendar
calling
cases
deciding
declarations
dues
evaluation
exclusions
feedback
figures
health
home
honours
imports
inbox
kinds
ledger
login
me
meetings
minutes
org
outbox
people
periods
photos
plans
points
problems
publicity
pwa
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
