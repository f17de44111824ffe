"""Let pages pass over the years they do not show: indexes by person, day and who decided."""

from alembic import op

revision = "0008"
down_revision = "0007"

#: Index → its table and columns.
MADE = {
    "ix_activity_happened_on": ("activity", ["happened_on", "id"]),
    "ix_participation_person_id_activity_id": ("participation", ["person_id", "activity_id"]),
    "ix_entry_year_quarter": ("entry", ["year", "quarter"]),
    "ix_declaration_made_by": ("declaration", ["made_by"]),
    "ix_declaration_reviewed_by_reviewed_at": ("declaration", ["reviewed_by", "reviewed_at"]),
    "ix_declaration_confirmed_by_confirmed_at": ("declaration", ["confirmed_by", "confirmed_at"]),
}
#: Index that others take the place of, or that gets one more column → its table and columns.
DROPPED = {
    "ix_participation_person_id": ("participation", ["person_id"]),
    "ix_audit_row_person_id": ("audit_row", ["person_id"]),
    "ix_audit_row_unit_id": ("audit_row", ["unit_id"]),
}
LONGER = {
    "ix_audit_row_person_id": ("audit_row", ["person_id", "id"]),
    "ix_audit_row_unit_id": ("audit_row", ["unit_id", "id"]),
}


def upgrade():
    _change(DROPPED, MADE | LONGER)


def downgrade():
    _change(MADE | LONGER, DROPPED)


def _change(dropped: dict, made: dict) -> None:
    for name, (table, _) in dropped.items():
        op.drop_index(op.f(name), table_name=table)
    for name, (table, columns) in made.items():
        op.create_index(op.f(name), table, columns, unique=False)
