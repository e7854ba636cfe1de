"""The file that says which law governs whom is read whole, and a slip in it is refused with its line."""

from pathlib import Path

import pytest

from classifier.data import laws
from privacy.errors import Permanent
from privacy.governing import Clues, governing, stated_places
from regimes import applying
from regimes.applying import load_law_hints
from regimes.laws import record_of


def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    path = tmp_path / "applying.toml"
    path.write_text(text)
    monkeypatch.setattr(applying, "APPLYING_FILE", path)


def load() -> None:
    load_law_hints.__wrapped__()


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("colour = ['blue']", 1, "there is no 'colour'"),
        ("[places.mars]\nlaws = ['gdrp']", 1, "did you mean 'gdpr'?"),
        ("\n[places.mars]\nlaw = ['gdpr']", 2, "a place has no 'law'"),
        ("[places.mars]\nwords = ['Mars']", 1, "'Mars' is written 'mars' here"),
        ("live_in = 'i live in'", 1, "a list of texts"),
        ("live_in = ['i live in', '']", 1, "a list of texts"),
        ("[cites]\ngdpr = ['gdrp']", 1, "did you mean 'gdpr'?"),
        ("always = ['hous']", 1, "did you mean 'house'?"),
    ],
)
def test_a_slip_is_refused_with_file_and_line(tmp_path, monkeypatch, text, line, why) -> None:
    written(tmp_path, monkeypatch, text)
    with pytest.raises(Permanent, match=r"applying\.toml") as refused:
        load()
    assert f"applying.toml:{line}: " in str(refused.value)
    assert why in str(refused.value)


def test_every_law_of_the_file_has_a_record_and_every_name_is_one_that_is_recognised() -> None:
    hints = load_law_hints()
    known = {law.name for law in laws().by_words.values()}
    assert set(hints.cites) <= known
    for place in hints.places:
        for code in place.laws:
            assert record_of(code).code == code


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("I live in Bengaluru and would like my data.", ["india"]),
        ("As a California resident I request what you know.", ["california"]),
        ("I am a resident of Texas.", ["texas"]),
        ("Ich wohne in Zürich.", ["switzerland"]),
        ("J'habite à Montréal.", ["quebec"]),
        ("Moro em São Paulo.", ["brazil"]),
        ("Mieszkam w Warszawie.", ["union"]),
        ("I'm based in the U.K. now", ["united_kingdom"]),
        ("I live in West Virginia", []),
        ("Our office in Germany sells to India", []),
    ],
)
def test_people_say_where_they_live(text: str, places: list[str]) -> None:
    assert [place.name for place in stated_places(text, load_law_hints())] == places


def test_a_portuguese_mail_may_come_from_brazil() -> None:
    clues = Clues(text="Quero os meus dados.", language="pt", domain="mail.example.br")
    found = governing(clues, load_law_hints(), ("house", "gdpr", "uk_gdpr"))
    assert found.laws == ("house", "gdpr", "uk_gdpr", "lgpd")
