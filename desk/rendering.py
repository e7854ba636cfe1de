"""Turns values into pages: everything escaped, nothing undefined."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from desk.paging import place_word
from desk.remaining import remaining, tone
from desk.static_files import addresses
from privacy.identity_codes import without_codes

KILO = 1_000
PAGES = Path(__file__).with_name("pages")
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def page(name: str, status: int = 200, **values: object) -> HTMLResponse:
    """Return the page `name` filled in with these values."""
    return HTMLResponse(
        _environment().get_template(f"{name}.html").render(values), status_code=status
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(
        moment=moment,
        day=day,
        words=words,
        facts=facts,
        place=place_word,
        without_codes=without_codes,
        bytes=size_of,
        remaining=remaining,
        tone=tone,
        direction=direction,
    )
    environment.globals["static"] = addresses()
    return environment


def direction(language: str) -> str:
    """How a language is written, as the attribute `dir` says it."""
    return "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"


def moment(at: datetime) -> str:
    """An instant for people, in UTC."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%b %Y, %H:%M} UTC"


def day(on: date) -> str:
    """A date for people."""
    return f"{on:%a} {on.day} {on:%b %Y}"


def size_of(count: float) -> str:
    """A size for people, in the units that file managers show."""
    for unit in ("B", "kB", "MB"):
        if count < KILO:
            return f"{count:.3g} {unit}"
        count /= KILO
    return f"{count:.3g} GB"


def words(name: object) -> str:
    """A name of ours as words: `withdraw_consent` becomes `withdraw consent`, `objection:marketing` reads on."""
    return str(name).replace("_", " ").replace("-", " ").replace(":", ", ")


def facts(payload: Mapping[str, object]) -> str:
    """The payload of an event on one line; what is not there is left out."""
    told = {words(name): value for name, value in payload.items() if value not in (None, "", [])}
    return "; ".join(f"{name}: {_told(value)}" for name, value in told.items())


def _told(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
