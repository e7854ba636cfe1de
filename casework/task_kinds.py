"""The kinds of tasks that more than one place opens, closes or asks for."""

from __future__ import annotations

from privacy.by_hand import Channel

APPROVE_LETTER = "approve_letter"
ANSWER_BY_HAND = "answer_by_hand"
CARRY_OUT = "carry_out"
CHECK_MANDATE = "check_mandate"
DEADLINE_NEAR = "deadline_near"
CUSTOMER_SILENT = "customer_silent"  # asked for the last time: a person asks, and tells who waits
DIRECTORY_MISSING = "directory_missing"
DOWNLOAD_LOCKED = "download_locked"
DOWNLOAD_NOT_FETCHED = "download_not_fetched"
CHANGE_OF_ADDRESS = (
    "change_of_address"  # of the person's own: no rule is sure, or somebody objected
)
ERASURE_WAITS = "erasure_waits"
FORWARD_BY_HAND = "forward_by_hand"
FORWARD_REQUEST = "forward_request"  # to the customer who decides; its letter waits for approval
GO_ON = "identity_proved"
LOOK_AT_MESSAGE = "look_at_message"
NOTICE_COMPLAINT = "notice_complaint"  # somebody called a notice spam: a person looks why
NOTICE_UNREACHED = "notice_unreached"  # to an Owner: a person tells them, by letter for one
PROVE_IDENTITY = "prove_identity"
REPORT_INCIDENT = "report_incident"  # one for each law; its reason is the code of the law
READ_BY_HAND = "read_by_hand"
STOP_MARKETING = "stop_marketing"
TELL_COOL_OFF = "tell_cool_off"
TELL_SYSTEM = "tell_system"  # a system could not be told that a right was taken back
TELL_CORRECTION = "tell_correction"  # what we understood changed after it was told
UNDERSTAND_REPLY = (
    "understand_reply"  # it corrects, narrows or takes back something, and no rule is sure
)
# Who cannot be mailed is acknowledged by the way of the request; the task done is the acknowledgement.
ACKNOWLEDGE_BY = {
    Channel.POST: "acknowledge_by_post",
    Channel.PHONE: "acknowledge_by_phone",
    Channel.CHAT: "acknowledge_in_chat",
}
