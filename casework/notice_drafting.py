"""Somebody decides about a new version of the policy: its stamp moves, or a notice to every Owner is drafted and approved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casework.actors import Actor, By, by_person
from casework.drafts import Given
from casework.profile import DeskProfile
from privacy.addresses import without_plus
from privacy.approvers import ApprovalRule, approvals_needed
from privacy.audit import AuditEvent, AuditKind
from privacy.errors import Permanent
from privacy.letter_review import Expected
from privacy.marks import MARK
from privacy.notices import (
    NoticeLetter,
    NoticeState,
    NoticeTerms,
    NoticeWords,
    notice_digest,
)
from privacy.policy_changes import MaterialDecision, compare, proposals
from privacy.policy_versions import PolicyVersion
from privacy.rights import Lane
from regimes.policy_rules import load_material_rules
from responders.notice import KIND, write_notices
from storage.audit import append
from storage.database import Database, Reading, Transaction
from storage.ids import new_id
from storage.manuscripts import find_manuscript
from storage.notices import (
    Notice,
    NoticeApproval,
    add_notice,
    add_notice_approval,
    add_policy_version,
    change_notice,
    drop_draft,
    find_notice,
    letters_of,
    notice_approvals,
    policy_version,
)
from templates.reviewing import review

NOT_SENT = frozenset({NoticeState.DRAFTED, NoticeState.APPROVED})


@dataclass(frozen=True, kw_only=True)
class NoticeDraft:
    """What an author hands in: two versions, the decision, and where it is material the words in each language."""

    old: PolicyVersion
    new: PolicyVersion
    material: bool
    reason: str
    terms: NoticeTerms | None = None
    words: Mapping[str, NoticeWords] | None = None


@dataclass(frozen=True, kw_only=True)
class _Written:
    """A draft with its letters."""

    draft: NoticeDraft
    letters: Sequence[NoticeLetter]
    decision: MaterialDecision
    codes: tuple[str, ...]


def draft_notice(
    database: Database, draft: NoticeDraft, *, desk: DeskProfile, actor: Actor, now: datetime
) -> Notice:
    """Keep a decision about a new version, and what is to be said about it; returns it.

    A draft of which nothing was sent yet is replaced, and has to be approved anew. Raises Permanent for a version that
    was decided about already, one whose text changed under its name, and words that cannot stand in a notice.
    """
    written = _written(draft, desk, actor, now)
    with database.transaction() as transaction:
        before = find_notice(transaction, draft.new.version)
        if before is not None:
            _replace(transaction, before)
        _keep_versions(transaction, draft, now)
        notice = _notice(written, before.notice_id if before else new_id(), desk)
        add_notice(transaction, notice, written.letters)
        _record_draft(transaction, notice, written, by_person(actor, now))
    return notice


def approve_notice(
    database: Database, version: str, digest: str, *, desk: DeskProfile, actor: Actor, now: datetime
) -> Given:
    """Record an approval of the notice as it stands; with the last one that it needs it can be sent.

    Raises Permanent when it is not what the approver read (`digest`), was decided already, or the actor wrote of it or
    has approved it already.
    """
    who = without_plus(actor.address)
    with database.transaction() as transaction:
        notice = notice_named(transaction, version)
        if notice.state is not NoticeState.DRAFTED:
            raise Permanent("this notice does not wait for an approval")
        if digest != notice.digest or digest != digest_of(transaction, notice):
            raise Permanent("the notice is not what you read: look at it again (`notice preview`)")
        rule = approval_rule(desk)
        against = against_approver(transaction, notice, who, rule)
        if against is not None:
            raise Permanent(against)
        by = By(name=who, os_user=actor.os_user, at=now)
        given = _approve(transaction, notice, by)
        if given >= rule.needed:
            change_notice(transaction, notice.notice_id, state=NoticeState.APPROVED)
    return Given(given=given, needed=rule.needed)


def notice_named(reading: Reading, version: str) -> Notice:
    """Return the notice about this version, in a transaction locked. Raises Permanent."""
    notice = find_notice(reading, version)
    if notice is None:
        raise Permanent("nobody has decided about such a version of the policy")
    return notice


def approval_rule(desk: DeskProfile) -> ApprovalRule:
    """Return who has to approve a notice before it is sent."""
    return approvals_needed(desk.work.approvers, KIND, Lane.RIGHTS)


def against_approver(reading: Reading, notice: Notice, who: str, rule: ApprovalRule) -> str | None:
    """Return why somebody with this address cannot approve the notice (any more), None where nothing stands against it."""
    written = find_manuscript(reading, notice.version)
    writers = {notice.author, *(written.writers if written else ())}
    if who in writers and not rule.author_counts:
        return "whoever wrote a notice does not approve it: another member of staff does"
    if who in {one.actor for one in notice_approvals(reading, notice.notice_id)}:
        return "you have approved this notice already: another member of staff has to"
    return None


def digest_of(reading: Reading, notice: Notice) -> str:
    """Return the digest of the notice as it lies in the database."""
    policy = policy_version(reading, notice.version)
    if policy is None or notice.terms is None:
        return ""
    letters = letters_of(reading, notice.notice_id)
    return notice_digest(policy.digest, notice.terms, letters, notice.sender)


def _written(draft: NoticeDraft, desk: DeskProfile, actor: Actor, now: datetime) -> _Written:
    if draft.old.version == draft.new.version:
        raise Permanent("a new version has another name than the old one")
    try:
        decision = MaterialDecision(
            material=draft.material,
            reason=draft.reason,
            author=without_plus(actor.address),
            decided_at=now,
        )
    except ValueError as error:
        raise Permanent(str(error)) from None
    changes = compare(draft.old, draft.new)
    seen = proposals(changes, load_material_rules(), draft.old.leading_text)
    codes = tuple(dict.fromkeys(one.code for one in seen))
    letters = _letters(draft, desk) if draft.material else []
    return _Written(draft=draft, letters=letters, decision=decision, codes=codes)


def _letters(draft: NoticeDraft, desk: DeskProfile) -> list[NoticeLetter]:
    if draft.terms is None or not draft.words:
        raise Permanent("a material change needs an effective day, addresses and words")
    if any(MARK.search(text) for words in draft.words.values() for text in words.texts()):
        raise Permanent("a notice is the same for all its readers: %[name] would be filled in")
    leading = draft.new.leading
    if leading not in draft.words:
        raise Permanent(f"the notice says nothing in {leading}, the language that binds")
    letters = write_notices(
        draft.words,
        draft.terms,
        (draft.old.version, draft.new.version),
        desk.identity,
        leading=leading,
        book=desk.book,
    )
    expected = Expected(own_words=tuple(desk.identity.model_dump().values()))
    findings = [
        f"{one.reader}: {found}" for one in letters for found in review(one.letter, expected)
    ]
    if findings:
        raise Permanent(f"the notice cannot leave like this: {'; '.join(_few(findings))}")
    return letters


def _few(findings: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(findings))[:5]


def _replace(transaction: Transaction, before: Notice) -> None:
    if before.state not in NOT_SENT:
        raise Permanent("this version of the policy was decided about already")
    drop_draft(transaction, before)


def _keep_versions(transaction: Transaction, draft: NoticeDraft, now: datetime) -> None:
    for policy in (draft.old, draft.new):
        known = policy_version(transaction, policy.version)
        if known is not None and known.digest != policy.digest:
            raise Permanent(f"version {policy.version} has another text: a new text has a new name")
        add_policy_version(transaction, policy, at=now)


def _notice(written: _Written, notice_id: UUID, desk: DeskProfile) -> Notice:
    draft, decision, terms = written.draft, written.decision, written.draft.terms
    material_terms = terms if decision.material else None
    sender = desk.mailboxes[0].address
    digest = (
        notice_digest(draft.new.digest, material_terms, written.letters, sender)
        if material_terms
        else draft.new.digest
    )
    return Notice(
        notice_id=notice_id,
        version=draft.new.version,
        replaces=draft.old.version,
        material=decision.material,
        reason=decision.reason,
        author=decision.author,
        proposals=written.codes,
        terms=material_terms,
        announced_on=material_terms.effective_on if material_terms else None,
        effective_on=material_terms.effective_on if material_terms else draft.new.updated_on,
        zone=material_terms.zone if material_terms else "UTC",
        sender=sender,
        digest=digest,
        state=NoticeState.DRAFTED if decision.material else NoticeState.STAMP_ONLY,
        generation=0,
        per_hour=desk.notices.per_hour,
        drafted_at=decision.decided_at,
    )


def _record_draft(transaction: Transaction, notice: Notice, written: _Written, by: By) -> None:
    decided: dict[str, object] = {
        "version": notice.version,
        "policy": written.draft.new.digest,
        "material": notice.material,
        "proposed": list(notice.proposals),
    }
    record(transaction, notice, kind=AuditKind.POLICY_DECIDED, by=by, payload=decided)
    if notice.material:
        drafted: dict[str, object] = {"digest": notice.digest, "effective": notice.effective_on}
        record(transaction, notice, kind=AuditKind.NOTICE_DRAFTED, by=by, payload=drafted)


def _approve(transaction: Transaction, notice: Notice, by: By) -> int:
    approval = NoticeApproval(
        notice_id=notice.notice_id,
        actor=by.name,
        digest=notice.digest,
        os_user=by.os_user or "",
        at=by.at,
    )
    add_notice_approval(transaction, approval)
    given = len(notice_approvals(transaction, notice.notice_id))
    payload: dict[str, object] = {"digest": notice.digest, "approvals": given}
    record(transaction, notice, kind=AuditKind.NOTICE_APPROVED, by=by, payload=payload)
    return given


def record(
    transaction: Transaction,
    notice: Notice,
    *,
    kind: AuditKind,
    by: By,
    payload: Mapping[str, object],
) -> None:
    """Write into the trail of the notice."""
    event = AuditEvent(chain=notice.notice_id, kind=kind, at=by.at, actor=str(by), payload=payload)
    append(transaction, [event])
