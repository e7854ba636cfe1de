"""What accompanies a request asks for nothing: earlier letters, proof of identity, deadlines, threats, thanks."""

import pytest

from classifier.rules import classify_text, list_rules


def rights(text: str, subject: str = "") -> list[str]:
    return [claim.right.value for claim in classify_text(subject, text).rights]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (
            "I refer to my right of access under Article 15 GDPR, which you granted in May. I now request the erasure of my data.",
            ["erasure"],
        ),
        (
            "Thank you for the subject access request reply. Please delete my personal data.",
            ["erasure"],
        ),
        (
            "Unter Bezugnahme auf Ihre Auskunft nach Art. 15 DSGVO fordere ich Sie auf, meine Daten zu löschen.",
            ["erasure"],
        ),
        (
            "J'ai exercé mon droit d'accès en juin. Je vous demande d'effacer mes données personnelles.",
            ["erasure"],
        ),
        (
            "Facendo seguito al riscontro alla mia richiesta di accesso, chiedo la cancellazione dei miei dati.",
            ["erasure"],
        ),
        ("Tack för mitt registerutdrag. Radera nu mina personuppgifter.", ["erasure"]),
    ],
)
def test_a_right_that_is_only_referred_to_is_not_asked_for_once_more(
    text: str, asked: list[str]
) -> None:
    assert rights(text) == asked


def test_a_right_that_is_referred_to_stays_where_nothing_else_is_asked_for() -> None:
    assert rights("I refer to my right of access under Article 15 GDPR.") == ["access"]


def test_a_right_that_is_referred_to_and_asked_for_again_stands_where_it_is_asked_for() -> None:
    text = "Following your answer to my access request, please delete my account. I also request access to my call notes."
    assert rights(text) == ["erasure", "access"]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (
            "Con la presente chiedo:\n\n1) la rettifica del cognome;\n2) la cancellazione del numero di cellulare.",
            ["rectification", "erasure"],
        ),
        (
            "Solicito:\n- la rectificación de la dirección;\n- la portabilidad a otro proveedor.",
            ["rectification", "portability"],
        ),
    ],
)
def test_what_stands_in_a_list_below_a_request_is_asked_for(text: str, asked: list[str]) -> None:
    found = classify_text("", text).rights
    assert [claim.right.value for claim in found] == asked
    assert all(claim.confidence >= 0.8 for claim in found)


def test_a_list_ends_where_the_letter_goes_on() -> None:
    listed = "I request the following:\n\n1. a copy of my personal data;\n\n"
    found = classify_text(
        "", f"{listed}Rectification and erasure are other matters of the law."
    ).rights
    sure = [claim.right.value for claim in found if claim.confidence >= 0.9]
    assert sure == ["access"]


@pytest.mark.parametrize(
    "text",
    [
        "Please delete all my personal data. I attach a copy of my passport so that you can verify my identity.",
        "Please delete all my personal data and confirm the erasure in writing within 30 days.",
        "Please delete all my personal data, otherwise I will complain to the supervisory authority.",
        "Bitte löschen Sie alle meine Daten. Eine Kopie meines Ausweises lege ich bei. Ich bitte um Eingangsbestätigung.",
        "Veuillez effacer mes données personnelles. Je joins une copie de ma carte d'identité. Merci d'accuser réception.",
        "Quiero que borren todos mis datos personales. Adjunto copia de mi DNI. Gracias por su ayuda.",
        "Slett alle opplysningene mine. Takk for hjelpen!",
        "Vă solicit ștergerea datelor mele. Anexez o copie a cărții de identitate. Aștept răspunsul în termen de o lună.",
        "Прошу видалити всі мої персональні дані. Копію паспорта додаю.",
        "我要求删除我的全部个人数据。身份证复印件见附件。",
        "Kérem, töröljék az összes személyes adatomat, és a törlésről küldjenek írásbeli visszaigazolást.",
        "Poistakaa kaikki henkilötietoni. Muussa tapauksessa teen valituksen tietosuojavaltuutetulle.",
    ],
)
def test_what_accompanies_a_request_calls_nobody(text: str) -> None:
    found = classify_text("", text)
    assert [claim.right.value for claim in found.rights] == ["erasure"]
    assert not found.needs_human, found.reasons


@pytest.mark.parametrize(
    "text",
    [
        "Radera mitt konto. Uppdatera också min adress.",
        "Ştergeți contul meu. Înlocuiți adresa mea.",
    ],
)
def test_an_act_of_several_rights_that_no_rule_explains_calls_a_person_or_is_a_right(
    text: str,
) -> None:
    found = classify_text("", text)
    assert found.needs_human or "rectification" in [claim.right.value for claim in found.rights]


def test_a_copy_of_the_passport_is_no_copy_of_the_data() -> None:
    text = "Please delete my personal data. A copy of my passport with my personal details is attached."
    assert rights(text) == ["erasure"]


def test_a_complaint_that_is_made_still_goes_to_a_person() -> None:
    assert classify_text("", "This is a formal complaint about how you handle my data.").needs_human


@pytest.mark.parametrize(
    "text", ["Thanks, got it.", "Danke, ist angekommen.", "Merci beaucoup !", "Dziękuję bardzo!"]
)
def test_a_few_words_of_thanks_are_no_request_and_need_nobody(text: str) -> None:
    found = classify_text("", text)
    assert (found.rights, found.lane.value, found.needs_human) == ((), "other", False)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, but please do what I wrote.",
        "Danke, aber bitte tut endlich, was ich geschrieben habe.",
        "Thank you. I would prefer that your colleagues had never heard of the number that somebody passed round the hall at the fair.",
    ],
)
def test_thanks_beside_other_words_decide_nothing(text: str) -> None:
    assert classify_text("", text).needs_human


def test_what_is_to_be_deleted_is_not_asked_to_be_shown() -> None:
    assert rights("Would you mind wiping whatever you've got on me?") == ["erasure"]
    assert rights("Tell me what you hold about me and then delete it.") == ["access", "erasure"]


def test_what_no_one_wants_deleted_is_support() -> None:
    text = "I do not want a deletion. The headset does not work since the update."
    found = classify_text("", text)
    assert (found.rights, found.lane.value, found.needs_human) == ((), "support", False)


def test_what_no_one_wants_deleted_but_kept_may_be_a_restriction() -> None:
    text = "Nie chcę usunięcia danych! Mają leżeć nietknięte do czasu, aż wyjaśnimy sprawę umowy."
    assert classify_text("", text).needs_human


def test_an_applicant_consents_to_what_belongs_to_an_application() -> None:
    text = "Please find attached my CV and my application for the position. I consent to the processing of my personal data."
    found = classify_text("", text)
    assert found.rights == ()
    assert not found.needs_human


def test_a_title_that_lists_rights_puts_what_only_it_names_before_what_it_names_next() -> None:
    text = "premesso che non ho mai avuto rapporti con Voi, desidero conoscere quali miei dati trattate. Poi distruggeteli."
    assert classify_text("Accesso e successiva cancellazione", text).primary == "access"


def test_every_accompaniment_has_a_name_and_a_reason() -> None:
    known = dict(list_rules())
    named = [name for name in known if name.startswith("accompaniment.")]
    assert len(named) == 5
    assert all(known[name] for name in named)
