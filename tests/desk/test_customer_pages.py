"""Customers who decide about a request, on the page of a case: passed on, instructed, told to the person."""

from __future__ import annotations

import pytest

from casework_values import TestDesk, mail, open_at
from desk_values import desk_app, send, sign_in
from forward_values import asking_desk, list_customers, pass_on, waiting
from privacy.audit import AuditKind
from privacy.desk_roles import Role
from work_values import prove

CORRECT = "Please correct my address: it is anne@new.example now, and my name is spelled wrong."


@pytest.fixture
def desk(migrated_sqlite):
    database = open_at(migrated_sqlite)
    yield asking_desk(TestDesk(database))
    database.close()


@pytest.fixture
def sam(desk):
    return sign_in(desk_app(desk.services, desk.clock), Role.CASE_WORKER)


@pytest.fixture
def path(desk):
    list_customers(desk)
    desk.receive_one(mail())
    return f"/cases/{desk.case().reference}/customers"


def test_a_request_is_passed_on_by_a_form_and_its_letters_wait(desk, sam, path):
    assert "was not passed on" in sam.get(path).text
    assert send(sam, f"{path}/forward").status_code == 303
    page = sam.get(path).text
    assert "Letters to 2 customers wait for approval." in page
    assert "Customer 1: Customer Ltd" in page
    assert waiting(desk, "customer_request")
    wrong = send(sam, f"{path}/forward", workspace="w9")
    assert wrong.status_code == 422
    assert 'value="w9"' in wrong.text


def test_what_a_customer_told_is_written_down_with_who_said_it(desk, sam, path):
    pass_on(desk)
    said = {"workspace": "w1", "said_by": "Olivia by phone", "note": "<i>all of it"}
    silent = send(sam, f"{path}/instruct", instruction="no_answer", **said)
    assert silent.status_code == 422
    assert "the customer is still being asked" in silent.text
    assert "Olivia by phone" in silent.text
    assert send(sam, f"{path}/instruct", instruction="delete", **said).status_code == 303
    page = sam.get(path).text
    assert "Written down; customer 1: instructed." in page
    assert "by Olivia by phone, staff" in page
    assert "&lt;i&gt;all of it" in page
    assert send(sam, f"{path}/instruct", instruction="shout", **said).status_code == 422


def test_a_customer_is_named_to_the_person_with_a_ground_and_after_proof_alone(desk, sam, path):
    pass_on(desk)
    early = send(sam, f"{path}/refer", workspace="w1", ground="They asked us to.")
    assert early.status_code == 422
    prove(desk)
    half = send(sam, f"{path}/refer", workspace="w1", ground="They asked us to.", what="Erased")
    assert half.status_code == 422
    assert "what, where and on which day" in half.text
    whole = {"what": "Erased", "where": "billing", "on": "2026-11-23"}
    named = send(sam, f"{path}/refer", workspace="w1", ground="They asked us to.", **whole)
    assert named.status_code == 303
    assert "names w1: They asked us to." in sam.get(path).text


def test_a_new_address_is_asked_where_a_correction_is_open(desk, sam):
    desk.receive_one(mail(CORRECT))
    path = f"/cases/{desk.case().reference}/customers"
    assert "Ask this address" in sam.get(path).text
    wrong = send(sam, f"{path}/address", address="privacy@autocloz.example")
    assert (wrong.status_code, 'id="wrong-address"' in wrong.text) == (422, True)
    assert send(sam, f"{path}/address", address="anne@new.example").status_code == 303
    assert "<strong>anne@new.example</strong>" in sam.get(path).text


def test_a_viewer_sees_and_does_nothing(sam, path):
    viewer = sign_in(sam.app, Role.VIEWER)
    assert "Pass it on" not in viewer.get(path).text
    for step in ("forward", "instruct", "refer", "address"):
        assert send(viewer, f"{path}/{step}").status_code == 403
    assert sam.get("/cases/PR-2026-000009-00/customers").status_code == 404


def test_a_case_of_another_region_is_not_there_and_each_look_is_recorded(desk, sam, path):
    abroad = sign_in(sam.app, Role.CASE_WORKER, regions=frozenset({"elsewhere"}))
    assert abroad.get(path).status_code == 404
    assert send(abroad, f"{path}/forward").status_code == 404
    packages = path.replace("customers", "packages")
    assert abroad.get(packages).status_code == 404
    assert send(abroad, f"{packages}/withdraw", right="access").status_code == 404
    seen = desk.kinds_of_events(desk.case().case_id).count(AuditKind.CASE_VIEWED)
    sam.get(packages)
    assert desk.kinds_of_events(desk.case().case_id).count(AuditKind.CASE_VIEWED) == seen + 1
