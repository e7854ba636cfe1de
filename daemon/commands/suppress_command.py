"""`rightsdesk suppress`: whom nobody may write to, measure, or upload again."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from uuid import UUID

from casework.suppressing import import_suppressions, suppress_by_hand
from casework.unsubscribing import update_link
from daemon.clock import utc_now
from daemon.commands.session import (
    actor_of,
    add_actor,
    add_json,
    count,
    open_desk_of,
    print_rows,
)
from daemon.output import as_json, printable
from daemon.settings import SettingsError
from daemon.wiring import Desk
from desk.confirm_words import UNSUBSCRIBE_FILE, all_words
from directory.suppression_csv import suppression_lines
from privacy.directory_lines import is_address
from privacy.errors import Permanent
from privacy.suppression import COLUMNS, SuppressionLine, SuppressionList, SuppressionReason
from storage.directory_writes import known_workspaces
from storage.suppressions import (
    count_suppressions,
    list_suppressions,
    lists_with,
    suppressed_for_customer,
)

AT_ONCE = 5_000
CUSTOMER = "customer"  # the list of a workspace
ABOUT = f"""The lists are {", ".join(SuppressionList)}. They hold keyed hashes, so nobody can read an address back; an
address stays on its list whatever is uploaded or erased later.

`check` takes addresses from the line, or one a line from stdin, and ends with 1 when one of them is on a list: do not
write to it, do not upload it. What a customer had suppressed is on the list `customer` of its workspace alone: ask with
--workspace before an upload into that workspace; our own lists are not asked then. `import` takes a file with the columns {", ".join(COLUMNS)}, of which only address
has to be there; a bad line is reported with its number and left out, and the command ends with 1. `link` prints what a
product update to an address has to carry: the link at which its reader unsubscribes by one click."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `suppress` understands."""
    parser.description = f"{parser.description}\n\n{ABOUT}"
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    adding = actions.add_parser("add", help="put addresses on a list")
    adding.add_argument("addresses", nargs="+", metavar="ADDRESS")
    _add_list(adding, default=SuppressionList.MARKETING)
    adding.add_argument(
        "--reason",
        choices=[str(one) for one in SuppressionReason],
        default=SuppressionReason.BY_HAND,
        help="why (default by_hand)",
    )
    add_actor(adding)
    checking = actions.add_parser("check", help="say which addresses are on a list")
    checking.add_argument("addresses", nargs="*", metavar="ADDRESS")
    _add_list(checking, default=None)
    checking.add_argument(
        "--workspace",
        metavar="ID",
        help="ask only the list of this customer, by the product's own id, before it uploads",
    )
    add_json(checking)
    listing = actions.add_parser("list", help="count the lists, or show the hashes of one")
    _add_list(listing, default=None)
    listing.add_argument(
        "--limit", type=count, metavar="N", default=50, help="at most so many (default 50)"
    )
    add_json(listing)
    linking = actions.add_parser("link", help="print where an address ends product updates")
    linking.add_argument("addresses", nargs="*", metavar="ADDRESS")
    linking.add_argument(
        "--language", default="en", metavar="CODE", help="what the page speaks (default en)"
    )
    add_json(linking)
    importing = actions.add_parser("import", help="take in a CSV file")
    importing.add_argument("file", type=Path, metavar="FILE.csv")
    _add_list(importing, default=SuppressionList.MARKETING)
    add_actor(importing)
    add_json(importing)


def _add_list(parser: argparse.ArgumentParser, *, default: SuppressionList | None) -> None:
    usual = f"default {default}" if default else "default: all"
    parser.add_argument(
        "--list",
        dest="on",
        choices=[str(one) for one in SuppressionList],
        default=default,
        help=f"which ({usual})",
    )


def run(options: argparse.Namespace) -> int:
    """Do what the action says; 1 when an address is suppressed or a line was bad."""
    actions = {"add": _add, "check": _check, "list": _list, "import": _import, "link": _link}
    with open_desk_of(options) as desk:
        return actions[options.action](options, desk)


def _add(options: argparse.Namespace, desk: Desk) -> int:
    actor = actor_of(options, desk)
    wrong = [place for place, one in enumerate(options.addresses, start=1) if not is_address(one)]
    if wrong:
        raise SettingsError([f"ADDRESS {wrong[0]}: is not an address; nothing was added"])
    suppress_by_hand(
        desk.database,
        options.addresses,
        SuppressionList(options.on),
        SuppressionReason(options.reason),
        actor=actor,
        now=utc_now(),
    )
    print(f"{len(options.addresses)} on the list {SuppressionList(options.on)}")
    return 0


