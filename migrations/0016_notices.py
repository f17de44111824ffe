"""Keep members' calendar addresses, and units' robots with their messages."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

WAITING = "sent_at IS NULL AND dropped_at IS NULL"


def upgrade():
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_calendar_feed_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_feed"),
        sa.UniqueConstraint("person_id", name="uq_calendar_feed_person_id"),
        sa.UniqueConstraint("digest", name="uq_calendar_feed_digest"),
    )
    op.create_table(
        "robot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("sort", sa.String(10), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_robot_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_robot"),
        sa.UniqueConstraint("unit_id", name="uq_robot_unit_id"),
    )
    _create_messages()


def _create_messages():
    op.create_table(
        "robot_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("robot_id", sa.Integer(), nullable=False),
        sa.Column("gathering_id", sa.Integer(), nullable=True),
        sa.Column("news", sa.String(10), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(60), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("sent_at IS NULL OR dropped_at IS NULL", name=op.f("ck_robot_message_one_end")),
        sa.ForeignKeyConstraint(["robot_id"], ["robot.id"], name="fk_robot_message_robot_id_robot"),
        sa.ForeignKeyConstraint(["gathering_id"], ["gathering.id"], name="fk_robot_message_gathering_id_gathering"),
        sa.PrimaryKeyConstraint("id", name="pk_robot_message"),
    )
    op.create_index("ix_robot_message_robot_id", "robot_message", ["robot_id"], unique=False)
    where = {"sqlite_where": sa.text(WAITING), "postgresql_where": sa.text(WAITING)}
    op.create_index("ix_robot_message_waiting", "robot_message", ["id"], unique=False, **where)


def downgrade():
    for table in ("robot_message", "robot", "calendar_feed"):
        op.drop_table(table)
