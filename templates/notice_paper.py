"""The proof of a notice on paper: a page that is read in a minute, then a line for each Owner; the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import ceil
from typing import TYPE_CHECKING, BinaryIO

from privacy.errors import Permanent

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

PAGE = (842.0, 595.0)  # A4 across, in points
MARGIN = 36.0
PLAIN, BOLD = "Vera", "VeraBd"  # come with the library, so that every machine draws the same
SMALL, NORMAL, LARGE = 6.5, 9.0, 15.0
LINE, ROW = 13.5, 11.0
ROWS = 41  # on a page
MOST_ROWS = 100_000  # 2,440 pages; nobody reads more, and a page costs memory until the last one
VALUES_AT = 250.0
COLUMNS = (
    ("No.", 36.0), ("Owner", 154.0), ("Role", 44.0), ("Person", 88.0), ("Workspaces", 78.0), ("Lang.", 26.0),
    ("State", 52.0), ("Told by", 44.0), ("Told on", 50.0), ("Days", 28.0), ("In time", 36.0), ("Last answer", 134.0),
)  # fmt: skip
CUT = "..."


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What stands on the pages. `seals` are the lines at the foot of each; a summary row without a label is a gap."""

    title: str
    verdict: str
    summary: Sequence[tuple[str, str]] = field(repr=False)
    notes: Sequence[str]
    seals: Sequence[str]
    rows: int


def write_paper(file: BinaryIO, paper: Paper, rows: Iterable[Sequence[str]]) -> int:
    """Write the PDF; returns its pages. Raises Permanent for more rows than paper can hold.

    No date of now and no name of a machine is in it. What the font cannot draw stands as its number in braces.
    """
    if paper.rows > MOST_ROWS:
        raise Permanent(f"a PDF has {MOST_ROWS} lines at most: owners.csv has all {paper.rows}")
    pages = 1 + ceil(paper.rows / ROWS)
    canvas = _canvas(file, paper)
    _summary_page(canvas, paper)
    _foot(canvas, paper, (1, pages))
    for number, row in enumerate(rows):
        if number % ROWS == 0:
            canvas.showPage()
            _foot(canvas, paper, (2 + number // ROWS, pages))
            _row(canvas, [name for name, _ in COLUMNS], 0, BOLD)
        _row(canvas, [str(number + 1), *row], 1 + number % ROWS, PLAIN)
    canvas.save()
    return pages


def drawable(text: str, font: str = PLAIN) -> str:
    """Return the text on one line as the font can draw it: any other character as its number, such as {0905}."""
    known = _font(font).face.charToGlyph
    return "".join(one if ord(one) in known and one.isprintable() else _number(one) for one in text)


def _number(one: str) -> str:
    return " " if one in "\r\n\t" else f"{{{ord(one):04X}}}"


@cache
def _font(name: str) -> TTFont:
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont(name, f"{name}.ttf")
    registerFont(font)
    return font


def _canvas(file: BinaryIO, paper: Paper) -> Canvas:
    from reportlab.pdfgen.canvas import Canvas

    for name in (PLAIN, BOLD):
        _font(name)
    canvas = Canvas(file, pagesize=PAGE, pageCompression=1, invariant=1, lang="en")
    canvas.setTitle(paper.title)
    canvas.setAuthor("")
    canvas.setCreator("")
    return canvas


def _summary_page(canvas: Canvas, paper: Paper) -> None:
    place = PAGE[1] - MARGIN - LARGE
    _say(canvas, paper.title, (MARGIN, place), (BOLD, LARGE))
    place -= 2 * LINE
    _say(canvas, paper.verdict, (MARGIN, place), (BOLD, NORMAL + 2))
    place -= LINE
    for label, value in paper.summary:
        place -= LINE if label else LINE / 2
        _say(canvas, label, (MARGIN, place), (PLAIN, NORMAL))
        _say(canvas, value, (MARGIN + VALUES_AT, place), (PLAIN, NORMAL))
    place -= LINE
    for note in paper.notes:
        place -= LINE
        _say(canvas, note, (MARGIN, place), (PLAIN, SMALL + 1))


def _row(canvas: Canvas, cells: Sequence[str], line: int, font: str) -> None:
    place, left = PAGE[1] - MARGIN - (line + 1) * ROW, MARGIN
    for cell, (_, width) in zip(cells, COLUMNS, strict=True):
        text = _fitting(drawable(cell, font), width - 4, font)
        canvas.setFont(font, SMALL)
        canvas.drawString(left, place, text)
        left += width
    canvas.setLineWidth(0.2)
    canvas.line(MARGIN, place - 2.5, PAGE[0] - MARGIN, place - 2.5)


def _fitting(text: str, width: float, font: str) -> str:
    """Return the text, cut where the column ends; the whole of it is in the export."""
    if _width(text, font) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if _width(text[:middle] + CUT, font) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low] + CUT


def _width(text: str, font: str) -> float:
    width: float = _font(font).stringWidth(text, SMALL)
    return width


def _foot(canvas: Canvas, paper: Paper, number: tuple[int, int]) -> None:
    place = MARGIN - 8 + len(paper.seals) * (SMALL + 2)
    for seal in paper.seals:
        place -= SMALL + 2
        _say(canvas, seal, (MARGIN, place), (PLAIN, SMALL))
    canvas.setFont(PLAIN, SMALL)
    canvas.drawRightString(PAGE[0] - MARGIN, place, f"Page {number[0]} of {number[1]}")


def _say(canvas: Canvas, text: str, place: tuple[float, float], font: tuple[str, float]) -> None:
    canvas.setFont(*font)
    canvas.drawString(*place, drawable(text, font[0]))
