"""`rightsdesk import`: takes in files by the same way as mail that arrives."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime

from casework.importing import Imported, import_batch
from daemon.clock import utc_now
from daemon.commands.session import add_json, instant, open_desk_of
from daemon.output import as_json, as_table
from daemon.settings import SettingsError
from daemon.wiring import Desk, boundary_reader
from intake.files import ImportItem, iter_files

BATCH = 50
BATCH_BYTES = 32 * 1024 * 1024
OUT_OF_REACH = 3
OUTCOMES = """Each message gets one line. Its outcome is one of case, held, auto, bulk, spam, bounce, duplicate and
quarantined; `reason` says exactly why. A letter of ours that comes back is `auto` with the reason our-own-letter,
mail from before `answer_from` is `held` with the reason before-answer-from. Mail that a running daemon has taken and
does not finish within ten seconds is `held` with the reason worked-by-the-daemon: it is kept and gets its outcome by
itself.

Ends with 1 when a file could not be read, else with 3 when a message was not finished, else with 0."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `import` understands."""
    parser.description = f"{parser.description}\n\n{OUTCOMES}"
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help=".eml file, folder, mbox, Maildir, or - for stdin"
    )
    parser.add_argument(
        "--received-at",
        type=_arrival,
        metavar="INSTANT",
        help="when the mail arrived, with its zone",
    )
    parser.add_argument(
        "--mailbox", metavar="ADDRESS", help="mailbox of ours that it came to (default: the first)"
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Take every message in and say what became of it; 1 when a file could not be read, 3 when one is not finished."""
    failed = unfinished = False
    with open_desk_of(options) as desk:
        items = iter(_items(options, desk))
        while batch := _next_batch(items):
            results = import_batch(desk.services, batch, utc_now)
            failed = failed or any(result.error for result in results)
            unfinished = unfinished or any(result.unfinished for result in results)
            _show(results, as_lines=options.json)
    return 1 if failed else OUT_OF_REACH if unfinished else 0


def _next_batch(items: Iterator[ImportItem]) -> list[ImportItem]:
    """Return the next items, as many as memory can bear, at least one; none at the end."""
    batch: list[ImportItem] = []
    size = 0
    while len(batch) < BATCH and size < BATCH_BYTES and (item := next(items, None)) is not None:
        batch.append(item)
        size += len(item.message.raw) if item.message is not None else 0
    return batch


def _items(options: argparse.Namespace, desk: Desk) -> Iterator[ImportItem]:
    mailboxes = {entry.address: entry for entry in desk.settings.mailboxes}
    address = (options.mailbox or next(iter(mailboxes))).lower()
    if address not in mailboxes:
        raise SettingsError(["--mailbox: this is no mailbox of the settings"])
    imap = mailboxes[address].imap
    return iter_files(
        options.paths,
        mailbox=address,
        now=utc_now(),
        received_at=options.received_at,
        boundary_received_at=boundary_reader(imap.boundary_host if imap else None),
        standard_input=sys.stdin.buffer.read() if "-" in options.paths else None,
    )


def _show(results: list[Imported], *, as_lines: bool) -> None:
    rows = [
        {
            "path": result.path,
            "message_id": result.message_id,
            "outcome": result.outcome,
            "case": result.case,
            "reason": result.reason,
        }
        for result in results
    ]
    if as_lines:
        for row in rows:
            print(as_json(row), flush=True)
    else:
        print(as_table(rows, ["path", "outcome", "case", "reason"]), flush=True)


def _arrival(text: str) -> datetime:
    """Return the instant; a clock never starts in the future."""
    moment = instant(text)
    if moment > utc_now():
        raise argparse.ArgumentTypeError("mail cannot arrive in the future")
    return moment
