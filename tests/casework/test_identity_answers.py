"""What answers a challenge: a reply that keeps the line, from the address that was asked, once; and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from casework.identity_decisions import IdentityDecision, decide_identity, record_login
from casework.page_answers import confirm_by_page
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    COPY,
    ERASE,
    LONG,
    MALLORY,
    MINUTE,
    SAM,
    TestDesk,
    authenticated,
    checking_profile,
    mail,
    profile,
    reply_to,
)
from identity_values import (
    ANALYTICS,
    Listed,
    challenge,
    challenges,
    code_of,
    evidence,
    html_reply,
    quoted,
    standing,
    stored,
    terms,
)
from privacy.audit import AuditKind
from privacy.challenges import ATTEMPTS_A_CASE, PAGE_ATTEMPTS_A_DAY, ChallengeState, StandingState
from privacy.deciding import Outcome
from privacy.errors import Permanent
from privacy.identity import EvidenceKind, Level
from privacy.identity_codes import DRAWN_BYTES, code_from

ACCOUNT = "anne.asks@work.example"
ALIGNED = "dkim=pass header.d=person.example; dmarc=pass header.from=person.example"
WRONG = [code_from(bytes([n]) * DRAWN_BYTES) for n in range(1, 30)]
NBSP = "\u00a0"
# What people write above the quote, and how their programs introduce it.
REPLIES = {
    "en": ("Yes, that was me.", "On Mon, 23 Nov 2026 at 13:00, Autocloz <{us}> wrote:"),
    "de": ("Ja, das war ich.", "Am Mo., 23. Nov. 2026 um 13:00 Uhr schrieb Autocloz <{us}>:"),
    "fr": ("Oui, c'est moi.", f"Le lun. 23 nov. 2026 à 13:00, Autocloz <{{us}}> a écrit{NBSP}:"),
    "es": ("Sí, he sido yo.", "El lun, 23 nov 2026 a las 13:00, Autocloz (<{us}>) escribió:"),
    "it": ("Sì, sono io.", "Il giorno lun 23 nov 2026 alle ore 13:00 Autocloz <{us}> ha scritto:"),
    "nl": ("Ja, dat was ik.", "Op ma 23 nov 2026 om 13:00 schreef Autocloz <{us}>:"),
    "pt": ("Sim, fui eu.", "Em seg., 23 de nov. de 2026 às 13:00, Autocloz <{us}> escreveu:"),
    "pl": ("Tak, to ja.", "pon., 23 lis 2026 o 13:00 Autocloz <{us}> napisał(a):"),
    "sv": ("Ja, det var jag.", "Den mån 23 nov. 2026 kl 13:00 skrev Autocloz <{us}>:"),
    "hi": ("हाँ, मैंने लिखा था।", "सोम, 23 नव॰ 2026 को 13:00 बजे Autocloz <{us}> ने लिखा:"),
}


@pytest.fixture
def asking(desk: TestDesk) -> TestDesk:
    """Give a desk that knows Anne and her account."""
    desk.profile = profile(challenges=terms(), limits=LONG)
    desk.on_file = Listed(frozenset({ANNE, ACCOUNT}))
    return desk


def asked_about(asking: TestDesk, text: str = ANALYTICS, **headers: Any) -> Any:
    """Return the challenge that a mail brought, an hour later."""
    asking.receive_one(mail(text, **headers))
    asking.now += 60 * MINUTE
    return challenge(asking)


@BOTH_ENGINES
def test_a_reply_that_keeps_the_line_proves_the_mailbox(asking: TestDesk) -> None:
    letter = asked_about(asking)
    row = asking.receive_one(reply_to(letter, f"Yes.\n\n{quoted(letter)}"))
    assert row.outcome is Outcome.CASE
    where = standing(asking)
    assert (where.state, where.level) == (StandingState.PROVED, Level.MAILBOX)
    assert where.proved_at == asking.now
    assert {one.evidence.kind for one in evidence(asking)} == {
        EvidenceKind.CHALLENGE_ANSWERED,
        EvidenceKind.ADDRESS_ON_FILE,
    }
    kinds = asking.kinds_of_events(asking.case().case_id)
    assert AuditKind.IDENTITY_PROVED in kinds
    assert "identity_proved" in asking.task_kinds()
    assert asking.on_file.asked == [ANNE]
    assert asking.chain_holds(asking.case().case_id)


@pytest.mark.parametrize("language", REPLIES)
def test_it_is_heard_in_every_language_as_its_programs_reply(
    asking: TestDesk, language: str
) -> None:
    letter = asked_about(asking)
    words, attribution = REPLIES[language]
    text = f"{words}\n\n{attribution.format(us='privacy@autocloz.example')}\n\n{quoted(letter)}"
    asking.receive_one(reply_to(letter, text))
    assert standing(asking).state is StandingState.PROVED


def test_it_is_heard_in_a_reply_of_html(asking: TestDesk) -> None:
    asking.receive_one(html_reply(asked_about(asking)))
    assert standing(asking).state is StandingState.PROVED


def test_it_is_heard_where_the_program_took_every_mark_of_the_thread_away(
    asking: TestDesk,
) -> None:
    """The code alone names the case: subject, references and the address of the case are gone."""
    letter = asked_about(asking)
    asking.receive_one(mail(f"Here you are: {code_of(letter)}", number=5, Subject="Code"))
    assert standing(asking).state is StandingState.PROVED
    assert len(asking.cases()) == 1


def test_it_is_heard_wrapped_quoted_twice_and_with_hard_blanks(asking: TestDesk) -> None:
    letter = asked_about(asking)
    code = code_of(letter).replace("-", f"-{NBSP}\r\n> > ")
    asking.receive_one(reply_to(letter, f"ok\r\n> > Code: {code}\r\n"))
    assert standing(asking).state is StandingState.PROVED


def test_the_mailbox_is_not_enough_for_what_needs_the_account(asking: TestDesk) -> None:
    letter = asked_about(asking, ERASE)
    asking.receive_one(reply_to(letter, quoted(letter)))
    where = standing(asking)
    assert (where.state, where.level) == (StandingState.ANSWERED, Level.MAILBOX)
    reasons = [task.reason for task in asking.tasks() if task.kind == "prove_identity"]
    assert reasons == ["needs-L2-has-L1"]


def test_an_answer_from_an_address_that_is_not_on_file_proves_nothing(asking: TestDesk) -> None:
    asking.on_file = Listed()
    letter = asked_about(asking)
    asking.receive_one(reply_to(letter, quoted(letter)))
    assert standing(asking).level is Level.NONE
    assert "prove_identity" in asking.task_kinds()


def test_the_named_account_answers_from_its_own_mailbox(asking: TestDesk) -> None:
    letter = asked_about(asking, f"{ANALYTICS} My account is under {ACCOUNT}.")
    asking.receive_one(mail(quoted(letter), number=5, From=ACCOUNT, Subject="Re"))
    assert standing(asking).state is StandingState.PROVED
    assert asking.on_file.asked == [ACCOUNT]


def test_who_only_wrote_the_letter_does_not_answer_for_the_account(asking: TestDesk) -> None:
    letter = asked_about(asking, f"{ANALYTICS} My account is under {ACCOUNT}.")
    asking.receive_one(reply_to(letter, quoted(letter)))
    assert standing(asking).state is StandingState.ASKED
    assert asking.on_file.asked == []


def test_the_absence_note_of_the_person_answers_nothing(asking: TestDesk) -> None:
    letter = asked_about(asking)
    note = reply_to(letter, f"I am away until Monday.\n\n{quoted(letter)}")
    row = asking.receive_one(b"Auto-Submitted: auto-replied\r\n" + note)
    assert row.outcome is Outcome.AUTO
    assert standing(asking).state is StandingState.ASKED


def test_somebody_to_whom_it_was_forwarded_answers_nothing(asking: TestDesk) -> None:
    letter = asked_about(asking)
    asking.receive_one(mail(quoted(letter), number=5, From=MALLORY, To=letter.reply_to))
    assert standing(asking).state is StandingState.ASKED
    assert stored(asking, asking.cases()[0].case_id)[0].state is ChallengeState.OPEN


@pytest.mark.parametrize("results", ["dkim=none; dmarc=none", ""])
def test_where_senders_are_checked_a_forged_one_answers_nothing(
    asking: TestDesk, results: str
) -> None:
    asking.profile = checking_profile(challenges=terms())
    asking.receive_one(authenticated(mail(ANALYTICS), ALIGNED))
    letter = challenge(asking)
    asking.receive_one(authenticated(reply_to(letter, quoted(letter)), results or "spf=none"))
    assert standing(asking).state is StandingState.ASKED
    assert "prove_identity" in asking.task_kinds()
    asking.receive_one(authenticated(reply_to(letter, quoted(letter), number=7), ALIGNED))
    assert standing(asking).state is StandingState.PROVED


def test_a_forger_with_a_perfect_looking_from_gets_nothing(asking: TestDesk) -> None:
    """Mallory writes as Anne, aligned and all; the letters go to her, and he can only guess."""
    letter = asked_about(asking, COPY)
    assert letter.recipient == ANNE
    for number, code in enumerate(WRONG, start=10):
        asking.receive_one(mail(f"My code is {code}.", number=number, To=letter.reply_to))
    case_id = asking.case().case_id
    assert standing(asking).level is Level.NONE
    assert evidence(asking) == []
    assert stored(asking)[0].state is ChallengeState.VOID
    assert stored(asking)[0].attempts == ATTEMPTS_A_CASE
    refused = [one for one in asking.events(case_id) if one.kind is AuditKind.IDENTITY_REFUSED]
    assert {one.payload["reason"] for one in refused} == {"no-such-code", "too-many-attempts"}
    assert asking.on_file.asked == []


def test_the_right_code_after_too_many_wrong_ones_is_refused_without_a_word(
    asking: TestDesk,
) -> None:
    letter = asked_about(asking)
    for number, code in enumerate(WRONG[:ATTEMPTS_A_CASE], start=10):
        asking.receive_one(reply_to(letter, code, number=number))
    letters = len(asking.letters())
    asking.receive_one(reply_to(letter, quoted(letter), number=50))
    assert standing(asking).state is StandingState.ASKED
    assert len(asking.letters()) == letters


def test_a_later_mail_that_quotes_the_used_code_is_no_attempt(asking: TestDesk) -> None:
    letter = asked_about(asking)
    asking.receive_one(reply_to(letter, quoted(letter)))
    for number in range(10, 25):
        asking.receive_one(reply_to(letter, f"And now?\n\n{quoted(letter)}", number=number))
    kinds = asking.kinds_of_events(asking.case().case_id)
    assert AuditKind.IDENTITY_REFUSED not in kinds
    assert standing(asking).state is StandingState.PROVED


def test_the_code_of_another_case_answers_nothing_here(asking: TestDesk) -> None:
    """Mallory has a code of his own case; it opens nothing in Anne's."""
    hers = asked_about(asking)
    asking.receive_one(mail(ANALYTICS, number=3, From=MALLORY))
    his = next(one for one in challenges(asking) if one.recipient == MALLORY)
    asking.receive_one(reply_to(hers, f"Code: {code_of(his)}"))
    first, second = asking.cases()
    assert standing(asking, first.case_id).state is StandingState.ASKED
    assert standing(asking, second.case_id).state is StandingState.ASKED


