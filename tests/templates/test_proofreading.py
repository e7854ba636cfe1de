"""The proofreader finds a hole, a line left in English, a field that nobody declares: it is itself held to that."""

from dataclasses import replace

import pytest

from privacy.errors import Permanent
from templates import book, declarations, proofreading, render, samples, structure
from templates.book import OUR_BOOK, our_files
from templates.declarations import declarations as declared


@pytest.fixture(autouse=True)
def _read_again_afterwards():
    yield
    for cached in (book.sections, render.sources, render._parts, render.available):
        cached.cache_clear()


def change_words(monkeypatch, language: str, letter: str, **sentences: str | None) -> None:
    """Put other sentences in the place of ours; None takes one out."""

    def changed(asked: str):
        if asked != language:
            return our_files(asked)
        files = []
        for file in our_files(asked):
            if letter in file.sections:
                section = {**file.sections[letter], **sentences}
                kept = {key: words for key, words in section.items() if words is not None}
                files.append(replace(file, sections={**file.sections, letter: kept}))
            else:
                files.append(file)
        return tuple(files)

    monkeypatch.setattr(proofreading, "our_files", changed)


def told(flaws) -> list[str]:
    return [f"{flaw.letter} {flaw.language}: {flaw.reason}" for flaw in flaws]


def reasons() -> list[str]:
    return told(proofreading._cells("sv"))


@pytest.mark.parametrize(
    ("sentences", "reason"),
    [
        ({"h_why": None}, "refusal sv: the sentence h_why is missing"),
        ({"extra": "Mer"}, "refusal sv: English has no sentence extra"),
        ({"h_why": "Why"}, "refusal sv: h_why is the English sentence"),
        ({"h_why": "Varför {what}"}, "refusal sv: h_why has other fields"),
        ({"decision": "Nej."}, "refusal sv: decision has other fields"),
        ({"h_why": "Varför {"}, "refusal sv: h_why has a brace that is no field"),
        ({"h_why": "**Varför"}, "refusal sv: h_why has a ** without its partner"),
    ],
)
def test_a_cell_that_is_not_whole_is_found(monkeypatch, sentences, reason):
    change_words(monkeypatch, "sv", "refusal", **sentences)
    assert reason in reasons()


def test_a_letter_that_does_not_exist_is_found(monkeypatch):
    strange = replace(our_files("sv")[0], sections={"poem": {"verse": "Roses"}})
    real = our_files
    monkeypatch.setattr(
        proofreading,
        "our_files",
        lambda lang: (*real(lang), strange) if lang == "sv" else real(lang),
    )
    assert "poem sv: no such letter" in reasons()


def test_a_letter_that_is_not_written_yet_goes_out_in_english_and_is_no_flaw(monkeypatch):
    monkeypatch.setattr(proofreading, "not_yet", lambda: {"sv": frozenset({"refusal"})})
    monkeypatch.setattr(render, "not_yet", lambda: {"sv": frozenset({"refusal"})})
    render.available.cache_clear()
    assert "sv" not in render.available("refusal")
    assert "refusal sv: it is there" in reasons()
    empty = dict.fromkeys(proofreading._sections_of("refusal", "sv"))
    change_words(monkeypatch, "sv", "refusal", **empty)
    assert not [line for line in reasons() if line.startswith("refusal sv")]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("p {typo}", "the sentence '{typo}' is missing"),
        ("use poem", "there is no shared part 'poem'"),
        ("p thanks\n{% if typo %}\n{% endif %}", "typo is not declared"),
        ("p thanks\n{% if variant.typo %}\n{% endif %}", "typo is not declared"),
        ("p thanks\n{% for one in rights %}\n{% if one.typo %}\n{% endif %}\n{% endfor %}",
            "typo is not declared"),
        ("p thanks\n{% if variant %}", "Unexpected end of template"),
        ("p thanks", "acknowledge_by is declared and not used"),
    ],
)  # fmt: skip
def test_a_structure_with_a_fault_is_found(monkeypatch, body, reason):
    real = dict(declared())
    changed = {"acknowledgement": replace(real["acknowledgement"], body=body)}
    for module in (proofreading, render):
        monkeypatch.setattr(module, "declarations", lambda: changed)
    assert any(reason in line for line in told(proofreading._fields(OUR_BOOK)))


@pytest.mark.parametrize(
    ("sample", "reason"),
    [
        ({"sent_on": "tomorrow"}, "sent_on is not a date"),
        ({"poem": "Roses"}, "has no field poem"),
        ({}, "confirm_by"),
    ],
)
def test_a_sample_that_does_not_fit_is_refused(sample, reason):
    letter = replace(declared()["misdirected"], sample=sample)
    with pytest.raises(Permanent, match=reason):
        samples.sample_of(letter)


def test_a_list_in_a_sample_is_a_list():
    letter = declared()["incident_handover"]
    with pytest.raises(Permanent, match="clocks is not a list"):
        samples.sample_of(replace(letter, sample={**letter.sample, "clocks": "none"}))


def test_a_declaration_without_fields_or_with_unknown_words_is_refused(tmp_path):
    path = tmp_path / "x.toml"
    with pytest.raises(Permanent, match="poem has no fields"):
        declarations._declaration(path, "poem", {})
    with pytest.raises(Permanent, match="refusal"):
        declarations._declaration(path, "refusal", {"colour": "blue"})
    path.write_text("not toml")
    with pytest.raises(Permanent, match=r"x\.toml"):
        declarations._read(path)


def test_a_place_is_a_line_where_there_is_one():
    file = next(one for one in our_files("en") if "refusal" in one.sections)
    lines = file.source.splitlines()
    for key, start in (("", "[refusal]"), ("h_why", "h_why =")):
        number = int(file.place("refusal", key).rpartition(":")[2])
        assert lines[number - 1].startswith(start)
    assert file.place("poem", "verse") == str(file.path)


def test_an_unknown_tag_makes_no_letter():
    letter = replace(declared()["staff_sign_in"], body="bold sorry")
    with pytest.raises(Permanent, match="bold"):
        structure.sources_of(letter, {"subject": "x"}, links=frozenset(), marker="", language="en")
