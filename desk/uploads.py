"""A file that a visitor sends with a form: proved to be ours before a byte of it is taken, and never held in memory."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from functools import cache
from threading import BoundedSemaphore
from typing import Any, TypeVar

from fastapi import Depends, Request

from desk.bodies import BodyBrokenOff, BodyTooLarge, StreamedBody, says_more_than
from desk.forms import CSRF_FIELD, BadForm, csrf_token
from desk.multipart import NotAForm, SentFile, boundary_in, read_form_with_file
from desk.origin import is_from_here
from desk.visitor import Needed, Visitor, session_of
from privacy.desk_roles import Action
from privacy.errors import Permanent

AT_ONCE = 2  # files: each keeps a thread while it comes in
HEADS = 100_000  # bytes of a form beside its file
Made = TypeVar("Made")


class NeededWithFile(Needed):
    """Lets a visitor with the action pass, and leaves a form with a file unread: `take_file` reads it."""

    async def __call__(self, request: Request) -> Visitor:
        """Return the visitor. Raises Refused, and BadForm for what is no form of ours with a file."""
        if boundary_in(request.headers.get("content-type", "")) is None:
            await super().__call__(request)
            raise BadForm(415)
        visitor = self.allowed(request)
        if not is_from_here(request.headers):
            raise BadForm(403)
        return visitor


def needs_with_file(action: Action) -> Any:  # noqa: ANN401 - what FastAPI's own Depends returns
    """Return the dependency of a form with a file, as the annotation of its visitor."""
    return Depends(NeededWithFile(action))


async def take_file(request: Request, take: Callable[[SentFile], Made], *, most: int) -> Made:
    """Return what `take` makes of the form, in a thread while the file comes in.

    Raises BadForm: 403 without the token of the session, 413 for too much, 400 for what breaks off. Raises
    Permanent while others send, and what `take` raises.
    """
    if says_more_than(request, most + HEADS):
        raise BadForm(413)
    slots = _slots()
    if not slots.acquire(blocking=False):
        raise Permanent("other files are coming in at this moment: send it again in a minute")
    try:
        body = StreamedBody(request, most=most + HEADS)
        return await asyncio.to_thread(_take, request, body, take)
    except BodyTooLarge:
        raise BadForm(413) from None
    except (BodyBrokenOff, NotAForm):
        raise BadForm(400) from None
    finally:
        slots.release()


def _take(request: Request, body: StreamedBody, take: Callable[[SentFile], Made]) -> Made:
    boundary = boundary_in(request.headers.get("content-type", "")) or b""
    sent = read_form_with_file(body, boundary)
    offered = sent.fields.get(CSRF_FIELD, "")
    if not hmac.compare_digest(offered.encode(), csrf_token(session_of(request).secret).encode()):
        raise BadForm(403)
    return take(sent)


@cache
def _slots() -> BoundedSemaphore:
    return BoundedSemaphore(AT_ONCE)
