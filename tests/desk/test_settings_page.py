"""How the desk is, and its settings without a secret."""

from __future__ import annotations

import pytest

from daemon.house_wiring import build_house, setting_lines
from daemon.settings import load_settings
from desk.house import DoctorLine, House
from desk_values import desk_app, send, sign_in
from privacy.alarms import Observation

from .conftest import ARRIVED, EXAMPLE

SECRET = "correct horse battery staple"
MAILBOX = "privacy@autocloz.example"


def seen() -> Observation:
    return Observation(
        now=ARRIVED,
        started_at=ARRIVED,
        last_tick_at=ARRIVED,
        mailbox_last_ok={MAILBOX: ARRIVED, "dpo@autocloz.example": None},
        mailbox_trouble={"dpo@autocloz.example": "sign-in refused"},
    )


@pytest.mark.usefixtures("references")
def test_the_page_says_how_long_the_queues_are_and_when_each_mailbox_was_read(desk) -> None:
    text = sign_in(desk_app(desk.services, house=House(observe=seen))).get("/settings").text
    assert 'Set aside</dt><dd><a href="/held">1</a>' in text
    assert "23 Nov 2026, 12:00 UTC" in text
    assert "sign-in refused" in text


def test_the_doctor_looks_when_he_is_asked_and_is_quoted(desk) -> None:
    lines = [DoctorLine(item="transport", standing="wrong", says="nobody answers")]
    app = desk_app(desk.services, house=House(doctor=lambda: lines))
    sam = sign_in(app)
    assert "nobody answers" not in sam.get("/settings").text
    send(sam, "/settings/check")
    app.state.desk.house.health.wait()
    assert "nobody answers" in sam.get("/settings").text


def test_a_doctor_who_breaks_off_is_told_without_what_broke(desk) -> None:
    def broken():
        raise RuntimeError(SECRET)

    app = desk_app(desk.services, house=House(doctor=broken))
    sam = sign_in(app)
    send(sam, "/settings/check")
    app.state.desk.house.health.wait()
    text = sam.get("/settings").text
    assert "the log names the error" in text
    assert SECRET not in text


def test_no_secret_of_the_settings_is_shown(tmp_path) -> None:
    given = {
        "RIGHTSDESK_STORAGE__URL": f"postgresql://desk:{SECRET}@db.autocloz.example/desk",
        "RIGHTSDESK_MAILBOXES__0__IMAP__HOST": "imap.autocloz.example",
        "RIGHTSDESK_MAILBOXES__0__IMAP__PASSWORD": SECRET,
    }
    settings = load_settings(str(EXAMPLE), home=str(tmp_path), environment=given)
    shown = {one.name: one.value for one in setting_lines(settings)}
    assert SECRET not in str(shown)
    assert shown["mailboxes.0.imap.password"] == "set"
    assert shown["region"] == settings.region


def test_an_address_with_a_password_in_it_is_a_secret() -> None:
    (line,) = setting_lines("https://sam:secret@autocloz.example/x", "url")
    assert line.value == "set"


def test_the_program_around_the_desk_answers_what_pages_ask(desk) -> None:
    house = build_house(desk.settings, seen)
    assert house.version
    assert house.kept_hashes() == []
    assert house.settings()
