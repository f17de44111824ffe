"""Keep a note with a scheme, grounds of exemption in the rule table, and objections to a branch's evaluation."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TABLES = sa.table("rule_table", sa.column("id", sa.Integer()), sa.column("body", sa.JSON()))
EXEMPTIONS = {"retired": "离退休", "ill": "长期生病", "seconded": "借调外出", "mobile": "流动党员"}


def upgrade():
    op.add_column("scheme", sa.Column("note", sa.String(length=200), nullable=True))
    grounds = [{"code": code, "name": name} for code, name in EXEMPTIONS.items()]
    _change_bodies(lambda body: {"exemptions": grounds} | body)
    op.create_table(
        "evaluation_objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=300), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)", name=op.f("ck_evaluation_objection_answered_pair")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_evaluation_objection_answered_by_person")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_evaluation_objection_by_id_person")),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["branch_sheet.id"], name=op.f("fk_evaluation_objection_sheet_id_branch_sheet")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_objection")),
    )
    op.create_index(op.f("ix_evaluation_objection_sheet_id"), "evaluation_objection", ["sheet_id"], unique=False)


def downgrade():
    op.drop_index(op.f("ix_evaluation_objection_sheet_id"), table_name="evaluation_objection")
    op.drop_table("evaluation_objection")
    _change_bodies(lambda body: {key: value for key, value in body.items() if key != "exemptions"})
    op.drop_column("scheme", "note")


def _change_bodies(change):
    for row in op.get_bind().execute(sa.select(TABLES)).all():
        op.execute(sa.update(TABLES).where(TABLES.c.id == row.id).values(body=change(row.body)))
