"""What our own boundary said about SPF, DKIM and DMARC (RFC 8601); nobody else's word counts.

Only the topmost Authentication-Results field above the trace line of our boundary is read, and only when it names
exactly the configured authserv-id: everything below was in the hands of the sender.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from intake.trace import read_trace_line, without_comments
from privacy.authenticity import SenderEvidence, grade
from privacy.messages import Authenticity, ParsedMessage

MAX_FIELD = 4_000  # characters
MAX_RESULTS = 20
RESULT = re.compile(r"([a-z0-9-]+)(?:/\d+)?\s*=\s*([a-z]+)((?:\s.*)?)", re.DOTALL)
PROPERTY = re.compile(r"([a-z]+)\.([a-z0-9-]+)\s*=\s*([^\s\"]+)")
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
# A hand-over inside our own house, written above the field that we look for.
LOCAL_DELIVERY = frozenset(("LMTP", "LMTPS", "LMTPA", "LMTPSA"))


@dataclass(frozen=True, slots=True)
class Result:
    """One result, such as dkim=pass, with its properties (header.d and the like)."""

    method: str
    value: str
    properties: tuple[tuple[str, str], ...]

    def domains(self, *names: str) -> set[str]:
        """The domains that the named properties hold, in lower case."""
        return {value.rpartition("@")[2] for key, value in self.properties if key in names}


def read_results(
    message: ParsedMessage, *, authserv_id: str | None, boundary: str | None = None
) -> Authenticity:
    """Return what the trusted field says about the sender that the gate believes.

    `authserv_id` is the name that our boundary writes first in the field; None means that nothing is checked.
    `boundary` is the host name behind `by` in its Received line; without it the field must stand above all of them.
    """
    if authserv_id is None:
        return Authenticity(checked=False, reasons=("not-configured",))
    field = trusted_field(message, authserv_id, boundary)
    if field is None:
        return Authenticity(checked=True, reasons=("no-trusted-result",))
    results = list(read_field(field))
    methods = [result.method for result in results]
    if methods.count("dmarc") > 1:
        return Authenticity(checked=True, reasons=("several-dmarc-results",))
    return grade(evidence_of(results), message.sender.domain)


def trusted_field(message: ParsedMessage, authserv_id: str, boundary: str | None) -> str | None:
    """Return the results part of the topmost field of that id above our trace line, None when there is none."""
    for name, value in message.headers:
        if name == "received" and ends_trust(value, boundary):
            return None
        if name == "authentication-results" and len(value) <= MAX_FIELD:
            identifier, found, results = without_comments(value).partition(";")
            if found and identifier.split() in ([authserv_id], [authserv_id, "1"]):
                return results
    return None


def ends_trust(received: str, boundary: str | None) -> bool:
    """Tell whether everything below this Received line was in foreign hands."""
    line = read_trace_line(received.encode("ascii", "replace"))
    if line is not None and line.protocol in LOCAL_DELIVERY:
        return False
    return boundary is None or line is None or line.by == boundary.lower()


def read_field(results: str) -> Iterator[Result]:
    """Yield the results of a field without comments; what does not have the standard form is left out."""
    for piece in QUOTED.sub('""', results).lower().split(";")[:MAX_RESULTS]:
        found = RESULT.fullmatch(piece.strip())
        if found:
            properties = tuple(
                (f"{kind}.{name}", value) for kind, name, value in PROPERTY.findall(found[3])
            )
            yield Result(found[1], found[2], properties)


def evidence_of(results: list[Result]) -> SenderEvidence:
    """Return what the results say, for the table in `privacy.authenticity`."""
    passed = [result for result in results if result.value == "pass"]
    dkim = {d for r in passed if r.method == "dkim" for d in r.domains("header.d", "header.i")}
    spf = {d for r in passed if r.method == "spf" for d in r.domains("smtp.mailfrom")}
    return SenderEvidence(
        dkim=best(results, "dkim"),
        spf=best(results, "spf"),
        dmarc=best(results, "dmarc"),
        dkim_domains=frozenset(dkim),
        spf_domains=frozenset(spf),
        stated=frozenset(d for result in results for d in result.domains("header.from")),
    )


def best(results: list[Result], method: str) -> str:
    """Return the value of a method: pass when one passes, else the first one, `none` without any."""
    values = [result.value for result in results if result.method == method]
    return "pass" if "pass" in values else next(iter(values), "none")
