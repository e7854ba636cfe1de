"""The trail on a page: whether it is whole, what happened last, and the whole of it to take away."""

from __future__ import annotations

import io
import zipfile
from threading import Event

import pytest
from sqlalchemy import text

from casework.auditing import write_down_ends
from desk.house import House
from desk_values import desk_app, send, sign_in
from privacy.errors import Retryable

from .conftest import ARRIVED

pytestmark = pytest.mark.usefixtures("references")


def look(app, client):
    send(client, "/audit/look")
    app.state.desk.house.trail.wait()
    return client.get("/audit").text


def test_a_whole_trail_is_said_to_be_whole_with_its_last_hash(app, desk, sam) -> None:
    (segment,) = write_down_ends(desk.database, ARRIVED)
    page = look(app, sam)
    assert "The trail is whole" in page
    assert str(segment.number) in page
    assert "Its hash" in page


def test_an_event_that_was_changed_is_named_by_chain_and_place(app, desk, sam) -> None:
    with desk.database.transaction() as transaction:
        transaction.change(text("UPDATE audit_event SET actor = 'nobody' WHERE position = 0"))
    page = look(app, sam)
    assert "The trail is not whole" in page
    assert "event 0" in page


def test_a_look_that_fails_says_so(desk) -> None:
    def unreadable():
        raise Retryable("the list cannot be read")

    app = desk_app(desk.services, house=House(kept_hashes=unreadable))
    assert "Not looked through:</strong> the list cannot be read" in look(app, sign_in(app))


def test_two_looks_at_once_are_one(desk) -> None:
    gate = Event()

    def slow():
        gate.wait(10)
        return ()

    app = desk_app(desk.services, house=House(kept_hashes=slow))
    sam = sign_in(app)
    send(sam, "/audit/look")
    send(sam, "/audit/look")
    page = sam.get("/audit").text
    gate.set()
    app.state.desk.house.trail.wait()
    assert "Somebody is looking already." in page
    assert "is being looked at since" in page


def test_events_are_listed_by_kind_and_by_who_made_them(sam) -> None:
    send(sam, "/audit/export")
    every = sam.get("/audit").text
    people = sam.get("/audit?by=people").text
    opened = sam.get("/audit?kind=case_opened").text
    assert '<th scope="row">case opened</th>' in every
    assert '<th scope="row">case opened</th>' not in people
    assert '<th scope="row">trail exported</th>' in people
    assert '<th scope="row">trail exported</th>' not in opened
    assert "anne@person.example" not in every


def test_the_whole_trail_is_taken_out_in_one_file_and_that_is_on_the_trail(sam) -> None:
    answer = send(sam, "/audit/export")
    assert "attachment" in answer.headers["content-disposition"]
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert {"events.jsonl", "__main__.py"} <= set(names)
    assert "trail exported" in sam.get("/audit?by=people").text
