"""Hears the answers to identity challenges in incoming mail: finds the codes, and ties the mail to its case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from casework.batch_view import BatchView, MessageAtWork, OfferedCode
from casework.downloading import codes_of_downloads
from casework.identity_writes import code_key
from casework.profile import DeskProfile
from casework.proving import Answered
from privacy.cases import Case, CaseState
from privacy.challenges import Answer, judge_answer
from privacy.identity import EvidenceKind
from privacy.identity_codes import codes_in
from privacy.ports import AddressOnFile, OnFile
from privacy.rights import SURE_ENOUGH, Right, Scope
from privacy.threads import Carriers, Match, ThreadMatch, match_case
from storage.address_changes import find_changes
from storage.database import Database
from storage.erasure_notices import find_notices
from storage.identity import Challenge, find_challenges

OTHERS_NAME = "name-by-their-system"
FORWARDED = "forwarded"  # the kind of a folded range that holds a mail which this one passes on


def hear_answers(
    database: Database, on_file: AddressOnFile, messages: Sequence[MessageAtWork]
) -> list[MessageAtWork]:
    """Return the messages with the codes that they carry; no transaction is open while the directory is asked.

    Only an address that answered its own challenge is looked up.
    """
    offered = {one.inbound_id: codes_in(one.reading.message.text) for one in messages}
    keys = {
        code: code_key(code, database.lookup_key) for codes in offered.values() for code in codes
    }
    if not keys:
        return list(messages)
    with database.reading() as reading:
        known = find_challenges(reading, keys.values())
        notices = find_notices(reading, keys.values())
        changes = find_changes(reading, keys.values())
        # The code of a download, quoted below an answer, is no attempt to prove anything.
        unknown = [code for code, key in keys.items() if key not in known]
        fetched = codes_of_downloads(reading, unknown)
    heard = []
    for message in messages:
        codes = [code for code in offered[message.inbound_id] if code not in fetched]
        genuine = [code for code in codes if keys[code] in known]
        stopping = [code for code in codes if keys[code] in notices]
        changing = [code for code in codes if keys[code] in changes]
        ours = [*genuine, *stopping, *changing]
        code = OfferedCode(
            challenge=known[keys[genuine[0]]] if genuine else None,
            only_forwarded=bool(ours) and _is_only_forwarded(message, ours[0]),
            notice=notices[keys[stopping[0]]] if stopping else None,
            change=changes[keys[changing[0]]] if changing else None,
        )
        heard.append(_with(message, code, on_file) if codes else message)
    return heard


def _with(message: MessageAtWork, code: OfferedCode, on_file: AddressOnFile) -> MessageAtWork:
    heard = replace(message, offered=code)
    if code.notice is not None and code.notice.ended_at is None:
        heard = _without_bare_stop(heard)
    challenge = code.challenge
    if challenge is None or not judge_answer(_answer(heard, challenge)).accepted:
        return heard
    return replace(heard, offered=replace(code, on_file=on_file.look_up(challenge.address)))


def _without_bare_stop(message: MessageAtWork) -> MessageAtWork:
    """The word that a notice of erasure asks for is no objection to marketing, unless the letter surely is one."""
    reading = message.reading
    bare = (Right.OBJECTION, Scope.MARKETING)
    rights = tuple(
        claim
        for claim in reading.classification.rights
        if claim.key != bare or claim.confidence >= SURE_ENOUGH
    )
    classification = replace(reading.classification, rights=rights)
    return replace(message, reading=replace(reading, classification=classification))


def _is_only_forwarded(message: MessageAtWork, code: str) -> bool:
    """Whether the code stands nowhere but in a mail that this one passes on."""
    parsed = message.reading.message
    ranges = [one for one in parsed.folded if one.kind == FORWARDED]
    if not ranges:
        return False
    kept, at = [], 0
    for one in ranges:
        kept.append(parsed.text[at : one.start])
        at = one.end
    return code not in codes_in("\n.\n".join((*kept, parsed.text[at:])))


def thread_of(message: MessageAtWork, view: BatchView) -> ThreadMatch:
    """Return the case of a mail; a code of ours from the very address that it was sent to proves an open one."""
    sender = message.reading.message.sender.address
    offered = message.offered or OfferedCode()
    asked = offered.challenge or offered.notice
    if asked is not None and (sender or "").lower() == asked.address.lower():
        case = view.cases.get(asked.case_id)
        if case is not None and case.state is CaseState.OPEN:
            return ThreadMatch(match=Match.PROVED, case_id=case.case_id, reason="code-and-sender")
    carriers = view.carriers.get(message.inbound_id, Carriers())
    found = match_case(carriers, sender, view.known)
    return found if found.match is not Match.NONE else _named_by_others(message, view)


def _named_by_others(message: MessageAtWork, view: BatchView) -> ThreadMatch:
    """A case system that cuts our token away still names its own case: that suggests ours to a person (mail.md E112)."""
    for name in view.keys_of(message).names:
        case_id = view.cases_by_name.get(name)
        if case_id is not None:
            return ThreadMatch(match=Match.SUGGESTED, case_id=case_id, reason=OTHERS_NAME)
    return ThreadMatch(match=Match.NONE)


def answered_by(
    message: MessageAtWork, view: BatchView, desk: DeskProfile, case: Case
) -> list[Answered]:
    """Return what the mail answers in its case; a code of another case answers nothing in this one."""
    offered, sender = message.offered, message.reading.message.sender.address
    if offered is None or sender is None or desk.challenges is None:
        return []
    challenge = offered.challenge
    if challenge is None and (offered.notice is not None or offered.change is not None):
        return []  # the code of a notice or of a new address: no answer to a challenge, and no wrong one
    if challenge is not None and challenge.case_id != case.case_id:
        challenge = None
    return [
        Answered(
            case_id=case.case_id,
            challenge=challenge,
            verdict=judge_answer(_answer(message, challenge)),
            kind=EvidenceKind.CHALLENGE_ANSWERED,
            on_file=offered.on_file if challenge else OnFile.UNKNOWN,
            sender_key=view.lookup("address", sender),
            terms=desk.challenges,
            inbound_id=message.inbound_id,
        )
    ]


def _answer(message: MessageAtWork, challenge: Challenge | None) -> Answer:
    return Answer(
        kind=message.reading.screening.kind,
        sender=message.reading.message.sender.address,
        authenticity=message.reading.authenticity,
        asked=challenge.address if challenge else None,
        only_forwarded=message.offered is not None and message.offered.only_forwarded,
    )
