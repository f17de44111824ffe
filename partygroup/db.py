"""Base and column types, the session, the transaction, the witness of every change, and keys used once."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache

import sqlalchemy as sa
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import event, orm
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from partygroup.errors import Differs
from partygroup.turns import Turns

db = SQLAlchemy(session_options={"expire_on_commit": False})

#: False while a request of a safe method is answered: its transaction can then write nothing.
writing: ContextVar[bool] = ContextVar("writing", default=True)


class Base(orm.DeclarativeBase):
    """The root of all tables, with constraint names that migrations can rely on."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(sa.types.TypeDecorator):
    """A moment: aware datetimes in, aware UTC datetimes out; naive ones are refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value, dialect):
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def span_of_ids(model, condition) -> sa.Select:
    """Return the select of the lowest and the highest id of some rows, for others to be passed over by their ids.

    + 0: else PostgreSQL tries all ids from either end.
    """
    return sa.select(sa.func.min(model.id + 0).label("lowest"), sa.func.max(model.id + 0).label("highest")).where(
        condition
    )


def open_days(table: str) -> sa.CheckConstraint:
    """Return the constraint of a half-open interval of days [from_on, until_on)."""
    return sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name="days_in_order")


def holds_on(model, day):
    """Return the SQL condition that a dated row holds on a day (or on the day in a column)."""
    return sa.and_(model.from_on <= day, sa.or_(model.until_on.is_(None), model.until_on > day))


class AuditRow(Base):
    """The witness of one change: who, in which post, when, what before, what after, why (security.md 9)."""

    __tablename__ = "audit_row"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None]
    login_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(sa.String(40))
    subject_type: Mapped[str] = mapped_column(sa.String(30))
    subject_id: Mapped[int | None]
    person_id: Mapped[int | None]
    unit_id: Mapped[int | None]
    before: Mapped[dict | None] = mapped_column(sa.JSON(none_as_null=True))
    after: Mapped[dict | None] = mapped_column(sa.JSON(none_as_null=True))
    reason: Mapped[str | None] = mapped_column(sa.String(300))
    request_id: Mapped[str | None] = mapped_column(sa.String(32))
    __table_args__ = (
        sa.Index("ix_audit_row_subject", "subject_type", "subject_id"),
        sa.Index("ix_audit_row_person_id", "person_id", "id"),
        sa.Index("ix_audit_row_unit_id", "unit_id", "id"),
    )


#: Built once and executed with values: a statement built anew for each row costs more than the row.
_INSERT_AUDIT_ROW = sa.insert(AuditRow.__table__).inline()
#: Rows written together all have the same columns: one statement, whatever each of them says.
_BLANK = dict.fromkeys(column.name for column in AuditRow.__table__.c if column.name != "id")


class OnceKey(Base):
    """A key minted on a form or phone: its effect happens once, and each sender gets the same answer."""

    __tablename__ = "once_key"
    person_id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    answer: Mapped[str] = mapped_column(sa.String(300))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Audited:
    """A model whose every change must be witnessed before its transaction may commit."""


def witness(session, action: str, subject, *, at: datetime, by: int | None, **facts) -> None:
    """Write the audit row of a change to `subject` in the running transaction.

    `action` is `room.thing.verb`; `facts` are person_id, unit_id, before, after, reason.
    `before` and `after` hold changed fields only, never secrets. `by` is None for the operator.
    """
    session.flush()
    session.info.setdefault("witnessed", set()).add(id(subject))
    witness_row(session, action, subject.__tablename__, subject.id, at=at, by=by, **facts)


def witness_row(session, action: str, subject_type: str, subject_id: int | None, *, at, by, **facts) -> None:
    """Write an audit row for a change made without the unit of work (Core statements on a hot path)."""
    row = {"at": at, "actor_id": by, "action": action, "subject_type": subject_type, "subject_id": subject_id}
    session.execute(_INSERT_AUDIT_ROW, row | session.info.get("request", {}) | facts)


def witness_all(session, rows: list[dict]) -> None:
    """Write many audit rows at once: for set-wise actions such as an import."""
    extra = session.info.get("request", {})
    if rows:
        session.execute(_INSERT_AUDIT_ROW, [_BLANK | row | extra for row in rows])


@event.listens_for(orm.Session, "after_flush")
def _remember_touched(session, _context) -> None:
    touched = session.info.setdefault("touched", {})
    for thing in (*session.new, *session.dirty, *session.deleted):
        if isinstance(thing, Audited) and (thing not in session.dirty or session.is_modified(thing)):
            touched[id(thing)] = thing


@contextmanager
def transaction(session):
    """Commit when the block ends well, roll back when it raises; refuse changes nobody witnessed."""
    try:
        yield session
        session.flush()
        unseen = session.info.get("touched", {}).keys() - session.info.get("witnessed", set())
        if unseen:
            raise RuntimeError(f"changed without a witness: {[session.info['touched'][key] for key in unseen]}")
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("touched", None)
        session.info.pop("witnessed", None)


@contextmanager
def snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Yield a connection whose reads all see one moment, which can write nothing and keeps nobody from writing."""
    token = writing.set(False)
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
                for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                    connection.execute(sa.text(f"SET LOCAL {limit} = 0"))
            yield connection
    finally:
        writing.reset(token)


