"""A new version of the policy: somebody decides, others approve exactly what they read, and nothing leaves before."""

from dataclasses import replace
from datetime import date

import pytest

from campaign_values import (
    OLD_TEXT,
    Campaign,
    notice_terms,
    owner,
    policy,
    words,
    workspace,
)
from casework.notice_announced import Announced, announced_under
from casework.profile import DirectoryTerms
from casework_values import BOTH_ENGINES, DANA, DAY, OMAR, SAM, profile
from privacy.audit import AuditKind
from privacy.errors import Permanent
from privacy.notices import NoticeState, NoticeWords
from privacy.policy_versions import text_digest
from storage.notices import letters_of


@pytest.fixture
def campaign(desk):
    return Campaign(desk)


@BOTH_ENGINES
def test_a_change_that_is_not_material_moves_the_stamp_and_sends_nothing(campaign):
    notice = campaign.draft(material=False, reason="A typing error.", terms=None, words=None)
    assert notice.state is NoticeState.STAMP_ONLY
    assert notice.effective_on == date(2027, 3, 1)
    assert campaign.desk.kinds_of_events(notice.notice_id) == [AuditKind.POLICY_DECIDED]
    event = campaign.desk.events(notice.notice_id)[0]
    assert event.payload["material"] is False
    assert event.payload["proposed"] == ["new-recipient", "longer-retention"]
    for step in (campaign.start, campaign.approve):
        with pytest.raises(Permanent):
            step()


@BOTH_ENGINES
def test_a_material_change_is_written_for_the_readers_of_every_language(campaign):
    notice = campaign.draft()
    with campaign.desk.database.reading() as reading:
        letters = {one.reader: one.letter for one in letters_of(reading, notice.notice_id)}
    assert "Voxnet gets the numbers" in letters["en"].text
    assert "1. März 2027" in letters["de"].text
    assert letters["fr"].language == "en"
    assert "Nous répondons en anglais" in letters["fr"].text
    assert "Nous répondons" not in letters["en"].text
    assert all("unsubscribe" in one.text or "abbestellen" in one.text for one in letters.values())


@BOTH_ENGINES
def test_two_people_who_did_not_write_it_approve_exactly_what_they_read(campaign):
    notice = campaign.draft()
    with pytest.raises(Permanent, match="wrote"):
        campaign.approve(SAM)
    with pytest.raises(Permanent, match="not what you read"):
        campaign.approve(DANA, digest="0" * 64)
    given = campaign.approve(DANA)
    assert (given.given, given.needed) == (1, 2)
    with pytest.raises(Permanent, match="already"):
        campaign.approve(DANA)
    campaign.directory(workspace(), owner("olivia"))
    with pytest.raises(Permanent, match="drafted"):
        campaign.start()
    assert campaign.approve(OMAR).is_enough
    assert campaign.notice().state is NoticeState.APPROVED
    with pytest.raises(Permanent, match="wait"):
        campaign.approve(DANA)
    assert campaign.desk.kinds_of_events(notice.notice_id) == [
        AuditKind.POLICY_DECIDED,
        AuditKind.NOTICE_DRAFTED,
        AuditKind.NOTICE_APPROVED,
        AuditKind.NOTICE_APPROVED,
    ]
    assert campaign.desk.chain_holds(notice.notice_id)


def test_a_draft_that_changes_has_to_be_approved_anew(campaign):
    first = campaign.draft()
    campaign.approve()
    second = campaign.draft(reason="Said better.", words={"en": words()})
    assert second.notice_id == first.notice_id
    assert second.digest != first.digest
    assert campaign.notice().state is NoticeState.DRAFTED
    with pytest.raises(Permanent, match="not what you read"):
        campaign.approve(DANA, digest=first.digest)
    campaign.approve()


def test_what_was_sent_is_never_drafted_again(campaign):
    campaign.begin(workspace(), owner("olivia"))
    with pytest.raises(Permanent, match="already"):
        campaign.draft()


def test_a_text_does_not_change_under_its_name(campaign):
    campaign.draft(material=False, reason="A typing error.", terms=None, words=None)
    with pytest.raises(Permanent, match="another text"):
        campaign.draft(old=policy("2", OLD_TEXT), new=policy("3"))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"new": policy("1")}, "another name"),
        ({"reason": " "}, "reason"),
        ({"terms": None}, "effective day"),
        ({"words": {}}, "words"),
        ({"words": {"de": words("de")}}, "binds"),
        ({"words": {"en": words(), "fi": words("fi")}}, "fi"),
        ({"terms": notice_terms(new_url="http://autocloz.example")}, "https"),
    ],
)
def test_what_cannot_be_a_notice_is_refused_in_one_line(campaign, wrong, why):
    with pytest.raises(Permanent, match=why):
        campaign.draft(**wrong)


def test_a_notice_holds_no_advertising(campaign):
    row = replace(words().changes[0], effect="You get a discount")
    with pytest.raises(Permanent, match="discount"):
        campaign.draft(words={"en": NoticeWords(why="It is time.", changes=(row,))})


def test_words_that_would_be_filled_in_are_refused(campaign):
    row = replace(words().changes[0], after="Calls of %[workspace] go elsewhere")
    with pytest.raises(Permanent, match="the same for all"):
        campaign.draft(words={"en": NoticeWords(why="It is time.", changes=(row,))})


@BOTH_ENGINES
def test_a_version_is_announced_once_its_owners_are_being_told(campaign):
    german = "# Datenschutz"
    campaign.directory(workspace(), owner("olivia"))
    campaign.draft(new=policy(de=german))
    campaign.approve()
    database, version = campaign.desk.database, policy(de=german)
    assert announced_under(database, version.digest) is None
    campaign.start()
    found = announced_under(database, version.digest)
    assert found == Announced(
        version="2", announced_on=date(2026, 11, 23), effective_on=date(2027, 3, 1)
    )
    assert announced_under(database, text_digest(german)) == found
    assert announced_under(database, text_digest(OLD_TEXT)) is None
    campaign.stop()
    assert announced_under(database, version.digest) == found


def test_nobody_is_told_from_a_directory_that_is_old_or_empty(campaign):
    campaign.draft()
    campaign.approve()
    with pytest.raises(Permanent, match="directory-never-read"):
        campaign.start()
    campaign.directory(workspace())
    with pytest.raises(Permanent, match="no Owner"):
        campaign.start()
    campaign.directory(workspace(), owner("olivia"))
    campaign.desk.profile = profile(directory=DirectoryTerms(expected=True, stale_after=DAY))
    campaign.desk.now += 2 * DAY
    with pytest.raises(Permanent, match="directory-stale"):
        campaign.start()


def test_a_day_that_the_number_of_owners_and_the_pace_do_not_allow_is_refused(campaign):
    campaign.pace(2)
    campaign.directory(workspace(), *(owner(f"p{number}") for number in range(100)))
    campaign.draft(terms=notice_terms(effective_on=date(2026, 12, 25)))
    campaign.approve()
    with pytest.raises(Permanent, match=r"100 Owners at 2 an hour.*is 2026-12-26") as caught:
        campaign.start()
    assert "2026-12-25 is too early" in str(caught.value)
    campaign.draft(terms=notice_terms(effective_on=date(2026, 12, 26)))
    campaign.approve()
    assert campaign.start().earliest == date(2026, 12, 26)
