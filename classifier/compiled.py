"""Keeps what was compiled from the data of this room in a file beside it, until data, code or Python change.

JSON with a digest: to read it runs nothing. A file that is old, damaged or not ours is made anew; where nothing may
be written, all is compiled at every start.
"""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOM = Path(__file__).parent
FOLDER = ROOM / "__pycache__" / "words"  # where Python keeps what it compiles
Compiled = dict[str, Any]


def compiled(name: str, compile_it: Callable[[], Compiled]) -> Compiled:
    """Return what `compile_it` returns, or what an earlier process kept of it. It must be as JSON gives it back."""
    kept = _read(name)
    if kept is None:
        kept = compile_it()
        _keep(name, kept)
    return kept


def is_kept(name: str) -> bool:
    """Return whether a file of this name is kept that is neither old nor damaged."""
    return _content(name) is not None


def may_keep() -> bool:
    """Return whether this process may write where files are kept."""
    try:
        FOLDER.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(FOLDER, os.W_OK)


@cache
def state_of_the_room() -> bytes:
    """Return a digest of all that the compiled form depends on: every file of this room, Python, its Unicode tables."""
    whole = sha256(f"{sys.version}\n{unicodedata.unidata_version}\n".encode())
    for path in sorted(_sources(ROOM)):
        whole.update(f"{path.relative_to(ROOM)}\n".encode())
        whole.update(sha256(path.read_bytes()).digest())
    return whole.hexdigest().encode()


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            yield from _sources(path)
        elif path.suffix in (".py", ".toml"):
            yield path


def _place(name: str) -> Path:
    return FOLDER / f"{name}.json"


def _read(name: str) -> Compiled | None:
    content = _content(name)
    if content is None:
        return None
    found: Compiled = json.loads(content)
    return found


def _content(name: str) -> bytes | None:
    try:
        state, digest, content = _place(name).read_bytes().split(b"\n", 2)
    except (OSError, ValueError):
        return None
    return content if state == state_of_the_room() and digest == _digest(content) else None


def _keep(name: str, what: Compiled) -> None:
    """Write it beside its place, then put it there: nobody ever reads a half of it."""
    content = json.dumps(what, ensure_ascii=False, separators=(",", ":")).encode()
    place = _place(name)
    beside = place.with_suffix(f".{os.getpid()}")
    try:
        FOLDER.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_bytes(b"\n".join((state_of_the_room(), _digest(content), content)))
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
    except OSError:
        return


def _digest(content: bytes) -> bytes:
    return sha256(content).hexdigest().encode()
