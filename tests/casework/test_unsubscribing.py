"""Leaving the list of product updates: once, for good, and for nothing else."""

import pytest

from casework.sending import send_next
from casework.suppression_trail import SUPPRESSION_CHAIN
from casework.unsubscribing import leave_list, update_link
from casework_values import BOTH_ENGINES, ERASE, TOKEN_KEYS, ScriptedTransport, TestDesk, mail
from privacy.suppression import SuppressionList, SuppressionReason
from storage.suppressions import list_suppressions, lists_with

OLIVIA, PAGE = "olivia@kite.example", "https://privacy.autocloz.example"
KEY = next(iter(TOKEN_KEYS.values()))
UPDATES = SuppressionList.UPDATES


def link(desk: TestDesk, address: str = OLIVIA) -> str | None:
    return update_link(desk.database, address, key=KEY, page_url=PAGE, language="de")


def press(desk: TestDesk, url: str) -> bool:
    *_, on, code = url.split("/")
    return leave_list(desk.database, on, code, token_keys=TOKEN_KEYS, now=desk.now)


def lists_of(desk: TestDesk, address: str = OLIVIA):
    with desk.database.reading() as reading:
        return lists_with(reading, [address])[address]


@BOTH_ENGINES
def test_one_click_puts_the_address_on_the_list_and_into_the_trail_once(desk: TestDesk) -> None:
    url = link(desk)
    assert url is not None
    assert url.startswith(f"{PAGE}/unsubscribe/de/updates/")
    assert "olivia" not in url
    assert press(desk, url)
    assert press(desk, url), "again is fine"
    assert lists_of(desk) == (UPDATES,)
    with desk.database.reading() as reading:
        (entry,) = list_suppressions(reading, UPDATES, limit=5)
    assert entry.reason is SuppressionReason.UNSUBSCRIBED
    (event,) = desk.events(SUPPRESSION_CHAIN)
    assert (event.actor, event.payload["list"]) == ("one-click", "updates")
    assert desk.chain_holds(SUPPRESSION_CHAIN)


@BOTH_ENGINES
def test_an_address_is_the_same_however_it_is_written_and_gets_no_link_afterwards(
    desk: TestDesk,
) -> None:
    url = link(desk, " Olivia@KITE.example")
    assert url is not None
    assert press(desk, url)
    assert link(desk) is None
    assert lists_of(desk, "someone@kite.example") == ()


@pytest.mark.parametrize("changed", ["x", "marketing/code", "updates/"])
def test_a_link_that_is_not_ours_changes_nothing(desk: TestDesk, changed: str) -> None:
    assert not press(desk, f"{PAGE}/unsubscribe/de/{changed}")
    assert desk.events(SUPPRESSION_CHAIN) == []


def test_letters_go_on_to_whoever_left_the_updates(desk: TestDesk) -> None:
    message = mail(ERASE)
    desk.receive(message)
    url = link(desk, desk.letter().message.recipient)
    assert url is not None
    assert press(desk, url)
    transport = ScriptedTransport([])
    assert send_next(desk.database, transport, desk.clock).worked
    assert desk.letter().state == "sent"
