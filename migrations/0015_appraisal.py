"""Keep the yearly appraisal of members: its steps, tallies and grades."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"


def upgrade():
    op.create_table(
        "appraisal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("over_reason", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["unit.id"], name=op.f("fk_appraisal_branch_id_unit")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_appraisal_meeting_id_meeting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal")),
        sa.UniqueConstraint("branch_id", "year", name=op.f("uq_appraisal_branch_id_year")),
    )
    op.create_table(
        "appraisal_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appraisal_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appraisal_id"], ["appraisal.id"], name=op.f("fk_appraisal_step_appraisal_id_appraisal")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_appraisal_step_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisal_step")),
        sa.UniqueConstraint("appraisal_id", "step", name=op.f("uq_appraisal_step_appraisal_id_step")),
    )
    _create_appraised()


def _create_appraised():
    checks = {
        "votes_counted": "excellent >= 0 AND qualified >= 0 AND basically >= 0 AND unqualified >= 0",
        "votes_add_up": "excellent + qualified + basically + unqualified = ballots",
        "graded": "is_graded OR (ballots IS NULL AND proposed IS NULL AND decided IS NULL)",
    }
    op.create_table(
        "appraised",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appraisal_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("is_graded", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=True)
            for name in ("ballots", "excellent", "qualified", "basically", "unqualified")
        ),
        sa.Column("proposed", sa.String(length=20), nullable=True),
        sa.Column("decided", sa.String(length=20), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.CheckConstraint(check, name=op.f(f"ck_appraised_{name}")) for name, check in checks.items()),
        sa.ForeignKeyConstraint(["appraisal_id"], ["appraisal.id"], name=op.f("fk_appraised_appraisal_id_appraisal")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appraised_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraised")),
        sa.UniqueConstraint("appraisal_id", "person_id", name=op.f("uq_appraised_appraisal_id_person_id")),
    )
    op.create_index(op.f("ix_appraised_person_id"), "appraised", ["person_id"], unique=False)


def downgrade():
    for table in ("appraised", "appraisal_step", "appraisal"):
        op.drop_table(table)
