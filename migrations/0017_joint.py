"""Keep which branches were invited to a gathering, and what they answered."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade():
    checks = {
        "answered_pair": "(answered_at IS NULL) = (answered_by IS NULL)",
        "answered_how": "(answered_at IS NULL) = (accepted IS NULL)",
        "guest_accepted": "guest_gathering_id IS NULL OR accepted",
    }
    keys = {
        "gathering_id": "gathering",
        "branch_id": "unit",
        "invited_by": "person",
        "answered_by": "person",
        "guest_gathering_id": "gathering",
    }
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gathering_id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_by", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(length=100), nullable=True),
        sa.Column("guest_gathering_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.CheckConstraint(words, name=op.f(f"ck_invitation_{name}")) for name, words in checks.items()),
        *(
            sa.ForeignKeyConstraint([one], [f"{table}.id"], name=op.f(f"fk_invitation_{one}_{table}"))
            for one, table in keys.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("gathering_id", "branch_id", name=op.f("uq_invitation_gathering_id_branch_id")),
        sa.UniqueConstraint("guest_gathering_id", name=op.f("uq_invitation_guest_gathering_id")),
    )
    op.create_index(op.f("ix_invitation_branch_id"), "invitation", ["branch_id"], unique=False)


def downgrade():
    op.drop_table("invitation")
