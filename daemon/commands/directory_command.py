"""`rightsdesk directory`: takes in who is who, and shows who is behind an address."""

from __future__ import annotations

import argparse
import gc
import getpass
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from casework.directory_reading import ReadingTerms, Taken, read_directory
from casework.directory_showing import ShownAddress, show_address
from casework.role_finding import refresh_roles
from daemon.clock import utc_now
from daemon.commands.session import actor_of, add_actor, add_json, open_desk_of
from daemon.directory_watch import build_source
from daemon.output import Row, as_json, forms_in, printable
from daemon.settings import SettingsError
from daemon.wiring import Desk
from directory.csv_source import CsvSource
from privacy.directory import SourceLine
from privacy.directory_lines import COLUMNS, is_address
from privacy.ports import DirectorySource
from storage.directory import ListedPerson, ListedWorkspace, ShownStanding

ABOUT = f"""The first line of a file names its columns, in any order: {", ".join(COLUMNS)}. `record` is one of
workspace, owner, member, contact (of our own marketing) and lead; docs/directory.md tells the rest. A bad line is
reported with its number and left out. While there is none, whoever the file does not list is marked as left: a file
lists all workspaces or none, all people or none, and all leads of a workspace or none. Leads are kept as keyed
hashes, and their addresses nowhere.

`show` looks for exactly this address, and records who looked. Ends with 1 when a line was bad, or nothing is known of
the address."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `directory` understands."""
    parser.description = f"{parser.description}\n\n{ABOUT}"
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    importing = actions.add_parser("import", help="take in a CSV file")
    importing.add_argument("file", type=Path, metavar="FILE.csv")
    add_actor(importing)
    add_json(importing)
    syncing = actions.add_parser("sync", help="read the source of the settings now")
    add_actor(syncing)
    add_json(syncing)
    showing = actions.add_parser("show", help="who is behind an address")
    showing.add_argument("address", metavar="ADDRESS")
    add_actor(showing)
    add_json(showing)


def run(options: argparse.Namespace) -> int:
    """Do what the action says; 1 when a line was bad or nothing is known."""
    actions = {"import": _import, "sync": _sync, "show": _show}
    with open_desk_of(options) as desk:
        return actions[options.action](options, desk)


def _import(options: argparse.Namespace, desk: Desk) -> int:
    return _take(options, desk, CsvSource(options.file, desk.settings.directory.words))


def _sync(options: argparse.Namespace, desk: Desk) -> int:
    source = build_source(desk.settings)
    if source is None:
        raise SettingsError(["directory.source: is none, so there is nothing to read"])
    return _take(options, desk, source, complete=True)


def _take(
    options: argparse.Namespace,
    desk: Desk,
    source: DirectorySource,
    *,
    complete: bool = False,
) -> int:
    gc.freeze()  # a long list makes many objects: the collector need not look at the program each time
    progress = _Progress()
    terms = ReadingTerms(
        actor=_reader(options, desk),
        complete=complete,
        report=_reporter(as_lines=options.json),
        progress=progress.show,
    )
    try:
        taken = read_directory(desk.database, source, terms, utc_now)
    finally:
        gc.unfreeze()
        progress.clear()
    looked_up = refresh_roles(desk.database, desk.services.desk, utc_now())
    form = _form(taken) | {"cases_looked_up": looked_up}
    print(as_json(form) if options.json else _in_words(taken))
    return 1 if taken.wrong else 0


def _reader(options: argparse.Namespace, desk: Desk) -> str:
    """To take in a list decides nothing: the operating system's user is enough, as for a recount."""
    if options.actor:
        return str(actor_of(options, desk))
    return f"directory {options.action} ({getpass.getuser()})"


def _reporter(*, as_lines: bool) -> Callable[[SourceLine], None]:
    def report(line: SourceLine) -> None:
        if as_lines:
            print(as_json({"line": line.place, "reason": line.wrong}))
        else:
            print(printable(f"line {line.place}: {line.wrong}"))

    return report


