"""Reads the file in which an author says what changes in the policy, and whether that is material."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from casework.notice_drafting import NoticeDraft
from daemon.settings import SettingsError
from privacy.notices import ChangeRow, NoticeTerms, NoticeWords
from privacy.policy_versions import PolicyVersion

MOST_BYTES = 4 * 1024 * 1024
STRICT = ConfigDict(extra="forbid", frozen=True)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is no time zone") from None
    return name


class _Policy(BaseModel):
    model_config = STRICT

    version: str = Field(min_length=1, max_length=60, pattern=r"^[\w][\w .+-]*$")
    updated_on: date
    leading: str = "en"
    texts: Mapping[str, str]

    def read(self, folder: Path) -> PolicyVersion:
        texts = {language: read_text(folder / name, name) for language, name in self.texts.items()}
        return PolicyVersion(
            version=self.version, updated_on=self.updated_on, leading=self.leading, texts=texts
        )


class _Decision(BaseModel):
    model_config = STRICT

    material: bool
    reason: str


class _Notice(BaseModel):
    model_config = STRICT

    effective_on: date
    zone: Annotated[str, AfterValidator(_zone)]
    new_url: str
    old_url: str
    choices_url: str
    asks_consent: bool = False


class _Row(BaseModel):
    model_config = STRICT

    before: str
    after: str
    effect: str
    action: str


class _Words(BaseModel):
    model_config = STRICT

    why: str
    changes: tuple[_Row, ...]

    def told(self) -> NoticeWords:
        rows = tuple(ChangeRow(**row.model_dump()) for row in self.changes)
        return NoticeWords(why=self.why, changes=rows)


class _File(BaseModel):
    model_config = STRICT

    old: _Policy
    new: _Policy
    decision: _Decision
    notice: _Notice | None = None
    words: Mapping[str, _Words] = Field(default_factory=dict)


def read_notice_file(path: Path) -> NoticeDraft:
    """Return what the author says. Texts are named by the files in which they stand, beside this one.

    Raises SettingsError with a line for each thing that is wrong.
    """
    try:
        tree = tomllib.loads(read_text(path, "FILE"))
        file = _File.model_validate(tree)
        return _draft(file, path.parent)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"FILE: {error}"]) from None
    except ValidationError as error:
        raise SettingsError([_line(one["loc"], one["msg"]) for one in error.errors()]) from None
    except ValueError as error:
        raise SettingsError([f"FILE: {error}"]) from None


def read_text(path: Path, name: str) -> str:
    """Return the text of a file. Raises SettingsError, naming it as the user did."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise SettingsError([f"{name}: is longer than {MOST_BYTES} bytes"])
        return content.decode()
    except OSError as error:
        raise SettingsError([f"{name}: cannot be read ({error.strerror})"]) from None
    except UnicodeDecodeError:
        raise SettingsError([f"{name}: is not text in UTF-8"]) from None
    except ValueError:  # a NUL in the path
        raise SettingsError([f"{name}: is not the name of a file"]) from None


def _draft(file: _File, folder: Path) -> NoticeDraft:
    return NoticeDraft(
        old=file.old.read(folder),
        new=file.new.read(folder),
        material=file.decision.material,
        reason=file.decision.reason,
        terms=NoticeTerms(**file.notice.model_dump()) if file.notice else None,
        words={language: words.told() for language, words in file.words.items()},
    )


def _line(where: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(map(str, where))}: {message.removeprefix('Value error, ')}"
