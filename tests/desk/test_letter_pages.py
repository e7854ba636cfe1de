"""Every letter can be read before anybody gets it: in each language, with the words of the house where it has any."""

from __future__ import annotations

import pytest

from casework_values import TestDesk, open_at, profile
from desk_values import desk_app, sign_in
from privacy.desk_roles import Role
from templates.book import Book
from templates.declarations import declarations

OWN = """[acknowledgement]
subject = "Wir haben Ihre Nachricht, sagt <b>dieses Haus</b>"
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "de").mkdir()
    return tmp_path


@pytest.fixture
def viewer(migrated_sqlite, folder):
    database = open_at(migrated_sqlite)
    desk = TestDesk(database, profile(book=Book(folder=folder)))
    yield sign_in(desk_app(desk.services, desk.clock), Role.VIEWER)
    database.close()


def test_the_table_leads_to_each_letter_in_each_language(viewer):
    page = viewer.get("/letters/kinds").text
    assert page.count("/letters/kinds/") == len(declarations()) * 10
    assert ">own<" not in page
    assert 'href="/letters/kinds"' in viewer.get("/letters").text


def test_a_letter_is_shown_as_text_and_in_a_frame_that_runs_nothing(viewer):
    page = viewer.get("/letters/kinds/policy_notice/fr").text
    assert 'lang="fr"' in page
    assert 'sandbox src="/letters/frames/policy_notice/fr"' in page
    frame = viewer.get("/letters/frames/policy_notice/fr")
    assert frame.headers["content-security-policy"].startswith("sandbox;")
    for path in ("kinds/nothing/fr", "kinds/policy_notice/xx", "frames/nothing/fr"):
        assert viewer.get(f"/letters/{path}").status_code == 404


def test_words_of_the_house_are_shown_as_such_with_their_place(viewer, folder):
    name = next(iter(declarations()))
    file = folder / "de" / "own.toml"
    file.write_text(OWN.replace("acknowledgement", name), encoding="utf-8")
    assert ">own<" in viewer.get("/letters/kinds").text
    page = viewer.get(f"/letters/kinds/{name}/de").text
    assert "own.toml:2" in page
    assert "sagt &lt;b&gt;dieses Haus" in page
    assert "own.toml:2" not in viewer.get(f"/letters/kinds/{name}/en").text


def test_what_is_wrong_with_letters_is_found_on_the_page(viewer, folder):
    (folder / "de" / "own.toml").write_text('[no_such]\nline = "Ja."\n', encoding="utf-8")
    page = viewer.get("/letters/check").text
    assert "no_such" in page
    assert "no such letter in this language" in page
