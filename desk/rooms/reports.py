"""Figures: what was asked for and how long it took, and how the model agrees with the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from desk.acting import DeskHere, DeskServices
from desk.figures import Figures, counted_shown, figures_of, span_until, times_shown
from desk.showing import show
from desk.spreadsheets import csv_text
from desk.visitor import Visitor, needs
from privacy.desk_roles import Action
from storage.report_counts import (
    Span,
    Times,
    agreement_by_month,
    answers_by_right,
    languages_by_month,
    rights_by_month,
    times_by_clock,
)

SPANS = (3, 6, 12, 24)  # months
DAY = 86_400  # seconds

router = APIRouter()
Reporting = Annotated[Visitor, needs(Action.REPORTS)]
Months = Annotated[Literal["3", "6", "12", "24"], Query()]
Row = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class Report:
    """Every figure of a span, as one visitor may see it."""

    span: Span
    rights: Figures
    languages: Figures
    agreement: Figures
    answers: tuple[tuple[str, str, int | str], ...]
    times: tuple[Times, ...]

    @property
    def months(self) -> tuple[str, ...]:
        """The months by name."""
        return tuple(f"{edge:%Y-%m}" for edge in self.span.edges[:-1])


@router.get("/model")
def model(request: Request, _visitor: Reporting, desk: DeskHere) -> Response:
    return show(request, "model", report=desk.reader.agreement())


@router.get("/reports")
def reports(request: Request, visitor: Reporting, desk: DeskHere, months: Months = "6") -> Response:
    report = _report(desk, visitor, int(months))
    return show(request, "reports", report=report, months=int(months), spans=SPANS, day=DAY)


@router.get("/reports.csv")
def reports_csv(
    _request: Request, visitor: Reporting, desk: DeskHere, months: Months = "6"
) -> Response:
    text = csv_text(_lines(_report(desk, visitor, int(months))))
    headers = {"Content-Disposition": 'attachment; filename="reports.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _report(desk: DeskServices, visitor: Visitor, months: int) -> Report:
    span = span_until(desk.clock(), months, visitor.regions)
    in_full = visitor.may(Action.SETTINGS)
    with desk.database.reading() as reading:
        return Report(
            span=span,
            rights=figures_of(rights_by_month(reading, span), months, in_full=in_full),
            languages=figures_of(languages_by_month(reading, span), months, in_full=in_full),
            agreement=figures_of(agreement_by_month(reading, span), months, in_full=in_full),
            answers=counted_shown(answers_by_right(reading, span), in_full=in_full),
            times=times_shown(times_by_clock(reading, span), in_full=in_full),
        )


def _lines(report: Report) -> Iterator[Row]:
    yield ("figure", "month", "name", "value")
    tables = {"right": report.rights, "language": report.languages, "model": report.agreement}
    for figure, table in tables.items():
        for name, cells, _total in table.rows:
            for month, cell in zip(report.months, cells, strict=True):
                yield (figure, month, name, cell)
    for name, decision, number in report.answers:
        yield ("answer", "", f"{name}: {decision}", number)
    for one in report.times:
        yield ("days, median", "", one.clock, round(one.median.total_seconds() / DAY, 2))
        yield ("days, 9 of 10", "", one.clock, round(one.ninth.total_seconds() / DAY, 2))
        yield ("on time, percent", "", one.clock, round(100 * one.on_time / one.met, 1))
