"""Letters out, and the templates that they are made of."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from casework.letter_shelf import flaws, own_sentences, sample_letter, shelf
from desk.acting import DeskHere
from desk.letter_frame import letter_frame
from desk.lists import NOT_FOUND, After, SeeingAll
from desk.showing import show
from desk.visitor import Seeing
from templates import languages
from templates.declarations import declarations

router = APIRouter()


@router.get("/letters")
def letters(request: Request, _visitor: SeeingAll, desk: DeskHere, after: After) -> Response:
    return show(request, "letters", list=desk.reader.letters(after), first=after is None)


@router.get("/letters/kinds")
def kinds(request: Request, _visitor: Seeing, desk: DeskHere) -> Response:
    return show(request, "letter_kinds", letters=shelf(desk.profile), languages=languages())


@router.get("/letters/check")
def check(request: Request, _visitor: Seeing, desk: DeskHere) -> Response:
    return show(request, "letter_check", flaws=flaws(desk.profile))


@router.get("/letters/kinds/{kind}/{language}")
def kind(request: Request, _visitor: Seeing, desk: DeskHere, kind: str, language: str) -> Response:
    letter = sample_letter(kind, language, desk.profile)
    if letter is None:
        raise NOT_FOUND
    return show(
        request,
        "letter_kind",
        letter=letter,
        language=language,
        declared=declarations()[kind],
        own=own_sentences(kind, language, desk.profile),
        languages=languages(),
    )


@router.get("/letters/frames/{kind}/{language}")
def frame(_visitor: Seeing, desk: DeskHere, kind: str, language: str) -> Response:
    letter = sample_letter(kind, language, desk.profile)
    if letter is None:
        raise NOT_FOUND
    return letter_frame(letter.html)
