"""What is quoted, recited, told of before, written to many, or a correction in the word of erasure, is not asked for."""

import pytest

from classifier.evidence import SURE
from classifier.rules import classify_text
from privacy.rights import Lane, Right, Scope


def rights(text: str, subject: str = "") -> list[str]:
    return [claim.right.value for claim in classify_text(subject, text).rights]


@pytest.mark.parametrize(
    "text",
    [
        'Since Monday the import stops with "consent withdrawn by the administrator". What can we do?',
        "Beim Verbinden erscheint „Einwilligung widerrufen“. Woran liegt das?",
        'Bij het koppelen staat er "toestemming ingetrokken door beheerder". Kunnen jullie meekijken?',
        "Під час імпорту пише «дані обмежено». Підкажіть, що робити?",
    ],
)
def test_a_notice_in_quotation_marks_asks_for_nothing(text: str) -> None:
    assert rights(text) == []


def test_a_whole_wish_in_quotation_marks_is_still_a_wish() -> None:
    assert rights('"Please delete all my personal data"') == ["erasure"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "I know I have the right to erasure, but all I want is a copy of my personal data.",
            [],
        ),
        (
            "Please send me a copy of my personal data. I am aware that I have the right to erasure.",
            ["access"],
        ),
        (
            "Bitte senden Sie mir eine Kopie meiner Daten. Mir ist bekannt, dass ich das Recht auf Löschung habe.",
            ["access"],
        ),
        (
            "Je demande une copie de mes données personnelles. Je sais que j'ai le droit à l'effacement.",
            ["access"],
        ),
        (
            "Under Art. 15 GDPR please send me a copy of my data and inform me of my rights pursuant to Articles 16–18.",
            ["access"],
        ),
        (
            "I need the information of Article 15(1), and whether I have a right to have data corrected or removed.",
            ["access"],
        ),
    ],
)
def test_a_right_that_the_writer_knows_of_is_not_asked_for(text: str, wanted: list[str]) -> None:
    assert [right for right in rights(text) if right not in wanted] == []


@pytest.mark.parametrize(
    "text",
    [
        "Please delete my old phone number and put in the new one: 0301 555 12.",
        "Bitte löschen Sie meine alte Telefonnummer und tragen Sie die neue ein: 0301 555 12.",
        "Удалите мой старый номер и впишите новый: 555 12 34.",
        "Töröljék a régi számomat, és írják be az újat: 555 12 34.",
        "Palun kustutage mu vana number ja lisage uus: 555 12 34.",
        "古い電話番号を消して、新しい番号に書き換えてください。",
        "예전 전화번호를 지우고 새 번호로 바꿔 주세요.",
        "Διαγράψτε τον παλιό μου αριθμό και βάλτε τον καινούργιο: 555 123.",
        "Ištrinkite mano seną numerį ir įrašykite naują: 555 12 34.",
        "Eski numaramı silin ve yenisini yazın: 555 12 34.",
    ],
)
def test_who_replaces_an_old_number_corrects_it(text: str) -> None:
    assert rights(text) == ["rectification"]


def test_a_wrong_field_is_no_sure_correction_where_deleting_it_is_asked_for() -> None:
    text = "My date of birth is wrong in your system, please delete it."
    sure = {claim.right for claim in classify_text("", text).rights if claim.confidence >= SURE}
    assert Right.RECTIFICATION not in sure


def test_who_asks_whether_a_number_was_sold_and_wants_that_to_stop_objects_to_the_sale() -> None:
    found = classify_text("", "Har ni sålt mitt nummer?! Det ska ni sluta med.").rights
    assert [(claim.right, claim.scope) for claim in found] == [
        (Right.OBJECTION, Scope.SALE_SHARING)
    ]


def test_an_article_is_one_of_the_law_that_the_letter_names() -> None:
    text = (
        "Faço este pedido com base na LGPD.\n\nNos termos do art. 18, quero acesso aos meus dados."
    )
    assert rights(text) == ["access"]
    assert rights("Nos termos do art. 18 do RGPD.") == ["restriction"]
    assert rights("Invoco a LGPD e o RGPD.\n\nNos termos do art. 18.") == ["restriction"]


@pytest.mark.parametrize(
    "text",
    [
        "Dans ce numéro : le droit à l'effacement expliqué. Vous recevez cette lettre comme abonné.",
        "I denne utgaven: Retten til innsyn i praksis og tre dommer om sletting. Meld deg av her.",
        "V tomto čísle: právo na výmaz v praxi. Dostáváte tento dopis jako odběratel.",
        "Уважаемые читатели, в этом номере: право на удаление на практике.",
    ],
)
def test_a_letter_to_many_asks_for_nothing(text: str) -> None:
    assert rights(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "L'an dernier j'avais demandé que ma fiche disparaisse. Tout est réglé, merci.",
        "El año pasado pedí que borrasen mis datos. Ya está todo resuelto, gracias.",
        "W zeszłym roku prosiłam o usunięcie moich danych. Sprawa załatwiona, dziękuję.",
    ],
)
def test_what_was_asked_before_and_is_settled_is_not_asked_again(text: str) -> None:
    assert rights(text) == []


def test_a_right_named_in_the_middle_of_prose_is_not_asked_for() -> None:
    text = "Here is the agenda for Friday. We begin with how other companies see the right to be forgotten, then lunch."
    assert rights(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "I am dropping my request from last week. Delete nothing, send nothing.",
        "Ich ziehe meine Anfrage von letzter Woche zurück. Löschen Sie nichts und schicken Sie nichts.",
        "Je renonce à ma demande de la semaine dernière. Ne supprimez rien et n'envoyez rien.",
        "Desisto de mi solicitud de la semana pasada. No borren nada y no envíen nada.",
        "Ritiro la mia richiesta della settimana scorsa. Non cancellate niente e non mandate niente.",
        "Wycofuję swoją prośbę z zeszłego tygodnia. Niczego nie usuwajcie i nic nie wysyłajcie.",
        "Desisto do meu pedido da semana passada. Não apaguem nada e não enviem nada.",
        "Peruutan viime viikon pyyntöni. Älkää poistako mitään älkääkä lähettäkö mitään.",
    ],
)
def test_who_drops_a_request_asks_for_nothing(text: str) -> None:
    assert rights(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Auskunft, Löschung, Widerspruch kosten Sie Stunden. Wir übernehmen das. Wann dürfen wir anrufen?",
        "Indsigt, sletning, indsigelse koster jer timer. Vi klarer det for jer. Hvornår må vi ringe?",
        "Registerutdrag, radering, invändning kostar er timmar. Vi tar hand om det. När kan vi ringa?",
        "Hoe werkt wissing bij u technisch? Wij schrijven een scriptie.",
        "Hvordan fungerer sletning hos jer teknisk? Vi er studerende der skriver bacheloropgave.",
    ],
)
def test_who_sells_or_studies_requests_makes_none(text: str) -> None:
    assert rights(text) == []


@pytest.mark.parametrize(
    ("text", "lane"),
    [
        ("Please erase all my data. Failing that I will turn to the ICO.", Lane.RIGHTS),
        ("Effacez mes données. Passé ce délai, je saisirai la CNIL.", Lane.RIGHTS),
        ("Borren mis datos. Transcurrido el plazo acudiré a la AEPD.", Lane.RIGHTS),
    ],
)
def test_a_threat_to_complain_is_no_complaint(text: str, lane: Lane) -> None:
    assert classify_text("", text).lane is lane
