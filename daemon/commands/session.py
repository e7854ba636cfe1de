"""What most commands begin with: settings, logs, the open desk, and who is at the keyboard."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from casework.drafts import Actor
from daemon.logs import set_up_logs
from daemon.output import Row, as_json, as_table
from daemon.settings import Settings, SettingsError, load_settings
from daemon.wiring import Desk, open_desk
from privacy.addresses import without_plus
from privacy.desk_roles import Action
from privacy.instants import as_utc
from regimes.desk_roles import load_role_table
from storage.accounts import find_account

MOST_ROWS = 100_000


def settings_of(options: argparse.Namespace) -> Settings:
    """Return the settings that the options name, with logs set up for a command."""
    settings = load_settings(options.config, home=options.home)
    set_up_logs(
        "WARNING" if settings.log.level == "INFO" else settings.log.level,
        as_json=settings.log.as_json,
    )
    return settings


@contextmanager
def open_desk_of(options: argparse.Namespace) -> Iterator[Desk]:
    """Yield the open desk and close it afterwards."""
    desk = open_desk(settings_of(options))
    try:
        yield desk
    finally:
        desk.close()


def actor_of(options: argparse.Namespace, desk: Desk) -> Actor:
    """Return who decides: somebody of the setting `staff`, or with an account that may approve. Raises SettingsError."""
    address = without_plus(options.actor or "")
    if address not in {without_plus(one) for one in desk.settings.staff}:
        with desk.database.reading() as reading:
            account = find_account(reading, address)
        if account is None or not load_role_table().may(account.roles, Action.APPROVE).allowed:
            raise SettingsError(
                ["--actor: name a staff member of the setting `staff`, or an account that approves"]
            )
    return Actor(address=address, os_user=getpass.getuser())


def identifier(text: str) -> UUID:
    """Return the id."""
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError("an id from the list is wanted") from None


def instant(text: str) -> datetime:
    """Return the instant in UTC."""
    try:
        return as_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError("an instant with its zone is wanted") from None


def count(text: str) -> int:
    """Return how many rows are wanted, at least one."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= MOST_ROWS:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST_ROWS} is wanted")
    return int(text)


def add_reference(parser: argparse.ArgumentParser) -> None:
    """Add the reference of a case."""
    parser.add_argument("reference", help="such as PR-2026-482915-K7")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument(
        "--json", action="store_true", help="one JSON object a line instead of a table"
    )


def add_actor(parser: argparse.ArgumentParser) -> None:
    """Add --actor."""
    parser.add_argument("--actor", metavar="ADDRESS", help="staff member who decides")


def print_rows(rows: Sequence[Row], columns: Sequence[str], *, as_lines: bool) -> None:
    """Print rows as JSON lines or as a table; an empty table says so."""
    if as_lines:
        for row in rows:
            print(as_json(row))
    else:
        print(as_table(rows, columns) if rows else "nothing")
