"""What the consultation bot says beside the consultations themselves: it knows nothing else.

It has a neutral name and a token of its own, so that a phone in which it is found tells nothing of
the network; here nobody has a seat.
"""

from __future__ import annotations

import re

from bot import texts
from bot.domain.errors import NotFound
from bot.domain.incoming import Sent, Wrote
from bot.domain.views import consultation_bot as views
from bot.services import erasure
from handlers.links import act_of
from handlers.participants import speak_as_known
from handlers.turn import Turn

_LINK = re.compile(r"\?start=([\w-]+)")


async def start(turn: Turn, payload: str) -> None:
    """`/start`, with the payload of a consultation's link or without."""
    act = act_of(payload)
    if act is None:
        await hello(turn, "")
    else:
        await turn.go(turn, act)


async def hello(turn: Turn, _argument: str) -> None:
    """What this bot is for."""
    await turn.show(views.hello(known=await speak_as_known(turn)))


async def written(turn: Turn, words: str) -> None:
    """A public link that was pasted is opened; of other words nothing is understood.

    A message that is the link and nothing else goes from the chat: it has done what it was for.
    """
    link = _LINK.search(words)
    act = None if link is None else act_of(link[1])
    if link is None or act is None:
        await _not_understood(turn)
        return
    await turn.go(turn, act)
    alone = link.end() == len(words.strip()) and len(words.split()) == 1
    if turn.typed is not None and alone and not await turn.is_discreet():
        await erasure.clear_chat(turn.tx, turn.act, turn.card, rows=(), wrote=(turn.typed,))


async def _not_understood(turn: Turn) -> None:
    """What this bot is for; in discreet mode also that what was written or sent still stands."""
    known = await speak_as_known(turn)
    turn.unsaved = True
    await turn.show(views.hello(known=known, stays=await turn.is_discreet()))


async def help_(turn: Turn, _argument: str) -> None:
    """`/help`: the commands, each with what it does."""
    await speak_as_known(turn)
    await turn.show(views.help_())


async def privacy(turn: Turn, _argument: str) -> None:
    """`/privacy`: what is kept, who could see it, how it is erased."""
    await speak_as_known(turn)
    await turn.show(views.privacy())


async def language(turn: Turn, _argument: str) -> None:
    """`/language`: choose one."""
    await speak_as_known(turn)
    choices = [(code, texts.own_name(code)) for code in turn.desk.country.languages]
    await turn.show(views.languages(choices))


async def speak(turn: Turn, code: str) -> None:
    """`speak:fr`: this turn speaks it; nothing is kept of somebody who takes no part."""
    if code not in turn.desk.country.languages:
        raise NotFound
    turn.language = code
    await turn.show(views.hello())


async def file(turn: Turn, _sent: Sent) -> None:
    """A file that nobody asked for; it is not fetched."""
    await _not_understood(turn)


async def nothing_pressing(_turn: Turn, _wrote: Wrote) -> bool:
    """Nothing is asked here by the network."""
    return False


ACTS = {
    "start": start,
    "stranger": hello,
    "search": written,
    "help": help_,
    "privacy": privacy,
    "language": language,
    "speak": speak,
}
COMMANDS = {"start": "start", "help": "help", "privacy": "privacy", "language": "language"}
OPEN_ACTS = set(ACTS)
