"""Adds a sealing key to the key file, or makes the added one current: whole or not at all, and no key is ever taken out."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from daemon.keys import load_keys, new_key, sync_folder, write_beside
from privacy.errors import WrongSetting


def add_sealing_key(path: Path) -> str:
    """Add a key that nothing uses yet, and return its name; one that was added before and is not in use stays the one.

    Raises WrongSetting.
    """
    with _alone(path) as content:
        waiting = waiting_key(content)
        if waiting is not None:
            return waiting
        name = _next_name(content["sealing"])
        content["sealing"][name] = new_key()
        _replace(path, content)
        return name


def use_added_key(path: Path) -> str:
    """Make the key that was added last the current one, and return its name. Raises WrongSetting."""
    with _alone(path) as content:
        waiting = waiting_key(content)
        if waiting is not None:
            content["current_sealing"] = waiting
            _replace(path, content)
        return str(content["current_sealing"])


def has_waiting_key(path: Path) -> bool:
    """Say whether a key was added that is not in use yet. Raises WrongSetting."""
    with _alone(path) as content:
        return waiting_key(content) is not None


def waiting_key(content: dict[str, Any]) -> str | None:
    """Return the last key of the file where that comes after the current one, None where none does."""
    last = list(content["sealing"])[-1]
    return None if last == content["current_sealing"] else str(last)


def _next_name(names: dict[str, str]) -> str:
    numbers = [int(name[1:]) for name in names if name[:1] == "k" and name[1:].isdecimal()]
    return f"k{max(numbers, default=0) + 1}"


@contextmanager
def _alone(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the content of the file while nobody else changes it: the folder is locked, for the file is replaced."""
    load_keys(path)  # ours, whole, and its owner's alone: else one clear line
    try:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield json.loads(path.read_text(encoding="ascii"))
        finally:
            os.close(folder)
    except OSError as error:
        raise WrongSetting(f"the key file {path} cannot be changed ({error.strerror})") from None


def _replace(path: Path, content: dict[str, Any]) -> None:
    unfinished = write_beside(path, content)
    try:
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)
