"""Lay the first tables: organisation, people, meetings, attendance, feedback."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = ("default",)


def upgrade():
    op.create_table(
        "audit_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("login_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject_type", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_row")),
    )
    with op.batch_alter_table("audit_row", schema=None) as batch_op:
        batch_op.create_index("ix_audit_row_person_id", ["person_id"], unique=False)
        batch_op.create_index("ix_audit_row_subject", ["subject_type", "subject_id"], unique=False)
        batch_op.create_index("ix_audit_row_unit_id", ["unit_id"], unique=False)

    op.create_table(
        "failed_try",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_failed_try")),
    )
    op.create_table(
        "kind",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kind")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_kind_code_version")),
    )
    op.create_table(
        "once_key",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_once_key")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_no", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("pinyin", sa.String(length=120), nullable=False),
        sa.Column("initials", sa.String(length=20), nullable=False),
        sa.Column("stroke_key", sa.String(length=120), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=True),
        sa.Column("born_ym", sa.String(length=7), nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("full_on", sa.Date(), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("star_level", sa.Integer(), nullable=True),
        sa.Column("key_technician", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("staff_no", name=op.f("uq_person_staff_no")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("ix_person_initials", ["initials"], unique=False)

    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=True),
        sa.Column("password_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("activation", sa.String(length=64), nullable=True),
        sa.Column("activation_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("person_id", name=op.f("uq_account_person_id")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_activation"), ["activation"], unique=False)

    op.create_table(
        "belonging",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_belonging_days_in_order")),
        sa.ForeignKeyConstraint(["branch_id"], ["unit.id"], name=op.f("fk_belonging_branch_id_unit")),
        sa.ForeignKeyConstraint(["group_id"], ["unit.id"], name=op.f("fk_belonging_group_id_unit")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_belonging_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_belonging")),
    )
    with op.batch_alter_table("belonging", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_belonging_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_belonging_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_belonging_person_id"), ["person_id"], unique=False)

    op.create_table(
        "exclusion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("approved_by", sa.String(length=60), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_exclusion_days_in_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exclusion_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusion")),
    )
    with op.batch_alter_table("exclusion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exclusion_person_id"), ["person_id"], unique=False)

    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name=op.f("ck_feedback_answered_in_words")),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name=op.f("ck_feedback_answered_pair")),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_feedback_answered_by_person")),
        sa.ForeignKeyConstraint(["branch_id"], ["unit.id"], name=op.f("fk_feedback_branch_id_unit")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_feedback_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feedback_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_feedback_person_id"), ["person_id"], unique=False)

    op.create_table(
        "gathering",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("circle", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_by", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by", sa.Integer(), nullable=True),
        sa.Column("cancel_reason", sa.String(length=100), nullable=True),
        sa.CheckConstraint("(cancelled_at IS NULL) = (cancelled_by IS NULL)", name=op.f("ck_gathering_cancelled_pair")),
        sa.CheckConstraint("(opened_at IS NULL) = (opened_by IS NULL)", name=op.f("ck_gathering_opened_pair")),
        sa.CheckConstraint(
            "closed_at IS NULL OR opened_at IS NOT NULL", name=op.f("ck_gathering_opened_before_closed")
        ),
        sa.ForeignKeyConstraint(["called_by"], ["person.id"], name=op.f("fk_gathering_called_by_person")),
        sa.ForeignKeyConstraint(["cancelled_by"], ["person.id"], name=op.f("fk_gathering_cancelled_by_person")),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_gathering_closed_by_person")),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name=op.f("fk_gathering_opened_by_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_gathering_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gathering")),
    )
    with op.batch_alter_table("gathering", schema=None) as batch_op:
        batch_op.create_index("ix_gathering_unit_id_day", ["unit_id", "day"], unique=False)

    op.create_table(
        "login",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=60), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("office_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_login_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login")),
        sa.UniqueConstraint("digest", name=op.f("uq_login_digest")),
    )
    with op.batch_alter_table("login", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_person_id"), ["person_id"], unique=False)

    op.create_table(
        "placement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_placement_days_in_order")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_placement_parent_id_unit")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_placement_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
    )
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_placement_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_placement_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=40), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_post_days_in_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_post_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_post_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_post_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(
            "uq_post_single",
            ["unit_id", "role"],
            unique=True,
            sqlite_where=sa.text("until_on IS NULL AND role IN ('secretary', 'group_leader')"),
            postgresql_where=sa.text("until_on IS NULL AND role IN ('secretary', 'group_leader')"),
        )

    op.create_table(
        "roster_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_roster_import_by_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_roster_import_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_import")),
    )
    with op.batch_alter_table("roster_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_import_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "standing_span",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("standing", sa.String(length=30), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_standing_span_days_in_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_standing_span_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_span")),
    )
    with op.batch_alter_table("standing_span", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_standing_span_person_id"), ["person_id"], unique=False)

    op.create_table(
        "workplace",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("job", sa.String(length=40), nullable=True),
        sa.Column("admin_post", sa.String(length=60), nullable=True),
        sa.Column("profile", sa.String(length=20), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on >= from_on", name=op.f("ck_workplace_days_in_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_workplace_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_workplace_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workplace")),
    )
    with op.batch_alter_table("workplace", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_workplace_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_workplace_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "due_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gathering_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("standing", sa.String(length=30), nullable=False),
        sa.Column("counting", sa.String(length=12), nullable=False),
        sa.Column("may_vote", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["branch_id"], ["unit.id"], name=op.f("fk_due_entry_branch_id_unit")),
        sa.ForeignKeyConstraint(["gathering_id"], ["gathering.id"], name=op.f("fk_due_entry_gathering_id_gathering")),
        sa.ForeignKeyConstraint(["group_id"], ["unit.id"], name=op.f("fk_due_entry_group_id_unit")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_due_entry_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_entry")),
        sa.UniqueConstraint("gathering_id", "person_id", name=op.f("uq_due_entry_gathering_id_person_id")),
    )
    with op.batch_alter_table("due_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_due_entry_person_id"), ["person_id"], unique=False)

    op.create_table(
        "leave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gathering_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sort", sa.String(length=20), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(length=100), nullable=True),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_leave_decided_pair")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_leave_asked_by_person")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_leave_decided_by_person")),
        sa.ForeignKeyConstraint(["gathering_id"], ["gathering.id"], name=op.f("fk_leave_gathering_id_gathering")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_leave_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave")),
        sa.UniqueConstraint("gathering_id", "person_id", name=op.f("uq_leave_gathering_id_person_id")),
    )
    with op.batch_alter_table("leave", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_leave_person_id"), ["person_id"], unique=False)

    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gathering_id", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("theme", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(["gathering_id"], ["gathering.id"], name=op.f("fk_meeting_gathering_id_gathering")),
        sa.ForeignKeyConstraint(["kind_id"], ["kind.id"], name=op.f("fk_meeting_kind_id_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("gathering_id", "kind_id", name=op.f("uq_meeting_gathering_id_kind_id")),
    )
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_gathering_id"), ["gathering_id"], unique=False)

    op.create_table(
        "sitting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gathering_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["gathering_id"], ["gathering.id"], name=op.f("fk_sitting_gathering_id_gathering")),
        sa.ForeignKeyConstraint(["host_id"], ["person.id"], name=op.f("fk_sitting_host_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting")),
    )
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sitting_gathering_id"), ["gathering_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sitting_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gathering_id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("door", sa.String(length=12), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=60), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undone_reason", sa.String(length=100), nullable=True),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_mark_undone_pair")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_mark_by_id_person")),
        sa.ForeignKeyConstraint(["gathering_id"], ["gathering.id"], name=op.f("fk_mark_gathering_id_gathering")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mark_person_id_person")),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_mark_sitting_id_sitting")),
        sa.ForeignKeyConstraint(["undone_by"], ["person.id"], name=op.f("fk_mark_undone_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark")),
    )
    with op.batch_alter_table("mark", schema=None) as batch_op:
        batch_op.create_index("ix_mark_gathering_id", ["gathering_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mark_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_mark_effective",
            ["gathering_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )


def downgrade():
    with op.batch_alter_table("mark", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_mark_effective",
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_mark_person_id"))
        batch_op.drop_index("ix_mark_gathering_id")

    op.drop_table("mark")
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sitting_starts_at"))
        batch_op.drop_index(batch_op.f("ix_sitting_gathering_id"))

    op.drop_table("sitting")
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_gathering_id"))

    op.drop_table("meeting")
    with op.batch_alter_table("leave", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_leave_person_id"))

    op.drop_table("leave")
    with op.batch_alter_table("due_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_due_entry_person_id"))

    op.drop_table("due_entry")
    with op.batch_alter_table("workplace", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_workplace_unit_id"))
        batch_op.drop_index(batch_op.f("ix_workplace_person_id"))

    op.drop_table("workplace")
    with op.batch_alter_table("standing_span", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_standing_span_person_id"))

    op.drop_table("standing_span")
    with op.batch_alter_table("roster_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roster_import_unit_id"))

    op.drop_table("roster_import")
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_post_single",
            sqlite_where=sa.text("until_on IS NULL AND role IN ('secretary', 'group_leader')"),
            postgresql_where=sa.text("until_on IS NULL AND role IN ('secretary', 'group_leader')"),
        )
        batch_op.drop_index(batch_op.f("ix_post_unit_id"))
        batch_op.drop_index(batch_op.f("ix_post_person_id"))

    op.drop_table("post")
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_placement_unit_id"))
        batch_op.drop_index(batch_op.f("ix_placement_parent_id"))

    op.drop_table("placement")
    with op.batch_alter_table("login", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_person_id"))

    op.drop_table("login")
    with op.batch_alter_table("gathering", schema=None) as batch_op:
        batch_op.drop_index("ix_gathering_unit_id_day")

    op.drop_table("gathering")
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feedback_person_id"))
        batch_op.drop_index(batch_op.f("ix_feedback_branch_id"))

    op.drop_table("feedback")
    with op.batch_alter_table("exclusion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exclusion_person_id"))

    op.drop_table("exclusion")
    with op.batch_alter_table("belonging", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_belonging_person_id"))
        batch_op.drop_index(batch_op.f("ix_belonging_group_id"))
        batch_op.drop_index(batch_op.f("ix_belonging_branch_id"))

    op.drop_table("belonging")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_activation"))

    op.drop_table("account")
    op.drop_table("unit")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("ix_person_initials")

    op.drop_table("person")
    op.drop_table("once_key")
    op.drop_table("kind")
    op.drop_table("failed_try")
    with op.batch_alter_table("audit_row", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_row_unit_id")
        batch_op.drop_index("ix_audit_row_subject")
        batch_op.drop_index("ix_audit_row_person_id")

    op.drop_table("audit_row")
