"""The different tags of an HTML mail, by which most mail is known to hide and to quote nothing."""

from __future__ import annotations

from typing import NamedTuple


class Tags(NamedTuple):
    """Names of elements (closing ones with their slash), and the different attributes in lower case as one text."""

    names: frozenset[str]
    attributes: str
