"""Reads settings from one TOML file and the environment into plain values, before any of them is checked.

The environment wins over the file: RIGHTSDESK_OUTGOING__PASSWORD sets `password` in `[outgoing]`, and
RIGHTSDESK_MAILBOXES__0__IMAP__PASSWORD that of the first mailbox. Any secret can come from a file instead:
`password_file` in TOML, ..._PASSWORD_FILE in the environment.
"""

from __future__ import annotations

import stat
import tomllib
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, SecretStr

PREFIX = "RIGHTSDESK_"
SEPARATOR = "__"
FILE_SUFFIX = "_file"

Tree = dict[str, typing.Any]


class SettingsError(Exception):
    """Wrong configuration: one line for each thing that is wrong, naming the setting."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


def read_tree(path: Path | None, environment: Mapping[str, str]) -> Tree:
    """Return the settings as nested values; raises SettingsError for a file that is not TOML or cannot be read."""
    tree = _read_file(path) if path else {}
    for name, text in sorted(environment.items()):
        if name.startswith(PREFIX) and len(name) > len(PREFIX):
            _put(tree, name[len(PREFIX) :].lower().split(SEPARATOR), _value(text), name)
    return tree


def _read_file(path: Path) -> Tree:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError([f"settings file {path}: {error.strerror}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([f"settings file {path} is not TOML: {error}"]) from None


def _value(text: str) -> object:
    """Lists are written as in TOML; everything else is text, which pydantic turns into what the field wants."""
    if not text.startswith("["):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _put(tree: Tree, path: list[str], value: object, name: str) -> None:
    place: typing.Any = tree
    try:
        for step in path[:-1]:
            place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
        place[path[-1]] = value
    except (ValueError, IndexError, TypeError, AttributeError):
        raise SettingsError([f"environment {name}: there is no such setting"]) from None


def read_secrets(tree: object, model: type[BaseModel], where: str = "") -> list[str]:
    """Replace `<secret>_file` by the content of the file, in place; returns what was wrong, a line each."""
    if not isinstance(tree, dict):
        return []
    wrong: list[str] = []
    for key in [key for key in tree if _names_a_secret_file(key, model)]:
        wrong += _read_secret(tree, key, where)
    for name, field in model.model_fields.items():
        inner = model_in(field.annotation)
        if inner is None or name not in tree:
            continue
        for place, part in _parts(tree[name], field.annotation):
            wrong += read_secrets(part, inner, f"{where}{name}.{place}")
    return wrong


def _parts(value: object, annotation: object) -> Iterator[tuple[str, object]]:
    """Yield each table of a setting: of a list, of tables by name, or the one that it is."""
    if isinstance(value, list):
        yield from (("", one) for one in value)
    elif isinstance(value, dict) and typing.get_origin(annotation) is dict:
        yield from ((f"{name}.", one) for name, one in value.items())
    else:
        yield "", value


def _names_a_secret_file(key: str, model: type[BaseModel]) -> bool:
    field = model.model_fields.get(key.removesuffix(FILE_SUFFIX))
    return key.endswith(FILE_SUFFIX) and field is not None and is_secret(field.annotation)


def _read_secret(tree: Tree, key: str, where: str) -> list[str]:
    name, path = key.removesuffix(FILE_SUFFIX), Path(str(tree.pop(key)))
    if name in tree:
        return [f"{where}{name} and {where}{key} are both set: keep one"]
    try:
        if path.stat().st_mode & stat.S_IROTH:
            return [f"{where}{key}: {path} can be read by everybody: chmod 600 it"]
        tree[name] = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        return [f"{where}{key}: {path} cannot be read"]
    return []


def is_secret(annotation: object) -> bool:
    """Say whether a field holds a secret, optional or not."""
    return annotation is SecretStr or SecretStr in typing.get_args(annotation)


def model_in(annotation: object) -> type[BaseModel] | None:
    """Return the settings model inside an annotation such as `Inner`, `Inner | None` or `tuple[Inner, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is not None:
        for part in typing.get_args(annotation):
            found = model_in(part)
            if found is not None:
                return found
    return None
