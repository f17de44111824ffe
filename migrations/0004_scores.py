"""Keep score rules, declarations, the book of entries, closings, make-ups; and days unlike their weekday."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade():
    op.create_table(
        "work_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_work_day")),
    )
    op.create_table(
        "exemption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("approved_by", sa.String(length=60), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_exemption_days_in_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exemption_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemption")),
    )
    op.create_index(op.f("ix_exemption_person_id"), "exemption", ["person_id"], unique=False)
    op.create_table(
        "group_appraisal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("sentence", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_group_appraisal_by_id_person")),
        sa.ForeignKeyConstraint(["group_id"], ["unit.id"], name=op.f("fk_group_appraisal_group_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_appraisal")),
    )
    op.create_index(
        "ix_group_appraisal_group_id_year_quarter", "group_appraisal", ["group_id", "year", "quarter"], unique=False
    )
    op.create_table(
        "rule_table",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_rule_table_made_by_person")),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_rule_table_published_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_table")),
        sa.UniqueConstraint("version", name=op.f("uq_rule_table_version")),
    )
    op.create_index(op.f("ix_rule_table_in_force_from"), "rule_table", ["in_force_from"], unique=False)
    op.create_table(
        "veto_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("document", sa.String(length=60), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=100), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_veto_case_days_in_order")),
        sa.ForeignKeyConstraint(["entered_by"], ["person.id"], name=op.f("fk_veto_case_entered_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_veto_case_person_id_person")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.id"], name=op.f("fk_veto_case_withdrawn_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_veto_case")),
    )
    op.create_index(op.f("ix_veto_case_person_id"), "veto_case", ["person_id"], unique=False)
    op.create_table(
        "closing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("rule_table_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_by", sa.Integer(), nullable=True),
        sa.Column("reopened_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["unit.id"], name=op.f("fk_closing_branch_id_unit")),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_closing_closed_by_person")),
        sa.ForeignKeyConstraint(["reopened_by"], ["person.id"], name=op.f("fk_closing_reopened_by_person")),
        sa.ForeignKeyConstraint(["rule_table_id"], ["rule_table.id"], name=op.f("fk_closing_rule_table_id_rule_table")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing")),
    )
    op.create_index(
        "uq_closing_standing",
        "closing",
        ["branch_id", "year", "quarter"],
        unique=True,
        sqlite_where=sa.text("reopened_at IS NULL"),
        postgresql_where=sa.text("reopened_at IS NULL"),
    )
    op.create_table(
        "declaration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("rule_table_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("awarded", sa.Integer(), nullable=True),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("event", sa.String(length=80), nullable=True),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=True),
        sa.Column("gathering_id", sa.Integer(), nullable=True),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.Integer(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unreviewed", sa.Boolean(), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("meeting_ref", sa.String(length=60), nullable=True),
        sa.Column("public_from", sa.Date(), nullable=True),
        sa.Column("public_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_declaration_activity_id_activity")),
        sa.ForeignKeyConstraint(["branch_id"], ["unit.id"], name=op.f("fk_declaration_branch_id_unit")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["person.id"], name=op.f("fk_declaration_confirmed_by_person")),
        sa.ForeignKeyConstraint(["gathering_id"], ["gathering.id"], name=op.f("fk_declaration_gathering_id_gathering")),
        sa.ForeignKeyConstraint(["group_id"], ["unit.id"], name=op.f("fk_declaration_group_id_unit")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_declaration_made_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_declaration_person_id_person")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["person.id"], name=op.f("fk_declaration_reviewed_by_person")),
        sa.ForeignKeyConstraint(
            ["rule_table_id"], ["rule_table.id"], name=op.f("fk_declaration_rule_table_id_rule_table")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration")),
    )
    op.create_index(op.f("ix_declaration_activity_id"), "declaration", ["activity_id"], unique=False)
    op.create_index("ix_declaration_branch_id_state", "declaration", ["branch_id", "state"], unique=False)
    op.create_index(op.f("ix_declaration_event"), "declaration", ["event"], unique=False)
    op.create_index(op.f("ix_declaration_gathering_id"), "declaration", ["gathering_id"], unique=False)
    op.create_index("ix_declaration_group_id_state", "declaration", ["group_id", "state"], unique=False)
    op.create_index(op.f("ix_declaration_person_id"), "declaration", ["person_id"], unique=False)
    op.create_index(
        "uq_declaration_absence",
        "declaration",
        ["gathering_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("source = 'attendance'"),
        postgresql_where=sa.text("source = 'attendance'"),
    )
    op.create_table(
        "make_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gathering_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undone_reason", sa.String(length=100), nullable=True),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_make_up_undone_pair")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_make_up_by_id_person")),
        sa.ForeignKeyConstraint(["gathering_id"], ["gathering.id"], name=op.f("fk_make_up_gathering_id_gathering")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_make_up_person_id_person")),
        sa.ForeignKeyConstraint(["undone_by"], ["person.id"], name=op.f("fk_make_up_undone_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_make_up")),
    )
    op.create_index(op.f("ix_make_up_person_id"), "make_up", ["person_id"], unique=False)
    op.create_index(
        "uq_make_up_effective",
        "make_up",
        ["gathering_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("answer", sa.String(length=300), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_appeal_answered_by_person")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_appeal_by_id_person")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_appeal_declaration_id_declaration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("declaration_id", name=op.f("uq_appeal_declaration_id")),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("sort", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("rule_table_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("dimension", sa.String(length=2), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=80), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("mends_year", sa.Integer(), nullable=True),
        sa.Column("mends_quarter", sa.Integer(), nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("confirmed_by <> person_id", name=op.f("ck_entry_confirmed_by_another")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["person.id"], name=op.f("fk_entry_confirmed_by_person")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_entry_declaration_id_declaration")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_entry_person_id_person")),
        sa.ForeignKeyConstraint(["rule_table_id"], ["rule_table.id"], name=op.f("fk_entry_rule_table_id_rule_table")),
        sa.ForeignKeyConstraint(["undoes_id"], ["entry.id"], name=op.f("fk_entry_undoes_id_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("declaration_id", "sort", "dimension", name=op.f("uq_entry_declaration_id_sort_dimension")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_entry_undoes_id")),
    )
    op.create_index("ix_entry_person_id_year_quarter", "entry", ["person_id", "year", "quarter"], unique=False)
    op.create_index("ix_entry_event_person_id", "entry", ["event", "person_id"], unique=False)
    op.create_index(op.f("ix_gathering_day"), "gathering", ["day"], unique=False)
    op.create_index("ix_due_entry_person_id_gathering_id", "due_entry", ["person_id", "gathering_id"], unique=False)
    op.drop_index(op.f("ix_due_entry_person_id"), table_name="due_entry")
    op.create_table(
        "objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_due_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("answer", sa.String(length=300), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_objection_answered_by_person")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_objection_by_id_person")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_objection_declaration_id_declaration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
    )
    op.create_index(op.f("ix_objection_declaration_id"), "objection", ["declaration_id"], unique=False)
    op.create_table(
        "stored_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("closing_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["closing_id"], ["closing.id"], name=op.f("fk_stored_group_closing_id_closing")),
        sa.ForeignKeyConstraint(["group_id"], ["unit.id"], name=op.f("fk_stored_group_group_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_group")),
        sa.UniqueConstraint("closing_id", "group_id", name=op.f("uq_stored_group_closing_id_group_id")),
    )
    op.create_table(
        "stored_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("closing_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("came", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["closing_id"], ["closing.id"], name=op.f("fk_stored_sheet_closing_id_closing")),
        sa.ForeignKeyConstraint(["group_id"], ["unit.id"], name=op.f("fk_stored_sheet_group_id_unit")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_stored_sheet_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_sheet")),
        sa.UniqueConstraint("closing_id", "person_id", name=op.f("uq_stored_sheet_closing_id_person_id")),
    )
    op.create_index(op.f("ix_stored_sheet_person_id"), "stored_sheet", ["person_id"], unique=False)


def downgrade():
    op.drop_index(op.f("ix_stored_sheet_person_id"), table_name="stored_sheet")
    op.drop_table("stored_sheet")
    op.drop_table("stored_group")
    op.drop_index(op.f("ix_objection_declaration_id"), table_name="objection")
    op.drop_table("objection")
    op.create_index(op.f("ix_due_entry_person_id"), "due_entry", ["person_id"], unique=False)
    op.drop_index("ix_due_entry_person_id_gathering_id", table_name="due_entry")
    op.drop_index(op.f("ix_gathering_day"), table_name="gathering")
    op.drop_index("ix_entry_event_person_id", table_name="entry")
    op.drop_index("ix_entry_person_id_year_quarter", table_name="entry")
    op.drop_table("entry")
    op.drop_table("appeal")
    op.drop_index(
        "uq_make_up_effective",
        table_name="make_up",
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.drop_index(op.f("ix_make_up_person_id"), table_name="make_up")
    op.drop_table("make_up")
    op.drop_index(
        "uq_declaration_absence",
        table_name="declaration",
        sqlite_where=sa.text("source = 'attendance'"),
        postgresql_where=sa.text("source = 'attendance'"),
    )
    op.drop_index(op.f("ix_declaration_person_id"), table_name="declaration")
    op.drop_index("ix_declaration_group_id_state", table_name="declaration")
    op.drop_index(op.f("ix_declaration_gathering_id"), table_name="declaration")
    op.drop_index(op.f("ix_declaration_event"), table_name="declaration")
    op.drop_index("ix_declaration_branch_id_state", table_name="declaration")
    op.drop_index(op.f("ix_declaration_activity_id"), table_name="declaration")
    op.drop_table("declaration")
    op.drop_index(
        "uq_closing_standing",
        table_name="closing",
        sqlite_where=sa.text("reopened_at IS NULL"),
        postgresql_where=sa.text("reopened_at IS NULL"),
    )
    op.drop_table("closing")
    op.drop_index(op.f("ix_veto_case_person_id"), table_name="veto_case")
    op.drop_table("veto_case")
    op.drop_index(op.f("ix_rule_table_in_force_from"), table_name="rule_table")
    op.drop_table("rule_table")
    op.drop_index("ix_group_appraisal_group_id_year_quarter", table_name="group_appraisal")
    op.drop_table("group_appraisal")
    op.drop_index(op.f("ix_exemption_person_id"), table_name="exemption")
    op.drop_table("exemption")
    op.drop_table("work_day")
