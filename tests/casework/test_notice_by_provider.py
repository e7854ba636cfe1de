"""A campaign through a provider: its acceptance is not the mailbox's, its events count, and nothing is sent twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from campaign_values import Campaign, LetterByLetter, RefusingTransport, owner, workspace
from casework.deliveries import record_events
from casework_values import BOTH_ENGINES, DAY, MINUTE, TOKEN_KEYS
from notifier.provider import ProviderTransport
from notifier.sendgrid import SendGrid
from notifier.transport_settings import SendGridSettings
from privacy.deliveries import DeliveryEvent, Fate
from privacy.errors import OutcomeUnknown, Retryable
from privacy.notices import AttemptOutcome, NoticeState, OwnerState
from servers.mail_provider import MailProvider, Play
from storage.notice_sending import record_outcomes


@pytest.fixture
def provider():
    with MailProvider() as running:
        yield running


@pytest.fixture
def campaign(desk):
    """Over a way that tells of deliveries, scripted letter by letter."""
    made = Campaign(desk)
    made.transport = LetterByLetter(RefusingTransport(), tells_delivery=True)
    return made


def by_sendgrid(provider, clock, seconds=30):
    settings = SendGridSettings(api_key="key", stand_in=provider.url)
    return ProviderTransport(SendGrid(settings), clock=clock, timeout_seconds=seconds)


def tell(campaign, message_id, fate, **changes):
    """The provider tells what became of a mail; returns how many events were news."""
    event = DeliveryEvent(
        message_id=message_id, fate=fate, at=campaign.desk.now, event_id="1", status=None
    )
    return record_events(
        campaign.desk.database, [replace(event, **changes)], TOKEN_KEYS, now=campaign.desk.now
    )


def only_sent(campaign):
    (sent,) = campaign.transport.single.sent
    return sent.message_id


def last_outcome(campaign, person="olivia"):
    return campaign.owners()[person].attempts[-1].outcome


@BOTH_ENGINES
def test_owners_of_one_language_leave_in_one_call_and_count_when_their_servers_have_it(
    desk, provider
):
    campaign = Campaign(desk, by_sendgrid(provider, desk.clock))
    campaign.pace(1_000_000)
    campaign.begin(
        workspace("w1", locale="de"),
        workspace("w2"),
        *(owner(f"g{number}", of="w1") for number in range(120)),
        *(owner(f"e{number}", of="w2") for number in range(200)),
    )
    campaign.send()
    campaign.transport.close()
    assert provider.faults == []
    assert len(provider.calls) == 2
    assert len({one.to for one in provider.delivered}) == 320
    assert set(campaign.all_states().values()) == {OwnerState.HANDED_OVER}
    assert not campaign.status().may_publish
    events = [
        DeliveryEvent(message_id=one.our_id, fate=Fate.DELIVERED, at=desk.now, event_id=one.our_id)
        for one in provider.delivered
    ]
    assert record_events(desk.database, events, TOKEN_KEYS, now=desk.now) == 320
    assert record_events(desk.database, events, TOKEN_KEYS, now=desk.now) == 0
    campaign.send()
    assert campaign.notice().state is NoticeState.ENDED
    assert campaign.status().may_publish
    assert campaign.owners()["e0"].attempts[0].outcome is AttemptOutcome.DELIVERED
    assert campaign.owners()["e0"].attempts[0].answer.endswith("sendgrid: 202")


def test_the_day_that_counts_is_the_one_on_which_the_mailbox_had_it(campaign):
    campaign.begin(workspace(), owner("olivia"))
    campaign.send()
    handed = campaign.desk.now
    campaign.desk.now += 3 * DAY
    assert tell(campaign, only_sent(campaign), Fate.DELIVERED, at=handed + 2 * DAY) == 1
    assert campaign.owners()["olivia"].told_at == handed + 2 * DAY


@BOTH_ENGINES
def test_a_call_that_was_cut_waits_for_its_events_and_is_never_made_again(desk, provider):
    campaign = Campaign(desk, by_sendgrid(provider, desk.clock))
    campaign.begin(workspace(), owner("olivia"))
    provider.plays.append(Play(cut=True, keep=True))
    campaign.send()
    assert campaign.states() == {"olivia": OwnerState.HANDED_OVER}
    assert last_outcome(campaign) is AttemptOutcome.UNKNOWN
    desk.now += 2 * DAY
    campaign.send()
    campaign.transport.close()
    assert len(provider.delivered) == 1
    message_id = provider.delivered[0].our_id
    assert tell(campaign, message_id, Fate.LEFT) == 1
    assert last_outcome(campaign) is AttemptOutcome.ACCEPTED
    assert tell(campaign, message_id, Fate.LEFT) == 0
    assert campaign.states() == {"olivia": OwnerState.HANDED_OVER}
    assert tell(campaign, message_id, Fate.DELIVERED) == 1
    assert campaign.states() == {"olivia": OwnerState.ACCEPTED}
    assert campaign.status().progress.copies == 0


@BOTH_ENGINES
def test_where_no_word_comes_a_person_sees_to_the_owner_and_a_late_word_still_counts(campaign):
    campaign.begin(workspace(), owner("olivia"))
    campaign.send()
    message_id = only_sent(campaign)
    campaign.desk.now += 4 * DAY - MINUTE
    campaign.send()
    assert campaign.states() == {"olivia": OwnerState.HANDED_OVER}
    campaign.desk.now += MINUTE
    campaign.send()
    assert campaign.states() == {"olivia": OwnerState.UNREACHED}
    assert campaign.owners()["olivia"].reason == "no-word-of-delivery"
    assert last_outcome(campaign) is AttemptOutcome.SILENT
    assert campaign.desk.task_kinds() == ["notice_unreached"]
    assert campaign.notice().state is NoticeState.ENDED
    assert len(campaign.transport.single.sent) == 1
    assert tell(campaign, message_id, Fate.DELIVERED) == 1
    assert campaign.states() == {"olivia": OwnerState.ACCEPTED}
    assert campaign.status().may_publish


@BOTH_ENGINES
def test_a_new_address_reaches_a_silent_owner_and_the_old_one_gets_no_copy(campaign):
    campaign.begin(workspace(), owner("olivia"))
    campaign.send()
    campaign.desk.now += 4 * DAY
    campaign.send()
    new = owner("olivia", address="new@customer.example")
    campaign.directory(workspace(), owner("olivia"), new)
    campaign.send()
    recipients = [one.recipient for one in campaign.transport.single.sent]
    assert recipients == ["olivia@customer.example", "new@customer.example"]


@BOTH_ENGINES
@pytest.mark.parametrize("fate", [Fate.FAILED, Fate.DROPPED])
def test_what_the_provider_drops_or_cannot_deliver_goes_to_the_next_address(campaign, fate):
    other = owner("olivia", address="olivia2@customer.example")
    campaign.begin(workspace(), owner("olivia"), other)
    campaign.send()
    assert tell(campaign, only_sent(campaign), fate, status="5.1.1") == 1
    campaign.send()
    assert len({one.recipient for one in campaign.transport.single.sent}) == 2
    assert campaign.states() == {"olivia": OwnerState.HANDED_OVER}
    attempts = campaign.owners()["olivia"].attempts
    assert [one.outcome for one in attempts] == [AttemptOutcome.BOUNCED, AttemptOutcome.ACCEPTED]


@BOTH_ENGINES
@pytest.mark.parametrize(
    ("fate", "after"),
    [(Fate.DELIVERED, OwnerState.ACCEPTED), (Fate.FAILED, OwnerState.UNREACHED)],
)
def test_an_event_that_is_faster_than_our_own_record_counts(campaign, fate, after):
    class Fast(RefusingTransport):
        def send(self, message):
            receipt = super().send(message)
            assert tell(campaign, message.message_id, fate) == 1
            return receipt

    campaign.transport.single = Fast()
    campaign.begin(workspace(), owner("olivia"))
    campaign.send()
    assert campaign.states() == {"olivia": after}
    assert len(campaign.transport.single.sent) == 1


def test_a_provider_of_which_nobody_knows_anything_rests_for_a_quarter_of_an_hour(campaign):
    campaign.pace(60)
    campaign.begin(workspace(), *(owner(f"p{number}") for number in range(5)))
    campaign.transport.single.script = [OutcomeUnknown("504")]
    assert campaign.step().trouble == "504"
    campaign.desk.now += 14 * MINUTE
    assert campaign.step().worked is False
    campaign.desk.now += 2 * MINUTE
    assert campaign.step().worked is True


@BOTH_ENGINES
def test_a_killed_worker_leaves_owners_who_wait_for_events_and_get_no_copy(campaign):
    class Dies(BaseException):
        pass

    campaign.begin(workspace(), *(owner(f"p{number}") for number in range(3)))
    campaign.transport.single.script = [None, Dies()]
    with pytest.raises(Dies):
        campaign.step()
    campaign.desk.now += timedelta(hours=1)
    campaign.send()
    assert set(campaign.states().values()) == {OwnerState.HANDED_OVER}
    assert len(campaign.transport.single.sent) == 1


def test_over_smtp_the_word_that_it_was_taken_spares_the_copy(desk):
    campaign = Campaign(desk, RefusingTransport(script=[OutcomeUnknown("cut")]))
    campaign.begin(workspace(), owner("olivia"))
    campaign.step()
    assert campaign.states() == {"olivia": OwnerState.UNCERTAIN}
    key = campaign.message_id("olivia")
    assert tell(campaign, key, Fate.LEFT) == 1
    assert campaign.states() == {"olivia": OwnerState.ACCEPTED}
    desk.now += DAY
    campaign.send()
    assert campaign.status().progress.copies == 0


def test_a_database_that_is_busy_for_a_moment_does_not_make_a_known_outcome_unknown(
    campaign, monkeypatch
):
    tries = iter([Retryable("database: busy"), Retryable("database: busy"), None])

    def busy(*given):
        if (trouble := next(tries)) is not None:
            raise trouble
        return record_outcomes(*given)

    monkeypatch.setattr("casework.notice_sending.record_outcomes", busy)
    campaign.begin(workspace(), owner("olivia"))
    campaign.send()
    assert last_outcome(campaign) is AttemptOutcome.ACCEPTED
