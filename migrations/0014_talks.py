"""Add talks between two people, and let nobody call them as meetings any more: they gather no circle of a unit."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

KIND = sa.table("kind", sa.column("id", sa.Integer), sa.column("code", sa.String), sa.column("spec", sa.JSON))
#: The circles and the chairs of the kind, as it was and as it is.
WAS = {"circles": ["group", "members"], "chair": ["secretary", "deputy_secretary", "committee_member"]}
IS = {"circles": ["pair"], "chair": []}


def upgrade():
    people, checks = (
        ("first_id", "second_id", "by_id", "withdrawn_by"),
        {
            "two_people": "first_id < second_id",
            "withdrawn_pair": "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)",
            "withdrawn_without_text": "withdrawn_at IS NULL OR summary IS NULL",
        },
    )
    op.create_table(
        "talk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("topic", sa.String(length=20), nullable=False),
        sa.Column("pair", sa.String(length=20), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=100), nullable=True),
        *(sa.CheckConstraint(words, name=op.f(f"ck_talk_{name}")) for name, words in checks.items()),
        *(sa.ForeignKeyConstraint([one], ["person.id"], name=op.f(f"fk_talk_{one}_person")) for one in people),
        sa.ForeignKeyConstraint(["branch_id"], ["unit.id"], name=op.f("fk_talk_branch_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk")),
    )
    op.create_index("ix_talk_branch_id_held_on", "talk", ["branch_id", "held_on"], unique=False)
    op.create_index("ix_talk_second_id_held_on", "talk", ["second_id", "held_on"], unique=False)
    standing = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "uq_talk_two_on_a_day", "talk", ["first_id", "second_id", "held_on"], unique=True,
        sqlite_where=standing, postgresql_where=standing,
    )  # fmt: skip
    _revise_kind(IS)


def _revise_kind(facts: dict) -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(KIND.c.id, KIND.c.spec).where(KIND.c.code == "heart_talk")).all():
        connection.execute(sa.update(KIND).where(KIND.c.id == row.id).values(spec=row.spec | facts))


def downgrade():
    _revise_kind(WAS)
    op.drop_table("talk")
