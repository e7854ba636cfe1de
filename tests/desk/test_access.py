import pytest
from fastapi.testclient import TestClient

from desk.app import create_app

KEY = "a-key-made-at-the-start-of-a-test"
PAGES = ("/", "/letters", "/held", "/quarantine", "/model", "/cases/PR-2026-000001-00", "/nowhere")


@pytest.mark.parametrize("path", [*PAGES, "/docs", "/openapi.json", "/redoc"])
def test_without_the_key_every_page_is_closed_and_looks_the_same(stranger, path):
    answer = stranger.get(path)
    assert answer.status_code == 403
    assert answer.text == stranger.get("/").text


@pytest.mark.parametrize("key", ["", "wrong", KEY + "x", KEY[:-1], "schlüssel"])
def test_a_wrong_key_opens_nothing(stranger, key):
    answer = stranger.get("/", params={"key": key})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_the_key_is_traded_for_a_cookie_and_leaves_the_address(stranger):
    answer = stranger.get("/", params={"key": KEY})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert KEY not in cookie
    assert stranger.get("/").status_code == 200


def test_the_cookie_is_kept_to_tls_where_there_is_tls(app):
    client = TestClient(app, base_url="https://desk.autocloz.example", follow_redirects=False)
    assert "secure" in client.get("/", params={"key": KEY}).headers["set-cookie"].lower()


@pytest.mark.parametrize("cookie", ["", "x", KEY, "ü", "0" * 64])
def test_a_made_up_cookie_opens_nothing(stranger, cookie):
    header = {"cookie": f"rightsdesk={cookie}".encode()}
    assert stranger.get("/", headers=header).status_code == 403


def test_the_key_opens_only_at_the_front_door(stranger):
    assert stranger.get("/letters", params={"key": KEY}).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
@pytest.mark.parametrize("path", ["/", "/cases/PR-2026-000001-00", "/health", "/nowhere"])
def test_nothing_can_be_written(sam, method, path):
    assert sam.request(method, path).status_code == 405


@pytest.mark.parametrize("path", [*PAGES, "/health", "/style.css"])
def test_every_answer_forbids_all_but_our_own_style(sam, stranger, path):
    for client in (sam, stranger):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self';")
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"


def test_health_needs_no_key_and_tells_codes_only(stranger):
    answer = stranger.get("/health")
    assert answer.status_code == 503
    assert answer.json() == {"ok": False, "codes": ["transport"]}


def test_health_is_200_when_all_is_well():
    app = create_app(None, access_key=KEY, health=lambda: (True, []))
    answer = TestClient(app).get("/health")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "codes": []})


def test_a_key_that_can_be_guessed_is_refused():
    with pytest.raises(ValueError, match="16"):
        create_app(None, access_key="short", health=lambda: (True, []))


def test_no_description_of_the_interface_is_served(sam):
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert sam.get(path).status_code == 404
