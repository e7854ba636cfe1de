"""A campaign: every Owner is told once, nobody drops out silently, and a late one holds publication."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from bounce_reports import NO_USER, report
from campaign_values import (
    EFFECTIVE,
    Campaign,
    RefusingTransport,
    notice_terms,
    owner,
    words,
    workspace,
)
from casework.deliveries import record_events
from casework.notice_batch import COPIES
from casework_values import BOTH_ENGINES, DAY, MINUTE, PRIVACY, TOKEN_KEYS
from notifier.one_by_one import OneByOne
from notifier.settings import SubmissionSettings
from notifier.submission import SubmissionTransport
from privacy.audit import AuditKind
from privacy.deciding import Outcome
from privacy.deliveries import DeliveryEvent, Fate
from privacy.errors import OutcomeUnknown, Permanent, Retryable
from privacy.notice_gate import LateChoice
from privacy.notices import AttemptOutcome, NoticeState, OwnerState
from servers.smtp_sink import SmtpSink
from storage.notice_roster import list_part


@pytest.fixture
def sink():
    with SmtpSink() as running:
        yield running


@pytest.fixture
def campaign(desk):
    return Campaign(desk, RefusingTransport())


def by_smtp(sink):
    settings = SubmissionSettings(host=sink.host, port=sink.port, security="plain")
    return SubmissionTransport(settings)


@BOTH_ENGINES
def test_every_owner_is_told_once_in_their_language_over_real_smtp(desk, sink):
    campaign = Campaign(desk, by_smtp(sink))
    campaign.begin(
        workspace("w1", locale="de-AT"),
        workspace("w2"),
        owner("olivia", of="w1"),
        owner("otto", of="w2", locale="fr"),
        owner("olivia", of="w2"),
        owner("oona", of="w2", locale="en-GB"),
    )
    assert campaign.send() == 1
    campaign.transport.close()
    letters = {one.rcpt_tos[0]: one for one in sink.letters}
    assert sorted(letters) == [f"{name}@customer.example" for name in ("olivia", "oona", "otto")]
    olivia = letters["olivia@customer.example"]
    assert olivia.message["Content-Language"] == "de"
    assert olivia.message["Auto-Submitted"] == "auto-generated"
    assert "List-Unsubscribe" not in olivia.message
    assert olivia.mail_from.startswith("privacy+n.")
    assert "Nous répondons" in letters["otto@customer.example"].message.get_body().get_content()
    assert len({one.message["Message-ID"] for one in sink.letters}) == 3
    status = campaign.status()
    assert status.notice.state is NoticeState.ENDED
    assert status.standing.in_time == 3
    assert status.may_publish
    attempt = campaign.owners()["olivia"].attempts[0]
    assert attempt.outcome is AttemptOutcome.ACCEPTED
    assert attempt.answer.endswith("queued as SINK00001")
    assert attempt.address == "olivia@customer.example"


@BOTH_ENGINES
def test_a_refused_address_leads_to_the_next_one_of_the_same_owner(campaign):
    campaign.transport.unknown = {"olivia@customer.example"}
    other = owner("olivia", address="olivia2@customer.example")
    campaign.begin(workspace(), owner("olivia"), other)
    campaign.send()
    assert campaign.states() == {"olivia": OwnerState.ACCEPTED}
    assert [one.recipient for one in campaign.transport.sent] == ["olivia2@customer.example"]


@BOTH_ENGINES
def test_an_unreached_owner_counts_as_told_where_another_owner_of_each_workspace_was(campaign):
    campaign.transport.unknown = {"olivia@customer.example", "solo@customer.example"}
    campaign.begin(
        workspace("w1"),
        workspace("w2"),
        owner("olivia"),
        owner("otto"),
        owner("solo"),
        owner("solo", of="w2"),
    )
    campaign.send()
    owners = campaign.owners()
    assert owners["olivia"].state is OwnerState.STOOD_IN
    assert owners["olivia"].stand_in == owners["otto"].person_id
    assert owners["olivia"].told_at == owners["otto"].told_at
    assert owners["solo"].state is OwnerState.UNREACHED
    assert owners["solo"].reason == "every-address-refused"
    assert campaign.desk.task_kinds() == ["notice_unreached"]
    status = campaign.status()
    assert (status.standing.in_time, status.standing.not_told) == (2, 1)
    assert not status.may_publish


@BOTH_ENGINES
def test_a_notice_of_unknown_outcome_is_sent_again_later_under_its_message_id_and_counted(campaign):
    campaign.transport.script = [OutcomeUnknown("cut")]
    campaign.begin(workspace(), owner("olivia"))
    campaign.send()
    assert campaign.states() == {"olivia": OwnerState.UNCERTAIN}
    assert campaign.notice().state is NoticeState.SENDING
    campaign.desk.now += 16 * MINUTE
    campaign.send()
    assert campaign.states() == {"olivia": OwnerState.ACCEPTED}
    assert campaign.status().progress.copies == 1
    assert [one.outcome for one in campaign.owners()["olivia"].attempts] == [
        AttemptOutcome.UNKNOWN,
        AttemptOutcome.ACCEPTED,
    ]


@BOTH_ENGINES
def test_a_worker_that_dies_leaves_owners_who_are_told_again_under_the_same_message_id(campaign):
    class Dies(BaseException):
        pass

    campaign.begin(workspace(), *(owner(f"p{number}") for number in range(5)))
    campaign.transport.script = [None, None, Dies()]
    with pytest.raises(Dies):
        campaign.step()
    assert set(campaign.states().values()) == {OwnerState.LEASED}
    assert campaign.step().worked is False
    campaign.desk.now += 11 * MINUTE
    campaign.send()
    campaign.desk.now += 16 * MINUTE
    campaign.send()
    assert set(campaign.states().values()) == {OwnerState.ACCEPTED}
    ids = {}
    for one in campaign.transport.sent:
        ids.setdefault(one.recipient, set()).add(one.message_id)
    assert all(len(of_one) == 1 for of_one in ids.values())
    assert len(campaign.transport.sent) == 7
    assert campaign.status().progress.copies == 5


@BOTH_ENGINES
def test_a_way_that_is_broken_is_left_alone_for_a_while_and_costs_no_attempt(campaign):
    campaign.begin(workspace(), *(owner(f"p{number}") for number in range(6)))
    scripted = campaign.transport
    scripted.script = [None, Retryable("no connection")]
    campaign.transport = OneByOne(scripted)
    step = campaign.step()
    assert step.trouble == "no connection"
    assert campaign.step().worked is False
    tried = [one for one in campaign.owners().values() if one.attempts]
    assert [one.state for one in tried] == [OwnerState.ACCEPTED]
    campaign.desk.now += 10 * MINUTE
    campaign.send()
    assert set(campaign.states().values()) == {OwnerState.ACCEPTED}
    assert campaign.status().progress.copies == 0


def test_a_way_that_asks_for_time_gets_it(campaign):
    campaign.begin(workspace(), owner("olivia"))
    scripted = campaign.transport
    scripted.script = [Retryable("429", after=10 * MINUTE)]
    campaign.transport = OneByOne(scripted)
    campaign.step()
    campaign.desk.now += 9 * MINUTE
    assert campaign.send() == 0
    campaign.desk.now += MINUTE
    assert campaign.send() == 1
    assert campaign.states() == {"olivia": OwnerState.ACCEPTED}


def test_an_owner_whose_mail_is_put_off_for_days_is_unreached(campaign):
    campaign.begin(workspace(), owner("olivia"))
    campaign.transport.script = [Retryable("away") for _ in range(200)]
    for _ in range(200):
        campaign.send()
        campaign.desk.now += timedelta(hours=1)
        if campaign.states()["olivia"] is OwnerState.UNREACHED:
            break
    assert campaign.states() == {"olivia": OwnerState.UNREACHED}
    assert campaign.owners()["olivia"].attempts[-1].answer.startswith("not-accepted-for-5-days")


def test_when_everybody_refuses_us_the_campaign_stops_and_no_owner_is_given_up(campaign):
    campaign.begin(workspace(), *(owner(f"p{number}") for number in range(25)))
    campaign.transport.script = [Permanent("smtp MAIL: 550 5.7.1") for _ in range(25)]
    campaign.step()
    assert campaign.notice().state is NoticeState.STOPPED
    assert campaign.desk.task_kinds() == ["notice_stopped"]
    assert set(campaign.states().values()) == {OwnerState.WAITING}
    campaign.start()
    campaign.desk.now += timedelta(hours=2)
    campaign.send()
    assert set(campaign.states().values()) == {OwnerState.ACCEPTED}


@BOTH_ENGINES
def test_a_stopped_campaign_sends_nothing_and_goes_on_where_it_was(campaign):
    campaign.pace(1_000_000)
    campaign.begin(workspace(), *(owner(f"p{number}") for number in range(COPIES + 40)))
    campaign.step()
    campaign.stop()
    assert campaign.step().worked is False
    assert len(campaign.transport.sent) == COPIES
    with pytest.raises(Permanent):
        campaign.stop()
    campaign.start()
    campaign.send()
    recipients = [one.recipient for one in campaign.transport.sent]
    assert len(recipients) == len(set(recipients)) == COPIES + 40


@BOTH_ENGINES
def test_a_start_that_broke_off_while_the_owners_were_listed_goes_on_and_leaves_nobody_out(
    campaign, monkeypatch
):
    campaign.directory(workspace(), *(owner(f"p{number}") for number in range(7)))
    campaign.draft()
    campaign.approve()
    monkeypatch.setattr("storage.notice_roster.PART", 3)
    parts = iter([None, None])

    def broken(*words, **named):
        next(parts)
        return list_part(*words, **named)

    monkeypatch.setattr("casework.notice_campaign.list_part", broken)
    with pytest.raises(StopIteration):
        campaign.start()
    assert len(campaign.owners()) == 6
    assert campaign.step().worked is False  # nobody is told from a list that is not whole
    campaign.stop()
    monkeypatch.setattr("casework.notice_campaign.list_part", list_part)
    campaign.start()
    campaign.send()
    assert list(campaign.states().values()) == [OwnerState.ACCEPTED] * 7


def test_a_desk_that_stops_dials_for_nobody_and_leaves_everybody_waiting(campaign):
    campaign.begin(workspace(), owner("olivia"), owner("otto"))
    campaign.stopping = True
    campaign.step()
    assert set(campaign.states().values()) == {OwnerState.WAITING}
    assert not any(one.attempts for one in campaign.owners().values())
    campaign.stopping = False
    campaign.desk.now += MINUTE
    campaign.send()
    assert set(campaign.states().values()) == {OwnerState.ACCEPTED}
    assert campaign.status().progress.copies == 0


def test_the_pace_holds_over_the_hour(campaign):
    campaign.pace(600)
    campaign.begin(workspace(), *(owner(f"p{number}") for number in range(50)))
    sent = []
    for _ in range(6):
        campaign.send()
        sent.append(len(campaign.transport.sent))
        campaign.desk.now += MINUTE
    assert sent == [10, 20, 30, 40, 50, 50]
    assert all(after - before <= 10 for before, after in pairwise(sent))


@BOTH_ENGINES
def test_the_list_follows_the_directory_joiners_leavers_and_new_addresses(campaign):
    campaign.transport.unknown = {"olivia@customer.example"}
    campaign.begin(workspace(), owner("olivia"))
    campaign.send()
    assert campaign.states() == {"olivia": OwnerState.UNREACHED}
    campaign.desk.now += DAY
    campaign.directory(
        workspace(),
        workspace("w9"),
        owner("olivia", address="new@customer.example"),
        owner("nora", of="w9"),
    )
    campaign.send()
    states = campaign.states()
    assert states == {"olivia": OwnerState.ACCEPTED, "nora": OwnerState.JOINED}
    assert campaign.transport.sent[-1].recipient == "new@customer.example"
    assert campaign.status().may_publish
    assert campaign.status().standing.joined == 1
    kinds = campaign.desk.kinds_of_events(campaign.notice().notice_id)
    assert kinds[-2:] == [AuditKind.NOTICE_REOPENED, AuditKind.NOTICE_ENDED]


@BOTH_ENGINES
def test_whoever_is_an_owner_no_longer_is_let_go_and_told_when_they_come_back(campaign):
    campaign.begin(workspace(), owner("olivia"), owner("otto"))
    campaign.directory(workspace(), owner("otto"))
    campaign.send()
    assert campaign.states() == {"olivia": OwnerState.LEFT, "otto": OwnerState.ACCEPTED}
    assert campaign.status().may_publish
    campaign.directory(workspace(), owner("otto"), owner("olivia"))
    campaign.send()
    assert campaign.states() == {"olivia": OwnerState.ACCEPTED, "otto": OwnerState.ACCEPTED}


@BOTH_ENGINES
def test_a_cancelled_workspace_is_left_out_when_its_data_is_gone_by_then(campaign):
    gone, still = date(2027, 1, 29), date(2027, 1, 30)
    campaign.begin(
        workspace("w1", cancelled_since=gone),
        workspace("w2", cancelled_since=still),
        owner("olivia", of="w1"),
        owner("otto", of="w2"),
        owner("both", of="w1"),
        owner("both", of="w2"),
    )
    campaign.send()
    assert campaign.states() == {
        "olivia": OwnerState.CANCELLED,
        "otto": OwnerState.ACCEPTED,
        "both": OwnerState.ACCEPTED,
    }
    assert campaign.status().may_publish


def late(campaign, *records):
    """A campaign in which the sending took until after the last day in time."""
    campaign.begin(*records, terms=notice_terms(effective_on=date(2027, 1, 1)))
    campaign.desk.now += 10 * DAY  # 3 December: 2 January would be the first day
    campaign.send()


@BOTH_ENGINES
def test_whoever_is_told_late_holds_publication_until_the_date_moves_for_all(campaign):
    late(campaign, workspace(), owner("olivia"))
    status = campaign.status()
    assert (status.standing.late, status.may_publish) == (1, False)
    with pytest.raises(Permanent, match="later"):
        campaign.decide(LateChoice.MOVE_ALL, effective_on=date(2026, 12, 31))
    campaign.decide(LateChoice.MOVE_ALL, effective_on=date(2027, 1, 2))
    assert campaign.status().standing.late == 1  # told on 3 December: 29 full days
    campaign.decide(LateChoice.MOVE_ALL, effective_on=EFFECTIVE)
    status = campaign.status()
    assert (status.standing.in_time, status.may_publish) == (1, True)
    assert status.notice.announced_on == date(2027, 1, 1)


@BOTH_ENGINES
def test_the_date_moves_for_one_workspace_and_not_for_an_owner_of_another_one_too(campaign):
    late(
        campaign,
        workspace("w1"),
        workspace("w2"),
        owner("olivia"),
        owner("both"),
        owner("both", of="w2"),
    )
    assert campaign.decide(LateChoice.MOVE_WORKSPACE, workspace="w1", effective_on=EFFECTIVE) == 1
    assert campaign.status().standing.late == 1
    campaign.decide(LateChoice.MOVE_WORKSPACE, workspace="w2", effective_on=EFFECTIVE)
    assert campaign.status().may_publish
    campaign.decide(LateChoice.MOVE_ALL, effective_on=date(2027, 4, 1))
    assert all(one.effective_on is None for one in campaign.owners().values())


@BOTH_ENGINES
def test_an_owner_who_was_told_in_another_way_holds_nothing_any_more(campaign):
    campaign.transport.script = [Permanent("smtp RCPT: 550 5.1.1")]
    campaign.begin(workspace(), owner("olivia"))
    campaign.send()
    olivia = campaign.owners()["olivia"].person_id
    assert campaign.decide(LateChoice.OTHERWISE_TOLD, person_id=olivia) == 1
    status = campaign.status()
    assert (status.standing.decided, status.may_publish) == (1, True)
    chain = campaign.notice().notice_id
    assert campaign.desk.kinds_of_events(chain)[-1] is AuditKind.NOTICE_CHOICE
    assert campaign.desk.chain_holds(chain)


@pytest.mark.parametrize(
    "wrong",
    [
        {"choice": LateChoice.OTHERWISE_TOLD},
        {"choice": LateChoice.MOVE_WORKSPACE, "workspace": "w7", "effective_on": date(2027, 4, 1)},
        {"choice": LateChoice.MOVE_ALL},
    ],
)
def test_a_decision_about_nobody_or_without_a_day_is_refused(campaign, wrong):
    campaign.begin(workspace(), owner("olivia"))
    with pytest.raises(Permanent):
        campaign.decide(**wrong)


def bounced(campaign, event_id="1", **changes):
    """The sending provider tells that it could not deliver the first notice."""
    event = DeliveryEvent(
        message_id=campaign.transport.sent[0].message_id,
        fate=Fate.FAILED,
        at=campaign.desk.now,
        event_id=event_id,
        status="5.1.1",
    )
    told = [replace(event, **changes)]
    return record_events(campaign.desk.database, told, TOKEN_KEYS, now=campaign.desk.now)


@BOTH_ENGINES
def test_a_late_bounce_opens_the_owner_again_and_whoever_counted_as_told_through_them(campaign):
    campaign.transport.unknown = {"olivia@customer.example"}
    campaign.begin(workspace(), owner("olivia"), owner("otto"))
    campaign.send()
    assert campaign.states() == {"olivia": OwnerState.STOOD_IN, "otto": OwnerState.ACCEPTED}
    campaign.desk.now += DAY
    assert bounced(campaign, fate=Fate.DELAYED) == 0
    assert bounced(campaign, message_id=f"<n.{'0' * 32}@autocloz.example>") == 0
    assert bounced(campaign) == 1
    assert bounced(campaign) == 0
    assert campaign.notice().state is NoticeState.SENDING
    campaign.send()
    owners = campaign.owners()
    assert {one.state for one in owners.values()} == {OwnerState.UNREACHED}
    assert owners["otto"].attempts[0].outcome is AttemptOutcome.BOUNCED
    assert owners["otto"].attempts[0].answer == "event: 5.1.1"
    assert not campaign.status().may_publish


@BOTH_ENGINES
def test_an_old_report_about_another_address_opens_nobody(campaign):
    other = owner("olivia", address="olivia2@customer.example")
    campaign.begin(workspace(), owner("olivia"), other)
    campaign.send()
    first_day = campaign.desk.now
    campaign.desk.now += DAY
    assert bounced(campaign) == 1
    campaign.send()
    assert len({one.recipient for one in campaign.transport.sent}) == 2
    assert bounced(campaign, at=first_day, event_id="2") == 0
    assert campaign.states() == {"olivia": OwnerState.ACCEPTED}


@BOTH_ENGINES
@pytest.mark.parametrize("by", ["return path", "returned header"])
def test_a_report_by_mail_opens_the_owner_whom_it_is_about(campaign, by):
    campaign.begin(workspace(), owner("olivia"))
    campaign.send()
    (sent,) = campaign.transport.sent
    to = sent.envelope_from if by == "return path" else PRIVACY
    returned = "" if by == "return path" else f"Message-ID: {sent.message_id}\r\n"
    raw = report((sent.recipient, NO_USER), returned=returned)
    campaign.desk.now += DAY
    row = campaign.desk.receive_one(
        raw, envelope_from="", envelope_to=(to,), received_at=campaign.desk.now
    )
    assert row.outcome is Outcome.BOUNCE
    campaign.send()
    assert campaign.states() == {"olivia": OwnerState.UNREACHED}
    assert campaign.owners()["olivia"].attempts[0].answer == "report: 5.1.1"


def test_a_report_of_delay_opens_nobody(campaign):
    campaign.begin(workspace(), owner("olivia"))
    campaign.send()
    (sent,) = campaign.transport.sent
    raw = report((sent.recipient, ("delayed", "4.2.2", "452 4.2.2 full")))
    campaign.desk.receive_one(raw, envelope_from="", envelope_to=(sent.envelope_from,))
    assert campaign.states() == {"olivia": OwnerState.ACCEPTED}


def test_two_languages_without_english_still_reach_everybody(campaign):
    campaign.begin(
        workspace(), owner("olivia", locale="de"), owner("otto", locale="ja"), words={"en": words()}
    )
    campaign.send()
    assert {one.letter.language for one in campaign.transport.sent} == {"en"}
