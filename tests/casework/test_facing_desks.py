"""Two desks of this program that answer each other, with all that each does with real mail, come to rest."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from casework_values import (
    COPY,
    DAY,
    ERASE,
    MX,
    PRIVACY,
    TOKEN_KEYS,
    TestDesk,
    authenticated,
    checking_profile,
    mail,
    mailbox,
    open_at,
)
from identity_values import terms
from notifier.compose import compose
from privacy.tokens import TokenKey
from work_values import send

PEER = "privacy@peer.example"
# What a gateway in between may take away: all that says that a program wrote it.
MARKS = re.compile(
    rb"(?:Auto-Submitted|X-Auto-Response-Suppress|X-RightsDesk-Loop|Rightsdesk-[A-Za-z-]+): .*\r\n"
)
TEXTS = {
    "a request": ERASE,
    "two rights": f"{ERASE} {COPY}",
    "a question": f"Where are we?\r\n\r\n{ERASE}",
    "a command": f"STATUS\r\n\r\n{ERASE}",
}


@pytest.fixture
def peer(prepared_file: Path, tmp_path: Path) -> Iterator[TestDesk]:
    """Give another company's desk, with keys and a database of its own."""
    path = tmp_path / "peer.db"
    shutil.copyfile(prepared_file, path)
    database = open_at(f"sqlite:///{path}")
    keys = {"1": TokenKey(key_id="1", secret=b"token key of the peer, 32 bytes!")}
    yield TestDesk(database, profile=profile_of(PEER, keys))
    database.close()


def profile_of(address: str, keys: dict[str, TokenKey]):
    return replace(
        checking_profile(challenges=terms()),
        mailboxes=(mailbox(address, authserv_id=MX, boundary=MX),),
        own_addresses=frozenset({address}),
        token_keys=keys,
    )


def vouched(raw: bytes, sender: str) -> bytes:
    domain = sender.rpartition("@")[2]
    return authenticated(raw, f"dkim=pass header.d={domain}; dmarc=pass header.from={domain}")


def hand_over(one: TestDesk, other: TestDesk, *, stripped: bool) -> int:
    """Send what one desk has to say, and let the other one receive it; returns how many mails went over."""
    letters = send(one).sent
    for letter in letters:
        raw = compose(letter)
        raw = MARKS.sub(b"", raw) if stripped else raw
        other.receive_one(
            vouched(raw, letter.sender),
            received_at=other.now,
            mailbox=other.profile.mailboxes[0].address,
            envelope_to=(letter.recipient,),
            envelope_from=letter.envelope_from,
        )
    return len(letters)


@pytest.mark.edge("E126")
@pytest.mark.parametrize("stripped", [False, True], ids=["marked", "stripped"])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_two_desks_that_face_each_other_fall_silent(
    desk: TestDesk, peer: TestDesk, text: str, *, stripped: bool
) -> None:
    """A mail in the name of one desk reaches the other: each does its best for days, and two mails are the most."""
    desk.profile = profile_of(PRIVACY, TOKEN_KEYS)
    desk.receive_one(vouched(mail(text, From=PEER), PEER))
    exchanged = []
    for _ in range(8):
        desk.now += DAY
        peer.now = desk.now
        exchanged.append(
            hand_over(desk, peer, stripped=stripped) + hand_over(peer, desk, stripped=stripped)
        )
    assert sum(exchanged) <= 2
    assert exchanged[2:] == [0] * 6