class _Progress:
    """How many lines were taken, on a terminal; silent in a pipe."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()

    def show(self, lines: int) -> None:
        if self._is_shown:
            print(f"\r{lines:,} lines", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._is_shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def _form(taken: Taken) -> dict[str, object]:
    gone = taken.gone
    return {
        "changed": taken.changed,
        "workspaces": taken.workspaces,
        "people": taken.people,
        "leads": taken.leads,
        "wrong": taken.wrong,
        "left": None if gone is None else gone.workspaces + gone.people,
        "leads_gone": None if gone is None else gone.leads,
    }


def _in_words(taken: Taken) -> str:
    if not taken.changed:
        return "the source says that nothing changed"
    took = (
        f"took {taken.workspaces} workspaces, {taken.people} lines of people, {taken.leads} leads"
    )
    if taken.gone is None:
        return f"{took}; left out {taken.wrong} bad lines, so nobody was marked as left"
    gone = taken.gone
    return f"{took}; left: {gone.workspaces} workspaces, {gone.people} people, {gone.leads} leads"


def _show(options: argparse.Namespace, desk: Desk) -> int:
    actor = actor_of(options, desk)
    address = options.address.strip()
    if not is_address(address):
        raise SettingsError(["ADDRESS: is not an address"])
    shown = show_address(desk.database, address, actor=actor, now=utc_now())
    form = _shown_form(shown)
    print(as_json(form) if options.json else printable("\n".join(_for_people(form))))
    return 0 if shown.is_listed else 1


def _shown_form(shown: ShownAddress) -> dict[str, object]:
    return {
        "listed": shown.is_listed,
        "read_at": shown.state.read_at,
        "people": [_person_form(person) for person in shown.people],
        "lead_of": [_workspace_form(workspace) for workspace in shown.lead_of],
        "suppressed": list(shown.suppressed),
    }


def _person_form(person: ListedPerson) -> dict[str, object]:
    return {
        "person": person.person,
        "name": person.name,
        "locale": person.locale,
        "addresses": list(person.addresses),
        "standings": [_standing_form(standing) for standing in person.standings],
    }


def _standing_form(shown: ShownStanding) -> dict[str, object]:
    workspace = _workspace_form(shown.workspace) if shown.workspace else None
    held = {"standing": shown.held.standing, "left_at": shown.held.left_at}
    return held | {"workspace": workspace}


def _workspace_form(workspace: ListedWorkspace) -> dict[str, object]:
    return {
        "workspace": workspace.workspace,
        "name": workspace.name,
        "privacy_contact": workspace.privacy_contact or None,
        "billing_contact": workspace.billing_contact or None,
        "plan": workspace.plan,
        "region": workspace.region,
        "locale": workspace.locale,
        "cancelled_since": workspace.cancelled_since,
        "listed": workspace.listed,
    }


def _for_people(form: Row) -> Iterator[str]:
    yield "listed" if form["listed"] else "not in the directory"
    for person in forms_in(form["people"]):
        yield f"person {person['person']} {person['name']} {person['locale']}".rstrip()
        yield f"  addresses: {', '.join(map(str, _list(person['addresses'])))}"
        for standing in forms_in(person["standings"]):
            left = f", left {standing['left_at']:%Y-%m-%d}" if standing["left_at"] else ""
            workspace = standing["workspace"]
            where = f" of {_workspace_in_words(workspace)}" if isinstance(workspace, dict) else ""
            yield f"  {standing['standing']}{where}{left}"
    for workspace in forms_in(form["lead_of"]):
        yield f"lead of {_workspace_in_words(workspace)}"
    yield f"suppressed: {', '.join(map(str, _list(form['suppressed']))) or 'on no list'}"


def _workspace_in_words(workspace: Row) -> str:
    facts = [str(workspace[name]) for name in ("plan", "region", "locale") if workspace[name]]
    if workspace["cancelled_since"]:
        facts.append(f"cancelled since {workspace['cancelled_since']}")
    if not workspace["listed"]:
        facts.append("no longer listed")
    return f"{workspace['workspace']} {workspace['name']} ({', '.join(facts) or 'no details'})"


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
