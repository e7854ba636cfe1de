"""Authorities, complaints, children and breaches: a person acts at once, and no letter goes out by itself."""

import pytest

from casework_values import BOTH_ENGINES, ERASE, SayingClassifier, mail
from core_values import asking
from privacy.deciding import Outcome
from privacy.rights import Classification, Lane, Right
from regimes.lanes import load_lanes

AT_ONCE = load_lanes().at_once
LETTERS = {
    "an Irish authority": (
        Lane.REGULATOR,
        "Our reference: inquiry 26/118",
        (
            "Dear Sir or Madam,\n\nthe Data Protection Commission has received a complaint about your organisation. "
            "Under Article 58(1) GDPR we require answers by 10 December 2026.\n\nCase officer"
        ),
    ),
    "a British authority": (
        Lane.REGULATOR,
        "Case reference 26-4711",
        (
            "I am a case officer at the Information Commissioner's Office. Somebody says that you did not answer a "
            "request. Please tell us by 4 December what you have done."
        ),
    ),
    "an authority by its office": (
        Lane.REGULATOR,
        "Investigation",
        "The Office of the Data Protection Authority has opened an investigation into your organisation.",
    ),
    "a Bavarian authority": (
        Lane.REGULATOR,
        "Aktenzeichen 5.12-2026",
        (
            "Sehr geehrte Damen und Herren,\n\nbeim Landesamt für Datenschutzaufsicht ist eine Beschwerde eingegangen. "
            "Wir bitten um Stellungnahme bis zum 10. Dezember 2026.\n\nIm Auftrag"
        ),
    ),
    "an authority in Berlin": (
        Lane.REGULATOR,
        "Unser Zeichen 521.11",
        (
            "Sehr geehrte Damen und Herren,\n\ndie Berliner Beauftragte für Datenschutz und Informationsfreiheit prüft "
            "eine Beschwerde gegen Sie. Bitte beantworten Sie die folgenden Fragen."
        ),
    ),
    "an authority by what it is": (
        Lane.REGULATOR,
        "Beschwerde",
        (
            "Sehr geehrte Damen und Herren,\n\nals Datenschutzaufsichtsbehörde haben wir eine Beschwerde über Sie "
            "erhalten. Nehmen Sie bitte Stellung."
        ),
    ),
    "a complaint": (
        Lane.COMPLAINT,
        "Complaint",
        "I hereby make a formal complaint about how you handle my personal data.",
    ),
    "a child": (Lane.CHILDREN, "My son", "My 9 year old son has made an account with you."),
    "a breach": (
        Lane.SECURITY_INCIDENT,
        "Security",
        "Your database of customers is openly visible on the internet, this looks like a data breach.",
    ),
}
AS_PERSON = {
    "plainly": {},
    "through a list": {"List_Id": "<cases.authority.example>", "Precedence": "bulk"},
    "as a newsletter": {"List_Unsubscribe": "<mailto:off@authority.example>"},
    "from an address that takes no answer": {"From": "no-reply@authority.example"},
}
DOUBTFUL = {
    "by an automatic system": ({"Auto_Submitted": "auto-generated"}, {}),
    "with an empty envelope sender": ({}, {"envelope_from": ""}),
    "into the junk folder": ({}, {"suspected_spam": True}),
    "by all of it": (
        {"Auto_Submitted": "auto-generated", "From": "no-reply@authority.example"},
        {"envelope_from": "", "suspected_spam": True},
    ),
}


def written(who: str, **headers: str) -> bytes:
    _, subject, text = LETTERS[who]
    return mail(text, **({"From": "officer@authority.example", "Subject": subject} | headers))


@pytest.mark.parametrize("how", AS_PERSON)
@pytest.mark.parametrize("who", LETTERS)
def test_it_is_a_case_of_its_lane_with_an_urgent_task_and_no_letter(desk, who, how):
    row = desk.receive_one(written(who, **AS_PERSON[how]))
    assert (row.outcome, desk.case().lane) == (Outcome.CASE, LETTERS[who][0])
    assert ("urgent_lane", True) in [(task.kind, task.urgent) for task in desk.tasks()]
    assert desk.letters() == []


@pytest.mark.parametrize("how", DOUBTFUL)
@pytest.mark.parametrize("who", LETTERS)
def test_where_it_may_be_a_machine_a_person_looks_at_once(desk, who, how):
    headers, door = DOUBTFUL[how]
    row = desk.receive_one(written(who, **headers), **door)
    assert row.outcome is Outcome.HELD
    assert [(task.kind, task.urgent) for task in desk.tasks()] == [("look_at_message", True)]
    assert (desk.letters(), row.hold_due_on is not None) == ([], True)


@BOTH_ENGINES
@pytest.mark.parametrize("lane", sorted(AT_ONCE))
def test_however_sure_the_rules_are_a_person_answers(desk, lane):
    asked = asking(Right.ERASURE)
    desk.reader.classifier = SayingClassifier(Classification(lane=lane, rights=asked.rights))
    desk.receive_one(mail(ERASE))
    assert desk.letters() == []
    assert desk.draft().reasons == ("urgent-lane",)
