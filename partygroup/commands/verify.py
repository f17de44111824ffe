"""`flask verify`: everything stored is recomputed and compared with the rows it was made from."""

from __future__ import annotations

from itertools import chain

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from partygroup.db import db, snapshot
from partygroup.evaluation.checking import faults as faults_of_branches
from partygroup.minutes.sealing import faults as faults_of_minutes
from partygroup.scores.checking import faults as faults_of_scores


@click.command()
@with_appcontext
def verify() -> None:
    """Recompute stored sheets of people, groups and branches, and compare them with their rows; silent if all is well.

    Entries, due lists, imported figures and the seals of minutes are compared too. Prints a line for each fault, with
    who or what, quarter and line, and ends with 1. People may go on writing meanwhile: it looks at one moment.
    """
    found = 0
    with snapshot(db.engine) as connection, Session(connection) as session:
        for fault in chain(faults_of_scores(session), faults_of_branches(session), faults_of_minutes(session)):
            click.echo(fault)
            found += 1
    if found:
        raise SystemExit(1)
