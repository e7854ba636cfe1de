"""What a person says decides which law governs; what is only suggested is added; nothing said means every candidate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.governing import (
    Clues,
    LawHints,
    Place,
    governing,
    is_settled,
    laws_of_regions,
    stated_places,
    words_of,
)

INDIA = Place(
    name="india",
    laws=("dpdp",),
    words=(("india",), ("new", "delhi"), ("delhi",)),
    domains=frozenset({"in"}),
    languages=frozenset({"hi"}),
    regions=frozenset({"ap-south-1"}),
)
UNION = Place(
    name="union", laws=("gdpr",), words=(("paris",), ("zurich",)), domains=frozenset({"fr"})
)
TEXAS = Place(name="texas", laws=("us_tx",), words=(("texas",), ("virginia",)))
ELSEWHERE = Place(name="elsewhere", laws=(), words=(("west", "virginia"),))
HINTS = LawHints(
    places=(INDIA, UNION, TEXAS, ELSEWHERE),
    cites={"gdpr": ("gdpr", "uk_gdpr")},
    live_in=(("i", "live", "in"), ("i", "live")),
    as_a=(("as", "a"),),
    resident=frozenset({"resident"}),
    always=frozenset({"house"}),
)
CANDIDATES = ("house", "gdpr", "uk_gdpr")


def of(text: str = "", **changes: object):
    values = {"text": text, "language": "en"} | changes
    return governing(Clues(**values), HINTS, CANDIDATES)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("I live in New Delhi.", ["india"]),
        ("I LIVE IN sunny Zürich", ["union"]),
        ("I live in Paris, Texas", ["union", "texas"]),
        ("I live in a small town far from everything in India", []),
        ("I live in West Virginia", []),
        ("As a Texas resident I ask", ["texas"]),
        ("As a Texas company we offer", []),
        ("as a", []),
        ("I live in", []),
        ("We sell in India", []),
        ("I live in New India", ["india"]),
        ("I live in Western parts of the west", []),
        ("I live in India. As I said, I live in Delhi.", ["india"]),
    ],
)
def test_a_residence_is_what_somebody_says_of_themselves(text: str, places: list[str]) -> None:
    assert [place.name for place in stated_places(text, HINTS)] == places


def test_a_stated_residence_takes_the_place_of_the_candidates() -> None:
    found = of("I live in Delhi and cite the GDPR", language="hi", cited=("gdpr",))
    assert found.laws == ("house", "dpdp", "gdpr", "uk_gdpr")
    assert found.reasons == ("always:house", "residence:india", "cited:gdpr")
    assert found.said == ("dpdp", "gdpr", "uk_gdpr")


def test_what_is_suggested_is_added_to_the_candidates() -> None:
    found = of(language="hi", domain="mail.example.in", region="ap-south-1")
    assert found.laws == ("house", "gdpr", "uk_gdpr", "dpdp")
    assert found.reasons[3:] == ("language:hi", "domain:in", "region:ap-south-1")
    assert found.said == ()


def test_nothing_said_means_the_candidates() -> None:
    assert of().laws == CANDIDATES
    assert of().reasons == ("always:house", "candidate:gdpr", "candidate:uk_gdpr")


def test_a_law_without_a_record_is_a_reason_without_a_law() -> None:
    found = of(cited=("kvkk",))
    assert (found.laws, found.reasons[-1]) == (CANDIDATES, "cited:kvkk")


def test_words_have_no_accents_and_no_capitals() -> None:
    assert words_of("J\u2019habite à São Paulo!") == ("j", "habite", "a", "sao", "paulo")


@given(st.text(max_size=200), st.sampled_from(["en", "hi"]), st.sampled_from(["", "a.fr", "b.in"]))
def test_the_promise_of_the_house_always_holds_and_no_law_is_there_twice(
    text: str, language: str, domain: str
) -> None:
    found = of(text, language=language, domain=domain)
    assert found.laws[0] == "house"
    assert len(set(found.laws)) == len(found.laws) == len([*dict.fromkeys(found.laws)])
    assert set(found.said) <= set(found.laws)


@given(st.sets(st.sampled_from(["gdpr", "kvkk"])), st.sampled_from(["", "I live in Paris."]))
def test_a_law_that_is_named_binds_as_well_whatever_else_is_said(
    cited: set[str], text: str
) -> None:
    fewer, more = of(text), of(text, cited=tuple(cited))
    assert set(fewer.laws) <= set(more.laws)
    assert "gdpr" not in cited or {"gdpr", "uk_gdpr"} <= set(more.laws)


def test_regions_of_workspaces_suggest_the_laws_of_their_places() -> None:
    assert laws_of_regions(["us-east-9", "ap-south-1", "ap-south-1"], HINTS) == (
        ("dpdp",),
        ("workspace-region:ap-south-1",),
    )
    assert laws_of_regions([], HINTS) == laws_of_regions([""], HINTS) == ((), ())


@pytest.mark.parametrize(
    ("reasons", "settled"),
    [
        ((), False),
        (("always:house", "candidate:gdpr", "region:ap-south-1", "cited:gdpr"), False),
        (("always:house", "residence:india"), True),
        (("staff",), True),
    ],
)
def test_what_the_person_or_staff_said_is_settled(reasons, settled) -> None:
    assert is_settled(reasons) is settled
    assert is_settled(of("I live in Delhi").reasons)
