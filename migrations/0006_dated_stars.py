"""Keep somebody's stars with their workplace, from a day on, so that a quarter is judged by its last day."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade():
    op.add_column("workplace", sa.Column("star_level", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE workplace SET star_level = (SELECT person.star_level FROM person WHERE person.id = workplace.person_id)"
    )
    op.execute(
        "INSERT INTO workplace (person_id, star_level, from_on) "
        "SELECT person.id, person.star_level, COALESCE("
        "(SELECT MAX(ended.until_on) FROM workplace ended WHERE ended.person_id = person.id), belonging.from_on) "
        "FROM person JOIN belonging ON belonging.person_id = person.id AND belonging.until_on IS NULL "
        "WHERE person.star_level IS NOT NULL AND NOT EXISTS ("
        "SELECT 1 FROM workplace running WHERE running.person_id = person.id AND running.until_on IS NULL)"
    )
    op.drop_column("person", "star_level")


def downgrade():
    op.add_column("person", sa.Column("star_level", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE person SET star_level = (SELECT workplace.star_level FROM workplace "
        "WHERE workplace.person_id = person.id AND workplace.until_on IS NULL)"
    )
    op.drop_column("workplace", "star_level")
