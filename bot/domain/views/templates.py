"""Screens of Word templates: which is in use, how another one is sent, what became of it."""

from __future__ import annotations

from datetime import datetime

from bot.domain.exports import TEMPLATE_LETTERS, TemplateKind
from bot.domain.screens import (
    Attachment,
    Language,
    Row,
    Screen,
    Text,
    Value,
    Words,
    button,
    screen,
    text,
)
from bot.domain.views.common import HOME

_BEFORE = {
    TemplateKind.NATIONAL_REPORT: "national_reports:0",
    TemplateKind.CONSULTATION: "consultations:0",
}
"""The screen from which one comes, where it is no export that is chosen."""


def template(
    kind: TemplateKind, language: str, own: tuple[str, datetime] | None, *, note: str | None = None
) -> Screen:
    """Which template is in use: `own` is the name of the secretariat's and since when."""
    letter = TEMPLATE_LETTERS[kind]
    about: dict[str, Value] = {
        "kind": text(f"template.kind.{kind}"),
        "language": Language(language),
    }
    line = Text("template.ours", about)
    if own is not None:
        known: dict[str, Value] = {"name": Words(own[0], limit=60), "at": own[1]}
        line = Text("template.own", {**about, **known})
    rows: list[Row] = [
        (
            button("template_get", f"template_get:{letter}"),
            button("template_send", f"template_send:{letter}"),
        )
    ]
    if own is not None:
        rows.append((button("template_ours", f"template_ours:{letter}"),))
    rows.append((button("back", _BEFORE.get(kind, f"export:{letter}:-")), HOME))
    return screen(*filter(None, (note,)), line, text("template.how"), rows=rows)


def how_to_send(kind: TemplateKind, language: str) -> Screen:
    """How another one is sent."""
    letter = TEMPLATE_LETTERS[kind]
    of = text(f"template.kind.{kind}")
    asked = text("template.send", kind=of, language=Language(language))
    return screen(asked, rows=[(button("back", f"template:{letter}"), HOME)])


def received(name: str) -> Screen:
    """A template was sent, and is being tried."""
    return screen(text("template.received", name=Words(name, limit=60)))


def taken(kind: TemplateKind, language: str, sample: Attachment) -> Screen:
    """It is in use now; this is what it looks like with made-up values."""
    line = text("template.taken", kind=text(f"template.kind.{kind}"), language=Language(language))
    back = button("template", f"template:{TEMPLATE_LETTERS[kind]}")
    return screen(line, rows=[(back, HOME)], attachments=(sample,), replaces=False)


def refused(reason: Text, kind: TemplateKind, fields: Attachment | None = None) -> Screen:
    """It is not used, and why; `fields` are those there are. The next one can be sent at once."""
    send = button("template_send", f"template_send:{TEMPLATE_LETTERS[kind]}")
    if fields is None:
        return screen(reason, rows=[(send, HOME)], replaces=False)
    there_are = text("template.fields")
    return screen(reason, there_are, rows=[(send, HOME)], attachments=(fields,), replaces=False)


def file(attachment: Attachment, kind: TemplateKind) -> Screen:
    """A template as a file, to change in Word and send back."""
    send = button("template_send", f"template_send:{TEMPLATE_LETTERS[kind]}")
    return screen(
        text("template.file"), rows=[(send, HOME)], attachments=(attachment,), replaces=False
    )


def file_name(kind: TemplateKind, language: str) -> str:
    """What our template is called where it is saved."""
    return f"focal-point-template-{kind}-{language}.docx"


def fields_name(kind: TemplateKind) -> str:
    """What the list of fields is called where it is saved."""
    return f"focal-point-fields-{kind}.txt"


def sample_name(kind: TemplateKind, language: str) -> str:
    """What the filled-in sample is called where it is saved."""
    return f"focal-point-sample-{kind}-{language}.docx"
