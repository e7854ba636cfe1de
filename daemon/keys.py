"""The key file of the embedded default: made once, readable by its owner only, read once at start."""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from daemon.settings import Settings
from privacy.errors import WrongSetting
from privacy.tokens import TokenKey
from storage.sealing import KeyRing

KEY_FILE = "keys.json"
KEY_BYTES = 32
FIRST_SEALING_KEY = "k1"
FIRST_TOKEN_KEY = "1"  # noqa: S105 - the name of a key
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, kw_only=True)
class Keys:
    """All secrets of one region: the ring that seals the database, and the keys that sign case tokens."""

    ring: KeyRing = field(repr=False)
    token_keys: dict[str, TokenKey] = field(repr=False)
    current_token_key: str


def key_path(settings: Settings) -> Path:
    """Return where the key file of this desk is."""
    return settings.keys.file or settings.home / KEY_FILE


def load_or_make_keys(path: Path) -> Keys:
    """Return the keys of the file, which is made when it is missing.

    Raises Permanent with one clear line when others may read the file or its content is not ours.
    """
    try:
        if not are_there(path):
            _make(path)
    except OSError as error:
        raise WrongSetting(f"the key file {path} cannot be made ({error.strerror})") from None
    return load_keys(path)


def are_there(path: Path) -> bool:
    """Say whether there is a key file. Raises WrongSetting where nobody can look."""
    try:
        return path.exists()
    except OSError as error:
        raise WrongSetting(f"the key file {path} cannot be read ({error.strerror})") from None


def load_keys(path: Path) -> Keys:
    """Return the keys of the file; raises Permanent when it is missing, readable by others or damaged."""
    try:
        mode = path.stat().st_mode
        if mode & OTHERS:
            raise WrongSetting(f"the key file {path} can be read by others: chmod 600 it")
        content = json.loads(path.read_text(encoding="ascii"))
        return _read(content, lambda: load_keys(path).ring)
    except FileNotFoundError:
        raise WrongSetting(
            f"the key file {path} is missing: without it nothing can be read, restore it"
        ) from None
    except OSError as error:
        raise WrongSetting(f"the key file {path} cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise WrongSetting(f"the key file {path} is damaged") from None


def _read(content: dict[str, object], reread: Callable[[], KeyRing]) -> Keys:
    sealing = {name: _decode(value) for name, value in _table(content["sealing"]).items()}
    tokens = {
        name: TokenKey(key_id=name, secret=_decode(value))
        for name, value in _table(content["tokens"]).items()
    }
    current_sealing, current_token = str(content["current_sealing"]), str(content["current_token"])
    if current_sealing not in sealing or current_token not in tokens:
        raise ValueError("the current key is not in the file")
    ring = KeyRing(
        key_encryption_keys=sealing,
        current=current_sealing,
        lookup_secret=_decode(str(content["lookup"])),
        reread=reread,
    )
    return Keys(ring=ring, token_keys=tokens, current_token_key=current_token)


def _table(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise TypeError("a table of keys is expected")
    return value


def _decode(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("a key has 32 bytes")
    return key


def _make(path: Path) -> None:
    """Write a new key file completely before it gets its name: a crash leaves none rather than half of one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = {
        "sealing": {FIRST_SEALING_KEY: new_key()},
        "current_sealing": FIRST_SEALING_KEY,
        "lookup": new_key(),
        "tokens": {FIRST_TOKEN_KEY: new_key()},
        "current_token": FIRST_TOKEN_KEY,
    }
    unfinished = write_beside(path, content)
    try:
        os.link(unfinished, path)  # fails when another process was first: its keys are the keys
    except FileExistsError:
        return
    finally:
        unfinished.unlink()
    sync_folder(path.parent)


def write_beside(path: Path, content: Mapping[str, object]) -> Path:
    """Write a key file under a name of its own, and return that once it is on the disk. Raises OSError."""
    # Not the process id alone: in a container every start has the same, and a crash leaves the file behind.
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(content, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    return unfinished


def sync_folder(folder: Path) -> None:
    """Have the names in the folder on the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def new_key() -> str:
    """Return a random key of 32 bytes, as the file holds it."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")
