"""`rightsdesk notice proof`: one signed file that says of each Owner how and when they were told."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from casework.notice_proof import export_proof
from daemon.clock import utc_now
from daemon.commands.session import actor_of, add_actor
from daemon.settings import SettingsError
from daemon.wiring import Desk
from privacy.errors import Permanent
from storage.signing import public_key_of

TOLD_EVERY = 1_000


def add_proving(actions: argparse._SubParsersAction) -> None:  # type: ignore[type-arg]
    """Add what `notice proof` understands."""
    proving = actions.add_parser("proof", help="write the signed proof of a notice")
    proving.add_argument("version", metavar="VERSION", help="name of the new version")
    proving.add_argument("--out", required=True, metavar="FILE", help="zip file to write")
    proving.add_argument(
        "--pdf", metavar="FILE", help="lay it out for print as well: here, and in the proof"
    )
    proving.add_argument("--force", action="store_true", help="write over a file that is there")
    add_actor(proving)


def prove(options: argparse.Namespace, desk: Desk) -> int:
    """Write the file, readable by its owner only, and say by which key it can be checked; 1 while somebody holds."""
    actor = actor_of(options, desk)
    with ExitStack() as files:
        paper = files.enter_context(_file("--pdf", options)) if options.pdf else None
        proved = export_proof(
            desk.database,
            options.version,
            files.enter_context(_file("--out", options)),
            by=(actor, utc_now()),
            progress=_tell,
            paper=paper,
        )
    _clear()
    print(f"{proved.owners} Owners, {proved.in_time} in time, {proved.holds} hold publication")
    print(f"signed with {public_key_of(desk.database.keys).hex()}")
    return 1 if proved.holds else 0


@contextmanager
def _file(option: str, options: argparse.Namespace) -> Iterator[BinaryIO]:
    """Yield the file of an option; it appears under its name once it is whole."""
    path = Path(options.pdf if option == "--pdf" else options.out)
    try:
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SettingsError([f"{option}: cannot be written ({error.strerror})"]) from None
    except ValueError:  # a NUL in the path, or no name in it
        raise SettingsError([f"{option}: is not the name of a file"]) from None
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _appear(unfinished, path, over=options.force)
    except FileExistsError:
        raise Permanent(f"{option}: the file is there already; --force writes over it") from None
    except OSError as error:
        raise SettingsError([f"{option}: cannot be written ({error.strerror})"]) from None
    finally:
        unfinished.unlink(missing_ok=True)


def _appear(unfinished: Path, path: Path, *, over: bool) -> None:
    if over:
        unfinished.replace(path)
    else:
        os.link(unfinished, path)  # fails where a file is, even one that came this moment


def _tell(owners: int) -> None:
    if owners % TOLD_EVERY == 0 and sys.stderr.isatty():
        print(f"\r{owners:,} Owners", end="", file=sys.stderr, flush=True)


def _clear() -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
