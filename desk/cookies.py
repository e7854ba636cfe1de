"""Cookies of the desk: for this host alone where there is TLS, never read by scripts."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

SESSION = "rightsdesk"
SIGNING_IN = "rightsdesk-signing-in"  # what the provider's answer has to fit to
NEXT = "rightsdesk-next"  # where somebody wanted to go
WAITS_SECONDS = 600


def cookie_name(name: str, *, secure: bool) -> str:
    """Return the name as a browser gets it: with the prefix no neighbour of this host can set it (RFC 6265bis)."""
    return f"__Host-{name}" if secure else name


def is_secure(connection: HTTPConnection) -> bool:
    """Return whether the browser speaks TLS with us."""
    return connection.url.scheme == "https"


def read_cookie(connection: HTTPConnection, name: str) -> str:
    """Return the value, empty without one."""
    return connection.cookies.get(cookie_name(name, secure=is_secure(connection)), "")


def set_cookie(
    connection: HTTPConnection, answer: Response, name: str, value: str, *, waits: bool = True
) -> None:
    """Set a cookie, for the session of the browser or for as long as a sign-in waits.

    Lax: a link in one of our mails finds its reader signed in, and no form of another site is sent with it.
    """
    answer.set_cookie(
        cookie_name(name, secure=is_secure(connection)),
        value,
        max_age=WAITS_SECONDS if waits else None,
        path="/",
        secure=is_secure(connection),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(connection: HTTPConnection, answer: Response, name: str) -> None:
    """Take the cookie back."""
    secure = is_secure(connection)
    answer.delete_cookie(
        cookie_name(name, secure=secure), path="/", secure=secure, httponly=True, samesite="lax"
    )
