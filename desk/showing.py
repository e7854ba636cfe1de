"""Answers of the desk's pages: a page for its visitor, a step that is done, a refusal."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from desk.forms import csrf_token
from desk.navigation import entries_for
from desk.rendering import page
from desk.sessions import SessionBook
from desk.visitor import session_of

NOT_DONE = "Not done"
REFUSALS = {
    400: ("Not understood", "The form did not arrive whole. Go back and send it again."),
    403: (
        "Not open to you",
        "Your roles do not let you do this. An administrator can change them.",
    ),
    404: ("Not found", "There is nothing at this address."),
    405: ("Not like this", "This address does not take what was sent."),
    413: ("Too much", "More was sent than this page takes."),
    415: ("Not understood", "Only forms of these pages are taken."),
    503: ("Not now", "The database does not answer. Mail is safe; try again in a minute."),
}


def show(request: Request, name: str, status: int = 200, **values: object) -> Response:
    """Return the page `name` for its visitor: with what they may open, the token of forms, and what is told once."""
    session = session_of(request)
    if session.flash is not None:
        _sessions(request).tell(session.secret, None)
    return page(
        name,
        status,
        visitor=session.visitor,
        navigation=entries_for(session.visitor, request.app.state.addresses),
        form_token=csrf_token(session.secret),
        flash=session.flash,
        **values,
    )


def done(request: Request, address: str, message: str) -> Response:
    """Send the browser on to a page of ours (POST, redirect, GET), where the message is told once.

    Raises ValueError for an address that is not ours.
    """
    if not is_ours(address):
        raise ValueError("not an address of ours")
    _sessions(request).tell(session_of(request).secret, message)
    return RedirectResponse(address, status_code=303)


def is_ours(address: str) -> bool:
    """Return whether it is a path of this desk: no other host, however a browser reads it."""
    plain = address.isascii() and address.isprintable() and "\\" not in address
    return plain and address.startswith("/") and not address.startswith("//")


def refusal(status: int, advice: str = "") -> Response:
    """Return the page that says why not; it says nothing that the visitor may not know."""
    title, usual = REFUSALS.get(status, REFUSALS[404])
    return page("refusal", status, title=title, advice=advice or usual)


def not_done(reason: str) -> Response:
    """Return the page that says why a step was not made; errors of ours name a rule, an id or a setting."""
    return page("refusal", 409, title=NOT_DONE, advice=reason)


def _sessions(request: Request) -> SessionBook:
    sessions: SessionBook = request.app.state.sessions
    return sessions
