"""Policy versions and the notices about them: what was decided, written, approved, and how far each notice is."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update

from privacy.messages import Letter
from privacy.notice_gate import LateChoice
from privacy.notices import NoticeLetter, NoticeState, NoticeTerms
from privacy.policy_versions import PolicyVersion
from storage.notice_rows import (
    NOTICE_APPROVAL,
    NOTICE_CHOICE,
    NOTICE_LETTER,
    POLICY_NOTICE,
    POLICY_VERSION,
)
from storage.transactions import AnyRow, Reading, Transaction

KIND = "policy_notice"
_NOTICE = POLICY_NOTICE.c


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What was decided about a new version, and how far its campaign is.

    `terms` is None where the change is not material: then nothing is sent. `announced_on` is the effective day that the
    letters say, `effective_on` the one that holds for everybody.
    """

    notice_id: UUID
    version: str
    replaces: str
    material: bool
    reason: str
    author: str
    proposals: tuple[str, ...]
    terms: NoticeTerms | None
    announced_on: date | None
    effective_on: date | None
    zone: str
    sender: str
    digest: str
    state: NoticeState
    generation: int
    per_hour: int
    drafted_at: datetime
    started_at: datetime | None = None
    paced_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class NoticeApproval:
    """Somebody approved a notice as it stood: exactly this digest."""

    notice_id: UUID
    actor: str
    digest: str
    os_user: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What somebody decided about a late or unreached Owner; the ids are None where it is for all."""

    choice_id: UUID
    notice_id: UUID
    choice: LateChoice
    reason: str = field(repr=False)
    actor: str
    os_user: str
    at: datetime
    workspace_id: UUID | None = None
    person_id: UUID | None = None
    effective_on: date | None = None


def add_policy_version(transaction: Transaction, policy: PolicyVersion, *, at: datetime) -> None:
    """Keep a version; one that is there already stays as it is."""
    row = {
        "version": policy.version,
        "digest": policy.digest,
        "leading": policy.leading,
        "updated_on": policy.updated_on,
        "texts": json.dumps(dict(policy.texts), sort_keys=True, ensure_ascii=False),
        "recorded_at": at,
    }
    transaction.insert_new(POLICY_VERSION, [row])


def policy_version(reading: Reading, version: str) -> PolicyVersion | None:
    """Return a version, None where nobody decided about it here."""
    question = select(POLICY_VERSION).where(POLICY_VERSION.c.version == version)
    row = reading.fetch(question).one_or_none()
    if row is None:
        return None
    return PolicyVersion(
        version=row.version,
        updated_on=row.updated_on,
        leading=row.leading,
        texts=json.loads(row.texts),
    )


def add_notice(transaction: Transaction, notice: Notice, letters: Sequence[NoticeLetter]) -> None:
    """Keep a decision, and where it is material the letters about it."""
    row: dict[str, Any] = {name: getattr(notice, name) for name in Notice.__dataclass_fields__}
    row["terms"] = _terms_text(notice.terms)
    transaction.insert(POLICY_NOTICE, [row])
    rows = [
        {
            "notice_id": notice.notice_id,
            "reader": one.reader,
            "language": one.letter.language,
            "subject": one.letter.subject,
            "body_text": one.letter.text,
            "body_html": one.letter.html,
        }
        for one in letters
    ]
    transaction.insert(NOTICE_LETTER, rows)


def drop_draft(transaction: Transaction, notice: Notice) -> None:
    """Forget a notice of which nothing was sent, so that it can be drafted anew; its trail stays."""
    for table in (NOTICE_LETTER, NOTICE_APPROVAL, POLICY_NOTICE):
        transaction.change(delete(table).where(table.c.notice_id == notice.notice_id))
    transaction.change(delete(POLICY_VERSION).where(POLICY_VERSION.c.version == notice.version))


def find_notice(reading: Reading, version: str) -> Notice | None:
    """Return the notice about this version; in a transaction its row is locked."""
    return _notice_where(reading, _NOTICE.version == version)


def get_notice(reading: Reading, notice_id: UUID) -> Notice | None:
    """Return the notice with this id; in a transaction its row is locked."""
    return _notice_where(reading, _NOTICE.notice_id == notice_id)


def list_notices(reading: Reading) -> list[Notice]:
    """Return all of them, the newest first."""
    question = select(POLICY_NOTICE).order_by(_NOTICE.drafted_at.desc(), _NOTICE.notice_id)
    return [_notice(row) for row in reading.fetch(question)]


def notices_in(reading: Reading, *states: NoticeState) -> list[Notice]:
    """Return those in one of these states, the one that began first at the front."""
    question = select(POLICY_NOTICE).where(_NOTICE.state.in_(states))
    rows = reading.fetch(question.order_by(_NOTICE.started_at, _NOTICE.notice_id))
    return [_notice(row) for row in rows]


def change_notice(transaction: Transaction, notice_id: UUID, **values: object) -> None:
    """Set these columns of a notice anew."""
    changed = update(POLICY_NOTICE).where(_NOTICE.notice_id == notice_id).values(**values)
    transaction.change(changed)


def readers_of(reading: Reading, notice_id: UUID) -> dict[str, str]:
    """Return for readers of which languages there are letters, and in which language each is written."""
    row = NOTICE_LETTER.c
    question = select(row.reader, row.language).where(row.notice_id == notice_id)
    return {one[0]: one[1] for one in reading.fetch(question.order_by(row.reader))}


def letters_of(
    reading: Reading, notice_id: UUID, readers: Collection[str] | None = None
) -> list[NoticeLetter]:
    """Return the letters as they were written, those for these readers or all, by the language of the reader."""
    row = NOTICE_LETTER.c
    question = select(NOTICE_LETTER).where(row.notice_id == notice_id).order_by(row.reader)
    if readers is not None:
        question = question.where(row.reader.in_(readers))
    return [
        NoticeLetter(
            reader=one.reader,
            letter=Letter(
                kind=KIND,
                language=one.language,
                subject=one.subject,
                text=one.body_text,
                html=one.body_html,
            ),
        )
        for one in reading.fetch(question)
    ]


def add_notice_approval(transaction: Transaction, approval: NoticeApproval) -> None:
    """Keep an approval."""
    transaction.insert(NOTICE_APPROVAL, [asdict(approval)])


def notice_approvals(reading: Reading, notice_id: UUID) -> list[NoticeApproval]:
    """Return who approved, the first one first."""
    row = NOTICE_APPROVAL.c
    question = select(NOTICE_APPROVAL).where(row.notice_id == notice_id)
    rows = reading.fetch(question.order_by(row.at, row.actor)).mappings()
    return [NoticeApproval(**one) for one in rows]


def add_choice(transaction: Transaction, choice: Choice) -> None:
    """Keep what somebody decided."""
    transaction.insert(NOTICE_CHOICE, [asdict(choice)])


def choices_of(reading: Reading, notice_id: UUID) -> list[Choice]:
    """Return what was decided, the first one first."""
    row = NOTICE_CHOICE.c
    question = select(NOTICE_CHOICE).where(row.notice_id == notice_id)
    rows = reading.fetch(question.order_by(row.at, row.choice_id)).mappings()
    return [Choice(**one) for one in rows]


def _notice_where(reading: Reading, condition: ColumnElement[bool]) -> Notice | None:
    question = select(POLICY_NOTICE).where(condition)
    if isinstance(reading, Transaction):
        question = question.with_for_update()
    row = reading.fetch(question).one_or_none()
    return None if row is None else _notice(row)


def _notice(row: AnyRow) -> Notice:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public way to a row's columns
    return Notice(**(values | {"terms": _terms(row.terms)}))


def _terms_text(terms: NoticeTerms | None) -> str:
    if terms is None:
        return ""
    return json.dumps(asdict(terms) | {"effective_on": terms.effective_on.isoformat()})


def _terms(text: str) -> NoticeTerms | None:
    if not text:
        return None
    told = json.loads(text)
    return NoticeTerms(**(told | {"effective_on": date.fromisoformat(told["effective_on"])}))
