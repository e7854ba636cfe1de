"""One mail as the reader of signals sees it: where it came from, and what its words weigh for machines and for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from classifier.machine_text import (
    CLEAR,
    SIGNS,
    Found,
    find,
    is_answer,
    is_forward,
    languages_of,
    read_subject,
    signal,
    signs_of,
    subject_tells_of_receipt,
    with_classes,
)
from classifier.senders import MAIL_PROGRAMS, MAIL_SYSTEM_NAMES
from classifier.told import Told, tell
from classifier.written import WrittenText, own_text
from privacy.messages import ParsedMessage
from privacy.rights import Classification, RightClaim, Scope
from privacy.screening import WORDS_BESIDE_BULK, Kind, Signal, net_points, points_for

LIST_HEADERS = ("list-id", "list-post", "list-unsubscribe", "feedback-id")
NOTHING_ELSE = 1  # points of a text that says only what answering machines say
ASKS = 3  # points of a right that was recognised
_CLEAR = 0.7  # confidence from which a right that was recognised speaks for a person
_LONGEST_NAME = 80  # characters
_THANKS_AND_PROMISE = {SIGNS["thanks"].name, SIGNS["later"].name}
_LEAVE = SIGNS["leave"].name
_AUTOMATIC = frozenset({SIGNS["auto_reply"].name, SIGNS["automatic"].name})
_OF_MAIL_SYSTEMS = frozenset(SIGNS[one].name for one in ("mail_system", "protocol", "system_name"))


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A parsed mail with what the door and the classification know of it; questions about it are answered when asked."""

    message: ParsedMessage
    our_addresses: frozenset[str]
    envelope_from: str | None
    suspected_spam: bool
    classification: Classification | None

    @cached_property
    def our_domains(self) -> frozenset[str]:
        return frozenset(address.rpartition("@")[2] for address in self.our_addresses)

    def count_ours(self, ids: tuple[str, ...]) -> int:
        """Return how many of these Message-IDs are of one of our domains."""
        return sum(one.strip("<>").rpartition("@")[2].lower() in self.our_domains for one in ids)

    @property
    def null_path(self) -> bool:
        paths = (self.envelope_from, *self.message.header_values("return-path"))
        return any(path is not None and path.strip() in {"", "<>"} for path in paths)

    @property
    def asks(self) -> bool:
        """Whether the writer's own words ask for a right clearly enough."""
        found = self.classification
        return found is not None and found.asks and any(c.confidence >= _CLEAR for c in self.claims)

    @cached_property
    def claims(self) -> tuple[RightClaim, ...]:
        """The rights found; where a machine is suspected, without those read from the subject that is answered or
        from what machines say as well.
        """
        found = self.classification.rights if self.classification else ()
        if not (found and self.may_be_automatic):
            return found
        return tuple(claim for claim in found if not self._is_told(claim))

    def _is_told(self, claim: RightClaim) -> bool:
        if claim.part == "subject" and is_answer(self.message.subject):
            return True
        return tell(with_classes(find(WrittenText(claim.quote)))).all_told

    @cached_property
    def may_be_automatic(self) -> bool:
        """Whether the words may make an automatic reply: only then it matters what stands beside them."""
        return net_points(self.words, Kind.AUTO_REPLY) + NOTHING_ELSE >= WORDS_BESIDE_BULK

    @property
    def answers(self) -> bool:
        """Whether it answers a mail, or says in subject or text that it is an automatic reply."""
        message = self.message
        if message.in_reply_to or is_answer(message.subject):
            return True
        return any(one.name in _AUTOMATIC for one in self.words)

    @property
    def is_typed(self) -> bool:
        """Whether it names a program in which people write."""
        programs = (self.message.header("user-agent"), self.message.header("x-mailer"))
        return any(program and MAIL_PROGRAMS.match(program) for program in programs)

    @cached_property
    def answers_as_machine(self) -> bool:
        """Whether it answers a letter of ours, and nothing in it speaks for a person."""
        answers_us = self.count_ours(self.message.in_reply_to)
        if not answers_us or self.is_typed or points_for(self.words, Kind.PERSON):
            return False
        return not self.claims

    @property
    def is_clear(self) -> bool:
        """Whether something is clearly said by an answering machine, or it answers us with thanks and a promise."""
        signs = [one for one in self.words if one.suggests is Kind.AUTO_REPLY]
        if any(one.points > 1 for one in signs):
            return True
        return {one.name for one in signs} >= _THANKS_AND_PROMISE and self.answers_as_machine

    @property
    def only_machine_signs(self) -> bool:
        """Whether it answers a letter of ours with several signs of an automatic reply, and none of a person."""
        signs = [one for one in self.words if one.suggests is Kind.AUTO_REPLY]
        clear = len(signs) > 1 and any(one.points > 1 for one in signs)
        return clear and self.answers_as_machine

    @cached_property
    def told(self) -> Told:
        """How much of the writer's new text is what answering machines say."""
        return tell(self._found)

    @cached_property
    def _found(self) -> Found:
        message = self.message
        found = find(own_text(message) if message.new_text else WrittenText(message.text))
        return with_classes(found) if self._may_be_notice(found) else found

    def _may_be_notice(self, found: Found) -> bool:
        """Whether it answers a mail, or anything in it is clearly said by an answering machine."""
        if self.message.in_reply_to or is_answer(self.message.subject):
            return True
        clear = any(sign in CLEAR for sign, _ in found.said)
        return clear or not CLEAR.isdisjoint(self.subject_signs)

    @cached_property
    def subject_signs(self) -> set[str]:
        """The signs of the subject, found in rows of words."""
        return read_subject(self.message.subject)

    @property
    def tells_of_receipt_in_subject(self) -> bool:
        """Whether the subject of what may be a notice says by its classes of words that mail was received."""
        if not self._found.by_classes or is_answer(self.message.subject):
            return False
        languages = languages_of(self._found.written)
        return subject_tells_of_receipt(self.message.subject, languages)

    @property
    def only_unsubscribes(self) -> bool:
        """Whether nothing is asked for but an end of marketing, in words with which newsletters offer it."""
        found = self.classification
        if found is None or not any(one.name == _LEAVE for one in self.words):
            return False
        return all(claim.scope is Scope.MARKETING for claim in found.rights)

    @property
    def is_list_notice(self) -> bool:
        """Whether fields of a list stand in it (RFC 2369, RFC 2919), and it neither answers a mail nor speaks as if."""
        message = self.message
        has_fields = any(message.header(name) is not None for name in LIST_HEADERS)
        answers = bool(message.in_reply_to) or points_for(self.words, Kind.AUTO_REPLY) > 1
        return has_fields and not answers and not self.leans_to(Kind.BOUNCE, Kind.AUTO_REPLY)

    @cached_property
    def words(self) -> tuple[Signal, ...]:
        """What the subject and the writer's own text say about who wrote it, whatever it is worth."""
        message = self.message
        named = MAIL_SYSTEM_NAMES.match(message.sender.display_name)
        sender = (signal("system_name"),) if named else ()
        return (*sender, *subject_words(self), *map(signal, sorted(signs_of(self._found))))

    @property
    def tells_of_a_delivery(self) -> bool:
        """Whether no person speaks, or an address, a server's answer, a mail system's name is there: parcels fail to
        arrive as well.
        """
        text = self.message.new_text or self.message.text
        if "@" in text or any(one.name in _OF_MAIL_SYSTEMS for one in self.words):
            return True
        return not (self.is_signed or self.asks or points_for(self.words, Kind.PERSON) > 1)

    @property
    def is_signed(self) -> bool:
        """Whether the text ends with the sender's name, or a part of it: reports on deliveries do not."""
        text = (self.message.new_text or self.message.text).rstrip()
        named = self.message.sender.display_name.casefold().replace(",", " ").split()
        last = text[text.rfind("\n") + 1 :][-_LONGEST_NAME:].casefold().split()
        return bool(last) and all(word.strip(",.") in named for word in last)

    @property
    def speaks_as_person(self) -> bool:
        """Whether the words are more those of a person than of a machine."""
        machine = max(points_for(self.words, kind) for kind in (Kind.BOUNCE, Kind.AUTO_REPLY))
        person = points_for(self.words, Kind.PERSON) + (ASKS if self.asks else 0)
        return person > max(1, machine)

    def leans_to(self, kind: Kind, other: Kind) -> bool:
        """Whether the words speak more for one kind than for the other."""
        return points_for(self.words, kind) > points_for(self.words, other)


def subject_words(letter: Letter) -> Iterator[Signal]:
    """A subject after Re: may be an answer of a person, and one after Fwd: was passed on by one."""
    subject = letter.message.subject
    passed_on = is_forward(subject) and not (is_answer(subject) and letter.message.in_reply_to)
    if passed_on:
        yield signal("forwards")
    signs = letter.subject_signs
    if not signs and letter.tells_of_receipt_in_subject:
        signs = {"auto_reply"}
    for sign in sorted(signs):
        if not passed_on and (sign.startswith("auto_reply") or not is_answer(subject)):
            yield signal(sign, 1 if is_answer(subject) else None)
