"""A version of the policy is brought, written about by several people, and becomes a notice that none of them approves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from campaign_values import (
    NEW_TEXT,
    OLD_TEXT,
    Campaign,
    notice_terms,
    owner,
    policy,
    words,
    workspace,
)
from casework.notice_writing import (
    Edit,
    compared,
    decide_not_material,
    draft_written,
    gate,
    keep_version,
    undecided,
    version_named,
    write,
)
from casework_values import BOTH_ENGINES, DANA, OMAR, SAM
from privacy.errors import Permanent
from privacy.notices import NoticeState
from storage.manuscripts import find_manuscript

WHOLE = Edit(version="2", replaces="1", reason="A new recipient.", terms=notice_terms())


@pytest.fixture
def campaign(desk):
    made = Campaign(desk)
    made.directory(workspace(), owner("olivia"))
    for one in (policy("1", OLD_TEXT), policy()):
        keep_version(desk.database, one, now=desk.now)
    return made


def written(desk, edit, actor=SAM):
    desk.now += timedelta(minutes=1)
    return write(desk.database, edit, actor=actor, now=desk.now)


def manuscript(desk):
    with desk.database.reading() as reading:
        return find_manuscript(reading, "2")


def drafted(desk, actor=SAM):
    return draft_written(desk.database, "2", desk=desk.profile, actor=actor, now=desk.now)


@BOTH_ENGINES
def test_what_several_people_wrote_becomes_a_notice_that_none_of_them_approves(campaign, desk):
    first = written(desk, replace(WHOLE, words={"en": words()}))
    german = Edit(version="2", words={"de": words("de")}, seen=first.changed_at)
    second = written(desk, german, DANA)
    assert second.writers == (SAM.address, DANA.address)
    assert manuscript(desk) == second
    notice = drafted(desk)
    assert (notice.state, notice.replaces) == (NoticeState.DRAFTED, "1")
    for author in (SAM, DANA):
        with pytest.raises(Permanent, match="whoever wrote a notice"):
            campaign.approve(author)
    assert campaign.approve(OMAR).given == 1


def test_what_was_written_stays_so_that_a_draft_can_be_drafted_anew(campaign, desk):
    first = written(desk, replace(WHOLE, words={"en": words(), "de": words("de")}))
    before = drafted(desk)
    campaign.approve(OMAR)
    written(desk, Edit(version="2", words={"de": None}, seen=first.changed_at))
    again = drafted(desk)
    assert again.notice_id == before.notice_id
    assert again.digest != before.digest
    assert campaign.approve(OMAR).given == 1


@pytest.mark.usefixtures("campaign")
def test_whoever_writes_on_an_old_page_takes_nothing_away(desk):
    first = written(desk, replace(WHOLE, words={"en": words()}))
    written(desk, Edit(version="2", reason="Another reason.", seen=first.changed_at), DANA)
    with pytest.raises(Permanent, match="somebody else wrote"):
        written(desk, Edit(version="2", reason="A third.", seen=first.changed_at))
    with pytest.raises(Permanent, match="no such version"):
        written(desk, Edit(version="9", reason="A third."))
    assert manuscript(desk).reason == "Another reason."


@pytest.mark.usefixtures("campaign")
def test_a_text_changes_under_its_name_until_somebody_decides_about_it(desk):
    with desk.database.reading() as reading:
        assert {one.version for one in undecided(reading)} == {"1", "2"}
    longer = policy("2", NEW_TEXT, de="# Datenschutz\n\nText.\n")
    keep_version(desk.database, longer, now=desk.now)
    with desk.database.reading() as reading:
        assert version_named(reading, "2") == longer
    by = (SAM, desk.now)
    notice = decide_not_material(
        desk.database, ("1", "2"), "Typing errors.", desk=desk.profile, by=by
    )
    assert notice.state is NoticeState.STAMP_ONLY
    for decided in (policy("1", NEW_TEXT), policy("2", OLD_TEXT)):
        with pytest.raises(Permanent, match="a new text has a new name"):
            keep_version(desk.database, decided, now=desk.now)
    with desk.database.reading() as reading:
        assert undecided(reading) == []


@pytest.mark.usefixtures("campaign")
def test_nothing_is_drafted_of_what_nobody_wrote(desk):
    with pytest.raises(Permanent, match="nothing was written"):
        drafted(desk)


@pytest.mark.usefixtures("campaign")
def test_two_versions_are_compared_and_the_rules_propose(desk):
    with desk.database.reading() as reading:
        found = compared(version_named(reading, "1"), version_named(reading, "2"))
    assert [one.heading for one in found.changes] == ["Processors", "Retention"]
    assert "new-recipient" in {one.code for one in found.proposals}


@pytest.mark.usefixtures("campaign")
def test_the_gate_is_counted_from_the_owners_and_the_pace(desk):
    terms = notice_terms()
    with desk.database.reading() as reading:
        plan = gate(reading, terms.effective_on, terms.zone, desk=desk.profile, now=desk.now)
    assert plan.owners == 1
    assert plan.earliest == (desk.now + timedelta(days=31)).date()
