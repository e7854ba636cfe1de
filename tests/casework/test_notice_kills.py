"""A campaign whose workers are killed again and again, while addresses bounce and the directory moves: nobody is missing."""

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from campaign_values import Campaign, LetterByLetter, owner, workspace
from casework.notice_batch import COPIES
from casework.notice_sending import send_notices
from casework_values import BOTH_ENGINES, MINUTE
from privacy.errors import OutcomeUnknown, Permanent, Retryable
from privacy.notices import AttemptOutcome, NoticeState, OwnerState
from privacy.ports import SendReceipt

OWNERS, KILLS = 300, 20


def dice(seed):
    return random.Random(seed)  # noqa: S311 - a test that falls the same each time


class Killed(BaseException):
    """The process is gone, as far as the desk can tell."""


@dataclass
class RoughTransport:
    """A way on which 3 % of the addresses are unknown, some letters wait, and the process dies now and then."""

    dice: random.Random
    kills: int = KILLS
    sent: list[tuple[str, str]] = field(default_factory=list)
    in_doubt: set[str] = field(default_factory=set)
    name: str = "rough"

    def send(self, message):
        if self.kills and self.dice.random() < 0.05:
            self.kills -= 1
            if self.dice.random() < 0.5:  # the other side has it all the same
                self.sent.append((message.recipient, message.message_id))
            raise Killed
        number = int("".join(c for c in message.recipient if c.isdigit()))
        if number % 33 == 0:
            raise Permanent("smtp RCPT: 550 5.1.1")
        if self.dice.random() < 0.01:
            raise Retryable("smtp RCPT: 450 4.7.1")
        if message.recipient in self.in_doubt or self.dice.random() < 0.01:
            self.sent.append((message.recipient, message.message_id))
            raise OutcomeUnknown("cut")
        self.sent.append((message.recipient, message.message_id))
        return SendReceipt(provider_id=None, answer="250 ok")

    def check(self):
        return ""

    def close(self):
        return None


def people(first, last):
    """Two Owners in each workspace."""
    numbers = range(first, last)
    places = sorted({number // 2 for number in numbers})
    return [
        *(workspace(f"w{place}") for place in places),
        *(owner(f"p{number}", of=f"w{number // 2}") for number in numbers),
    ]


@BOTH_ENGINES
def test_after_twenty_kills_everybody_has_a_word_and_copies_are_of_mails_in_flight_alone(desk):
    campaign = Campaign(desk, RoughTransport(dice(7)))
    campaign.pace(1_000_000)
    campaign.begin(*people(0, OWNERS))
    killed = 0
    for turn in range(400):
        try:
            campaign.send()
        except Killed:
            killed += 1
        desk.now += 12 * MINUTE
        if turn == 3:
            campaign.directory(*people(0, OWNERS - 4), *people(OWNERS, OWNERS + 6))
        if campaign.notice().state is NoticeState.ENDED:
            break
    states = Counter(campaign.all_states().values())
    assert killed == KILLS
    assert campaign.notice().state is NoticeState.ENDED
    assert sum(states.values()) == OWNERS + 6
    assert not set(states) & {OwnerState.WAITING, OwnerState.LEASED, OwnerState.UNCERTAIN}
    assert states[OwnerState.JOINED] == 6
    assert states[OwnerState.UNREACHED] == 0
    assert states[OwnerState.STOOD_IN] > 0
    ids: dict[str, set[str]] = {}
    for recipient, message_id in campaign.transport.sent:
        ids.setdefault(recipient, set()).add(message_id)
    assert all(len(of_one) == 1 for of_one in ids.values())
    copies = len(campaign.transport.sent) - len(ids)
    progress = campaign.status().progress
    assert copies <= progress.copies <= KILLS * COPIES + progress.attempts[AttemptOutcome.UNKNOWN]
    assert campaign.status().may_publish
    assert desk.chain_holds(campaign.notice().notice_id)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_several_workers_share_a_campaign_and_nobody_is_told_twice(desk, open_again):
    campaign = Campaign(desk)
    campaign.pace(10_000_000)
    campaign.begin(*people(1, 900))
    sent: list[str] = []
    lock = threading.Lock()

    class Counting(RoughTransport):
        def send(self, message):
            with lock:
                sent.append(message.recipient)
            return SendReceipt(provider_id=None, answer="250 ok")

    def work(database):
        way = LetterByLetter(Counting(dice(1)))
        while send_notices(database, way, clock=desk.clock, desk=desk.profile).worked:
            pass

    threads = [threading.Thread(target=work, args=(open_again(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    campaign.transport = Counting(dice(1))
    campaign.send()
    assert len(sent) == len(set(sent)) == 899
    assert campaign.status().progress.copies == 0
    assert set(campaign.all_states().values()) == {OwnerState.ACCEPTED}


def test_a_worker_that_outlives_its_lease_changes_nothing_that_is_not_in_its_hands_any_more(desk):
    campaign = Campaign(desk)
    campaign.begin(workspace(), owner("p1"))

    class Slow(RoughTransport):
        def send(self, message):
            self.sent.append((message.recipient, message.message_id))
            if (
                len(self.sent) == 1
            ):  # while this one waits for its answer, the lease ends and another one looks
                desk.now += timedelta(minutes=11)
                campaign.step()
            return SendReceipt(provider_id=None, answer="250 ok")

    campaign.transport = Slow(dice(1))
    campaign.step()
    assert campaign.states() == {"p1": OwnerState.UNCERTAIN}
    desk.now += 16 * MINUTE
    campaign.send()
    assert campaign.states() == {"p1": OwnerState.ACCEPTED}
    assert campaign.status().progress.copies <= 1


def test_whoever_stops_being_an_owner_while_their_notice_is_in_doubt_is_let_go(desk):
    campaign = Campaign(desk, RoughTransport(dice(1), kills=0))
    campaign.begin(*people(1, 4))
    campaign.transport.in_doubt = {"p2@customer.example"}
    campaign.send()
    campaign.directory(workspace("w0"), workspace("w1"), owner("p1", of="w0"), owner("p3"))
    desk.now += 16 * MINUTE
    campaign.send()
    assert campaign.states() == {
        "p1": OwnerState.ACCEPTED,
        "p2": OwnerState.LEFT,
        "p3": OwnerState.ACCEPTED,
    }
    assert campaign.notice().state is NoticeState.ENDED
