"""The floor: the smallest honest programs that do the same work, by Flask and SQLAlchemy Core, without the house.

They read what a sign-in must read, write the one mark durably, and answer; no policy, no audit, no templates.
"""

from __future__ import annotations

import hashlib
import hmac
import io
from datetime import UTC, datetime

import openpyxl
import sqlalchemy as sa
from flask import Flask, abort, redirect, request
from sqlalchemy.dialects import postgresql, sqlite

KEY = b"floor" * 8
META = sa.MetaData()
PERSON = sa.Table(
    "person", META,
    sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(40)),
    *(sa.Column(f"field{number}", sa.String(200)) for number in range(18)),
)  # fmt: skip
LOGIN = sa.Table(
    "login", META, sa.Column("digest", sa.String(64), primary_key=True), sa.Column("person_id", sa.Integer)
)
MEETING = sa.Table(
    "meeting", META, sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("opened_at", sa.DateTime), sa.Column("closed_at", sa.DateTime),
)  # fmt: skip
DUE = sa.Table(
    "due", META, sa.Column("meeting_id", sa.Integer, primary_key=True),
    sa.Column("person_id", sa.Integer, primary_key=True),
)  # fmt: skip
MARK = sa.Table(
    "mark", META, sa.Column("id", sa.Integer, primary_key=True), sa.Column("meeting_id", sa.Integer),
    sa.Column("person_id", sa.Integer), sa.Column("at", sa.DateTime), sa.UniqueConstraint("meeting_id", "person_id"),
)  # fmt: skip


def proof_of(meeting_id: int) -> str:
    """Return what the cookie of a scan holds: the meeting, signed."""
    return hmac.digest(KEY, str(meeting_id).encode(), "sha256").hex()


def make_engine(url: str) -> sa.Engine:
    """Return an engine that syncs every write as the house does, with empty tables."""
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":

        @sa.event.listens_for(engine, "connect")
        def connect(driver, _record):
            driver.isolation_level = None
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "cache_size=-32000"):
                driver.execute(f"PRAGMA {pragma}")

        @sa.event.listens_for(engine, "begin")
        def begin(connection):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    META.create_all(engine)
    return engine


def fill(engine: sa.Engine, secrets: dict[int, str], meeting_id: int = 1) -> None:
    """Put people with their logins, one open meeting and its due list into the tables."""
    now = datetime.now(UTC).replace(tzinfo=None)
    logins = [{"digest": _digest(secret), "person_id": one} for one, secret in secrets.items()]
    with engine.begin() as connection:
        connection.execute(PERSON.insert(), [{"id": one, "name": f"余小{one}"} for one in secrets])
        connection.execute(LOGIN.insert(), logins)
        connection.execute(MEETING.insert(), {"id": meeting_id, "opened_at": now})
        connection.execute(DUE.insert(), [{"meeting_id": meeting_id, "person_id": one} for one in secrets])


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def make_floor(engine: sa.Engine) -> Flask:
    """Return the floor program: sign in, and the board."""
    app = Flask("floor")
    insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[engine.dialect.name](MARK)
    insert = insert.on_conflict_do_nothing(index_elements=["meeting_id", "person_id"]).returning(MARK.c.id)
    due = sa.and_(DUE.c.person_id == PERSON.c.id, DUE.c.meeting_id == sa.bindparam("meeting_id"))
    mark = sa.and_(MARK.c.person_id == PERSON.c.id, MARK.c.meeting_id == sa.bindparam("meeting_id"))
    who = sa.select(PERSON.c.id, PERSON.c.name).join(LOGIN, LOGIN.c.person_id == PERSON.c.id)
    desk = who.add_columns(MEETING.c.opened_at, MEETING.c.closed_at, DUE.c.person_id, MARK.c.id)
    desk = desk.join(MEETING, MEETING.c.id == sa.bindparam("meeting_id")).outerjoin(DUE, due).outerjoin(MARK, mark)
    desk = desk.where(LOGIN.c.digest == sa.bindparam("digest"))
    roll = sa.select(PERSON.c.id, PERSON.c.name, MARK.c.at).join(DUE, due).outerjoin(MARK, mark)
    roll = roll.order_by(PERSON.c.name)

    @app.post("/meetings/<int:meeting_id>/sign-ins")
    def make(meeting_id: int):
        digest = _digest(request.cookies.get("sid", ""))
        if not hmac.compare_digest(request.cookies.get("ticket", ""), proof_of(meeting_id)):
            abort(422)
        with engine.begin() as connection:
            found = connection.execute(desk, {"digest": digest, "meeting_id": meeting_id}).first()
            if found is None or found.opened_at is None or found.closed_at or found.person_id is None:
                abort(403)
            values = {"meeting_id": meeting_id, "person_id": found[0], "at": datetime.now(UTC).replace(tzinfo=None)}
            connection.execute(insert, values).first()
        return redirect(f"/meetings/{meeting_id}/receipt", 303)

    @app.get("/meetings/<int:meeting_id>/sign-ins")
    def board(meeting_id: int):
        digest = _digest(request.cookies.get("sid", ""))
        with engine.connect() as connection:
            if connection.execute(who.where(LOGIN.c.digest == digest)).first() is None:
                abort(403)
            rows = connection.execute(roll, {"meeting_id": meeting_id}).all()
        return "".join(f'<a href="/people/{row.id}">{row.name} {row.at or ""}</a>' for row in rows)

    return app


def import_rows(engine: sa.Engine, content: bytes) -> int:
    """Read a workbook and insert its rows as they are, in one transaction that is then taken back; return how many."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    rows = [[str(cell or "") for cell in row] for row in book.active.iter_rows(min_row=2, values_only=True)]
    values = [
        {"id": number, "name": row[1], **{f"field{place}": cell for place, cell in enumerate(row[2:20])}}
        for number, row in enumerate(rows, 10_001)
    ]
    with engine.connect() as connection, connection.begin() as begun:
        connection.execute(PERSON.insert(), values)
        begun.rollback()
    return len(values)
