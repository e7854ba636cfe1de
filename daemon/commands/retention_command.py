"""`rightsdesk retention`: destroy what the desk keeps no longer, and print what was destroyed."""

from __future__ import annotations

import argparse
import getpass
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from casework.forgetting import look_ahead, run_retention
from daemon.clock import utc_now
from daemon.commands.session import (
    actor_of,
    add_actor,
    add_json,
    count,
    identifier,
    open_desk_of,
    print_rows,
)
from daemon.output import as_json
from daemon.settings import SettingsError
from daemon.wiring import Desk
from privacy.forgetting import DataClass, cutoff
from regimes.retention_classes import load_retention_classes
from storage.retention_runs import Run, get_run, list_runs
from storage.signing import public_key_of

ABOUT = """The periods stand in `regimes/retention_classes.toml`, each with its reason. Nothing of a case on hold goes. The
daemon does the same by itself once a day. A run that was interrupted goes on with the next one.

`--backups` names a folder with files of `db backup`: those older than their period are named, and the command ends with
1, for deleting them is yours to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `retention` understands."""
    parser.description = f"{parser.description}\n\n{ABOUT}"
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    running = actions.add_parser("run", help="destroy what is due, and print the certificate")
    running.add_argument("--dry-run", action="store_true", help="say what would go, and stop")
    running.add_argument(
        "--backups", type=Path, metavar="DIR", help="folder whose old backups are named"
    )
    add_actor(running)
    add_json(running)
    listing = actions.add_parser("list", help="list the runs")
    listing.add_argument("--limit", type=count, metavar="N", default=20, help="default 20")
    add_json(listing)
    showing = actions.add_parser("show", help="print the certificate of a run, with its signature")
    showing.add_argument("run", type=identifier, help="id of the run")


def run(options: argparse.Namespace) -> int:
    """Do what the action says; `run` ends with 1 where backups are older than their period."""
    actions = {"run": _run, "list": _list, "show": _show}
    return actions[options.action](options)


def _run(options: argparse.Namespace) -> int:
    now = utc_now()
    with open_desk_of(options) as desk:
        by = _by(options, desk)
        backups = list(_old_backups(options.backups, now))
        if options.dry_run:
            print_rows(_ahead(desk, now), ("class", "due", "held"), as_lines=options.json)
        else:
            done = run_retention(desk.database, load_retention_classes(), by=by, now=now)
            _print_certificate(desk, done, as_line=options.json)
    for name in backups:
        line = {"backup": name, "older_than_its_period": True}
        print(as_json(line) if options.json else f"older than its period, delete it: {name}")
    return 1 if backups else 0


def _ahead(desk: Desk, now: datetime) -> list[dict[str, object]]:
    found = look_ahead(desk.database, load_retention_classes(), now)
    return [{"class": one.name.value, "due": one.due, "held": one.held} for one in found]


def _by(options: argparse.Namespace, desk: Desk) -> str:
    """Nobody has to decide about it: without --actor it is the operator at this machine."""
    return str(actor_of(options, desk)) if options.actor else f"operator ({getpass.getuser()})"


def _print_certificate(desk: Desk, done: Run, *, as_line: bool) -> None:
    if as_line:
        print(as_json(_signed(desk, done)))
        return
    certificate = json.loads(done.certificate or "{}")
    rows = [
        {"class": one["class"], "destroyed": one["count"], "held": one["held"]}
        for one in certificate["classes"]
    ]
    print_rows(rows, ("class", "destroyed", "held"), as_lines=False)
    print(f"certificate: rightsdesk retention show {done.run_id}")


def _signed(desk: Desk, done: Run) -> dict[str, object]:
    """The signature is over the text of the certificate, byte for byte."""
    return {
        "certificate": json.loads(done.certificate or "null"),
        "signed": done.certificate,
        "signature": (done.signature or b"").hex(),
        "public_key": public_key_of(desk.database.keys).hex(),
    }


def _list(options: argparse.Namespace) -> int:
    with open_desk_of(options) as desk, desk.database.reading() as reading:
        runs = list_runs(reading, limit=options.limit)
    rows = [
        {
            "run": one.run_id,
            "begun_at": one.begun_at,
            "by": one.begun_by,
            "ended": one.certificate is not None,
        }
        for one in runs
    ]
    print_rows(rows, ("run", "begun_at", "by", "ended"), as_lines=options.json)
    return 0


def _show(options: argparse.Namespace) -> int:
    with open_desk_of(options) as desk:
        with desk.database.reading() as reading:
            shown = get_run(reading, options.run)
        if shown.certificate is None:
            raise SettingsError(["run: it has not ended yet; `rightsdesk retention run` goes on"])
        print(json.dumps(_signed(desk, shown), indent=2, sort_keys=True))
    return 0


def _old_backups(folder: Path | None, now: datetime) -> Iterator[str]:
    """Names of files that were written before the period of backups."""
    if folder is None:
        return
    rule = next(one for one in load_retention_classes() if one.name is DataClass.BACKUPS)
    try:
        files = sorted(one for one in folder.iterdir() if one.is_file())
        written = [(one.name, datetime.fromtimestamp(one.stat().st_mtime, UTC)) for one in files]
    except OSError:
        raise SettingsError(["--backups: the folder cannot be read"]) from None
    yield from (name for name, at in written if at <= cutoff(rule, now))
