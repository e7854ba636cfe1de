"""`rightsdesk cases package`: the files that answer a right, where they wait, and what was done with them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from casework.announcing import renew_package
from casework.named_cases import case_named
from casework.package_showing import packages_form
from casework.packing import OfferedData, add_to_package, withdraw_package
from daemon.clock import utc_now
from daemon.commands.session import (
    actor_of,
    add_actor,
    add_json,
    add_reference,
    open_desk_of,
    print_rows,
)
from daemon.output import forms_in
from daemon.settings import SettingsError
from privacy.packages import PACKAGED
from privacy.rights import Right
from storage.database import Reading
from storage.package_links import waivers_of

COLUMNS = ("right", "state", "file", "size", "waits_until", "fetched_at", "added_by")
Command = Callable[[argparse.Namespace], int]


def add_packages(actions: argparse._SubParsersAction) -> None:  # type: ignore[type-arg]
    """Add what `cases package` understands."""
    parser = actions.add_parser("package", help="the data that answer access or portability")
    errands = parser.add_subparsers(dest="errand", required=True, metavar="ERRAND")
    adding = _errand(errands, "add", "put a file into the package of a right")
    adding.add_argument(
        "--file", required=True, metavar="FILE", help="zip, xlsx, pdf, json, csv, txt or gz"
    )
    adding.add_argument("--name", metavar="NAME", help="as people see it (default: that of FILE)")
    listing = errands.add_parser("list", help="packages of a case, and what was done with them")
    add_reference(listing)
    add_json(listing)
    _errand(errands, "withdraw", "let nobody fetch the package any more, and erase it")
    _errand(errands, "renew", "write a letter with a new link, for approval")


def run_package(options: argparse.Namespace) -> int:
    """Do what the errand says."""
    return ERRANDS[options.errand](options)


def waivers_form(reading: Reading, case_id: UUID) -> list[dict[str, object]]:
    """Return why answers of a case go without a package, as `cases show` has them."""
    return [
        {"at": one.said_at, "by": one.said_by, "reason": one.reason}
        for one in waivers_of(reading, case_id)
    ]


def packages_for_people(form: dict[str, object]) -> list[str]:
    """Return the lines about packages of a case."""
    lines = []
    for one in forms_in(form["packages"]):
        waits = f", waits until {one['waits_until']}" if one["waits_until"] else ""
        lines += ["", f"package for {one['right']}: {one['state']}{waits}"]
        lines += [f"  {file['name']}, {file['size']} bytes" for file in forms_in(one["files"])]
        lines += [
            f"  {receipt['at']}  {receipt['what']}  {receipt['file'] or ''} {receipt['bytes']} bytes"
            for receipt in forms_in(one["receipts"])
        ]
    for said in forms_in(form["without_package"]):
        lines += ["", f"answered without a package: {said['reason']} ({said['by']})"]
    return lines


def _errand(
    errands: argparse._SubParsersAction,  # type: ignore[type-arg]
    name: str,
    what: str,
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = errands.add_parser(name, help=what)
    add_reference(parser)
    parser.add_argument(
        "--right", required=True, choices=sorted(PACKAGED), help="which one it answers"
    )
    add_actor(parser)
    return parser


def _add(options: argparse.Namespace) -> int:
    with open_desk_of(options) as desk, _opened(Path(options.file)) as content:
        data = OfferedData(
            reference=options.reference.upper(),
            right=Right(options.right),
            name=options.name or options.file,
            content=content,
        )
        actor = actor_of(options, desk)
        packed = add_to_package(desk.database, desk.services.desk, data, actor=actor, now=utc_now())
    print(f"{packed.name}: {packed.size} bytes, sha256 {packed.sha256}")
    return 0


def _list(options: argparse.Namespace) -> int:
    with open_desk_of(options) as desk, desk.database.reading() as reading:
        forms = packages_form(reading, case_named(reading, options.reference.upper()))
    if options.json:
        print_rows(forms, COLUMNS, as_lines=True)
        return 0
    rows = [
        {**form, "file": file["name"], "size": file["size"], "added_by": file["added_by"]}
        for form in forms
        for file in forms_in(form["files"])
    ]
    print_rows(rows, COLUMNS, as_lines=False)
    return 0


def _withdraw(options: argparse.Namespace) -> int:
    with open_desk_of(options) as desk:
        withdraw_package(
            desk.database,
            options.reference.upper(),
            Right(options.right),
            actor=actor_of(options, desk),
            now=utc_now(),
        )
    print("withdrawn")
    return 0


def _renew(options: argparse.Namespace) -> int:
    with open_desk_of(options) as desk:
        draft_id = renew_package(
            desk.database,
            desk.services.desk,
            options.reference.upper(),
            Right(options.right),
            by=(actor_of(options, desk), utc_now()),
        )
    print(f"draft {draft_id} waits for approval")
    return 0


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """A plain file alone: a device or a pipe could be without end."""
    try:
        if not path.is_file():
            raise SettingsError(["--file: is not a file"])
        content = path.open("rb")
    except OSError as error:
        raise SettingsError([f"--file: cannot be read ({error.strerror})"]) from None
    except ValueError:  # a NUL in the path
        raise SettingsError(["--file: is not the name of a file"]) from None
    with content:
        yield content


ERRANDS: dict[str, Command] = {
    "add": _add,
    "list": _list,
    "withdraw": _withdraw,
    "renew": _renew,
}
