"""`rightsdesk db`: bring the database to this version's schema."""

from __future__ import annotations

import argparse

from daemon.commands.session import settings_of
from daemon.wiring import load_keys
from storage.database import schema_version, upgrade


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `db` understands."""
    parser.add_argument("action", choices=["upgrade"], help="upgrade: apply the missing migrations")


def run(options: argparse.Namespace) -> int:
    """Apply the missing migrations and say where the schema is now."""
    settings = settings_of(options)
    load_keys(settings)
    upgrade(settings.storage, home=settings.home)
    print(f"schema {schema_version(settings.storage, home=settings.home)}")
    return 0
