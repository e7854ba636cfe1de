"""Which laws a case runs under is stored with its reasons; later mails widen it, staff correct it, dates follow."""

from dataclasses import replace
from datetime import date

import pytest

from casework.governing import correct_laws
from casework_values import BOTH_ENGINES, COPY, DAY, NOON, SAM, mail, profile, reply_to
from privacy.errors import Permanent
from regimes import load_regimes
from storage.case_events import case_events

HERE = profile(regimes=load_regimes(("house", "gdpr", "uk_gdpr")), incident_laws=("india_spdi",))
INDIA = f"I live in Bengaluru. {COPY}"


@pytest.fixture(autouse=True)
def _here(desk) -> None:
    desk.profile = HERE


def correct(desk, *codes: str):
    reference = desk.case().reference
    return correct_laws(desk.database, desk.profile, reference, codes, by=(SAM, desk.now))


@BOTH_ENGINES
def test_who_lives_in_india_is_answered_under_the_law_of_india(desk) -> None:
    desk.receive_one(mail(INDIA))
    case = desk.case()
    assert case.laws == ("house", "dpdp", "india_spdi")
    assert case.law_reasons == ("always:house", "residence:india")
    assert case.due.on == date(2026, 12, 23)
    with desk.database.reading() as reading:
        assert case_events(reading, case.case_id)[0].laws == case.laws


@pytest.mark.parametrize(
    ("text", "headers", "law", "due"),
    [
        (f"Under the LGPD: {COPY}", {}, "lgpd", date(2026, 12, 8)),
        (COPY, {"From": "bruno@pessoa.example.br"}, "lgpd", date(2026, 12, 8)),
        (f"I live in Seoul. {COPY}", {}, "pipa", date(2026, 12, 3)),
        (COPY, {}, "gdpr", date(2026, 12, 23)),
    ],
)
def test_the_earliest_of_the_laws_that_may_be_meant_binds(desk, text, headers, law, due) -> None:
    desk.receive_one(mail(text, **headers))
    assert law in desk.case().laws
    assert desk.case().due.on == due


@BOTH_ENGINES
def test_a_later_mail_that_names_another_law_brings_its_date(desk) -> None:
    desk.receive_one(mail())
    assert desk.case().due.on == date(2026, 12, 23)
    letter = desk.letter().message
    desk.now = NOON + DAY
    desk.receive_one(
        reply_to(letter, "I live in Sao Paulo, and I ask under the LGPD."), received_at=desk.now
    )
    case = desk.case()
    assert case.laws == ("house", "gdpr", "uk_gdpr", "lgpd")
    assert case.due.on == date(2026, 12, 8)
    assert desk.chain_holds(case.case_id)
    with desk.database.reading() as reading:
        kinds = [str(one.kind) for one in case_events(reading, case.case_id)]
    assert kinds[-1] == "laws_changed"


def test_what_staff_say_governs_and_no_date_comes_later_by_it(desk) -> None:
    desk.receive_one(mail())
    assert [one.holds for one in correct(desk, "pipa")] == [date(2026, 12, 3)]
    assert desk.case().laws == ("house", "pipa")
    (later,) = correct(desk, "ccpa")
    assert (later.counted, later.holds) == (date(2026, 12, 23), date(2026, 12, 3))
    assert desk.case().due.on == date(2026, 12, 3)
    assert desk.case().law_reasons == ("staff",)
    with pytest.raises(Permanent, match="did you mean 'pipa'"):
        correct(desk, "pip")
    with pytest.raises(Permanent, match="no such case"):
        correct_laws(desk.database, desk.profile, "PR-2026-0-0", ["gdpr"], by=(SAM, desk.now))


def test_a_case_of_which_no_right_is_known_follows_too(desk) -> None:
    desk.receive_one(mail("My 9 year old son has made an account with you.", Subject="My son"))
    correct(desk, "pipa")
    assert (desk.case().own_due.regime, desk.case().due.on) == ("pipa", date(2026, 12, 3))


def test_mail_about_an_incident_runs_under_the_hours_of_the_operator(desk) -> None:
    desk.receive_one(mail("I found a data breach: your database of customers is leaked online."))
    case = desk.case()
    assert str(case.lane) == "security_incident"
    assert "incident:india_spdi" in case.law_reasons
    assert (case.own_due.regime, case.own_due.rule) == ("india_spdi", "HOURS(6)")


def test_somebody_always_says_when_mail_is_acknowledged(desk) -> None:
    desk.profile = replace(HERE, regimes=load_regimes(("gdpr", "ccpa")))
    desk.receive_one(mail(f"I live in Paris. {COPY}"))
    assert desk.case().laws == ("gdpr", "ccpa")
