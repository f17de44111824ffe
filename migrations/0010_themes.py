"""Add themes done in parts, and say of an activity to which it belongs.

The column is added by plain SQL: SQLite adds a key to another table only together with its column.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade():
    op.create_table(
        "theme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_theme_days_in_order")),
        sa.CheckConstraint("(ended_on IS NULL) = (ended_by IS NULL)", name=op.f("ck_theme_ended_pair")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_theme_unit_id_unit")),
        sa.ForeignKeyConstraint(["branch_id"], ["unit.id"], name=op.f("fk_theme_branch_id_unit")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_theme_by_id_person")),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_theme_ended_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme")),
    )
    op.create_index(op.f("ix_theme_branch_id_ends_on"), "theme", ["branch_id", "ends_on"], unique=False)
    op.execute(
        "ALTER TABLE activity ADD COLUMN theme_id INTEGER CONSTRAINT fk_activity_theme_id_theme REFERENCES theme (id)"
    )
    op.create_index(op.f("ix_activity_theme_id"), "activity", ["theme_id"], unique=False)


def downgrade():
    op.drop_index(op.f("ix_activity_theme_id"), table_name="activity")
    op.drop_column("activity", "theme_id")
    op.drop_table("theme")
