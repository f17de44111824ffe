"""Keep the yearly appraisal, and of organisational-life meetings stages, opinions, and whose problem it is."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


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
    _create_org_life()
    with op.batch_alter_table("problem") as problem:
        problem.add_column(sa.Column("meeting_id", sa.Integer(), nullable=True))
        problem.add_column(sa.Column("about_id", sa.Integer(), nullable=True))
        problem.create_foreign_key(op.f("fk_problem_meeting_id_meeting"), "meeting", ["meeting_id"], ["id"])
        problem.create_foreign_key(op.f("fk_problem_about_id_person"), "person", ["about_id"], ["id"])
        problem.create_index(op.f("ix_problem_meeting_id"), ["meeting_id"])


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


def _create_org_life():
    op.create_table(
        "org_life_stage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_org_life_stage_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_org_life_stage_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_org_life_stage")),
        sa.UniqueConstraint("meeting_id", "stage", name=op.f("uq_org_life_stage_meeting_id_stage")),
    )
    op.create_table(
        "criticism",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("about_id <> by_id", name=op.f("ck_criticism_of_another")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (text IS NOT NULL)", name=op.f("ck_criticism_withdrawn_without_text")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_criticism_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["about_id"], ["person.id"], name=op.f("fk_criticism_about_id_person")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_criticism_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criticism")),
    )
    op.create_index(op.f("ix_criticism_meeting_id"), "criticism", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_criticism_about_id"), "criticism", ["about_id"], unique=False)


def downgrade():
    """Take the problems of persons along: without the column everybody of the branch would read them."""
    problem_of = sa.table("problem", sa.column("about_id"))
    op.execute(sa.delete(problem_of).where(problem_of.c.about_id.is_not(None)))
    with op.batch_alter_table("problem") as problem:
        problem.drop_index(op.f("ix_problem_meeting_id"))
        problem.drop_constraint(op.f("fk_problem_about_id_person"), type_="foreignkey")
        problem.drop_constraint(op.f("fk_problem_meeting_id_meeting"), type_="foreignkey")
        problem.drop_column("about_id")
        problem.drop_column("meeting_id")
    for table in ("criticism", "org_life_stage", "appraised", "appraisal_step", "appraisal"):
        op.drop_table(table)
