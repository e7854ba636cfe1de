"""Content-Type and Content-Disposition: a value with parameters (RFC 2045 section 5.1, RFC 2231)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from intake.charset import decode_text
from intake.encoded_words import decode_header
from intake.headers import unfold

MAX_READ = 4_000  # bytes of one value
MAX_PARAMETERS = 100
CACHED_UP_TO = (
    120  # bytes: the values that every mail has; file names are longer or not worth keeping
)

PARAMETER = re.compile(
    rb';[ \t]*([!#$&\'*+.0-9A-Z^_`a-z|~-]+)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|[^;]*)'
)
# RFC 2231 sections 3 and 4: name*, name*0, name*0*
SEGMENT = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
ESCAPED = re.compile(rb"\\(.)")


@dataclass(frozen=True, slots=True)
class Parameterised:
    """A value in lower case and its parameters (names in lower case, values as text)."""

    value: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def read_parameterised(raw: bytes) -> Parameterised:
    """Return the value and its parameters; of a broken field what can be read, the rest is left out."""
    if len(raw) <= CACHED_UP_TO and b"name" not in raw:
        return read_cached(raw)
    return read_now(raw)


@lru_cache(maxsize=512)
def read_cached(raw: bytes) -> Parameterised:
    return read_now(raw)


def read_now(raw: bytes) -> Parameterised:
    line = unfold(raw[:MAX_READ])
    value = line.partition(b";")[0].strip(b' \t"').decode("ascii", "replace").lower()
    if not value.isprintable():
        value = ""  # no type, no encoding and no disposition has such a name
    found = PARAMETER.findall(line)[:MAX_PARAMETERS]
    if not found:
        return Parameterised(value)
    plain: dict[str, bytes] = {}
    segments: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for name, data in found:
        sort_parameter(name.decode("ascii").lower(), unquote(data), plain, segments)
    parameters = {name: decode_header(data) for name, data in plain.items()}
    parameters |= {name: join_segments(parts) for name, parts in segments.items()}
    return Parameterised(value, parameters)


def sort_parameter(
    name: str,
    data: bytes,
    plain: dict[str, bytes],
    segments: dict[str, dict[int, tuple[bytes, bool]]],
) -> None:
    """Put one parameter where it belongs: a plain one (the first counts) or a segment of a longer one."""
    found = SEGMENT.fullmatch(name)
    if found is None or (found[2] is None and found[3] is None):
        plain.setdefault(name, data)
        return
    number, is_encoded = int(found[2] or 0), found[3] is not None
    segments.setdefault(found[1], {}).setdefault(number, (data, is_encoded))


def unquote(data: bytes) -> bytes:
    """Return the content of a quoted string; anything else without blanks and stray quotes around it."""
    data = data.strip()
    if len(data) > 1 and data.startswith(b'"') and data.endswith(b'"'):
        return ESCAPED.sub(rb"\1", data[1:-1]) if b"\\" in data else data[1:-1]
    return data.strip(b'"')


def join_segments(parts: dict[int, tuple[bytes, bool]]) -> str:
    """Return the text of numbered segments; only the first names the charset (RFC 2231 section 4.1)."""
    charset, whole = "", b""
    for position, number in enumerate(sorted(parts)):
        data, is_encoded = parts[number]
        if is_encoded and position == 0 and data.count(b"'") >= 2:  # noqa: PLR2004 charset'language'text
            label, _, data = data.split(b"'", 2)
            charset = label.decode("ascii", "replace")
        whole += unquote_to_bytes(data) if is_encoded else data
    return decode_text(whole, charset)[0]
