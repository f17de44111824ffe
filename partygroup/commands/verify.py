"""`flask verify`: everything stored is recomputed and compared with the rows it was made from."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from partygroup.db import db
from partygroup.scores.checking import faults


@click.command()
@with_appcontext
def verify() -> None:
    """Recompute stored sheets and groups, and compare entries and due lists with their rows; silent if all is well.

    Prints a line for each fault, with person, quarter and line, and ends with 1.
    """
    found = 0
    for fault in faults(db.session):
        click.echo(fault)
        found += 1
    if found:
        raise SystemExit(1)