def test_an_expired_code_is_refused(asking: TestDesk) -> None:
    letter = asked_about(asking)
    asking.now = stored(asking)[0].expires_at
    asking.receive_one(reply_to(letter, quoted(letter)))
    assert standing(asking).level is Level.NONE


def confirm(asking: TestDesk, code: str, client: str = "192.0.2.1") -> bool:
    return confirm_by_page(
        asking.database, asking.on_file, terms(), code, client=client, now=asking.now
    )


@BOTH_ENGINES
def test_the_button_proves_the_mailbox_once(asking: TestDesk) -> None:
    code = code_of(asked_about(asking))
    assert confirm(asking, code.lower())
    where = standing(asking)
    assert (where.state, where.level) == (StandingState.PROVED, Level.MAILBOX)
    assert evidence(asking)[0].evidence.kind is EvidenceKind.PAGE_CONFIRMED
    assert not confirm(asking, code)


def test_the_page_says_the_same_of_wrong_expired_and_used_codes(asking: TestDesk) -> None:
    code = code_of(asked_about(asking))
    assert not confirm(asking, WRONG[0])
    assert not confirm(asking, "no code at all")
    assert not confirm(asking, "")
    asking.now = stored(asking)[0].expires_at
    assert not confirm(asking, code)
    assert asking.on_file.asked == []


