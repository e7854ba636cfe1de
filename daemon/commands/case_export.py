"""`rightsdesk cases export` and `verify-export`: a whole case in one signed file, and the check of one."""

from __future__ import annotations

import argparse
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from casework.exporting import export_case, verify
from daemon.clock import utc_now
from daemon.commands.session import actor_of, add_actor, add_json, add_reference, open_desk_of
from daemon.output import as_json
from daemon.settings import SettingsError
from privacy.errors import Permanent
from storage.signing import public_key_of

KEY_BYTES = 32
MOST_BYTES = 4 * 1024**3


def add_exporting(actions: argparse._SubParsersAction) -> None:  # type: ignore[type-arg]
    """Add what `cases export` and `cases verify-export` understand."""
    exporting = actions.add_parser("export", help="write a whole case into one signed file")
    add_reference(exporting)
    exporting.add_argument("--out", required=True, metavar="FILE", help="zip file to write")
    exporting.add_argument(
        "--redacted", action="store_true", help="with marks for people, addresses and numbers"
    )
    exporting.add_argument("--force", action="store_true", help="write over a file that is there")
    add_actor(exporting)
    checking = actions.add_parser(
        "verify-export", help="say whether such a file is as it was signed"
    )
    checking.add_argument("file", metavar="FILE", help="zip file to check")
    checking.add_argument(
        "--public-key",
        type=_public_key,
        metavar="HEX",
        help="key of the desk that signed it (default: that of this desk)",
    )
    add_json(checking)


def export(options: argparse.Namespace) -> int:
    """Write the file, readable by its owner only, and say how large it is and by which key it can be checked."""
    with open_desk_of(options) as desk:
        size = export_case(
            desk.database,
            options.reference.upper(),
            _writer(Path(options.out), over=options.force),
            redacted=options.redacted,
            by=(actor_of(options, desk), utc_now()),
        )
        key = public_key_of(desk.database.keys).hex()
    print(f"{size} bytes, signed with {key}")
    return 0


def verify_export(options: argparse.Namespace) -> int:
    """Say whether the file is as it was signed; 1 when it is not. With a key no database is opened."""
    packed = _read(Path(options.file))
    key = options.public_key
    if key is None:
        with open_desk_of(options) as desk:
            key = public_key_of(desk.database.keys)
    verified = verify(packed, key)
    if options.json:
        form = {
            "case": verified.manifest.case,
            "redacted": verified.manifest.redacted,
            "public_key": verified.manifest.public_key,
            "whole": not verified.problems,
            "problems": list(verified.problems),
        }
        print(as_json(form))
    else:
        for line in verified.problems or [f"{verified.manifest.case}: whole, and signed"]:
            print("".join(c if c.isprintable() else "?" for c in line))
    return 1 if verified.problems else 0


def _public_key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise argparse.ArgumentTypeError(f"{KEY_BYTES} bytes in hexadecimal are wanted")
    return key


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SettingsError(["FILE: is too large for an export"])
        return path.read_bytes()
    except OSError as error:
        raise SettingsError([f"FILE: cannot be read ({error.strerror})"]) from None
    except ValueError:  # a NUL in the path
        raise SettingsError(["FILE: is not the name of a file"]) from None


def _writer(path: Path, *, over: bool) -> Callable[[bytes], None]:
    """Return what writes the whole file or none of it."""

    def write(content: bytes) -> None:
        try:
            _write(path, content, over=over)
        except FileExistsError:
            raise Permanent("--out: the file is there already; --force writes over it") from None
        except OSError as error:
            raise SettingsError([f"--out: cannot be written ({error.strerror})"]) from None
        except ValueError:  # a NUL in the path
            raise SettingsError(["--out: is not the name of a file"]) from None

    return write


def _write(path: Path, content: bytes, *, over: bool) -> None:
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if over:
            unfinished.replace(path)
        else:
            os.link(unfinished, path)  # fails where a file is, even one that came this moment
    finally:
        unfinished.unlink(missing_ok=True)
