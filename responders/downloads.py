"""Letters about a package of data: where it waits, and the code that opens it; nothing of the data is in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from privacy.cases import Case
from privacy.messages import Letter
from responders.frame import language_of, write_for
from responders.settings import DeskIdentity
from templates import OUR_BOOK, Book
from templates.fields.answers import DownloadCode, DownloadReady
from templates.fields.kinds import Url

CODE = DownloadCode.letter
READY = DownloadReady.letter


@dataclass(frozen=True, kw_only=True)
class Enclosed:
    """A package as a letter names it. `page` is the address of the pages, `token` the secret part of the link."""

    page: str
    token: str = field(repr=False)
    expires_on: date
    formats: str

    def url_in(self, case: Case, kind: str) -> Url:
        """Return the link, in the language of a letter of this kind."""
        language, _ = language_of(case.language, kind)
        return Url(f"{self.page}/download/{language}/{self.token}")


def draft_download_ready(
    case: Case, enclosed: Enclosed, desk: DeskIdentity, book: Book = OUR_BOOK
) -> Letter:
    """Return the letter that says where a package waits. Raises Permanent while the desk does not say who it is."""
    ready = DownloadReady(download_url=enclosed.url_in(case, READY), expires_on=enclosed.expires_on)
    return write_for(case, ready, desk, book)


def draft_download_code(
    case: Case, code: str, desk: DeskIdentity, *, expires_at: datetime, book: Book = OUR_BOOK
) -> Letter:
    """Return the letter with the code that opens a package once. Raises Permanent, as above."""
    return write_for(case, DownloadCode(code=code, expires_at=expires_at), desk, book)
