"""Add activities: who took part, photos, and the list of problems."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    _activity()
    _participation()
    _photo()
    _problem()


def downgrade():
    for table in ("problem", "photo", "participation", "activity"):
        op.drop_table(table)


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_{table}_{column}_person"))


def _unit(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["unit.id"], name=op.f(f"fk_{table}_{column}_unit"))


def _of_activity(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f(f"fk_{table}_activity_id_activity"))


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _check(table: str, condition: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _moment(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _number(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _text(name: str, length: int, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _activity():
    op.create_table(
        "activity",
        _number("id", nullable=False),
        _number("unit_id", nullable=False),
        _number("branch_id", nullable=False),
        _text("sort", 20, nullable=False),
        _text("text", 200, nullable=False),
        _text("result", 500),
        sa.Column("happened_on", sa.Date(), nullable=False),
        _number("minutes"),
        _text("dimension", 10),
        _text("brand", 10),
        _text("two_way", 10),
        _number("by_id", nullable=False),
        _moment("jotted_at", nullable=False),
        _moment("edited_at"),
        _moment("withdrawn_at"),
        _number("withdrawn_by"),
        _text("withdrawn_reason", 100),
        _check("activity", "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", "withdrawn_pair"),
        _person("activity", "by_id"),
        _person("activity", "withdrawn_by"),
        _unit("activity", "unit_id"),
        _unit("activity", "branch_id"),
        _key("activity"),
    )
    op.create_index("ix_activity_branch_id_happened_on", "activity", ["branch_id", "happened_on", "id"])
    op.create_index("ix_activity_unit_id_happened_on", "activity", ["unit_id", "happened_on", "id"])


def _participation():
    op.create_table(
        "participation",
        _number("id", nullable=False),
        _number("activity_id", nullable=False),
        _number("person_id", nullable=False),
        _number("branch_id", nullable=False),
        _number("group_id"),
        sa.Column("leads", sa.Boolean(), nullable=False),
        _text("answer", 10),
        _moment("answered_at"),
        _text("remark", 100),
        _check("participation", "(answer IS NULL) = (answered_at IS NULL)", "answered_pair"),
        _of_activity("participation"),
        _person("participation", "person_id"),
        _unit("participation", "branch_id"),
        _unit("participation", "group_id"),
        _key("participation"),
        sa.UniqueConstraint("activity_id", "person_id", name=op.f("uq_participation_activity_id_person_id")),
    )
    op.create_index("ix_participation_person_id", "participation", ["person_id"])


def _photo():
    op.create_table(
        "photo",
        _number("id", nullable=False),
        _number("activity_id", nullable=False),
        _text("name", 40, nullable=False),
        _text("digest", 64, nullable=False),
        _number("width", nullable=False),
        _number("height", nullable=False),
        _number("size", nullable=False),
        _number("by_id", nullable=False),
        _moment("at", nullable=False),
        _of_activity("photo"),
        _person("photo", "by_id"),
        _key("photo"),
        sa.UniqueConstraint("name", name=op.f("uq_photo_name")),
    )
    op.create_index("ix_photo_activity_id", "photo", ["activity_id"])


def _problem():
    op.create_table(
        "problem",
        _number("id", nullable=False),
        _number("unit_id", nullable=False),
        _number("branch_id", nullable=False),
        _text("text", 200, nullable=False),
        _number("owner_id", nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        _number("closed_by"),
        _text("closed_how", 200),
        _moment("cancelled_at"),
        _number("cancelled_by"),
        _text("cancel_reason", 100),
        _number("activity_id"),
        _number("by_id", nullable=False),
        _moment("at", nullable=False),
        _check("problem", "(closed_on IS NULL) = (closed_by IS NULL)", "closed_pair"),
        _check("problem", "(cancelled_at IS NULL) = (cancelled_by IS NULL)", "cancelled_pair"),
        _check("problem", "closed_on IS NULL OR cancelled_at IS NULL", "one_end"),
        _check("problem", "due_on >= raised_on", "days_in_order"),
        _of_activity("problem"),
        *(_person("problem", column) for column in ("owner_id", "closed_by", "cancelled_by", "by_id")),
        _unit("problem", "unit_id"),
        _unit("problem", "branch_id"),
        _key("problem"),
    )
    op.create_index("ix_problem_branch_id", "problem", ["branch_id"])
    op.create_index("ix_problem_unit_id_due_on", "problem", ["unit_id", "due_on"])
