"""Keep a note with a scheme, and grounds of exemption in the rule table."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"

TABLES = sa.table("rule_table", sa.column("id", sa.Integer()), sa.column("body", sa.JSON()))
EXEMPTIONS = {"retired": "离退休", "ill": "长期生病", "seconded": "借调外出", "mobile": "流动党员"}


def upgrade():
    op.add_column("scheme", sa.Column("note", sa.String(length=200), nullable=True))
    grounds = [{"code": code, "name": name} for code, name in EXEMPTIONS.items()]
    _change_bodies(lambda body: {"exemptions": grounds} | body)


def downgrade():
    _change_bodies(lambda body: {key: value for key, value in body.items() if key != "exemptions"})
    op.drop_column("scheme", "note")


def _change_bodies(change):
    for row in op.get_bind().execute(sa.select(TABLES)).all():
        op.execute(sa.update(TABLES).where(TABLES.c.id == row.id).values(body=change(row.body)))
