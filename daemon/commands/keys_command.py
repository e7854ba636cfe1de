"""`rightsdesk keys`: do the keys open what they should, and change the key that seals."""

from __future__ import annotations

import argparse
import stat

from casework.rewrapping import is_unfinished, rewrap_all
from daemon.commands.session import add_json, open_desk_of, settings_of
from daemon.key_changes import add_sealing_key, has_waiting_key, use_added_key
from daemon.keys import key_path, load_keys
from daemon.output import as_json
from storage.key_rotation import KeysInUse, open_every_key

MOST_NAMED = 20
ABOUT = """`check` opens the data key of every message, case and token, and says which keys of the file wrap how many; it ends with 1
when one cannot be opened. `rotate` adds a new key to the key file, makes it the one that seals, and wraps all data keys by it
while everything runs; one that was interrupted is gone on with by `rotate` again. Running daemons take the new key from the
file when they first meet it.

Where machines have key files of their own: `rotate --only-add` first, copy the file to all of them, then `rotate`.

Old keys stay in the file: backups made before need them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `keys` understands."""
    parser.description = f"{parser.description}\n\n{ABOUT}"
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add_json(actions.add_parser("check", help="open every data key"))
    rotating = actions.add_parser("rotate", help="seal by a new key from now on")
    rotating.add_argument(
        "--only-add", action="store_true", help="write the new key into the file, and stop"
    )


def run(options: argparse.Namespace) -> int:
    """Do what the action says; 1 for a data key that cannot be opened."""
    return _check(options) if options.action == "check" else _rotate(options)


def _check(options: argparse.Namespace) -> int:
    with open_desk_of(options) as desk:
        path, ring = key_path(desk.settings), desk.database.keys
        with desk.database.reading() as reading:
            found = open_every_key(reading)
    mode = f"{stat.S_IMODE(path.stat().st_mode):o}"
    names = {name: found.by_name[name] for name in sorted({*ring.names, *found.by_name})}
    if options.json:
        about = {"file": str(path), "mode": mode, "current": ring.current, "wraps": names}
        print(as_json(about | {"cannot_be_opened": [str(one) for one in found.damaged]}))
    else:
        print(f"{path}: mode {mode}, {ring.current} seals")
        print("\n".join(_lines(names, found)))
    return 1 if found.damaged else 0


def _lines(names: dict[str, int], found: KeysInUse) -> list[str]:
    lines = [f"{name}: wraps {count} data keys" for name, count in names.items()]
    lines += [f"CANNOT BE OPENED: {one}" for one in found.damaged[:MOST_NAMED]]
    whole = sum(names.values()) - len(found.damaged)
    return [*lines, f"{whole} open, {len(found.damaged)} do not"]


def _rotate(options: argparse.Namespace) -> int:
    """The file first: from then on whoever meets the new name finds its key there."""
    path = key_path(settings_of(options))
    load_keys(path)
    with open_desk_of(options) as desk:
        unfinished = is_unfinished(desk.database)
    if options.only_add:
        print(f"added {add_sealing_key(path)}; copy {path} to every machine, then `keys rotate`")
        return 0
    if has_waiting_key(path) or not unfinished:
        add_sealing_key(path)
        use_added_key(path)
    else:
        print("an earlier change goes on: not all data keys were wrapped by the current key")
    with open_desk_of(options) as desk:
        done = rewrap_all(desk.database)
        current = desk.database.keys.current
    for one in done.damaged[:MOST_NAMED]:
        print(f"CANNOT BE OPENED: {one}")
    print(f"{current} seals; {done.count} data keys were wrapped anew")
    return 1 if done.damaged else 0
