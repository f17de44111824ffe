"""Let the database refuse overlapping intervals, and changes to audit rows."""

from alembic import op

revision = "0002"
down_revision = "0001"

#: Dated table → the columns within which its intervals may not overlap.
DATED = {
    "placement": ("unit_id",),
    "standing_span": ("person_id",),
    "belonging": ("person_id",),
    "workplace": ("person_id",),
    "exclusion": ("person_id",),
}
END = "'9999-12-31'"


def upgrade():
    for statement in _statements("create"):
        op.execute(statement)


def downgrade():
    for statement in _statements("drop"):
        op.execute(statement)


def _statements(way: str):
    make = _sqlite if op.get_bind().dialect.name == "sqlite" else _postgresql
    return make(way)


def _sqlite(way: str):
    for table, keys in DATED.items():
        for event in ("INSERT", "UPDATE"):
            name = f"no_overlap_{table}_{event.lower()}"
            yield f"DROP TRIGGER {name}" if way == "drop" else _sqlite_overlap(name, event, table, keys)
    for event in ("UPDATE", "DELETE"):
        name = f"append_only_audit_row_{event.lower()}"
        yield (
            f"DROP TRIGGER {name}"
            if way == "drop"
            else (
                f"CREATE TRIGGER {name} BEFORE {event} ON audit_row "
                "BEGIN SELECT RAISE(ABORT, 'audit rows are append-only'); END"
            )
        )


def _sqlite_overlap(name: str, event: str, table: str, keys) -> str:
    same = " AND ".join(f"other.{key} = NEW.{key}" for key in keys)
    return (
        f"CREATE TRIGGER {name} AFTER {event} ON {table} "
        f"WHEN NEW.from_on < COALESCE(NEW.until_on, {END}) AND EXISTS (SELECT 1 FROM {table} other "
        f"WHERE other.id != NEW.id AND {same} AND other.from_on < COALESCE(NEW.until_on, {END}) "
        f"AND NEW.from_on < COALESCE(other.until_on, {END}) AND other.from_on < COALESCE(other.until_on, {END})) "
        f"BEGIN SELECT RAISE(ABORT, 'intervals overlap in {table}'); END"
    )


def _postgresql(way: str):
    for table, keys in DATED.items():
        name = f"no_overlap_{table}"
        ranges = ", ".join(f"int8range({key}, {key}, '[]') WITH &&" for key in keys)
        yield (
            f"ALTER TABLE {table} DROP CONSTRAINT {name}"
            if way == "drop"
            else (
                f"ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist "
                f"({ranges}, daterange(from_on, until_on) WITH &&) DEFERRABLE INITIALLY IMMEDIATE"
            )
        )
    if way == "drop":
        yield "DROP TRIGGER append_only_audit_row ON audit_row"
        yield "DROP FUNCTION refuse_audit_change"
        return
    yield (
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit rows are append-only'; END $$"
    )
    yield (
        "CREATE TRIGGER append_only_audit_row BEFORE UPDATE OR DELETE ON audit_row "
        "FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()"
    )
