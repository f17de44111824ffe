"""Keep agendas, the figures of votes, candidates, and who handed in a written opinion."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade():
    op.create_table(
        "agenda_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("sort", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("seats IS NULL OR seats > 0", name=op.f("ck_agenda_item_seats_positive")),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_agenda_item_added_by_person")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_agenda_item_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_agenda_item_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
        sa.UniqueConstraint("meeting_id", "ordinal", name=op.f("uq_agenda_item_meeting_id_ordinal")),
    )
    op.create_index(op.f("ix_agenda_item_person_id"), "agenda_item", ["person_id"], unique=False)
    _create_votes()
    _create_people()


def _create_votes():
    checks = {
        "present_of_due": "present >= 0 AND present <= due",
        "votes_counted": "votes_for >= 0 AND votes_against >= 0 AND abstained >= 0",
        "votes_of_present": "votes_for + votes_against + abstained <= present",
        "written_counted": "written_for >= 0 AND written_against >= 0 AND written_abstained >= 0",
        "written_of_absent": "written_for + written_against + written_abstained <= due - present",
        "corrected_pair": "(corrected_at IS NULL) = (corrected_by IS NULL)",
    }
    op.create_table(
        "vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("votes_for", sa.Integer(), nullable=True),
        sa.Column("votes_against", sa.Integer(), nullable=True),
        sa.Column("abstained", sa.Integer(), nullable=True),
        sa.Column("written_for", sa.Integer(), nullable=False),
        sa.Column("written_against", sa.Integer(), nullable=False),
        sa.Column("written_abstained", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("corrected_by", sa.Integer(), nullable=True),
        sa.Column("correction", sa.String(length=100), nullable=True),
        *(sa.CheckConstraint(words, name=op.f(f"ck_vote_{name}")) for name, words in checks.items()),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_vote_by_id_person")),
        sa.ForeignKeyConstraint(["corrected_by"], ["person.id"], name=op.f("fk_vote_corrected_by_person")),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_vote_item_id_agenda_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote")),
        sa.UniqueConstraint("item_id", name=op.f("uq_vote_item_id")),
    )


def _create_people():
    op.create_table(
        "agenda_candidate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("votes_for", sa.Integer(), nullable=True),
        sa.Column("votes_against", sa.Integer(), nullable=True),
        sa.Column("abstained", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "votes_for >= 0 AND votes_against >= 0 AND abstained >= 0", name=op.f("ck_agenda_candidate_votes_counted")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_agenda_candidate_item_id_agenda_item")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_agenda_candidate_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_candidate")),
        sa.UniqueConstraint("item_id", "person_id", name=op.f("uq_agenda_candidate_item_id_person_id")),
    )
    op.create_index(op.f("ix_agenda_candidate_person_id"), "agenda_candidate", ["person_id"], unique=False)
    op.create_table(
        "written_opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vote_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_written_opinion_person_id_person")),
        sa.ForeignKeyConstraint(["vote_id"], ["vote.id"], name=op.f("fk_written_opinion_vote_id_vote")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_written_opinion")),
        sa.UniqueConstraint("vote_id", "person_id", name=op.f("uq_written_opinion_vote_id_person_id")),
    )
    op.create_index(op.f("ix_written_opinion_person_id"), "written_opinion", ["person_id"], unique=False)


def downgrade():
    for table in ("written_opinion", "agenda_candidate", "vote", "agenda_item"):
        op.drop_table(table)
