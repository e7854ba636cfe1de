"""What German mails ask for: every right, every lane, and what only looks like a request."""

import pytest

from classifier.rules import classify_text
from privacy.rights import Classification


def wishes(result: Classification) -> list[str]:
    return sorted(
        str(c.right) if c.scope is None else f"{c.right}/{c.scope}" for c in result.rights
    )


REQUESTS = [
    ("Hiermit verlange ich Auskunft nach Art. 15 DSGVO über meine gespeicherten Daten.", "access"),
    ("Bitte schicken Sie mir eine Kopie aller Daten, die Sie von mir haben.", "access"),
    ("Welche Daten habt ihr von mir gespeichert?", "access"),
    ("Woher haben Sie meine Telefonnummer?", "access"),
    ("An wen haben Sie meine Daten weitergegeben?", "access"),
    ("Ich möchte wissen, was Sie über mich gespeichert haben.", "access"),
    ("Auskunftsersuchen", "access"),
    ("Könnt ihr mir mal alles zeigen, was ihr über mich habt?", "access"),
    ("Ich warte immer noch auf meine Daten, die Frist ist abgelaufen.", "access"),
    ("Bitte korrigieren Sie meinen Nachnamen.", "rectification"),
    ("Meine Adresse ist falsch, bitte ändern.", "rectification"),
    ("Ich bin umgezogen, bitte aktualisiert meine Anschrift.", "rectification"),
    ("Ich mache mein Recht auf Berichtigung geltend.", "rectification"),
    ("Mein Geburtsdatum stimmt nicht.", "rectification"),
    ("Bitte berichtigen Sie die unrichtigen Angaben zu meiner Person.", "rectification"),
    ("Mein Vorname ist in Ihrem System verkehrt, bitte verbessern.", "rectification"),
    (
        "Bitte löschen Sie alle personenbezogenen Daten, die Sie über mich gespeichert haben.",
        "erasure",
    ),
    ("Ich verlange die Löschung meiner Daten nach Art. 17 DSGVO.", "erasure"),
    ("Löscht mein Konto und alles, was dazugehört.", "erasure"),
    ("Bitte loeschen Sie meine Daten.", "erasure"),
    ("Ich berufe mich auf mein Recht auf Vergessenwerden.", "erasure"),
    ("bitte mein profil entfernen", "erasure"),
    ("Entfernen Sie meine E-Mail-Adresse aus Ihrer Datenbank.", "erasure"),
    ("Ich will nicht, dass Sie meine Daten noch länger speichern.", "erasure"),
    ("Löschantrag", "erasure"),
    ("Könnten Sie mich bitte aus Ihrem System löschen?", "erasure"),
    ("Bitte stellen Sie mir meine Daten in einem maschinenlesbaren Format bereit.", "portability"),
    ("Ich mache mein Recht auf Datenübertragbarkeit geltend.", "portability"),
    ("Kann ich einen Export meiner persönlichen Daten als CSV bekommen?", "portability"),
    ("Übertragen Sie meine Daten bitte an den neuen Anbieter.", "portability"),
    ("Ich widerspreche der Verarbeitung meiner personenbezogenen Daten.", "objection"),
    (
        "Gegen die Verarbeitung meiner Daten lege ich Widerspruch ein, Art. 21 Abs. 1 DSGVO.",
        "objection",
    ),
    ("Ich möchte keinen Newsletter mehr erhalten.", "objection/marketing"),
    ("Schicken Sie mir keine Werbung mehr.", "objection/marketing"),
    ("Ich widerspreche der Nutzung meiner Daten für Werbung.", "objection/marketing"),
    ("Nehmen Sie mich aus dem Verteiler.", "objection/marketing"),
    ("Bitte vom Newsletter abmelden.", "objection/marketing"),
    ("Rufen Sie mich nicht mehr an.", "objection/marketing"),
    ("Hören Sie auf, mir Werbemails zu schicken!", "objection/marketing"),
    ("Ich möchte nicht getrackt werden.", "objection/analytics"),
    ("Ich widerspreche der Auswertung meines Nutzungsverhaltens.", "objection/analytics"),
    ("Bitte verwenden Sie meine Daten nicht für Statistiken.", "objection/analytics"),
    ("Verkaufen Sie meine Daten nicht.", "objection/sale_sharing"),
    ("Ich widerspreche der Weitergabe meiner Daten an Dritte.", "objection/sale_sharing"),
    ("Geben Sie meine Adresse nicht an Partner weiter.", "objection/sale_sharing"),
    ("Bitte schränken Sie die Verarbeitung meiner Daten ein.", "restriction"),
    ("Ich verlange die Einschränkung der Verarbeitung nach Art. 18 DSGVO.", "restriction"),
    ("Bitte sperren Sie meine Daten bis zur Klärung.", "restriction"),
    ("Löschen Sie meine Daten bitte noch nicht, ich brauche sie als Beweis.", "restriction"),
    ("Hiermit widerrufe ich meine Einwilligung.", "withdraw_consent"),
    ("Ich ziehe meine Zustimmung zurück.", "withdraw_consent"),
    ("Schalten Sie die KI-Funktionen für mich aus.", "withdraw_consent"),
    ("Ich bin damit nicht mehr einverstanden.", "withdraw_consent"),
    ("Ich verlange, dass ein Mensch die Entscheidung überprüft.", "automated_decision"),
    ("Ich widerspreche der automatisierten Entscheidung nach Art. 22 DSGVO.", "automated_decision"),
    ("Erst eine Kopie meiner Daten, danach bitte alles löschen.", "access erasure"),
    (
        "Ich widerrufe meine Einwilligung und verlange die Löschung meiner Daten.",
        "erasure withdraw_consent",
    ),
    (
        "Bitte ändern Sie meine Adresse und schicken Sie keine Werbung mehr.",
        "objection/marketing rectification",
    ),
    ("Auskunft nach Art. 15 DSGVO und Herausgabe nach Art. 20 DSGVO", "access portability"),
    ("Namens meiner Mandantin verlange ich die Löschung ihrer personenbezogenen Daten.", "erasure"),
]


