"""Keep what minutes of a kind say beside their topics: lecturer, form, leader of the oath, political birthdays."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade():
    op.create_table(
        "minutes_extra",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("minutes_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("years", sa.Integer(), nullable=True),
        sa.CheckConstraint("(person_id IS NULL) <> (text IS NULL)", name=op.f("ck_minutes_extra_someone_or_words")),
        sa.ForeignKeyConstraint(["minutes_id"], ["minutes.id"], name=op.f("fk_minutes_extra_minutes_id_minutes")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_minutes_extra_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_extra")),
    )
    op.create_index(op.f("ix_minutes_extra_minutes_id"), "minutes_extra", ["minutes_id"], unique=False)


def downgrade():
    op.drop_table("minutes_extra")
