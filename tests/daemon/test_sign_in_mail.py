"""Sign-in links leave by mail for whoever has an account, one at a time, beside the page that was asked."""

from __future__ import annotations

import pytest

from casework.signing_in import SessionTerms, sign_in_by_link
from daemon.clock import utc_now
from daemon.settings import load_settings
from daemon.sign_in_mail import MOST_WAITING, SignInMail
from daemon.wiring import open_desk
from desk_values import SAM_ADDRESS, an_account
from notifier.maildir import MaildirTransport
from privacy.errors import Retryable

URL = "https://desk.autocloz.example"


@pytest.fixture
def desk(tmp_path):
    environment = {"RIGHTSDESK_WEB__URL": f"{URL}/"}
    opened = open_desk(load_settings(None, home=str(tmp_path), environment=environment))
    yield opened
    opened.close()


@pytest.fixture
def box(tmp_path):
    return MaildirTransport(tmp_path / "box")


@pytest.fixture
def mail(desk, box):
    return SignInMail(desk, box, SessionTerms())


def test_an_account_gets_a_link_that_signs_it_in(desk, box, mail):
    an_account(desk.database, language="de")
    mail.ask(f"  {SAM_ADDRESS.upper()} ")
    assert mail.work() is True
    assert mail.work() is False
    (letter,) = box.list_letters()
    assert letter.recipient == SAM_ADDRESS
    assert "Er gilt einmal" in letter.text
    token = letter.text.split(f"{URL}/sign-in/link/")[1].split()[0]
    assert sign_in_by_link(desk.database, token, now=utc_now())


def test_nobody_else_gets_anything(box, mail):
    mail.ask("mallory@elsewhere.example")
    mail.ask("no address at all")
    assert mail.work() is True
    assert mail.work() is True
    assert box.list_letters() == ()


def test_a_flood_of_questions_stays_short(mail):
    for number in range(MOST_WAITING + 50):
        mail.ask(f"mallory{number}@elsewhere.example")
    assert [mail.work() for _ in range(MOST_WAITING + 1)] == [True] * MOST_WAITING + [False]


def test_a_way_out_that_is_away_stops_nothing(desk):
    class Away(MaildirTransport):
        def send(self, _message):
            raise Retryable("smtp: away")

    an_account(desk.database)
    mail = SignInMail(desk, Away(desk.settings.home / "away"), SessionTerms())
    mail.ask(SAM_ADDRESS)
    assert mail.work() is True
    mail.close()
