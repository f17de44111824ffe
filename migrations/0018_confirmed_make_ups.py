"""Keep when somebody confirmed that they made up for a meeting."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade():
    op.add_column("make_up", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade():
    op.drop_column("make_up", "confirmed_at")
