"""Any letter about a case: its fields in, the finished letter out, in the language of the case or honestly in English."""

from dataclasses import replace

import pytest

from acknowledgements import AUTOCLOZ, case_asking
from privacy.cases import Role
from privacy.errors import Permanent
from privacy.letter_review import Expected
from privacy.rights import Right
from responders import frame
from responders.frame import write_for
from templates.declarations import declarations
from templates.reviewing import review
from templates.samples import sample_of

ERASURE = (Right.ERASURE, None)


@pytest.mark.parametrize("letter", list(declarations()))
@pytest.mark.parametrize("role", list(Role))
def test_it_is_about_the_case_and_from_the_desk(letter, role):
    case = replace(case_asking(ERASURE, language="pl-PL"), role=role)
    found = write_for(case, sample_of(declarations()[letter]), AUTOCLOZ)
    assert (found.kind, found.language) == (letter, "pl")
    assert review(found, Expected(reference=case.reference)) == []
    about = () if declarations()[letter].to == "owner" else (case.reference,)
    if declarations()[letter].to != "staff":
        for said in (AUTOCLOZ.legal_name, AUTOCLOZ.dpo_contact, *about):
            assert said in " ".join(found.text.split())


@pytest.mark.parametrize("letter", ["refusal", "child_writer", "identity_challenge"])
def test_where_a_language_lacks_the_letter_it_is_english_with_one_line_in_theirs(
    letter, monkeypatch
):
    monkeypatch.setattr(frame, "available", lambda _: ("en", "de"))
    found = write_for(
        case_asking(ERASURE, language="hi"), sample_of(declarations()[letter]), AUTOCLOZ
    )
    assert found.language == "en"
    assert "हम अंग्रेज़ी में उत्तर दे रहे हैं।" in " ".join(found.text.split())
    assert '<p lang="hi">' in found.html


@pytest.mark.parametrize("letter", list(declarations()))
def test_a_desk_that_does_not_say_who_it_is_writes_none(letter):
    nameless = AUTOCLOZ.model_copy(update={"legal_name": ""})
    with pytest.raises(Permanent, match=r"desk\.legal_name"):
        write_for(case_asking(ERASURE), sample_of(declarations()[letter]), nameless)
