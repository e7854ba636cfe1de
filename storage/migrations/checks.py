"""What revisions do to a column that holds one of some words: allow other ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def allow(table: str, column: str, words: tuple[str, ...]) -> None:
    """Let these words into the column, and no others.

    SQLite cannot change a CHECK: the table is made anew from its own text, with its indexes.
    """
    name, condition = f"ck_{table}_{column}", f"{column} IN ({', '.join(map(repr, words))})"
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, condition)
        return
    told = sa.text(
        "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL ORDER BY type = 'index'"
    )
    made, *indexes = op.get_bind().execute(told, {"table": table}).scalars().all()
    before, _, rest = str(made).partition(f"{column} IN (")
    op.execute(sa.text(f"CREATE TEMP TABLE kept AS SELECT * FROM {table}"))  # noqa: S608 - constants
    op.drop_table(table)
    op.execute(sa.text(before + condition + rest.partition(")")[2]))
    for index in indexes:
        op.execute(sa.text(index))
    op.execute(sa.text(f"INSERT INTO {table} SELECT * FROM kept"))  # noqa: S608 - constants
    op.execute(sa.text("DROP TABLE kept"))
