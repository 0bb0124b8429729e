"""Word templates: which is in use, ours or the secretariat's own, and how another one comes in."""

from __future__ import annotations

from bot.domain.errors import existing
from bot.domain.exports import TEMPLATE_LETTERS, TemplateKind, template_by_letter
from bot.domain.incoming import Sent
from bot.domain.permissions import may_set_templates, require
from bot.domain.screens import Attachment
from bot.domain.views import templates as views
from bot.services import templates as service
from handlers.turn import Turn
from storage import templates


async def template(turn: Turn, argument: str) -> None:
    """`template:m`: which template the matrix is filled into, in the person's language."""
    await _show(turn, _kind(turn, argument))


async def get(turn: Turn, argument: str) -> None:
    """The template in use, as a file."""
    kind = _kind(turn, argument)
    own = await service.hand_out(turn.tx, turn.act, kind, language=turn.language)
    if own is not None:
        await turn.show(views.file(Attachment(own.sha256, own.name), kind))


async def send(turn: Turn, argument: str) -> None:
    """How another one is sent; the next file is taken for it."""
    kind = _kind(turn, argument)
    shown = views.how_to_send(kind, turn.language)
    await turn.show(shown, subject=f"{service.HOW}:{TEMPLATE_LETTERS[kind]}")


async def receive(turn: Turn, subject: str, sent: Sent) -> None:
    """A file that was sent to the screen of `send`; the one after it is another matter."""
    kind = _kind(turn, subject.rpartition(":")[2])
    name = sent.name or ""
    await service.receive(turn.tx, turn.act, kind, turn.language, sent.file_id, name)
    await turn.show(views.received(name), subject=f"template:{TEMPLATE_LETTERS[kind]}")


async def ours(turn: Turn, argument: str) -> None:
    """Ours again."""
    kind = _kind(turn, argument)
    await service.give_up(turn.tx, turn.act, kind, language=turn.language)
    await _show(turn, kind, note="template.given_up")


async def _show(turn: Turn, kind: TemplateKind, note: str | None = None) -> None:
    own = await templates.current(turn.tx, kind, turn.language)
    known = None if own is None else (own.name, own.added_at)
    await turn.show(views.template(kind, turn.language, known, note=note))


def _kind(turn: Turn, letter: str) -> TemplateKind:
    """The template behind a button."""
    require(may_set_templates(turn.actor))
    return existing(template_by_letter(letter))


ACTS = {
    "template": template,
    "template_get": get,
    "template_send": send,
    "template_ours": ours,
}
