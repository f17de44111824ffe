"""Keep schemes of branch evaluation, figures, awards, vetoes, terms, periods and frozen sheets."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade():
    op.create_table(
        "award",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("sort", sa.String(length=10), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=100), nullable=False),
        sa.Column("document", sa.String(length=60), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name=op.f("ck_award_withdrawn_pair")),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name=op.f("fk_award_entered_by_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_award_unit_id_unit")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.id"], name=op.f("fk_award_withdrawn_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
    )
    op.create_index(op.f("ix_award_unit_id"), "award", ["unit_id"], unique=False)
    op.create_table(
        "committee_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("document", sa.String(length=60), nullable=True),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until_on > from_on", name=op.f("ck_committee_term_days_in_order")),
        sa.ForeignKeyConstraint(["branch_id"], ["unit.id"], name=op.f("fk_committee_term_branch_id_unit")),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name=op.f("fk_committee_term_entered_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_term")),
    )
    op.create_index(op.f("ix_committee_term_branch_id"), "committee_term", ["branch_id"], unique=False)
    op.create_table(
        "figure_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_figure_import_by_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_figure_import_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_import")),
    )
    op.create_index(op.f("ix_figure_import_unit_id"), "figure_import", ["unit_id"], unique=False)
    op.create_table(
        "scheme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_scheme_made_by_person")),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_scheme_published_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme")),
        sa.UniqueConstraint("version", name=op.f("uq_scheme_version")),
    )
    op.create_index(op.f("ix_scheme_in_force_from"), "scheme", ["in_force_from"], unique=False)
    op.create_table(
        "unit_veto",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("document", sa.String(length=60), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name=op.f("ck_unit_veto_withdrawn_pair")),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_unit_veto_days_in_order")),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name=op.f("fk_unit_veto_entered_by_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_veto_unit_id_unit")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.id"], name=op.f("fk_unit_veto_withdrawn_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_veto")),
    )
    op.create_index(op.f("ix_unit_veto_unit_id"), "unit_veto", ["unit_id"], unique=False)
    op.create_table(
        "evaluation_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("configured_by", sa.Integer(), nullable=False),
        sa.Column("configured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by", sa.Integer(), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_reason", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(frozen_at IS NULL) = (frozen_by IS NULL)", name=op.f("ck_evaluation_period_frozen_pair")),
        sa.ForeignKeyConstraint(
            ["configured_by"], ["person.id"], name=op.f("fk_evaluation_period_configured_by_person")
        ),
        sa.ForeignKeyConstraint(["frozen_by"], ["person.id"], name=op.f("fk_evaluation_period_frozen_by_person")),
        sa.ForeignKeyConstraint(["scheme_id"], ["scheme.id"], name=op.f("fk_evaluation_period_scheme_id_scheme")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_evaluation_period_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_period")),
        sa.UniqueConstraint("unit_id", "year", "quarter", name=op.f("uq_evaluation_period_unit_id_year_quarter")),
    )
    op.create_table(
        "figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("value", sa.String(length=30), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_figure_by_id_person")),
        sa.ForeignKeyConstraint(["import_id"], ["figure_import.id"], name=op.f("fk_figure_import_id_figure_import")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_figure_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure")),
    )
    op.create_index(op.f("ix_figure_import_id"), "figure", ["import_id"], unique=False)
    op.create_index("ix_figure_unit_id_period", "figure", ["unit_id", "period", "code"], unique=False)
    op.create_table(
        "branch_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("stars", sa.Integer(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opinion", sa.String(length=300), nullable=True),
        sa.Column("self_scored_by", sa.Integer(), nullable=True),
        sa.Column("self_scored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review", sa.String(length=300), nullable=True),
        sa.Column("reviewed_by", sa.Integer(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_from", sa.Date(), nullable=True),
        sa.Column("public_until", sa.Date(), nullable=True),
        sa.Column("finished_by", sa.Integer(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(finished_at IS NULL) = (finished_by IS NULL)", name=op.f("ck_branch_sheet_finished_pair")),
        sa.CheckConstraint("(reviewed_at IS NULL) = (reviewed_by IS NULL)", name=op.f("ck_branch_sheet_reviewed_pair")),
        sa.CheckConstraint(
            "(self_scored_at IS NULL) = (self_scored_by IS NULL)", name=op.f("ck_branch_sheet_self_scored_pair")
        ),
        sa.ForeignKeyConstraint(["branch_id"], ["unit.id"], name=op.f("fk_branch_sheet_branch_id_unit")),
        sa.ForeignKeyConstraint(["finished_by"], ["person.id"], name=op.f("fk_branch_sheet_finished_by_person")),
        sa.ForeignKeyConstraint(
            ["period_id"], ["evaluation_period.id"], name=op.f("fk_branch_sheet_period_id_evaluation_period")
        ),
        sa.ForeignKeyConstraint(["reviewed_by"], ["person.id"], name=op.f("fk_branch_sheet_reviewed_by_person")),
        sa.ForeignKeyConstraint(["self_scored_by"], ["person.id"], name=op.f("fk_branch_sheet_self_scored_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch_sheet")),
    )
    op.create_index(op.f("ix_branch_sheet_branch_id"), "branch_sheet", ["branch_id"], unique=False)
    op.create_index(
        "uq_branch_sheet_standing",
        "branch_sheet",
        ["period_id", "branch_id"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )


def downgrade():
    op.drop_index(op.f("ix_branch_sheet_branch_id"), table_name="branch_sheet")
    op.drop_index(
        "uq_branch_sheet_standing",
        table_name="branch_sheet",
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.drop_table("branch_sheet")
    op.drop_index(op.f("ix_figure_import_id"), table_name="figure")
    op.drop_index("ix_figure_unit_id_period", table_name="figure")
    op.drop_table("figure")
    op.drop_table("evaluation_period")
    op.drop_index(op.f("ix_unit_veto_unit_id"), table_name="unit_veto")
    op.drop_table("unit_veto")
    op.drop_index(op.f("ix_scheme_in_force_from"), table_name="scheme")
    op.drop_table("scheme")
    op.drop_index(op.f("ix_figure_import_unit_id"), table_name="figure_import")
    op.drop_table("figure_import")
    op.drop_index(op.f("ix_committee_term_branch_id"), table_name="committee_term")
    op.drop_table("committee_term")
    op.drop_index(op.f("ix_award_unit_id"), table_name="award")
    op.drop_table("award")
