"""Takes the file that a system uploads for a right: signed by what its header says, streamed, and once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog
from starlette.requests import Request

from casework.callbacks import Caller, Taken
from casework.profile import DeskProfile
from casework.uploading import UPLOADS, take_upload
from daemon.clock import utc_now
from desk.bodies import BodyBrokenOff, BodyTooLarge, StreamedBody, says_more_than
from privacy.callbacks import MAX_BODY, Callback, read_callback
from privacy.errors import Permanent, PrivacyError, Retryable
from privacy.webhook_signing import is_signed, name_in
from storage.database import Database

PACKAGE = "/package"  # behind the name of the system
HEADER = "rightsdesk-upload"  # what is signed: JSON that names the file and its checksum
AT_ONCE = 2  # files: each keeps a thread while it comes in
STATUS = {Taken.NOW: 204, Taken.BEFORE: 200, Taken.REFUSED: 409}

log = structlog.get_logger(__name__)


class UploadDoor:
    """Says 204 only when the whole file is sealed in the package, so that a system uploads it again.

    Nothing of the body is read before its header is proved to be the system's.
    """

    def __init__(self, keys: Mapping[str, bytes], database: Database, desk: DeskProfile) -> None:
        self._keys = keys
        self._database = database
        self._desk = desk
        self._coming = 0

    async def take(self, system: str, request: Request) -> int:
        """Return the status of one upload by a system that has a key."""
        said = self._said(system, request)
        if isinstance(said, int):
            return said
        most = self._desk.downloads.most_bytes
        if says_more_than(request, most):
            return 413
        if self._coming >= AT_ONCE:
            return 503
        self._coming += 1
        try:
            body = StreamedBody(request, most=most)
            name = name_in(request.headers) or ""
            return await asyncio.to_thread(self._take, system, name, said, body)
        finally:
            self._coming -= 1

    def _said(self, system: str, request: Request) -> Callback | int:
        named = request.headers.get(HEADER, "").encode("latin-1", "replace")
        name = name_in(request.headers) or ""
        if not is_signed(self._keys[system], name, named, request.headers, utc_now()):
            return 403
        if len(named) > MAX_BODY:
            return 400
        try:
            return read_callback(named, UPLOADS)
        except Permanent as error:
            log.warning("upload_not_read", system=system, reason=str(error))
            return 400

    def _take(self, system: str, name: str, said: Callback, body: StreamedBody) -> int:
        caller = Caller(system=system, desk=self._desk, now=utc_now())
        try:
            taken = take_upload(self._database, caller, name, said.data, content=body)
        except BodyTooLarge:
            return 413
        except BodyBrokenOff:
            return 408
        except Retryable as error:
            log.warning("upload_postponed", system=system, error=type(error).__name__)
            return 503
        except PrivacyError as error:
            log.warning("upload_refused", system=system, reason=str(error))
            return 409
        log.info("upload_taken", system=system, taken=taken)
        return STATUS[taken]
