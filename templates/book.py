"""The words of the letters: our own, and over them those of a folder of the operator."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from privacy.errors import Permanent
from templates.vocabulary import VOCABULARY, WORDS, languages

Section = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Book:
    """Where the words come from; without a folder only from us. Files are read once in the life of the program."""

    folder: Path | None = None


OUR_BOOK = Book()


@dataclass(frozen=True, kw_only=True)
class WordFile:
    """One file of words: for each letter in it, the sentences by their names."""

    path: Path
    language: str
    source: str
    sections: Mapping[str, Section]

    def place(self, section: str, key: str = "") -> str:
        """Return `file:line` of a sentence, or of the head of its letter."""
        within = False
        for number, line in enumerate(self.source.splitlines(), start=1):
            stripped = line.strip()
            if stripped.startswith("["):
                within = stripped == f"[{section}]"
                if within and not key:
                    return f"{self.path}:{number}"
            elif within and stripped.partition("=")[0].strip() == key:
                return f"{self.path}:{number}"
        return str(self.path)


@cache
def sections(book: Book, language: str) -> Mapping[str, Section]:
    """Return the words of all letters in one language; sentences of the operator stand in the place of ours.

    Raises Permanent, with file and line, for a file that cannot be read.
    """
    found: dict[str, dict[str, str]] = {}
    for file in (*our_files(language), *house_files(book, language)):
        for name, section in file.sections.items():
            found.setdefault(name, {}).update(section)
    return found


@cache
def our_files(language: str) -> tuple[WordFile, ...]:
    """Return our own files of one language."""
    return tuple(_files(WORDS / language, language))


@cache
def house_files(book: Book, language: str) -> tuple[WordFile, ...]:
    """Return the operator's files of one language; none where there is no folder."""
    return () if book.folder is None else tuple(_files(book.folder / language, language))


def unknown_folders(book: Book) -> list[Path]:
    """Return what lies in the operator's folder and is no language of ours."""
    if book.folder is None:
        return []
    folders = [path for path in sorted(book.folder.iterdir()) if path.is_dir()]
    return [path for path in folders if path.name not in languages()]


def _files(folder: Path, language: str) -> Iterator[WordFile]:
    for path in sorted(folder.glob("*.toml")):
        if path.name != VOCABULARY:
            yield _read(path, language)


def _read(path: Path, language: str) -> WordFile:
    try:
        source = path.read_text(encoding="utf-8")
        table = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise Permanent(f"{path}: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Permanent(f"{path}: {type(error).__name__}") from None
    file = WordFile(path=path, language=language, source=source, sections=table)
    _only_sentences(file, table)
    return file


def _only_sentences(file: WordFile, table: Mapping[str, Any]) -> None:
    for name, section in table.items():
        if not isinstance(section, Mapping):
            raise Permanent(f"{file.path}: {name} stands outside of a letter")
        for key, sentence in section.items():
            if not isinstance(sentence, str) or not sentence.strip():
                raise Permanent(f"{file.place(name, key)}: {name}.{key} is not a sentence")
