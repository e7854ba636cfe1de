"""Which right comes first: the one that is asked for first, as the text has it where the subject line names several."""

import pytest

from classifier.rules import classify_text


@pytest.mark.parametrize(
    ("subject", "text", "first"),
    [
        (
            "Effacement, retrait du consentement et portabilité",
            "Je demande l'effacement de mes données. Je retire mon consentement. J'exerce mon droit à la portabilité.",
            "erasure",
        ),
        (
            "Access, portability and erasure",
            "Please send me a copy of my personal data. I also ask for data portability. Then erase my personal data.",
            "access",
        ),
        (
            "Request for erasure",
            "I withdraw my consent and ask you to delete my personal data.",
            "erasure",
        ),
        (
            "",
            "I withdraw my consent. Please delete my personal data as well.",
            "withdraw_consent",
        ),
        (
            "Hello",
            "I withdraw my consent and ask you to delete my personal data.",
            "withdraw_consent",
        ),
    ],
)
def test_the_first_right_is_the_one_asked_for_first(subject: str, text: str, first: str) -> None:
    assert classify_text(subject, text).primary == first


def test_a_title_that_only_says_objection_is_no_second_objection() -> None:
    found = classify_text("Objection", "I object to direct marketing with my personal data.").rights
    assert [claim.scope for claim in found] == ["marketing"]
