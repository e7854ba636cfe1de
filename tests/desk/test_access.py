from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from desk.access import DemoKey
from desk.app import create_app
from desk.cookies import SESSION
from desk_values import desk_app, sign_in

KEY = "a-key-made-at-the-start-of-a-test"
PAGES = ("/", "/letters", "/held", "/quarantine", "/model", "/cases/PR-2026-000001-00", "/nowhere")
DEMO = UUID(int=7)


@pytest.fixture
def newcomer(app) -> TestClient:
    """Somebody who was given the address of the demonstration."""
    state, demo = app.state, DemoKey(key=KEY, account=DEMO)
    demo = create_app(state.desk, sessions=state.sessions, ways=state.sign_in, demo=demo)
    return TestClient(demo, follow_redirects=False)


@pytest.mark.parametrize("path", [*PAGES, "/docs", "/openapi.json", "/redoc"])
def test_without_a_session_every_page_is_closed_and_looks_the_same(stranger, path):
    answer = stranger.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].split("?")[0] == "/sign-in"
    assert stranger.post(path).status_code == 403


@pytest.mark.parametrize("key", ["", "wrong", KEY + "x", KEY[:-1], "schlüssel"])
def test_a_wrong_key_opens_nothing(newcomer, key):
    answer = newcomer.get("/", params={"key": key})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_the_key_of_the_demonstration_is_traded_for_a_session_and_leaves_the_address(newcomer):
    answer = newcomer.get("/", params={"key": KEY})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert KEY not in cookie
    assert newcomer.get("/").status_code == 200


def test_a_desk_that_is_no_demonstration_has_no_key(stranger):
    assert stranger.get("/", params={"key": KEY}).headers["location"] == "/sign-in"


@pytest.mark.parametrize("cookie", ["", "x", KEY, "ü", "0" * 64])
def test_a_made_up_cookie_opens_nothing(stranger, cookie):
    header = {"cookie": f"{SESSION}={cookie}".encode()}
    assert stranger.get("/", headers=header).headers["location"] == "/sign-in"


def test_the_key_opens_only_at_the_front_door(newcomer):
    assert newcomer.get("/letters", params={"key": KEY}).headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/cases/PR-2026-000001-00", "/health", "/nowhere"])
def test_pages_are_looked_at_and_forms_are_posted_and_nothing_else(sam, method, path):
    assert sam.request(method, path).status_code == 405


@pytest.mark.parametrize("path", [*PAGES, "/health", "/style.css"])
def test_every_answer_forbids_all_but_our_own_files(sam, stranger, path):
    for client in (sam, stranger):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self';")
        assert "unsafe" not in policy
        assert "base-uri 'none'; frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"


def test_health_needs_no_session_and_tells_codes_only(stranger):
    answer = stranger.get("/health")
    assert answer.status_code == 503
    assert answer.json() == {"ok": False, "codes": ["transport"]}


def test_health_is_200_when_all_is_well():
    answer = TestClient(desk_app(None)).get("/health")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "codes": []})


def test_a_key_that_can_be_guessed_is_refused():
    with pytest.raises(ValueError, match="16"):
        DemoKey(key="short", account=DEMO)


def test_no_description_of_the_interface_is_served(sam):
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert sam.get(path).status_code == 404


def test_what_is_told_once_is_told_once(app):
    client = sign_in(app)
    app.state.sessions.tell(client.cookies[SESSION], "The note is kept.")
    assert "The note is kept." in client.get("/").text
    assert "The note is kept." not in client.get("/").text


def test_only_a_page_is_somewhere_to_come_back_to(stranger):
    page, picture = {"accept": "text/html,*/*"}, {"accept": "image/*"}
    assert stranger.get("/due", headers=page).headers["location"] == "/sign-in?next=%2Fdue"
    assert stranger.get("/due", headers=picture).headers["location"] == "/sign-in"
    assert stranger.get("/", headers=page).headers["location"] == "/sign-in"
