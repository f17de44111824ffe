"""Every room's pages, in one list."""

from __future__ import annotations

from importlib import import_module

_NAMES = """
about
activities
admissions
agenda
appointments
appraisal
audit
branchpoints
calendar
calling
cases
deciding
declarations
dues
dutyleave
evaluation
exclusions
feed
feedback
figures
health
home
honours
imports
inbox
joint
kinds
ledger
login
makeups
me
meetings
minutes
org
orglife
outbox
paper
people
periods
photos
plans
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
