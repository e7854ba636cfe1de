"""Who gets no mail: asked, added and taken in on a page, and never an address in an address bar."""

from __future__ import annotations

from datetime import timedelta

import pytest

from daemon.clock import utc_now
from desk_values import desk_app, send, sign_in
from privacy.suppression import SuppressionList
from storage.suppressions import lists_with

ANNE = "anne@person.example"


def lists(desk, address=ANNE):
    with desk.database.reading() as reading:
        return lists_with(reading, [address])[address]


def answered(client, answer):
    assert answer.status_code == 303
    assert "@" not in answer.headers["location"]
    return client.get(answer.headers["location"]).text


def test_an_address_that_is_added_is_on_its_list_and_in_the_count(desk, sam) -> None:
    send(sam, "/suppression/add", address=ANNE, on="marketing", reason="objection")
    assert lists(desk) == (SuppressionList.MARKETING,)
    assert '<td data-label="Addresses">1</td>' in sam.get("/suppression").text
    assert "marketing" in answered(sam, send(sam, "/suppression/check", address=ANNE))


def test_an_unknown_address_is_on_no_list(sam) -> None:
    assert "is on no list" in answered(sam, send(sam, "/suppression/check", address=ANNE))


def test_an_answer_is_shown_to_whoever_asked_alone_and_for_some_minutes(desk) -> None:
    times = [utc_now()]
    app = desk_app(desk.services, lambda: times[0])
    sam, mallory = sign_in(app), sign_in(app, address="mallory@autocloz.example")
    place = send(sam, "/suppression/check", address=ANNE).headers["location"]
    assert sam.get(place).status_code == 200
    assert mallory.get(place).status_code == 404
    times[0] += timedelta(minutes=11)
    assert sam.get(place).status_code == 404


@pytest.mark.parametrize("path", ["/suppression/check", "/suppression/add", "/directory/show"])
def test_what_is_no_address_is_told_beside_its_field(sam, path) -> None:
    answer = send(sam, path, address="anne", on="marketing")
    assert answer.status_code == 422
    assert "This is not a mail address." in answer.text


def test_a_list_is_taken_in_and_its_wrong_lines_are_told_by_number(desk, sam) -> None:
    lines = f"address,list\n{ANNE},marketing\nnobody,marketing\nolivia@customer.example,never\n"
    text = answered(sam, send(sam, "/suppression/import", lines=lines, on="marketing"))
    assert "1 taken in, 2 wrong lines left out." in text
    assert "Line 3:" in text
    assert lists(desk) == (SuppressionList.MARKETING,)


def test_a_list_without_the_column_of_addresses_is_refused_whole(desk, sam) -> None:
    answer = send(sam, "/suppression/import", lines=f"mail\n{ANNE}", on="marketing")
    assert answer.status_code == 422
    assert "name the columns" in answer.text
    assert lists(desk) == ()


def test_more_lines_than_a_form_takes_are_refused(sam) -> None:
    long = "address\n" + "a" * 300_001
    assert send(sam, "/suppression/import", lines=long, on="marketing").status_code == 422