def test_who_tries_too_many_codes_on_the_page_is_not_looked_at_that_day(asking: TestDesk) -> None:
    code = code_of(asked_about(asking))
    for number in range(PAGE_ATTEMPTS_A_DAY + 5):
        assert not confirm(asking, f"guess {number}", client="192.0.2.9")
    assert not confirm(asking, code, client="192.0.2.9")
    assert confirm(asking, code, client="192.0.2.1")


def decide(asking: TestDesk, level: Level, **changes: Any) -> Any:
    decision = IdentityDecision(
        reference=asking.case().reference, level=level, reason="Called back on the known number."
    )
    return decide_identity(
        asking.database, terms(), replace(decision, **changes), actor=SAM, now=asking.now
    )


@BOTH_ENGINES
def test_staff_decide_with_a_reason_and_the_open_question_ends(asking: TestDesk) -> None:
    letter = asked_about(asking, ERASE)
    where = decide(asking, Level.ACCOUNT)
    assert (where.state, where.level) == (StandingState.PROVED, Level.ACCOUNT)
    assert standing(asking) == where
    (found,) = evidence(asking)
    assert (found.actor, found.reason) == (SAM.address, "Called back on the known number.")
    assert stored(asking)[0].state is ChallengeState.VOID
    assert not confirm(asking, code_of(letter))
    events = asking.events(asking.case().case_id)
    assert not [one for one in events if "Called" in str(one.payload)]