@pytest.mark.parametrize(("text", "wanted"), REQUESTS)
def test_it_finds_every_right_in_a_german_request(text, wanted):
    assert wishes(classify_text("", text)) == wanted.split()


@pytest.mark.parametrize(
    ("text", "lane"),
    [
        ("Wie lösche ich einen Lead?", "support"),
        ("Können Sie unsere Leads nach Excel exportieren?", "support"),
        ("Ich komme nicht rein, bitte das Passwort zurücksetzen.", "support"),
        ("Bitte korrigieren Sie die Rechnung vom März.", "support"),
        ("Hiermit widerrufe ich den Kauf innerhalb von 14 Tagen.", "support"),
        ("Widerspruch gegen die Mahnung vom 3. Mai.", "support"),
        ("Bitte löschen Sie den Termin am Freitag.", "support"),
        ("Ich kündige mein Abo zum Monatsende.", "support"),
        ("Der Import funktioniert nicht.", "support"),
        (
            "Unsere Software automatisiert Auskunftsersuchen nach der DSGVO. Wollen wir eine Demo vereinbaren?",
            "vendor",
        ),
        ("Welche Unterauftragnehmer setzen Sie ein?", "policy_question"),
        ("Wie lange speichern Sie Protokolle?", "policy_question"),
        ("Anbei meine Bewerbung als Entwicklerin.", "other"),
        ("Bitte senden Sie uns den AVV zurück.", "other"),
        ("Danke für die schnelle Hilfe, es funktioniert wieder.", "other"),
        ("Treffen wir uns am Dienstag um eins zum Essen?", "other"),
    ],
)
def test_it_takes_no_request_from_german_mail_that_only_sounds_like_one(text, lane):
    result = classify_text("", text)
    assert (wishes(result), str(result.lane)) == ([], lane)


@pytest.mark.parametrize(
    ("text", "lane"),
    [
        ("Ich habe eine Sicherheitslücke in Ihrer API gefunden.", "security_incident"),
        ("Ich sehe in meinem Konto fremde Daten!", "security_incident"),
        ("ich bin 11 und hab mich angemeldet", "children"),
        ("Mein Sohn ist minderjährig, löschen Sie seine Daten.", "children"),
        ("Die Staatsanwaltschaft bittet um Übersendung der Unterlagen.", "regulator"),
        ("Hiermit beschwere ich mich über die Bearbeitung meines Antrags.", "complaint"),
    ],
)
def test_it_leaves_delicate_german_mail_to_a_person(text, lane):
    result = classify_text("", text)
    assert (str(result.lane), result.needs_human) == (lane, True)


def test_it_takes_the_withdrawal_from_a_purchase_for_no_withdrawal_of_consent():
    assert (
        wishes(
            classify_text("Widerruf des Kaufs", "Hiermit widerrufe ich den Kaufvertrag vom 2. Mai.")
        )
        == []
    )


