"""Whatever is kept about a person says why and for how long; `/about` shows it (security.md 10)."""

from __future__ import annotations

import sqlalchemy as sa

from partygroup.people.models import Person, kept


def unexplained(model) -> list[str]:
    """Return the columns of a model, other than keys, without a purpose and a time of keeping."""
    columns = sa.inspect(model).columns
    return [
        column.name
        for column in columns
        if not column.primary_key
        and not column.foreign_keys
        and not (column.info.get("why") and column.info.get("kept_for"))
    ]


def test_the_test_sees_a_column_without_purpose():
    class Sample(sa.orm.declarative_base()):
        __tablename__ = "sample"
        id = sa.Column(sa.Integer, primary_key=True)
        name = sa.Column(sa.String, info=kept("名单"))
        height = sa.Column(sa.Integer)

    assert unexplained(Sample) == ["height"]


def test_everything_about_a_person_is_explained():
    assert unexplained(Person) == []
