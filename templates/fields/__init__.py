"""What each letter is filled in with: one frozen value for each, declared here and nowhere else."""

from collections.abc import Mapping

from templates.fields import answers, customers, identity, owners, reports
from templates.fields.kinds import LetterFields

_ALL: tuple[type[LetterFields], ...] = (
    identity.Acknowledgement,
    identity.IdentityChallenge,
    identity.IdentityReminder,
    identity.IdentityNotProved,
    identity.IdentityPaperDestroyed,
    identity.AddressChanged,
    identity.Clarification,
    identity.WrongCompany,
    identity.Status,
    identity.Withdrawn,
    customers.Referral,
    customers.CustomerRequest,
    customers.CustomerFollowUp,
    answers.Extension,
    answers.Completion,
    answers.DownloadReady,
    answers.DownloadCode,
    answers.ErasureCoolOff,
    answers.ErasureStopped,
    answers.ComplaintOutcome,
    answers.PartialRefusal,
    answers.Refusal,
    reports.Unsubscribed,
    reports.ChildReport,
    reports.ChildWriter,
    reports.ChildOutcome,
    reports.IncidentHandover,
    reports.IncidentReceived,
    reports.Misdirected,
    reports.ApprovalRequest,
    reports.FailureNotice,
    reports.StaffSignIn,
    owners.PolicyNotice,
)
FIELDS: Mapping[str, type[LetterFields]] = {kind.letter: kind for kind in _ALL}
