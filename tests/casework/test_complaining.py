"""Whoever calls a mail of ours spam: a notice was delivered and staff see it, product updates end, a letter is for a person."""

import pytest

from campaign_values import Campaign, RefusingTransport, owner, workspace
from casework.deliveries import record_events
from casework.suppression_trail import SUPPRESSION_CHAIN
from casework.unsubscribing import update_link
from casework_values import ANNE, BOTH_ENGINES, MINUTE, TOKEN_KEYS, mail
from privacy.audit import AuditKind
from privacy.deciding import Outcome
from privacy.deliveries import DeliveryEvent, Fate
from privacy.notices import OwnerState
from privacy.suppression import SuppressionList
from storage.suppressions import lists_with

UPDATES = (SuppressionList.UPDATES,)
FOREIGN = "<updates.17@news.autocloz.example>"


@pytest.fixture
def campaign(desk):
    made = Campaign(desk, RefusingTransport())
    made.begin(workspace(), owner("olivia"))
    return made


def feedback(returned: str, *, kind: str = "abuse") -> bytes:
    """A report of a feedback loop (RFC 5965)."""
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nAn abuse report.\r\n"
        f"--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: {kind}\r\nVersion: 1\r\n"
        "User-Agent: ExampleLoop/1.0\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\n{returned}\r\n\r\nHello.\r\n--b--"
    )
    return mail(
        body,
        From="fbl@feedback.example",
        Subject="complaint",
        MIME_Version="1.0",
        Content_Type="multipart/report; report-type=feedback-report; boundary=b",
    )


def link_of(desk, address=ANNE):
    key = desk.profile.token_key
    page = "https://privacy.autocloz.example"
    return update_link(desk.database, address, key=key, page_url=page, language="de")


def update(link: str) -> str:
    return (
        f"From: news@autocloz.example\r\nMessage-ID: {FOREIGN}\r\nSubject: News\r\n"
        f"List-Unsubscribe: <mailto:leave@autocloz.example>,\r\n <{link}>"
    )


def lists_of(desk, address=ANNE):
    with desk.database.reading() as reading:
        return lists_with(reading, [address])[address]


def tell(desk, *events):
    return record_events(desk.database, events, TOKEN_KEYS, now=desk.now)


def complained(message_id, desk, recipient=ANNE):
    return DeliveryEvent(
        message_id=message_id, fate=Fate.COMPLAINED, at=desk.now, recipient=recipient
    )


@BOTH_ENGINES
def test_a_notice_that_is_called_spam_counts_as_delivered_and_staff_see_it(campaign):
    campaign.send()
    told_at = campaign.owners()["olivia"].told_at
    campaign.desk.now += MINUTE
    event = complained(campaign.message_id("olivia"), campaign.desk)
    assert tell(campaign.desk, event) == 1
    assert tell(campaign.desk, event) == 0
    olivia = campaign.owners()["olivia"]
    assert (olivia.state, olivia.told_at) == (OwnerState.ACCEPTED, told_at)
    assert olivia.complained_at == campaign.desk.now
    assert campaign.status().progress.complained == 1
    assert campaign.status().may_publish
    assert campaign.desk.task_kinds() == ["notice_complaint"]
    events = campaign.desk.kinds_of_events(campaign.notice().notice_id)
    assert events.count(AuditKind.NOTICE_COMPLAINED) == 1
    assert lists_of(campaign.desk, "olivia@customer.example") == ()


@BOTH_ENGINES
def test_a_complaint_is_word_of_delivery_where_a_provider_stands_between(campaign):
    class Provider:
        name, most, tells_delivery = "provider", 1_000, True

        def __init__(self, inner):
            self.send_many = inner.send_many

    campaign.transport = Provider(campaign.way)
    campaign.send()
    assert campaign.states() == {"olivia": OwnerState.HANDED_OVER}
    campaign.desk.now += MINUTE
    tell(campaign.desk, complained(campaign.message_id("olivia"), campaign.desk))
    olivia = campaign.owners()["olivia"]
    assert (olivia.state, olivia.told_at) == (OwnerState.ACCEPTED, campaign.desk.now)


@BOTH_ENGINES
def test_a_feedback_report_about_a_notice_does_the_same_and_is_held_for_a_person(campaign):
    campaign.send()
    returned = f"From: privacy@autocloz.example\r\nMessage-ID: {campaign.message_id('olivia')}"
    row = campaign.desk.receive_one(feedback(returned))
    assert row.outcome is Outcome.HELD
    assert campaign.owners()["olivia"].complained_at is not None
    assert "notice_complaint" in campaign.desk.task_kinds()


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure"])
def test_feedback_by_which_nobody_complains_changes_nothing(campaign, kind):
    campaign.send()
    returned = f"From: privacy@autocloz.example\r\nMessage-ID: {campaign.message_id('olivia')}"
    campaign.desk.receive_one(feedback(returned, kind=kind))
    assert campaign.owners()["olivia"].complained_at is None


@BOTH_ENGINES
def test_who_calls_product_updates_spam_gets_none_any_more(desk):
    report = feedback(update(link_of(desk)))
    desk.receive_one(report)
    assert lists_of(desk) == UPDATES
    assert link_of(desk) is None
    (event,) = desk.events(SUPPRESSION_CHAIN)
    assert event.payload == {"list": "updates", "addresses": 1, "reason": "complained"}


@pytest.mark.parametrize("spoil", [str.upper, lambda link: link.replace("/updates/", "/erasure/")])
def test_a_link_that_we_did_not_make_moves_nobody(desk, spoil):
    desk.receive_one(feedback(update(spoil(link_of(desk)))))
    assert lists_of(desk) == ()


def test_a_bounce_of_an_update_suppresses_nobody(desk):
    desk.receive_one(feedback(update(link_of(desk)), kind="not-spam"))
    assert lists_of(desk) == ()


@BOTH_ENGINES
def test_a_providers_complaint_about_what_is_no_letter_and_no_notice_ends_updates(desk):
    assert tell(desk, complained(FOREIGN, desk)) == 1
    assert tell(desk, complained(FOREIGN, desk)) == 0
    assert lists_of(desk) == UPDATES


@pytest.mark.parametrize("recipient", ["", "nobody", "a@b"])
def test_a_complaint_that_names_no_address_ends_nothing(desk, recipient):
    assert tell(desk, complained(FOREIGN, desk, recipient)) == 0
