"""Keep minutes with their seal, gists of topics, what was resolved, and addenda."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade():
    op.add_column("meeting", sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True))
    _create_minutes()
    op.create_table(
        "gist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_gist_item_id_agenda_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gist")),
        sa.UniqueConstraint("item_id", name=op.f("uq_gist_item_id")),
    )
    _create_resolution()
    op.create_table(
        "addendum",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_addendum_by_id_person")),
        sa.ForeignKeyConstraint(["minutes_id"], ["minutes.id"], name=op.f("fk_addendum_minutes_id_minutes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addendum")),
    )
    op.create_index(op.f("ix_addendum_minutes_id"), "addendum", ["minutes_id"], unique=False)


def _create_minutes():
    people = ("chair_id", "recorder_id", "begun_by", "edited_by")
    checks = {
        "two_people": "chair_id <> recorder_id",
        "sealed_body": "(sealed_at IS NULL) = (body IS NULL)",
        "sealed_digest": "(sealed_at IS NULL) = (digest IS NULL)",
        "sealed_by_two": "sealed_at IS NULL OR (chair_confirmed_at IS NOT NULL AND recorder_confirmed_at IS NOT NULL)",
    }
    op.create_table(
        "minutes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("chair_id", sa.Integer(), nullable=False),
        sa.Column("recorder_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_by", sa.Integer(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_by", sa.Integer(), nullable=False),
        sa.Column("chair_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorder_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_digest", sa.String(length=64), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        *(sa.CheckConstraint(words, name=op.f(f"ck_minutes_{name}")) for name, words in checks.items()),
        *(sa.ForeignKeyConstraint([one], ["person.id"], name=op.f(f"fk_minutes_{one}_person")) for one in people),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_minutes_meeting_id_meeting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_minutes_meeting_id")),
    )


def _create_resolution():
    op.create_table(
        "resolution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=120), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("progress", sa.String(length=10), nullable=False),
        sa.Column("how", sa.String(length=120), nullable=True),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("due_on IS NULL OR owner_id IS NOT NULL", name=op.f("ck_resolution_due_with_owner")),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_resolution_item_id_agenda_item")),
        sa.ForeignKeyConstraint(["moved_by"], ["person.id"], name=op.f("fk_resolution_moved_by_person")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_resolution_owner_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_resolution_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolution")),
    )
    op.create_index(op.f("ix_resolution_item_id"), "resolution", ["item_id"], unique=False)
    op.create_index(op.f("ix_resolution_owner_id"), "resolution", ["owner_id"], unique=False)
    op.create_index("ix_resolution_unit_id_progress", "resolution", ["unit_id", "progress"], unique=False)


def downgrade():
    for table in ("addendum", "resolution", "gist", "minutes"):
        op.drop_table(table)
    op.drop_column("meeting", "sealed_at")
