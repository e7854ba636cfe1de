"""The words of the page on which a person sees where their request stands, edited as TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desk.page_words import ENGLISH, words_by_language
from privacy.person_status import SentKind, ToldRight, WaitsFor
from privacy.stands import Stand

WORDS_FILE = Path(__file__).with_name("status_words.toml")
# What each language calls itself, for whoever cannot read the language that they came in.
OWN_NAMES: Mapping[str, str] = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "it": "Italiano",
    "nl": "Nederlands",
    "pt": "Português",
    "pl": "Polski",
    "sv": "Svenska",
    "hi": "हिन्दी",
}


@dataclass(frozen=True, kw_only=True)
class StatusWords:
    """What the page says in one language."""

    title: str
    reference: str
    received: str
    asked: str
    us: str
    by: str
    you: str
    resting: str
    customer: str
    system: str
    answered: str
    withdrawn: str
    reads: str
    sent_title: str
    sent_none: str
    received_kind: str
    identity: str
    question: str
    stand: str
    time: str
    customer_kind: str
    answer: str
    other: str
    do_title: str
    reply: str
    withdraw: str
    complain: str
    private: str
    languages: str
    gone_title: str
    gone: str
    later: str
    busy: str

    def of_right(self, told: ToldRight) -> str:
        """Return what a right waits for, or how it ended."""
        if told.stand is Stand.RESTING:
            return self.resting
        if told.waits_for is WaitsFor.NOBODY:
            return self.withdrawn if told.stand is Stand.WITHDRAWN else self.answered
        of_whom = {
            WaitsFor.US: self.us,
            WaitsFor.YOU: self.you,
            WaitsFor.CUSTOMER: self.customer,
            WaitsFor.SYSTEM: self.system,
        }
        return of_whom[told.waits_for]

    def of_letter(self, kind: SentKind) -> str:
        """Return what a letter was about."""
        of_kinds = {
            SentKind.RECEIVED: self.received_kind,
            SentKind.IDENTITY: self.identity,
            SentKind.QUESTION: self.question,
            SentKind.STAND: self.stand,
            SentKind.TIME: self.time,
            SentKind.CUSTOMER: self.customer_kind,
            SentKind.ANSWER: self.answer,
            SentKind.OTHER: self.other,
        }
        return of_kinds[kind]


def status_words() -> Mapping[str, StatusWords]:
    """Return the words by language; raises TypeError where one lacks a sentence or has one too many."""
    return words_by_language(WORDS_FILE, StatusWords)


def language_of(word: str) -> str:
    """Return the language of an address if the page speaks it, else English."""
    return word if word in status_words() else ENGLISH
