"""Keep how the shift teams of a unit work: rows of letters, from a day on."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade():
    op.create_table(
        "shift_pattern",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("letters", sa.String(42), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("teams", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_shift_pattern_unit_id_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_shift_pattern"),
        sa.UniqueConstraint("unit_id", "from_on", name="uq_shift_pattern_unit_id_from_on"),
    )


def downgrade():
    op.drop_table("shift_pattern")
