"""The schema's version: which one is there, which one this program knows, and the way between them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from privacy.errors import Permanent

# Oldest first. Listed here so that opening a database need not load the migration tool.
REVISIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
    "0017",
    "0018",
    "0019",
    "0020",
    "0021",
    "0022",
    "0023",
    "0024",
    "0025",
    "0026",
    "0027",
    "0028",
    "0029",
    "0030",
    "0031",
)
MIGRATIONS = Path(__file__).with_name("migrations")


def current_revision(connection: Connection) -> str | None:
    """Return the revision of the database, None for one without any table of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def require_known(revision: str | None) -> None:
    """Raise Permanent for a schema that only a newer program knows."""
    if revision is not None and revision not in REVISIONS:
        raise Permanent(
            f"the database has schema {revision}, made by a newer rightsdesk; this one knows {REVISIONS[-1]}"
        )


def require_current(revision: str | None) -> None:
    """Raise Permanent unless this program and the database agree on the schema."""
    require_known(revision)
    if revision != REVISIONS[-1]:
        raise Permanent(
            f"the database has schema {revision or 'none'}: run `rightsdesk db upgrade`"
        )


def migrate(connection: Connection, target: str) -> None:
    """Move the schema up to `head`, or down to an older revision or `base`, inside the caller's transaction: all of it or nothing."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    if target == "head":
        command.upgrade(config, target)
    else:
        command.downgrade(config, target)
