"""Keep when something that waited on a phone was written there."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade():
    op.add_column("activity", sa.Column("written_at", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.drop_column("activity", "written_at")
