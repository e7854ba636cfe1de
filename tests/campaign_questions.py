"""What a campaign asks the database while it runs, about an Owner who is there."""

from datetime import timedelta
from uuid import UUID

from privacy.directory import PersonRecord, Standing, WorkspaceRecord
from privacy.notice_gate import LateChoice
from privacy.notices import AttemptOutcome, OwnerOutcome
from storage.directory_writes import add_people, add_workspaces, known_workspaces
from storage.ids import new_id
from storage.notice_banners import claim_banner
from storage.notice_choices import decide_owner, move_all, move_workspace
from storage.notice_events import (
    attempt_of_message,
    mark_bounced,
    mark_delivered,
    mark_taken,
)
from storage.notice_lists import (
    effective_days,
    groups_of,
    owners_in,
    progress_of,
    stand_in_for_unreached,
)
from storage.notice_roster import FIRST, Rule, follow_directory, list_part, next_part
from storage.notice_rows import POLICY_NOTICE
from storage.notice_sending import (
    Reader,
    claim_owners,
    is_anything_due,
    record_outcomes,
)
from storage.notices import (
    Choice,
    choices_of,
    find_notice,
    get_notice,
    letters_of,
    notice_approvals,
    policy_version,
    readers_of,
)

READER = Reader(languages=frozenset({"en"}), leading="en")


def notice_row(now, notice_id):
    """Return a notice as far as its Owners need it."""
    texts = dict.fromkeys(("replaces", "reason", "author", "terms", "sender", "digest"), "x")
    rest = {
        "notice_id": notice_id,
        "version": str(notice_id),
        "material": True,
        "proposals": (),
        "announced_on": now.date() + timedelta(days=60),
        "effective_on": now.date() + timedelta(days=60),
        "zone": "UTC",
        "state": "sending",
        "generation": 0,
        "per_hour": 60,
        "drafted_at": now,
        "started_at": now,
        "paced_at": None,
        "ended_at": None,
    }
    return texts | rest


def listed(transaction, now) -> tuple[UUID, UUID]:
    """Put one Owner of one workspace on the list of a notice; returns both ids."""
    notice_id = new_id()
    transaction.insert(POLICY_NOTICE, [notice_row(now, notice_id)])
    add_workspaces(transaction, [WorkspaceRecord(workspace="w1")], reading=1)
    (workspace_id,) = known_workspaces(transaction, ["w1"]).values()
    olivia = PersonRecord(
        standing=Standing.OWNER, workspace="w1", person="p1", address="olivia@customer.example"
    )
    add_people(transaction, [(olivia, workspace_id)], reading=1)
    last = next_part(transaction, FIRST)
    rule = Rule.of(now.date(), timedelta(days=30))
    list_part(transaction, notice_id, rule, (FIRST, last), now=now)
    return notice_id, workspace_id


def tell(transaction, make):
    """Claim, record, and hear that it came back."""
    notice_id, _ = listed(transaction, make.now)
    lease = (make.now, make.now + timedelta(minutes=10))
    batch = claim_owners(transaction, notice_id, READER, most=5, lease=lease)
    (owner,) = batch.owners
    accepted = OwnerOutcome(outcome=AttemptOutcome.ACCEPTED, at=make.now)
    record_outcomes(transaction, batch, {owner.person_id: accepted})
    is_anything_due(transaction, notice_id)
    last = attempt_of_message(transaction, owner.message_key)
    assert last is not None
    assert (last.notice_id, last.person_id) == (notice_id, owner.person_id)
    assert not mark_taken(transaction, last, at=make.now, now=make.now)
    assert not mark_delivered(transaction, last, at=make.now, now=make.now)
    assert mark_bounced(transaction, last, answer="", at=make.now, now=make.now)
    later = (lease[1], lease[1] + timedelta(minutes=10))
    claim_owners(transaction, notice_id, READER, most=5, lease=later)
    stand_in_for_unreached(transaction, notice_id)
    claim_banner(transaction, now=make.now, lease=timedelta(minutes=3))


def look(transaction, make):
    """Ask how it stands."""
    notice_id, _ = listed(transaction, make.now)
    progress_of(transaction, notice_id)
    days = dict.fromkeys(effective_days(transaction, notice_id), make.now)
    assert sum(group.owners for group in groups_of(transaction, notice_id, days)) == 1
    assert owners_in(transaction, notice_id, late_from=days)
    rule = Rule.of(make.now.date(), timedelta(days=30))
    follow_directory(transaction, notice_id, rule, now=make.now)


def decide_late(transaction, make):
    """Move the day of a workspace, and of all, and decide about an Owner."""
    notice_id, workspace_id = listed(transaction, make.now)
    (olivia,) = owners_in(transaction, notice_id)
    choice = Choice(
        choice_id=new_id(),
        notice_id=notice_id,
        choice=LateChoice.MOVE_WORKSPACE,
        workspace_id=workspace_id,
        person_id=olivia.person_id,
        effective_on=make.now.date(),
        reason="r",
        actor="sam",
        os_user="sam",
        at=make.now,
    )
    assert move_workspace(transaction, choice) == 1
    assert decide_owner(transaction, choice) == 1
    move_all(transaction, notice_id, make.now.date())
    choices_of(transaction, notice_id)


def read_notice(transaction, _make):
    """Ask what a notice says."""
    find_notice(transaction, "2")
    get_notice(transaction, new_id())
    letters_of(transaction, new_id(), ["en"])
    readers_of(transaction, new_id())
    notice_approvals(transaction, new_id())
    policy_version(transaction, "2")


NOTICE_QUESTIONS = {
    "tell Owners": tell,
    "how a notice stands": look,
    "decide about late Owners": decide_late,
    "read a notice": read_notice,
}