def insert_once(session, model, values: dict, *, unless: list[str], where: str | None = None, returning=None):
    """Insert a row unless one with the same unique columns stands already; `where`: the condition of their index.

    Return the first row of `returning` (default: the id), or None when the row was there.
    """
    returning = tuple(returning or [model.id])
    statement = _insert_unless(session.get_bind().dialect.name, model, tuple(unless), where, returning)
    return session.execute(statement, values).first()


def insert_all_once(session, model, rows: list[dict], *, unless: list[str], where: str | None, returning) -> list:
    """Insert many rows as `insert_once` does one, and return `returning` of those that were new."""
    statement = _insert_unless(session.get_bind().dialect.name, model, tuple(unless), where, tuple(returning))
    return session.execute(statement, rows).all() if rows else []


@lru_cache
def _insert_unless(dialect: str, model, unless: tuple[str, ...], where: str | None, returning: tuple):
    insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[dialect](model)
    index_where = None if where is None else sa.text(where)
    return insert.on_conflict_do_nothing(index_elements=unless, index_where=index_where).returning(*returning)


def digest_of(content) -> str:
    """Return the SHA-256 of a JSON-able value, the same for the same content."""
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()


def once(session, *, person_id: int, key: str | None, content, at: datetime, act) -> str:
    """Run `act()` once for a key and return its answer (an address); a repeat gets the stored answer.

    Raise Differs when the key came with other content before. Without a key, act always.
    """
    if not key:
        return act()
    digest = digest_of(content)
    fresh = insert_once(
        session,
        OnceKey,
        {"person_id": person_id, "key": key[:64], "digest": digest, "answer": "", "at": at},
        unless=["person_id", "key"],
        returning=[OnceKey.key],
    )
    kept = sa.and_(OnceKey.person_id == person_id, OnceKey.key == key[:64])
    if fresh:
        answer = act()
        session.execute(sa.update(OnceKey).where(kept).values(answer=answer))
        return answer
    stored = session.execute(sa.select(OnceKey.digest, OnceKey.answer).where(kept)).one()
    if stored.digest != digest:
        raise Differs(stored.answer)
    return stored.answer


def prepare_engine(engine: sa.Engine) -> None:
    """Set up an engine so that an answered write is a synced write, and a safe request cannot write.

    Unsafe requests take the write lock at once (a deferred transaction that reads first would fail under load).
    """
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    else:
        _prepare_postgresql(engine)


#: How long a writer waits for those before it in the same process.
SECONDS_IN_QUEUE = 20
SQLITE_PRAGMAS = (
    "busy_timeout=10000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-32000",
    "mmap_size=268435456",
    "wal_autocheckpoint=4000",
)


def _prepare_sqlite(engine: sa.Engine) -> None:
    turns = Turns()

    @event.listens_for(engine, "connect")
    def connect(dbapi, _record):
        dbapi.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection):
        driver = connection.connection.driver_connection
        if not writing.get():
            driver.execute("PRAGMA query_only=ON")
            driver.execute("BEGIN")
            return
        try:
            _wait_for_turn(turns, connection)
            driver.execute("PRAGMA query_only=OFF")
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as busy:
            raise sa.exc.OperationalError("BEGIN IMMEDIATE", None, busy) from busy

    def let_go(_dbapi, record, *_):
        if record.info.pop("has_turn", False):
            turns.give()

    for ending in ("checkin", "invalidate", "soft_invalidate", "close"):
        event.listen(engine, ending, let_go)


def _wait_for_turn(turns: Turns, connection) -> None:
    """Queue up with the other writers of this process; the turn ends when the connection goes back to its pool."""
    if not connection.info.get("has_turn"):
        if not turns.take(SECONDS_IN_QUEUE):
            raise sqlite3.OperationalError("database is locked")
        connection.info["has_turn"] = True


def _prepare_postgresql(engine: sa.Engine) -> None:
    @event.listens_for(engine, "begin")
    def begin(connection):
        driver = connection.connection.driver_connection
        read_only = not writing.get()
        if bool(driver.read_only) != read_only:
            driver.read_only = read_only


def tell_planner(session) -> None:
    """Let SQLite's planner know how full the tables are, from samples, in some ms; PostgreSQL finds out by itself.

    Without that it takes long ways once there are years of facts.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sa.text("PRAGMA analysis_limit=400"))
        session.execute(sa.text("ANALYZE"))


def engine_options(url: str) -> dict:
    """Return the engine's configuration for Flask-SQLAlchemy-Lite. Its errors quote no values: they end in logs."""
    quiet = {"url": url, "hide_parameters": True}
    if url.startswith("sqlite"):
        return {**quiet, "pool_size": 20, "max_overflow": 80, "connect_args": {"timeout": 10}}
    options = "-c jit=off -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s -c statement_timeout=60s"
    return {
        **quiet,
        "pool_pre_ping": True,
        "pool_size": 16,
        "max_overflow": 48,
        "insertmanyvalues_page_size": 50,  # psycopg reads statements of thousands of parameters four times slower
        "connect_args": {"options": options, "connect_timeout": 5},
    }
