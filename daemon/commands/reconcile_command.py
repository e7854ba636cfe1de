"""`rightsdesk reconcile`: is every message, case and letter accounted for."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from casework.reconciling import FolderReport, Section, look_at_folders, look_at_ledger
from daemon.clock import utc_now
from daemon.commands.session import add_json, open_desk_of
from daemon.output import as_json, printable
from daemon.wiring import Desk, TokenShelf
from intake.imap_account import folders_on_server
from privacy.errors import PrivacyError

MOST_NAMED = 20
UNREACHABLE = 3
ABOUT = """Asks each mail server for the numbers of the messages in the folders that are read, which changes nothing there, and
holds them against the ledger; then every message, case and letter of the ledger against the places where it can be. All
counts are shown, also where all is zero. Ends with 1 when anything is unaccounted for, else with 3 when a mailbox could
not be asked."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `reconcile` understands."""
    parser.description = f"{parser.description}\n\n{ABOUT}"
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Report; 1 for anything unaccounted for."""
    with open_desk_of(options) as desk:
        folders, silent = _folders(desk)
        sections = look_at_ledger(desk.database)
    report = _json_lines if options.json else _lines
    print("\n".join(report(folders, silent, sections)))
    lost = any(one.count is None or one.count.lost for one in folders)
    if lost or any(section.unaccounted for section in sections):
        return 1
    return UNREACHABLE if silent else 0


def _folders(desk: Desk) -> tuple[list[FolderReport], list[str]]:
    """Return the folders, and the mailboxes that could not be asked."""
    found: list[FolderReport] = []
    silent: list[str] = []
    shelf = TokenShelf(desk.database)
    for entry in desk.settings.mailboxes:
        if entry.imap is None:
            continue
        try:
            there = folders_on_server(entry.imap, shelf.source(entry.imap), utc_now())
        except PrivacyError:
            silent.append(entry.address)
            continue
        found += look_at_folders(desk.database, entry.address, there, utc_now)
    return found, silent


def _lines(
    folders: Sequence[FolderReport], silent: Sequence[str], sections: Sequence[Section]
) -> list[str]:
    lines = [_folder_line(one) for one in folders]
    lines += [f"{one}: COULD NOT BE ASKED" for one in silent]
    for section in sections:
        counts = ", ".join(f"{name} {count}" for name, count in section.counts.items())
        lines.append(f"{section.name}: {sum(section.counts.values())} = {counts}")
        lines += [f"UNACCOUNTED {section.name}: {one}" for one in section.unaccounted[:MOST_NAMED]]
    return lines


def _folder_line(report: FolderReport) -> str:
    name = printable(f"{report.mailbox} {report.folder}")
    if report.count is None:
        return f"{name}: CANNOT BE OPENED"
    count = report.count
    line = f"{name}: {count.on_server} = in the ledger {count.known}, not read yet {count.not_read_yet}, lost {len(count.lost)}"
    named = ", ".join(map(str, count.lost[:MOST_NAMED]))
    return f"{line}\nLOST {name}: UID {named}" if named else line


def _json_lines(
    folders: Sequence[FolderReport], silent: Sequence[str], sections: Sequence[Section]
) -> list[str]:
    lines = [
        as_json(
            {
                "mailbox": one.mailbox,
                "folder": one.folder,
                "opened": one.count is not None,
                "on_server": one.count.on_server if one.count else 0,
                "known": one.count.known if one.count else 0,
                "not_read_yet": one.count.not_read_yet if one.count else 0,
                "lost_uids": list(one.count.lost) if one.count else [],
            }
        )
        for one in folders
    ]
    lines += [as_json({"mailbox": one, "asked": False}) for one in silent]
    return lines + [
        as_json({"of": one.name, "counts": one.counts, "unaccounted": list(one.unaccounted)})
        for one in sections
    ]
