"""Policy versions that nobody decided about yet, and what is being written about them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select

from privacy.notices import ChangeRow, NoticeTerms, NoticeWords
from storage.notice_rows import NOTICE_MANUSCRIPT, POLICY_VERSION
from storage.transactions import AnyRow, Reading, Transaction, Values

_ROW, _VERSION = NOTICE_MANUSCRIPT.c, POLICY_VERSION.c


@dataclass(frozen=True, kw_only=True)
class Manuscript:
    """What authors wrote about a version so far; `writers` are the addresses of staff who had a hand in it."""

    version: str
    replaces: str
    reason: str
    terms: NoticeTerms | None = None
    words: Mapping[str, NoticeWords] = field(default_factory=dict)
    writers: tuple[str, ...] = ()
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class ListedVersion:
    """A version of the policy in a list, without its texts."""

    version: str
    digest: str
    updated_on: date
    recorded_at: datetime


def list_versions(reading: Reading) -> list[ListedVersion]:
    """Return all versions, the newest first."""
    columns = (_VERSION.version, _VERSION.digest, _VERSION.updated_on, _VERSION.recorded_at)
    question = select(*columns).order_by(_VERSION.updated_on.desc(), _VERSION.version.desc())
    return [ListedVersion(**row) for row in reading.fetch(question).mappings()]


def drop_version(transaction: Transaction, version: str) -> None:
    """Forget a version, so that another text can stand under its name. Whoever calls knows that nobody relies on it."""
    transaction.change(delete(POLICY_VERSION).where(_VERSION.version == version))


def find_manuscript(reading: Reading, version: str) -> Manuscript | None:
    """Return what was written about this version, None where nothing was; in a transaction its row is locked."""
    question = select(NOTICE_MANUSCRIPT).where(_ROW.version == version)
    if isinstance(reading, Transaction):
        question = question.with_for_update()
    row = reading.fetch(question).one_or_none()
    return None if row is None else _manuscript(row)


def put_manuscript(transaction: Transaction, manuscript: Manuscript) -> None:
    """Keep what was written, in the place of what stood there."""
    words = {language: asdict(told) for language, told in manuscript.words.items()}
    row: Values = {
        "version": manuscript.version,
        "replaces": manuscript.replaces,
        "reason": manuscript.reason,
        "terms": _terms_text(manuscript.terms),
        "words": json.dumps(words, sort_keys=True, ensure_ascii=False),
        "writers": json.dumps(manuscript.writers),
        "changed_at": manuscript.changed_at,
    }
    transaction.change(delete(NOTICE_MANUSCRIPT).where(_ROW.version == manuscript.version))
    transaction.insert(NOTICE_MANUSCRIPT, [row])


def _manuscript(row: AnyRow) -> Manuscript:
    return Manuscript(
        version=row.version,
        replaces=row.replaces,
        reason=row.reason,
        terms=_terms(row.terms),
        words={language: _words(told) for language, told in json.loads(row.words).items()},
        writers=tuple(json.loads(row.writers)),
        changed_at=row.changed_at,
    )


def _words(told: Mapping[str, Any]) -> NoticeWords:
    return NoticeWords(
        why=told["why"], changes=tuple(ChangeRow(**change) for change in told["changes"])
    )


def _terms_text(terms: NoticeTerms | None) -> str:
    if terms is None:
        return ""
    return json.dumps(asdict(terms) | {"effective_on": terms.effective_on.isoformat()})


def _terms(text: str) -> NoticeTerms | None:
    if not text:
        return None
    told = json.loads(text)
    return NoticeTerms(**(told | {"effective_on": date.fromisoformat(told["effective_on"])}))
