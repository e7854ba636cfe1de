"""What a copy of data is told with (GDPR Art. 15(1)(a) to (h)): the house's own record of use, for one person, in one language."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from privacy.directory import Standing

ANYBODY = "anybody"  # holds for whoever writes to us, listed or not
WHO = frozenset({ANYBODY, *Standing})
TEXTS = ("category", "purpose", "source", "recipients", "kept")
ENGLISH = "en"
Text = Mapping[str, str]  # by language; English is always there


@dataclass(frozen=True, kw_only=True)
class RecordedUse:
    """One category of data as the house uses it, and about whom it is; `texts` has each of TEXTS."""

    name: str
    about: frozenset[str]
    texts: Mapping[str, Text] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RecordOfUse:
    """All categories; what protects data in other countries, and what a computer decides alone: empty where nothing."""

    uses: tuple[RecordedUse, ...]
    safeguards: Text = field(default_factory=dict)
    automated: Text = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class AnnexLine:
    """One category as a letter tells it."""

    category: str
    purpose: str
    source: str
    recipients: str
    kept: str


@dataclass(frozen=True, kw_only=True)
class Annex:
    """What stands beside one person's copy."""

    lines: tuple[AnnexLine, ...] = ()
    safeguards: str = ""
    automated: str = ""


def annex_for(record: RecordOfUse, standings: Collection[str], language: str) -> Annex:
    """Return the annex for somebody of these standings; what is not written in the language stands in English."""
    about = {ANYBODY, *standings}
    return Annex(
        lines=tuple(
            AnnexLine(**{name: _in(use.texts[name], language) for name in TEXTS})
            for use in record.uses
            if not about.isdisjoint(use.about)
        ),
        safeguards=_in(record.safeguards, language),
        automated=_in(record.automated, language),
    )


def languages_missing(record: RecordOfUse, languages: Collection[str]) -> dict[str, list[str]]:
    """Return by language the texts that are not written in it, such as `account.purpose`."""
    texts = {f"{use.name}.{name}": use.texts[name] for use in record.uses for name in TEXTS}
    texts |= {"safeguards": record.safeguards, "automated": record.automated}
    missing = {
        language: [name for name, text in texts.items() if text and language not in text]
        for language in languages
    }
    return {language: names for language, names in missing.items() if names}


def _in(text: Text, language: str) -> str:
    return text.get(language) or text.get(ENGLISH, "")
