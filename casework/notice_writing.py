"""Staff bring a new version of the policy and write about it, language by language, until it is a notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from casework.actors import Actor
from casework.notice_drafting import NoticeDraft, draft_notice
from casework.profile import DeskProfile
from privacy.addresses import without_plus
from privacy.errors import Permanent
from privacy.notice_gate import SendingPlan
from privacy.notices import NoticeTerms, NoticeWords
from privacy.policy_changes import Proposal, SectionChange, compare, proposals
from privacy.policy_versions import PolicyVersion
from regimes.policy_rules import load_material_rules
from storage.database import Database, Reading, Transaction
from storage.manuscripts import (
    ListedVersion,
    Manuscript,
    drop_version,
    find_manuscript,
    list_versions,
    put_manuscript,
)
from storage.notice_roster import Rule, count_owners
from storage.notices import Notice, add_policy_version, find_notice, list_notices, policy_version


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two versions, what differs between them, and what of it the rules hold for material."""

    old: PolicyVersion
    new: PolicyVersion
    changes: tuple[SectionChange, ...]
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What somebody writes about a version. None stays as it was; no words take their language out.

    `seen`: when what they had before them was last changed, None where there was nothing.
    """

    version: str
    replaces: str | None = None
    reason: str | None = None
    terms: NoticeTerms | None = None
    words: Mapping[str, NoticeWords | None] | None = None
    seen: datetime | None = None


def keep_version(database: Database, policy: PolicyVersion, *, now: datetime) -> None:
    """Keep a version that nobody decided about yet, in the place of what stood under its name.

    Raises Permanent where somebody has decided about it, or compared another version with it: a new text has a new name.
    """
    with database.transaction() as transaction:
        known = policy_version(transaction, policy.version)
        if known is not None and known.digest != policy.digest:
            if is_decided(transaction, policy.version):
                raise Permanent(
                    f"version {policy.version} has another text: a new text has a new name"
                )
            drop_version(transaction, policy.version)
        add_policy_version(transaction, policy, at=now)


def is_decided(reading: Reading, version: str) -> bool:
    """Say whether a decision stands on the text of this version."""
    return any(version in {one.version, one.replaces} for one in list_notices(reading))


def undecided(reading: Reading) -> list[ListedVersion]:
    """Return the versions about which nobody decided, the newest first."""
    decided = {name for one in list_notices(reading) for name in (one.version, one.replaces)}
    return [one for one in list_versions(reading) if one.version not in decided]


def version_named(reading: Reading, version: str) -> PolicyVersion:
    """Return a version of the policy. Raises Permanent for one that nobody brought."""
    found = policy_version(reading, version)
    if found is None:
        raise Permanent("there is no such version of the policy")
    return found


def compared(old: PolicyVersion, new: PolicyVersion) -> Comparison:
    """Return what differs between two versions; the rules propose, and decide nothing."""
    changes = compare(old, new)
    seen = proposals(changes, load_material_rules(), old.leading_text)
    return Comparison(old=old, new=new, changes=changes, proposals=seen)


def gate(
    reading: Reading, effective_on: date, zone: str, *, desk: DeskProfile, now: datetime
) -> SendingPlan:
    """Return the plan by which all Owners of this moment are told from now on, for this effective day."""
    rule = Rule.of(effective_on, desk.notices.cancelled_kept_for)
    return SendingPlan(
        owners=count_owners(reading, rule),
        per_hour=desk.notices.per_hour,
        starts_at=now,
        zone=zone,
    )


def write(database: Database, edit: Edit, *, actor: Actor, now: datetime) -> Manuscript:
    """Keep what somebody wrote, with their name, and return all of it.

    Raises Permanent when somebody else wrote meanwhile, and for a version that nobody brought.
    """
    with database.transaction() as transaction:
        version_named(transaction, edit.version)
        before = find_manuscript(transaction, edit.version)
        if edit.seen != (before.changed_at if before else None):
            raise Permanent("somebody else wrote meanwhile: open the page again")
        written = _edited(before or _begun(transaction, edit.version, now), edit)
        writers = dict.fromkeys((*written.writers, without_plus(actor.address)))
        written = replace(written, writers=tuple(writers), changed_at=now)
        put_manuscript(transaction, written)
    return written


def draft_written(
    database: Database, version: str, *, desk: DeskProfile, actor: Actor, now: datetime
) -> Notice:
    """Make a notice of what was written; one that was drafted before is replaced. Raises Permanent, as draft_notice does."""
    with database.reading() as reading:
        written = find_manuscript(reading, version)
        if written is None:
            raise Permanent("nothing was written about this version yet")
        draft = NoticeDraft(
            old=version_named(reading, written.replaces),
            new=version_named(reading, version),
            material=True,
            reason=written.reason,
            terms=written.terms,
            words=written.words,
        )
    return draft_notice(database, draft, desk=desk, actor=actor, now=now)


def decide_not_material(
    database: Database,
    versions: tuple[str, str],
    reason: str,
    *,
    desk: DeskProfile,
    by: tuple[Actor, datetime],
) -> Notice:
    """Publish the new one of these versions (old, new) with its stamp alone: nobody is written to. Raises Permanent."""
    actor, now = by
    with database.reading() as reading:
        old, new = (version_named(reading, one) for one in versions)
    draft = NoticeDraft(old=old, new=new, material=False, reason=reason)
    return draft_notice(database, draft, desk=desk, actor=actor, now=now)


def _begun(transaction: Transaction, version: str, now: datetime) -> Manuscript:
    """What is there before anybody writes: a notice that was drafted from a file has its decision and its terms."""
    notice = find_notice(transaction, version)
    return Manuscript(
        version=version,
        replaces=notice.replaces if notice else "",
        reason=notice.reason if notice else "",
        terms=notice.terms if notice else None,
        changed_at=now,
    )


def _edited(before: Manuscript, edit: Edit) -> Manuscript:
    words = {**before.words, **(edit.words or {})}
    return replace(
        before,
        replaces=edit.replaces or before.replaces,
        reason=edit.reason or before.reason,
        terms=edit.terms or before.terms,
        words={language: told for language, told in words.items() if told is not None},
    )
