"""The stable names of what can be wrong with a message; broken mail is data, never a reason to refuse it."""

from __future__ import annotations

from enum import StrEnum


class Defect(StrEnum):
    """One observation each. The names are stored and shown, so they never change their meaning."""

    # The beginning of the message
    BYTE_ORDER_MARK = "byte-order-mark"
    UTF16_MESSAGE = "utf-16-message"
    CR_LINE_ENDS = "cr-line-ends"
    LEADING_BLANK_LINE = "leading-blank-line"
    LEADING_CONTINUATION = "leading-continuation"
    MBOX_LINE = "mbox-line"
    # The header block (RFC 5322 section 2.2)
    NO_HEADERS = "no-headers"
    NUL_IN_HEADERS = "nul-in-headers"
    BARE_CR_IN_HEADERS = "bare-cr-in-headers"
    MIXED_LINE_ENDS = "mixed-line-ends"
    SPACE_BEFORE_COLON = "space-before-colon"
    JUNK_HEADER_LINE = "junk-header-line"
    MISSING_BLANK_LINE = "missing-blank-line"
    HEADER_BLOCK_TOO_LONG = "header-block-too-long"
    HEADER_TOO_LONG = "header-too-long"
    TOO_MANY_HEADERS = "too-many-headers"
    RAW_8BIT_HEADER = "raw-8bit-header"
    # Single fields (RFC 5322 section 3.6)
    NO_FROM = "no-from"
    NO_SUBJECT = "no-subject"
    NO_DATE = "no-date"
    NO_MESSAGE_ID = "no-message-id"
    MESSAGE_ID_MALFORMED = "message-id-malformed"
    REFERENCES_MALFORMED = "references-malformed"
    DUPLICATE_FROM = "duplicate-from"
    DUPLICATE_SUBJECT = "duplicate-subject"
    DUPLICATE_DATE = "duplicate-date"
    DUPLICATE_MESSAGE_ID = "duplicate-message-id"
    DUPLICATE_REPLY_TO = "duplicate-reply-to"
    SUBJECT_TOO_LONG = "subject-too-long"
    DISPLAY_NAME_HOLDS_ADDRESS = "display-name-holds-address"
    # The second reader of the header block
    SECOND_VIEW_FAILED = "second-view-failed"
    SECOND_VIEW_SENDER = "second-view-disagrees-sender"
    SECOND_VIEW_SUBJECT = "second-view-disagrees-subject"
    # The tree of parts (RFC 2045, RFC 2046)
    NO_BOUNDARY = "multipart-without-boundary"
    BOUNDARY_NEVER_FOUND = "boundary-never-found"
    MULTIPART_NOT_CLOSED = "multipart-not-closed"
    NESTED_TOO_DEEP = "nested-too-deep"
    TOO_MANY_PARTS = "too-many-parts"
    TOO_MANY_ATTACHMENTS = "too-many-attachments"
    TOO_MANY_NESTED_MESSAGES = "too-many-nested-messages"
    TRANSFER_ENCODING_UNKNOWN = "transfer-encoding-unknown"
    TRANSFER_ENCODING_BROKEN = "transfer-encoding-broken"
    TRANSFER_ENCODING_TRAILING = "transfer-encoding-trailing-data"
    ATTACHMENT_TYPE_DIFFERS = "attachment-type-differs"
    ATTACHMENT_NAME_CLEANED = "attachment-name-cleaned"
    # The text
    CHARSET_UNKNOWN = "charset-unknown"
    CHARSET_WRONG = "charset-wrong"
    TEXT_TOO_LONG = "text-too-long"
    HTML_TOO_LONG = "html-too-long"
    HTML_TOO_DEEP = "html-too-deep"
    HIDDEN_TEXT = "hidden-text"
    SMIME_OPAQUE = "smime-opaque"
    ENCRYPTED = "encrypted"
    UNREADABLE = "unreadable"
