"""What an answer would be if it came within seconds of our letter."""

from classifier.letter import Letter
from classifier.quick import QUICK_ANSWER, screen_letter
from intake.parse import parse_message
from machine_corpus import OURS, RULES
from privacy.screening import Kind, Screening

NOTICE = "Perjantait olen vapaalla, teen lyhennettyä viikkoa."  # of those that are off on Fridays


def both(text: str, *headers: str, answers: bool = True) -> tuple[Screening, Screening | None]:
    lines = [
        "From: Olivia Berg <olivia@works.example>",
        "To: privacy@autocloz.example",
        "Subject: Re: Your request PR-2026-1",
        *(["In-Reply-To: <ack.1@autocloz.example>"] if answers else []),
        *headers,
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "",
        text,
    ]
    message = parse_message("\r\n".join(lines).encode())
    return screen_letter(
        Letter(
            message=message,
            our_addresses=OURS,
            envelope_from=None,
            suspected_spam=False,
            classification=RULES.classify(message),
        )
    )


def test_haste_makes_a_machine_of_who_says_something_that_machines_say() -> None:
    now, quick = both(NOTICE)
    assert now.kind is Kind.PERSON
    assert quick is not None
    assert quick.kind is Kind.AUTO_REPLY
    assert QUICK_ANSWER.name in quick.reasons
    assert "text: says that they are away" in quick.reasons


def test_haste_alone_makes_no_machine() -> None:
    for text in ("The blue one, please.", "Thank you!", "4711", "On Monday."):
        assert both(text)[1] is None


def test_who_asks_or_sends_something_stays_a_person_however_quick_they_are() -> None:
    for text in (
        f"{NOTICE} Could you tell me more?",
        "I'm out of office on Fridays, the code will be sent tomorrow. Please delete my data.",
        "Fine with me, I only work mornings.",
    ):
        now, quick = both(text)
        assert (now.kind, quick) == (Kind.PERSON, None)


def test_who_types_in_a_mail_program_stays_a_person() -> None:
    assert both(NOTICE, "User-Agent: Mozilla Thunderbird")[1] is None


def test_what_answers_no_letter_of_ours_cannot_be_quick() -> None:
    assert both(NOTICE, answers=False)[1] is None


def test_who_says_much_of_their_own_stays_a_person() -> None:
    much = "The two annexes look fine to all of us here in the harbour and nobody minds the boats."
    assert both(f"{NOTICE} {much} {much}")[1] is None


def test_a_machine_that_is_known_anyway_needs_no_haste() -> None:
    now, quick = both("I am out of the office until 3 May.")
    assert (now.kind, quick) == (Kind.AUTO_REPLY, None)
