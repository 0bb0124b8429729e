"""Screens of files about a consultation: which there are, one that is ready, one that has gone."""

from __future__ import annotations

from bot.domain.consultation_files import OF_WORDS, FileKind
from bot.domain.consultations import Consultation
from bot.domain.exports import TEMPLATE_LETTERS, TemplateKind
from bot.domain.screens import Attachment, Row, Screen, button, message, screen, text
from bot.domain.views.common import HOME
from bot.domain.views.participants import title


def kinds(found: Consultation, *, words: bool) -> Screen:
    """Which file it should be; those of contributions where there are `words`."""
    offered = [each for each in FileKind if words or each not in OF_WORDS]
    rows: list[Row] = [
        (button(f"consultation_file_{each}", f"consultation_file:{found.id}:{each}"),)
        for each in offered
    ]
    if words:
        letter = TEMPLATE_LETTERS[TemplateKind.CONSULTATION]
        rows.append((button("template", f"template:{letter}"),))
    return screen(
        text("consultation.files", title=title(found)),
        "consultation.file.no_accounts",
        "consultation.file.goes",
        rows=[*rows, (button("back", f"consulting:{found.id}"), HOME)],
    )


def ready(found: Consultation, kind: FileKind, attachment: Attachment) -> Screen:
    """The file, and how long it stands here."""
    called = text(f"consultation.file.{kind}")
    return screen(
        text("consultation.file.ready", kind=called, title=title(found)),
        "consultation.file.goes",
        attachments=(attachment,),
        replaces=False,
    )


def gone() -> Screen:
    """In the place of a file that Telegram deletes no more."""
    return message("consultation.file.gone")