def _check(options: argparse.Namespace, desk: Desk) -> int:
    ask = _asking(options, desk)
    found = wrong = False
    for addresses in _batches(options.addresses or _typed(sys.stdin)):
        lists = ask(addresses)
        for address in addresses:
            on = lists[address]
            wrong = wrong or not is_address(address)
            found = found or bool(on)
            _say(address, on, as_lines=options.json)
    if wrong:
        print("rightsdesk: some of these are not addresses", file=sys.stderr)
    return 1 if found or wrong else 0


Lists = Mapping[str, Sequence[str]]


def _asking(options: argparse.Namespace, desk: Desk) -> Callable[[Sequence[str]], Lists]:
    """Return the question to the lists that are meant: those of the house, or the one of a customer."""
    if options.workspace is None:
        wanted = set(SuppressionList) if options.on is None else {SuppressionList(options.on)}
        return lambda addresses: _of_house(desk, addresses, wanted)
    if options.on is not None:
        raise SettingsError(["--workspace: a customer has one list; leave --list out"])
    with desk.database.reading() as reading:
        workspace = known_workspaces(reading, [options.workspace]).get(options.workspace)
    if workspace is None:
        raise Permanent("there is no such workspace")
    return lambda addresses: _of_customer(desk, addresses, workspace)


def _of_house(desk: Desk, addresses: Sequence[str], wanted: set[SuppressionList]) -> Lists:
    with desk.database.reading() as reading:
        lists = lists_with(reading, addresses)
    return {address: [one for one in lists[address] if one in wanted] for address in addresses}


def _of_customer(desk: Desk, addresses: Sequence[str], workspace: UUID) -> Lists:
    with desk.database.reading() as reading:
        found = suppressed_for_customer(reading, workspace, addresses)
    return {address: [CUSTOMER] if address in found else [] for address in addresses}


def _say(address: str, on: Sequence[str], *, as_lines: bool) -> None:
    valid = is_address(address)
    if as_lines:
        print(as_json({"address": address, "valid": valid, "suppressed": bool(on), "lists": on}))
        return
    says = f"suppressed: {', '.join(on)}" if on else "not suppressed" if valid else "not an address"
    print(printable(f"{address}  {says}"))


def _typed(lines: Iterable[str]) -> Iterator[str]:
    return (line.strip() for line in lines if line.strip())


def _batches(addresses: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(addresses)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


def _link(options: argparse.Namespace, desk: Desk) -> int:
    if not desk.settings.sending.page_url:
        raise SettingsError(["sending.page_url: is not set; nobody could unsubscribe"])
    found = False
    for address in options.addresses or _typed(sys.stdin):
        link = is_address(address) and update_link(
            desk.database,
            address,
            key=desk.services.desk.token_key,
            page_url=desk.settings.sending.page_url,
            language=options.language if options.language in all_words(UNSUBSCRIBE_FILE) else "en",
        )
        found = found or not link
        if options.json:
            print(as_json({"address": address, "link": link or None}))
        else:
            print(printable(f"{address}  {link or 'gets no product updates'}"))
    return 1 if found else 0


def _list(options: argparse.Namespace, desk: Desk) -> int:
    with desk.database.reading() as reading:
        if options.on is None:
            rows: list[dict[str, object]] = [
                {"list": one.on, "addresses": one.addresses, "last_added_at": one.last_added_at}
                for one in count_suppressions(reading)
            ]
        else:
            entries = list_suppressions(reading, SuppressionList(options.on), limit=options.limit)
            rows = [
                {"list": one.on, "key": one.key, "reason": one.reason, "added_at": one.added_at}
                for one in entries
            ]
    columns = ("list", "addresses", "last_added_at") if options.on is None else _ENTRY
    print_rows(rows, columns, as_lines=options.json)
    return 0


_ENTRY = ("list", "key", "reason", "added_at")


def _import(options: argparse.Namespace, desk: Desk) -> int:
    def report(line: SuppressionLine) -> None:
        if options.json:
            print(as_json({"line": line.place, "reason": line.wrong}))
        else:
            print(f"line {line.place}: {line.wrong}")

    imported = import_suppressions(
        desk.database,
        suppression_lines(options.file, SuppressionList(options.on)),
        report,
        actor=actor_of(options, desk),
        now=utc_now(),
    )
    form = {"taken": imported.taken, "wrong": imported.wrong}
    print(
        as_json(form)
        if options.json
        else f"took {imported.taken} addresses, left out {imported.wrong} bad lines"
    )
    return 1 if imported.wrong else 0
