"""`rightsdesk db`: bring the database to this version's schema, copy it, put a copy back."""

from __future__ import annotations

import argparse
from pathlib import Path

from casework.outliving import PutRight, copy_out, put_right
from daemon.clock import utc_now
from daemon.commands.session import open_desk_of, settings_of
from daemon.keys import are_there, key_path
from daemon.ledger_file import ledger_of
from daemon.settings import Settings, SettingsError
from daemon.wiring import load_keys, open_desk
from storage.backup import back_up, put_back
from storage.database import holds_data, is_server, schema_version, upgrade


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `db` understands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("upgrade", help="apply the missing migrations")
    copying = actions.add_parser("backup", help="copy the database while it is in use")
    copying.add_argument("file", metavar="FILE", type=Path, help="new file to write")
    putting = actions.add_parser(
        "restore", help="put a copy in the place of a database that is gone"
    )
    putting.add_argument("file", metavar="FILE", type=Path, help="file that `db backup` wrote")


def run(options: argparse.Namespace) -> int:
    """Do what the action says."""
    actions = {"upgrade": _upgrade, "backup": _back_up, "restore": _restore}
    return actions[options.action](options)


def _upgrade(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    load_keys(settings)
    upgrade(settings.storage, home=settings.home)
    print(f"schema {schema_version(settings.storage, home=settings.home)}")
    return 0


def _back_up(options: argparse.Namespace) -> int:
    """What is in the list outside by now is in it before the copy is made."""
    with open_desk_of(options) as desk:
        ledger = ledger_of(desk.settings)
        copy_out(desk.database, ledger.add, ledger.read().last_segment, utc_now())
        size = back_up(desk.settings.storage, options.file, home=desk.settings.home)
    print(
        f"{size} bytes; keep the key file and {ledger_of(desk.settings).name} elsewhere, not beside it"
    )
    return 0


def _restore(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    _require_place(settings)
    put_back(settings.storage, options.file, home=settings.home)
    upgrade(settings.storage, home=settings.home)
    desk = open_desk(settings)
    try:
        ledger = ledger_of(settings)
        done = put_right(desk.database, ledger.read(), ledger.add, utc_now(), restored=True)
    finally:
        desk.close()
    print(told(done))
    return 0


def told(done: PutRight) -> str:
    """Return what was put right, in a line for the operator."""
    return (
        f"restored: {done.erased} owners erased again; {done.letters} letters wait for a person "
        f"(`rightsdesk outbox list`), {done.notices} notices stopped"
    )


def _require_place(settings: Settings) -> None:
    """A key file first: a copy that nobody can open is no database, and new keys would make one."""
    keys = key_path(settings)
    if not are_there(keys):
        raise SettingsError([f"keys: {keys} is missing: put it back before the database"])
    if holds_data(settings.storage, home=settings.home):
        raise SettingsError(["storage.url: there is a database already: move it away first"])
    if is_server(settings.storage) and schema_version(settings.storage) != "none":
        raise SettingsError(["storage.url: the database is not empty: make a new one first"])