def test_staff_take_back_what_was_proved(asking: TestDesk) -> None:
    letter = asked_about(asking)
    asking.receive_one(reply_to(letter, quoted(letter)))
    where = decide(asking, Level.NONE, doubt=True)
    assert (where.state, where.level, where.proved_at) == (StandingState.ANSWERED, 0, None)
    assert "prove_identity" in asking.task_kinds()
    assert decide(asking, Level.MAILBOX).state is StandingState.PROVED
    assert "prove_identity" not in asking.task_kinds()


@pytest.mark.parametrize("reason", ["", "   ", "two\nlines", "x" * 501])
def test_a_decision_without_a_reason_is_none(asking: TestDesk, reason: str) -> None:
    asked_about(asking)
    with pytest.raises(Permanent, match="reason"):
        decide(asking, Level.HIGH, reason=reason)


def test_there_is_nothing_to_decide_in_a_case_that_is_not_there(asking: TestDesk) -> None:
    asked_about(asking)
    with pytest.raises(Permanent, match="no such case"):
        decide(asking, Level.HIGH, reference="PR-2026-000000-00")


def login(asking: TestDesk, address: str, reference: str | None = None) -> Any:
    reference = reference or asking.case().reference
    return record_login(asking.database, terms(), reference, address, now=asking.now)


def test_a_login_of_the_person_s_account_proves_it(asking: TestDesk) -> None:
    asked_about(asking, ERASE)
    where = login(asking, ANNE.upper())
    assert (where.state, where.level) == (StandingState.PROVED, Level.ACCOUNT)


def test_a_login_of_somebody_else_proves_nobody(asking: TestDesk) -> None:
    asked_about(asking, ERASE)
    with pytest.raises(Permanent, match="another account"):
        login(asking, MALLORY)
    with pytest.raises(Permanent, match="no such case"):
        login(asking, ANNE, "PR-2026-000000-00")
    assert standing(asking).level is Level.NONE


def test_a_right_that_comes_after_the_proof_is_seen_to_by_staff(asking: TestDesk) -> None:
    letter = asked_about(asking)
    asking.receive_one(reply_to(letter, quoted(letter)))
    asking.receive_one(reply_to(letter, ERASE, number=8))
    reasons = [task.reason for task in asking.tasks() if task.kind == "prove_identity"]
    assert reasons == ["needs-L2"]
    assert len(challenges(asking)) == 1
    assert standing(asking).state is StandingState.ANSWERED
