"""The JSON API: tokens, lists and decisions, as a program of the company meets them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api_values import post, program, token_for
from casework.accounts import account_of, change_account, close_account
from casework.api_tokens import NewToken, make_token, revoke_token, tokens_with
from desk.api.app import create_api
from desk.api.gate import MOST_BYTES
from desk_values import ADMIN, sign_in
from privacy.audit import AuditKind
from privacy.desk_roles import Action, Role
from privacy.errors import Permanent
from storage.audit import events_of
from storage.cases import find_case
from storage.tasks import Task, add_tasks

ROBOT = "robot@autocloz.example"
PROBLEM = "application/problem+json"


@pytest.fixture
def client(app, references):
    assert references
    return program(app, token_for(app, Role.DPO))


@pytest.fixture
def task_id(desk, app, references):
    with desk.database.transaction() as transaction:
        case = find_case(transaction, references[0])
        task = Task(
            case_id=case.case_id,
            kind="look",
            reason="by-hand",
            due_on=None,
            created_at=app.state.desk.clock(),
        )
        add_tasks(transaction, [task])
    return task.task_id


def test_without_a_good_token_nothing_is_told_not_even_what_there_is(app, references) -> None:
    for token in ("", "rdk_nonsense", "x" * 5000):
        for path in ("/cases", "/openapi.json", "/nowhere", f"/cases/{references[0]}"):
            answer = program(app, token).get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)
            assert answer.headers["www-authenticate"] == "Bearer"


def test_the_cookie_of_a_signed_in_person_opens_nothing_of_the_api(app) -> None:
    assert sign_in(app).get("/api/v1/cases").status_code == 401


def test_no_other_site_is_told_that_it_may_ask(client) -> None:
    answer = client.get("/cases", headers={"Origin": "https://mallory.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert "set-cookie" not in answer.headers


def test_a_token_ends_with_its_day_its_revocation_and_its_account(app, desk) -> None:
    now = app.state.desk.clock()
    client = program(app, token_for(app, Role.VIEWER, lasts=timedelta(seconds=1)))
    assert client.get("/cases").status_code == 200
    (token,) = tokens_with(desk.database, ROBOT)
    assert token.used_at == now
    revoke_token(desk.database, ROBOT, token.token_id, actor=ADMIN, now=now)
    assert client.get("/cases").status_code == 401
    gone = program(app, token_for(app, Role.VIEWER, address="gone@autocloz.example"))
    assert gone.get("/cases").status_code == 200
    account = account_of(desk.database, "gone@autocloz.example").account_id
    close_account(desk.database, account, actor=ADMIN, now=now)
    assert gone.get("/cases").status_code == 401


def test_a_token_that_is_over_opens_nothing(desk, app) -> None:
    now = app.state.desk.clock()
    token_for(app, Role.VIEWER)
    wanted = NewToken(
        address=ROBOT, label="old", scopes=frozenset({Action.SEE}), lasts=timedelta(hours=1)
    )
    _, secret = make_token(desk.database, wanted, actor=ADMIN, now=now - timedelta(hours=1))
    assert program(app, secret).get("/cases").status_code == 401


def test_a_token_gives_no_more_than_the_roles_of_its_account_do_now(app, desk) -> None:
    with pytest.raises(Permanent, match="do not give approve"):
        token_for(app, Role.VIEWER, scopes={Action.SEE, Action.APPROVE})
    client = program(app, token_for(app, Role.APPROVER, address="sam@autocloz.example"))
    path = "/drafts/00000000-0000-7000-8000-000000000000/approve"
    assert post(client, path).status_code == 404
    account = account_of(desk.database, "sam@autocloz.example").account_id
    change_account(
        desk.database, account, {Role.VIEWER}, (), actor=ADMIN, now=app.state.desk.clock()
    )
    assert post(client, path).status_code == 403


def test_the_list_goes_on_where_its_page_ended(client, references) -> None:
    told, after = [], None
    while True:
        query = {"limit": 1} | ({"after": after} if after else {})
        page = client.get("/cases", params=query).json()
        told += [one["reference"] for one in page["cases"]]
        after = page["after"]
        if after is None:
            break
    assert sorted(told) == sorted(references)


def test_one_case_is_told_and_that_it_was_looked_at_is_written_down(client, desk, references):
    answer = client.get(f"/cases/{references[0]}").json()
    assert answer["reference"] == references[0]
    with desk.database.reading() as reading:
        events = events_of(reading, find_case(reading, references[0]).case_id)
    viewed = [one for one in events if one.kind is AuditKind.CASE_VIEWED]
    assert [one.actor.startswith(f"{ROBOT} (API token ") for one in viewed] == [True]


def test_a_case_a_draft_and_a_task_of_another_region_are_not_there(app, references, task_id):
    elsewhere = program(app, token_for(app, Role.DPO, regions=frozenset({"moon"})))
    assert elsewhere.get("/cases").json()["cases"] == []
    assert elsewhere.get("/tasks").json()["tasks"] == []
    assert elsewhere.get("/drafts").json()["drafts"] == []
    assert elsewhere.get(f"/cases/{references[0]}").status_code == 404
    assert post(elsewhere, f"/tasks/{task_id}/done", {}).status_code == 404


def test_a_task_is_done_once_however_often_the_program_asks(client, task_id) -> None:
    assert str(task_id) in [one["task_id"] for one in client.get("/tasks").json()["tasks"]]
    path = f"/tasks/{task_id}/done"
    first = post(client, path, {}, key="payroll-0001")
    again = post(client, path, {}, key="payroll-0001")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert post(client, path, {}, key="payroll-0002").status_code == 409
    assert str(task_id) not in [one["task_id"] for one in client.get("/tasks").json()["tasks"]]


def test_a_refusal_comes_again_under_its_key_and_another_body_is_refused(client, task_id) -> None:
    path = f"/tasks/{task_id}/done"
    post(client, path, {}, key="payroll-0001")
    other = post(client, path, {"evidence": "T-1"}, key="payroll-0001")
    assert (other.status_code, other.json()["type"]) == (409, "urn:rightsdesk:problem:key_used")
    told = [post(client, path, {}, key="payroll-0002") for _ in range(2)]
    assert told[0].status_code == told[1].status_code == 409
    assert told[0].content == told[1].content
    assert told[1].headers["content-type"] == PROBLEM


def test_nothing_is_changed_without_an_idempotency_key(client, task_id) -> None:
    answer = client.post(f"/tasks/{task_id}/done", json={})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"place": "header.Idempotency-Key", "code": "missing"}]
    assert str(task_id) in client.get("/tasks").text


def test_a_wrong_request_is_told_without_a_word_of_it(client, task_id) -> None:
    answer = post(client, f"/tasks/{task_id}/done", {"anne@person.example": "secret"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"place": "body", "code": "extra_forbidden"}]
    assert "anne" not in answer.text
    assert "secret" not in answer.text


def test_a_body_beyond_its_bound_is_not_read(client, task_id) -> None:
    answer = post(client, f"/tasks/{task_id}/done", {"evidence": "x" * MOST_BYTES})
    assert (answer.status_code, answer.headers["content-type"]) == (413, PROBLEM)


def test_a_token_that_asks_too_often_is_told_when_to_go_on(app) -> None:
    token = token_for(app, Role.VIEWER)
    api = create_api(app.state.desk, most=3)
    client = program(api, token)
    client.base_url = "http://testserver"
    told = [client.get("/cases") for _ in range(4)]
    assert [one.status_code for one in told] == [200, 200, 200, 429]
    assert told[-1].headers["retry-after"] == "60"


def test_an_address_is_put_on_a_list_and_found_there(client) -> None:
    addresses = ["anne@person.example", "olivia@customer.example"]
    added = {"addresses": addresses[:1], "on": "marketing"}
    assert post(client, "/suppression/add", added).json() == {"done": True}
    found = post(client, "/suppression/check", {"addresses": addresses}).json()
    assert found == {"lists": [["marketing"], []]}


def test_what_is_done_with_a_case_is_done_by_the_same_rules_as_by_hand(client, references) -> None:
    here = f"/cases/{references[0]}"
    assert (
        post(client, f"{here}/correct", {"language": "de", "note": "Anne called."}).status_code
        == 200
    )
    owed = post(client, f"{here}/close", {"reason": "other"})
    assert owed.status_code == 409
    assert owed.json()["detail"].startswith("the case cannot be closed: ")
    later = post(client, f"{here}/extend", {"ground": "Very many boards have to be searched."})
    (written,) = later.json()["written"]
    waiting = client.get("/drafts").json()["drafts"]
    assert written["draft_id"] in [one["draft_id"] for one in waiting]
    letter = client.get(f"/drafts/{written['draft_id']}").json()
    assert (letter["case"], letter["findings"]) == (references[0], [])
    approved = post(client, f"/drafts/{written['draft_id']}/approve")
    assert approved.status_code == 409  # whoever asked for it does not approve it
    assert post(client, f"/drafts/{written['draft_id']}/reject").json() == {"done": True}
