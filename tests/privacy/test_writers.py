"""As whom somebody writes, and what may be asked of whoever writes for another person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.writers import Mandate, WriterRole, representation_of, role_of

WORDS = {
    WriterRole.HEIR: ("my late father", "verstorben"),
    WriterRole.PARENT: ("my son", "ma fille"),
    WriterRole.LAWYER: ("my client", "meines mandanten"),
    WriterRole.AGENT: ("authorised agent", "im namen von"),
}


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Please delete my data.", WriterRole.SELF),
        ("", WriterRole.SELF),
        ("I write for my client, Mr A.", WriterRole.LAWYER),
        ("Ich schreibe Ihnen Namens MEINES  Mandanten.", WriterRole.LAWYER),
        ("We are the authorised agent of Anne.", WriterRole.AGENT),
        ("Delete the account of my son!", WriterRole.PARENT),
        ("Effacez le compte de ma fille.", WriterRole.PARENT),
        ("The data of my late father, please.", WriterRole.HEIR),
        ("As authorised agent I ask for my late father.", WriterRole.HEIR),
        ("my clients are many", WriterRole.SELF),
    ],
)
def test_the_writer_s_own_words_tell_it(text: str, role: WriterRole) -> None:
    assert role_of(text, WORDS) is role


def test_who_writes_for_themselves_needs_no_mandate() -> None:
    found = representation_of(WriterRole.SELF, ["gdpr"])
    assert (found.mandate, found.confirm_directly) == (Mandate.NONE, False)


@pytest.mark.parametrize("role", [WriterRole.LAWYER, WriterRole.AGENT])
def test_whoever_represents_shows_authority_or_the_person_confirms(role: WriterRole) -> None:
    european = representation_of(role, ["gdpr", "uk_gdpr"])
    assert (european.mandate, european.confirm_directly) == (Mandate.WRITTEN_AUTHORITY, True)
    assert representation_of(role, ["gdpr", "ccpa"]).mandate is Mandate.SIGNED_PERMISSION


@pytest.mark.parametrize(
    ("role", "mandate"),
    [(WriterRole.PARENT, Mandate.RELATION), (WriterRole.HEIR, Mandate.STANDING_OF_HEIR)],
)
def test_neither_a_child_nor_the_dead_are_asked_by_mail(role: WriterRole, mandate: Mandate) -> None:
    found = representation_of(role, ["gdpr"])
    assert (found.mandate, found.confirm_directly) == (mandate, False)


@given(st.text(max_size=500))
def test_no_text_breaks_it(text: str) -> None:
    assert role_of(text, WORDS) in WriterRole
