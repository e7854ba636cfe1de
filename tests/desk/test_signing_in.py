"""Signing in by a mailed link, sessions that end, and the second factor, on the real database."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from casework.accounts import (
    ACCOUNT_CHAIN,
    account_with,
    all_accounts,
    change_account,
    close_account,
)
from casework.signing_in import SessionTerms, make_link
from desk.app import create_app
from desk.cookies import SESSION
from desk.forms import csrf_token
from desk.sessions import StoredSessions
from desk.sign_in import SignIn
from desk_values import ADMIN, SAM_ADDRESS, an_account, send
from privacy.audit import AuditKind
from privacy.desk_roles import Role
from privacy.errors import Permanent
from privacy.totp import STEP_SECONDS, code_at, read_secret, step_at
from storage.audit import events_of, verify_chain

TERMS = SessionTerms()
MINUTE = timedelta(minutes=1)


class Desk:
    """A desk whose clock the test moves, and the addresses that asked for a link."""

    def __init__(self, database, state) -> None:
        self.database = database
        self.now = datetime(2026, 11, 24, 9, tzinfo=UTC)
        self.asked: list[str] = []
        self.ways = SignIn(
            database=database, terms=TERMS, clock=self.clock, ask_link=self.asked.append
        )
        sessions = StoredSessions(database, TERMS, self.clock)
        acting = replace(state.desk, clock=self.clock)
        self.app: FastAPI = create_app(acting, sessions=sessions, ways=self.ways)

    def clock(self) -> datetime:
        return self.now

    def link_for(self, address: str = SAM_ADDRESS) -> str:
        made = make_link(self.database, address, TERMS, now=self.now)
        assert made is not None
        return f"/sign-in/link/{made.token}"

    def browser(self) -> TestClient:
        return TestClient(self.app, follow_redirects=False)

    def sign_in(self, address: str = SAM_ADDRESS) -> TestClient:
        client = self.browser()
        assert client.post(self.link_for(address), data={"x": "1"}).status_code == 303
        return client


@pytest.fixture
def place(desk, app) -> Desk:
    return Desk(desk.database, app.state)


@pytest.fixture
def sam(place):
    return an_account(place.database)


def is_in(client: TestClient) -> bool:
    return client.get("/due").status_code == 200


@pytest.mark.usefixtures("sam")
def test_a_link_signs_its_reader_in_once(place) -> None:
    link, client = place.link_for(), place.browser()
    for _ in range(3):  # as mail scanners do
        assert client.get(link).status_code == 200
    answer = client.post(link, data={"x": "1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert is_in(client)
    again = place.browser()
    assert again.post(link, data={"x": "1"}).status_code == 403
    assert not is_in(again)


@pytest.mark.usefixtures("sam")
def test_a_link_ends_after_ten_minutes(place) -> None:
    link = place.link_for()
    place.now += 10 * MINUTE
    assert place.browser().post(link, data={"x": "1"}).status_code == 403


@pytest.mark.parametrize("token", ["x", "a" * 500, "%00", "ü"])
def test_a_link_that_is_none_signs_nobody_in(place, token) -> None:
    assert place.browser().post(f"/sign-in/link/{token}", data={"x": "1"}).status_code == 403


@pytest.mark.usefixtures("sam")
def test_a_form_of_another_site_signs_nobody_in(place) -> None:
    link, client = place.link_for(), place.browser()
    for headers in ({"origin": "https://mallory.example"}, {"sec-fetch-site": "cross-site"}):
        assert client.post(link, data={"x": "1"}, headers=headers).status_code == 403
    assert not is_in(client)


@pytest.mark.usefixtures("sam")
def test_asking_for_a_link_looks_the_same_with_and_without_an_account(place) -> None:
    known = place.browser().post("/sign-in", data={"address": SAM_ADDRESS})
    unknown = place.browser().post("/sign-in", data={"address": "mallory@elsewhere.example"})
    assert (known.status_code, known.headers) == (unknown.status_code, unknown.headers)
    assert place.asked == [SAM_ADDRESS, "mallory@elsewhere.example"]
    assert make_link(place.database, "mallory@elsewhere.example", TERMS, now=place.now) is None


def test_nobody_fills_a_mailbox_with_links(place) -> None:
    for _ in range(8):
        assert place.browser().post("/sign-in", data={"address": SAM_ADDRESS}).status_code == 303
    assert len(place.asked) == 5
    place.now += 16 * MINUTE
    place.browser().post("/sign-in", data={"address": SAM_ADDRESS})
    assert len(place.asked) == 6


def test_a_client_that_tries_too_often_is_told_to_wait(place) -> None:
    client = place.browser()
    told = [client.post("/sign-in/link/x", data={"x": "1"}).status_code for _ in range(31)]
    assert told == [403] * 30 + [429]


@pytest.mark.usefixtures("sam")
def test_a_session_ends_when_it_is_left_alone(place) -> None:
    client = place.sign_in()
    place.now += 29 * MINUTE
    assert is_in(client)
    place.now += 29 * MINUTE
    assert is_in(client)
    place.now += 31 * MINUTE
    assert not is_in(client)


@pytest.mark.usefixtures("sam")
def test_a_session_ends_after_ten_hours_however_it_is_used(place) -> None:
    client = place.sign_in()
    for _ in range(29):
        place.now += 20 * MINUTE
        assert is_in(client)
    place.now += 20 * MINUTE
    assert not is_in(client)


@pytest.mark.usefixtures("sam")
def test_each_sign_in_has_a_session_of_its_own(place) -> None:
    client = place.sign_in()
    first = client.cookies[SESSION]
    client.post(place.link_for(), data={"x": "1"})
    assert client.cookies[SESSION] != first


def test_the_database_holds_no_secret_of_a_session(place, sam, tmp_path) -> None:
    client = place.sign_in()
    assert is_in(client)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert client.cookies[SESSION].encode() not in kept
    assert sam.name.encode() + b"@" not in kept


@pytest.mark.usefixtures("sam")
def test_signing_out_ends_the_session_and_not_the_others(place) -> None:
    one, other = place.sign_in(), place.sign_in()
    assert send(one, "/sign-in/out").headers["location"] == "/sign-in"
    assert not is_in(one)
    assert is_in(other)


@pytest.mark.usefixtures("sam")
def test_somebody_ends_their_other_sessions_from_their_account(place) -> None:
    one = place.sign_in()
    place.now += MINUTE
    other = place.sign_in()
    page = one.get("/account").text
    assert "this one" in page
    first, second = re.findall(r'action="(/account/sessions/[0-9a-f-]+/end)"', page)
    assert {send(one, first).status_code, send(one, second).status_code} == {303}
    assert not is_in(one)
    assert not is_in(other)


@pytest.mark.usefixtures("sam")
def test_signing_out_everywhere_ends_all_sessions_and_links(place) -> None:
    one, other, link = place.sign_in(), place.sign_in(), place.link_for()
    send(one, "/account/sessions/end")
    assert not is_in(one)
    assert not is_in(other)
    assert place.browser().post(link, data={"x": "1"}).status_code == 403


def test_nobody_ends_the_session_of_another_account(place, sam) -> None:
    an_account(place.database, Role.VIEWER, address="mallory@autocloz.example")
    mallory, victim = place.sign_in("mallory@autocloz.example"), place.sign_in()
    (action,) = re.findall(
        r'action="(/account/sessions/[0-9a-f-]+/end)"', victim.get("/account").text
    )
    send(mallory, action)
    assert is_in(victim)
    assert sam


def test_a_change_of_roles_ends_sessions_and_stands_in_the_trail(place, sam) -> None:
    an_account(place.database, address="olga@autocloz.example")
    client = place.sign_in()
    database, now = place.database, place.now
    change_account(database, sam.account_id, [Role.VIEWER], ["eu"], actor=ADMIN, now=now)
    assert not is_in(client)
    assert place.sign_in().get("/users").status_code == 403
    changed = account_with(database, sam.account_id)
    assert (changed.roles, changed.regions) == ({Role.VIEWER}, {"eu"})
    with database.reading() as reading:
        kinds = [one.kind for one in events_of(reading, ACCOUNT_CHAIN)]
        assert verify_chain(reading, ACCOUNT_CHAIN)
    assert kinds[-2:] == [AuditKind.ACCOUNT_CHANGED, AuditKind.SIGNED_IN]


def test_whoever_is_removed_is_out_at_once(place, sam) -> None:
    an_account(place.database, address="olga@autocloz.example")
    client, link = place.sign_in(), place.link_for()
    close_account(place.database, sam.account_id, actor=ADMIN, now=place.now)
    assert not is_in(client)
    assert place.browser().post(link, data={"x": "1"}).status_code == 403
    with pytest.raises(Permanent, match="none"):
        account_with(place.database, sam.account_id)


def test_the_last_administrator_stays(place, sam) -> None:
    database, now = place.database, place.now
    with pytest.raises(Permanent, match="last administrator"):
        close_account(database, sam.account_id, actor=ADMIN, now=now)
    with pytest.raises(Permanent, match="last administrator"):
        change_account(database, sam.account_id, [Role.VIEWER], [], actor=ADMIN, now=now)
    assert len(all_accounts(database)) == 1


def test_an_administrator_opens_changes_and_removes_accounts_on_the_page(place, sam) -> None:
    client = place.sign_in()
    fields = {"address": "olga@autocloz.example", "name": "<b>Olga", "roles": ["viewer", "dpo"]}
    assert send(client, "/users", **fields, regions="eu, in").status_code == 303
    page = client.get("/users").text
    assert "The account is open." in page
    assert "&lt;b&gt;Olga" in page
    olga = next(one for one in all_accounts(place.database) if one.account_id != sam.account_id)
    assert (olga.roles, olga.regions) == ({Role.VIEWER, Role.DPO}, {"eu", "in"})
    assert send(client, "/users", **fields).status_code == 409
    path = f"/users/{olga.account_id}"
    assert client.get(path).status_code == 200
    assert send(client, path, roles=["approver"]).status_code == 303
    assert send(client, f"{path}/sessions/end").status_code == 303
    assert send(client, f"{path}/remove").status_code == 303
    assert client.get(path).status_code == 404


@pytest.mark.usefixtures("sam")
@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"address": "x", "name": "X", "roles": "viewer"}, "not a mail address"),
        ({"address": "x@autocloz.example", "name": "X"}, "Please fill this in."),
        ({"address": "x@autocloz.example", "name": "X", "roles": "king"}, "Input should be"),
        ({"address": "x@a.example", "name": "X", "roles": "dpo", "regions": "<"}, "Names of"),
    ],
)
def test_what_is_wrong_with_a_new_account_is_told_and_what_was_typed_stays(
    place, fields, line
) -> None:
    answer = send(place.sign_in(), "/users", **fields)
    assert answer.status_code == 422
    assert line in answer.text
    assert f'value="{fields["address"]}"' in answer.text


def with_second_factor(place: Desk) -> tuple[bytes, list[str]]:
    """Set up the second factor as its owner does; return the secret and the recovery codes."""
    client = place.sign_in()
    spelled = re.search(r'name="secret" value="([A-Z2-7]+)"', client.get("/account/second").text)
    secret = read_secret(spelled[1])
    wrong = send(client, "/account/second", secret=spelled[1], code="000000")
    assert wrong.status_code == 422
    assert spelled[1] in wrong.text
    code = code_at(secret, step_at(place.now))
    page = send(client, "/account/second", secret=spelled[1], code=code).text
    place.now += MINUTE
    return secret, re.findall(r"<li>([0-9a-f-]+)</li>", page)


@pytest.mark.usefixtures("sam")
def test_with_a_second_factor_nothing_is_open_until_its_code_came(place) -> None:
    secret, recovery = with_second_factor(place)
    assert len(recovery) == 8
    client = place.sign_in()
    assert client.get("/due").headers["location"] == "/sign-in/second"
    assert send(client, "/users", name="x").headers["location"] == "/sign-in/second"
    assert client.get("/sign-in/second").status_code == 200
    before = client.cookies[SESSION]
    assert send(client, "/sign-in/second", code="123").status_code == 403
    code = code_at(secret, step_at(place.now))
    assert send(client, "/sign-in/second", code=code).headers["location"] == "/"
    assert is_in(client)
    assert client.cookies[SESSION] != before
    assert client.get("/sign-in/second").headers["location"] == "/"


@pytest.mark.usefixtures("sam")
def test_a_code_that_was_taken_is_not_taken_again(place) -> None:
    secret, _ = with_second_factor(place)
    code = code_at(secret, step_at(place.now))
    assert send(place.sign_in(), "/sign-in/second", code=code).status_code == 303
    assert send(place.sign_in(), "/sign-in/second", code=code).status_code == 403
    place.now += timedelta(seconds=STEP_SECONDS)
    code = code_at(secret, step_at(place.now))
    assert send(place.sign_in(), "/sign-in/second", code=code).status_code == 303


@pytest.mark.usefixtures("sam")
def test_a_recovery_code_signs_in_once(place) -> None:
    _, recovery = with_second_factor(place)
    assert send(place.sign_in(), "/sign-in/second", code=recovery[0]).status_code == 303
    assert send(place.sign_in(), "/sign-in/second", code=recovery[0]).status_code == 403
    assert send(place.sign_in(), "/sign-in/second", code=recovery[1].upper()).status_code == 303


@pytest.mark.usefixtures("sam")
def test_codes_are_not_guessed(place) -> None:
    secret, _ = with_second_factor(place)
    client = place.sign_in()
    for _ in range(5):
        assert send(client, "/sign-in/second", code="123456").status_code == 403
    right = code_at(secret, step_at(place.now))
    assert send(client, "/sign-in/second", code=right).status_code == 429
    assert not is_in(client)


@pytest.mark.usefixtures("sam")
def test_the_second_factor_can_be_switched_off(place) -> None:
    secret, _ = with_second_factor(place)
    client = place.sign_in()
    send(client, "/sign-in/second", code=code_at(secret, step_at(place.now)))
    assert send(client, "/account/second/off").status_code == 303
    assert is_in(place.sign_in())


def test_without_a_session_there_is_no_second_factor_to_prove(place) -> None:
    assert place.browser().get("/sign-in/second").status_code == 403
    assert place.browser().post("/sign-in/second", data={"code": "1"}).status_code == 403
    assert place.browser().post("/sign-in/out").status_code == 403


@pytest.mark.usefixtures("sam")
def test_where_there_is_tls_the_cookie_is_for_this_host_alone(place) -> None:
    client = TestClient(place.app, base_url="https://desk.example", follow_redirects=False)
    client.get("/sign-in?next=/letters")
    answer = client.post(place.link_for(), data={"x": "1"})
    assert answer.headers["location"] == "/letters"
    cookie = answer.headers.get_list("set-cookie")[0]
    assert cookie.startswith("__Host-rightsdesk=")
    assert "Secure" in cookie
    assert is_in(client)


@pytest.mark.usefixtures("sam")
def test_every_form_of_a_page_carries_the_token_of_its_session(place) -> None:
    client = place.sign_in()
    token = csrf_token(client.cookies[SESSION])
    for path in ("/users", "/account", "/account/second"):
        page = client.get(path).text
        assert page.count("<form") == page.count(f'name="csrf" value="{token}"') > 0, path
