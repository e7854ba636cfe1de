"""Builds what the work on rights has settled beforehand from the settings, and says what the record of use lacks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from casework.work_terms import WorkTerms
from daemon.settings import SettingsError, WorkSettings
from daemon.system_wiring import Systems
from privacy.annex import RecordOfUse, languages_missing
from privacy.errors import Permanent
from regimes.annex import load_annex
from regimes.work import load_approvers
from responders.answers import COMPLETION
from templates import available


def build_work(settings: WorkSettings, systems: Systems) -> WorkTerms:
    """Return the terms. Raises SettingsError, which names the setting."""
    try:
        approvers = load_approvers(frozenset(settings.four_eyes_off))
    except Permanent as error:
        raise SettingsError([f"work.four_eyes_off: {error}"]) from None
    return WorkTerms(
        approvers=approvers,
        cool_off=timedelta(days=settings.cool_off_days),
        backups=timedelta(days=settings.backup_days),
        undo=timedelta(minutes=settings.undo_minutes),
        country=settings.country,
        annex=_build_annex(settings.annex_file),
        ways={name: one.terms for name, one in systems.items()},
    )


def describe_annex(record: RecordOfUse) -> tuple[str, bool]:
    """Return one line about the record of use, and whether it is written in every language that letters speak."""
    missing = languages_missing(record, available(COMPLETION))
    says = f"{len(record.uses)} categories"
    if not missing:
        return says, True
    told = ", ".join(f"{language} ({len(names)} texts)" for language, names in missing.items())
    return f"{says}; told in English in {told}", False


def _build_annex(file: Path | None) -> RecordOfUse | None:
    try:
        return None if file is None else load_annex(file)
    except Permanent as error:
        raise SettingsError([f"work.annex_file: {error}"]) from None
