"""Word templates: which is in use, ours or the secretariat's own, and how another one comes in."""

from __future__ import annotations

from bot.domain.errors import NotFound
from bot.domain.exports import FORMS, ExportKind, TemplateKind, by_letter
from bot.domain.incoming import Sent
from bot.domain.permissions import may_set_templates, require
from bot.domain.screens import Attachment
from bot.domain.views import templates as views
from bot.services import templates as service
from handlers.turn import Turn
from storage import templates


async def template(turn: Turn, argument: str) -> None:
    """`template:m`: which template the matrix is filled into, in the person's language."""
    kind, _ = _kinds(turn, argument)
    await _show(turn, kind)


async def get(turn: Turn, argument: str) -> None:
    """The template in use, as a file."""
    _, of = _kinds(turn, argument)
    own = await service.hand_out(turn.tx, turn.act, of, language=turn.language)
    if own is not None:
        await turn.show(views.file(Attachment(own.sha256, own.name), of))


async def send(turn: Turn, argument: str) -> None:
    """How another one is sent; the next file is taken for it."""
    kind, _ = _kinds(turn, argument)
    shown = views.how_to_send(kind, turn.language)
    await turn.show(shown, subject=f"{service.HOW}:{FORMS[kind].letter}")


async def receive(turn: Turn, subject: str, sent: Sent) -> None:
    """A file that was sent to the screen of `send`; the one after it is another matter."""
    kind, of = _kinds(turn, subject.rpartition(":")[2])
    name = sent.name or ""
    await service.receive(turn.tx, turn.act, of, turn.language, sent.file_id, name)
    await turn.show(views.received(name), subject=f"template:{FORMS[kind].letter}")


async def ours(turn: Turn, argument: str) -> None:
    """Ours again."""
    kind, of = _kinds(turn, argument)
    await service.give_up(turn.tx, turn.act, of, language=turn.language)
    await _show(turn, kind, note="template.given_up")


async def _show(turn: Turn, kind: ExportKind, note: str | None = None) -> None:
    of = FORMS[kind].template
    assert of is not None
    own = await templates.current(turn.tx, of, turn.language)
    known = None if own is None else (own.name, own.added_at)
    await turn.show(views.template(kind, turn.language, known, note=note))


def _kinds(turn: Turn, letter: str) -> tuple[ExportKind, TemplateKind]:
    """The export behind a button, and what it is filled into."""
    require(may_set_templates(turn.actor))
    kind = by_letter(letter)
    of = FORMS[kind].template if kind else None
    if kind is None or of is None:
        raise NotFound
    return kind, of


ACTS = {
    "template": template,
    "template_get": get,
    "template_send": send,
    "template_ours": ours,
}