def test_it_reads_german_words_whose_umlauts_are_decomposed_or_left_out():
    for text in (
        "Bitte lo\u0308schen Sie meine Daten.",
        "Bitte loschen Sie meine Daten.",
        "BITTE LÖSCHEN SIE MEINE DATEN.",
    ):
        assert wishes(classify_text("", text)) == ["erasure"]


def test_it_reads_a_long_german_letter():
    text = (
        "Sehr geehrte Damen und Herren,\n\nich habe mich vor zwei Jahren auf einer Messe bei Ihnen eingetragen und seitdem\n"
        "nie wieder an Sie gedacht, bis heute früh Ihr Rundschreiben kam. Nach Art. 15 DSGVO bitte ich um Auskunft, welche\n"
        "Daten Sie zu meiner Person gespeichert haben und woher sie stammen. Anschließend löschen Sie bitte alles. Eine\n"
        "etwa erteilte Einwilligung widerrufe ich. Von Werbung bitte ich künftig abzusehen.\n\nMit freundlichen Grüßen\nAnne"
    )
    result = classify_text("Ihr Rundschreiben", text)
    assert {"access", "erasure", "withdraw_consent"} <= set(wishes(result))
    assert str(result.lane) == "rights"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Von mir liegen noch Aufnahmen bei Ihnen. Löschen. Alles.", ["erasure"]),
        ("Der Vermerk über mich ist unwahr. Bitte korrigieren.", ["rectification"]),
        ("Ich habe zugestimmt, dass Sie mein Foto zeigen. Das nehme ich zurück.", ["withdraw_consent"]),
        ("Schon wieder eine Werbemail! Lassen Sie das bleiben.", ["objection/marketing"]),
        ("Schicken Sie mir eine Kopie von allem, was Sie über mich haben, und dann weg damit.", ["access", "erasure"]),
    ],
)  # fmt: skip
def test_it_knows_what_a_later_german_sentence_speaks_of(text, wanted):
    assert wishes(classify_text("", text)) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Löschen Sie meine Daten und teilen Sie mir mit, wann das erledigt ist.", ["erasure"]),
        ("Bitte sperren Sie meine Daten, solange Sie meinen Widerspruch prüfen.", ["restriction"]),
        ("Bitte sperren Sie meine anderen Aufnahmen und ändern Sie nichts.", ["restriction"]),
    ],
)
def test_a_german_act_takes_nothing_from_another_act_or_a_purpose(text, wanted):
    assert wishes(classify_text("", text)) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Ich verlange eine Kopie meiner Daten. Nicht geltend gemacht: Löschung.",
        "Ich verlange eine Kopie meiner Daten. Eine Löschung wird nicht verlangt.",
    ],
)
def test_a_right_that_is_named_and_denied_in_german_is_not_asked_for(text):
    assert wishes(classify_text("", text)) == ["access"]


@pytest.mark.parametrize(
    "text",
    [
        "Für meine Bachelorarbeit untersuche ich, wie Firmen das Recht auf Löschung umsetzen. Darf ich fragen?",
        "Liebe Leserinnen und Leser, in dieser Ausgabe: wie Sie eine Auskunft verlangen. Abmelden: hier klicken",
        "Im Mai hatte ich die Löschung meines Profils verlangt. Alles ist erledigt, dafür wollte ich mich bedanken.",
        "Vielen Dank, dass Sie mein Konto so schnell gelöscht haben.",
        "Mir ist bekannt, dass ich meine Einwilligung jederzeit widerrufen kann. Anbei meine Bewerbung.",
        "Unsere Anmeldung zur Tagung braucht eine Berechtigung, die versendet wird.",
    ],
)
def test_who_speaks_about_rights_in_german_asks_for_none(text):
    assert wishes(classify_text("", text)) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ich heiße jetzt Wiebke Sand, könnt ihr das nachziehen", ["rectification"]),
        ("In der Anrede steht Herr, ich bin eine Frau.", ["rectification"]),
        ("Wie ist meine private Mailadresse in Ihr System gekommen?", ["access"]),
        (
            "Meine Kontakthistorie bitte in einer Form, die mein neuer Anbieter lesen kann.",
            ["portability"],
        ),
        (
            "Da soll ein echter Mensch draufschauen, mich hat ein Algorithmus abgelehnt.",
            ["automated_decision"],
        ),
        ("Mein Bild auf Ihrer Seite muss runter.", ["erasure"]),
    ],
)
def test_it_knows_everyday_german_words(text, wanted):
    assert wishes(classify_text("", text)) == wanted
