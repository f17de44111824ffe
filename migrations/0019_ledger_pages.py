"""Keep what the branch ledger is told by hand: plan, admission steps, dues paid, honours, visits."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0014"


def upgrade():
    _create(
        "plan_line", ("branch_id",),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=True),
        sa.Column("text", sa.String(length=60), nullable=True),
        sa.UniqueConstraint("branch_id", "year", "month", "kind", name=op.f("uq_plan_line_branch_id_year_month_kind")),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name=op.f("ck_plan_line_month_of_year")),
        sa.CheckConstraint("kind IS NOT NULL OR text IS NOT NULL", name=op.f("ck_plan_line_says_something")),
    )  # fmt: skip
    _create(
        "admission_step", ("person_id", "branch_id"),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.UniqueConstraint("person_id", "step", "on_day", name=op.f("uq_admission_step_person_id_step_on_day")),
    )  # fmt: skip
    op.create_index(op.f("ix_admission_step_branch_id"), "admission_step", ["branch_id"], unique=False)
    _create(
        "dues_payment", ("person_id", "branch_id"),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.UniqueConstraint("person_id", "month", name=op.f("uq_dues_payment_person_id_month")),
    )  # fmt: skip
    op.create_index(op.f("ix_dues_payment_branch_id_month"), "dues_payment", ["branch_id", "month"], unique=False)
    _create(
        "honour", ("person_id", "branch_id"),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("awarded_by", sa.String(length=60), nullable=False),
        sa.Column("awarded_on", sa.Date(), nullable=False),
    )  # fmt: skip
    op.create_index(op.f("ix_honour_person_id"), "honour", ["person_id"], unique=False)
    op.create_index(op.f("ix_honour_branch_id_awarded_on"), "honour", ["branch_id", "awarded_on"], unique=False)
    _create(
        "care_visit", ("person_id", "branch_id", "visitor_id"),
        sa.Column("occasion", sa.String(length=20), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("text", sa.String(length=60), nullable=True),
    )  # fmt: skip
    op.create_index(op.f("ix_care_visit_person_id"), "care_visit", ["person_id"], unique=False)
    op.create_index(op.f("ix_care_visit_branch_id_on_day"), "care_visit", ["branch_id", "on_day"], unique=False)


def _create(table: str, keys: tuple[str, ...], *parts) -> None:
    """Create a table with its keys to units and people, and with who entered a row and when."""
    refer = {name: "unit" if name == "branch_id" else "person" for name in (*keys, "by_id")}
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in refer),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *parts,
        *(
            sa.ForeignKeyConstraint([name], [f"{other}.id"], name=op.f(f"fk_{table}_{name}_{other}"))
            for name, other in refer.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def downgrade():
    for table in ("care_visit", "honour", "dues_payment", "admission_step", "plan_line"):
        op.drop_table(table)
