"""Photos, documents and voice messages of participants: taken, said twice, kept, refused.

Nothing is kept as it came: `bot.exchange.nameless` says what is left of a file.
"""

from __future__ import annotations

from bot.domain.consultations import Card, Group, SignUp, SignUpState
from bot.domain.enclosures import LARGEST, MOST, Enclosure, EnclosureKind, Origin
from bot.domain.errors import NotFound, Refused
from bot.domain.incoming import Sent
from bot.domain.people import Act
from bot.domain.views import contributing as told
from bot.exchange.inspect import safe_name
from bot.exchange.refusals import Macros, NotAccepted, OldFormat, TooLarge, UnknownType
from bot.services import discretion, notices
from storage import consultations, sign_ups
from storage import enclosures as queries
from storage.database import Transaction

MEGABYTE = 1024 * 1024
_NAMES = {"photo": "photo.jpg", "voice": "voice.ogg"}  # what the phone records has none


class WordsAlone(Refused):
    """To words with no way back a file could lead somebody."""

    key = "enclosure.words_alone"


class NotTaken(Refused):
    """Neither photo nor document nor voice message."""

    key = "enclosure.not_taken"


class WithMacros(Refused):
    """Of documents that can hold macros, Word's alone are taken, without."""

    key = "enclosure.macros"


class OldDocument(Refused):
    """A document of an old kind can hide macros; values: `extension`."""

    key = "enclosure.old_format"


class NotOfChildren(Refused):
    """A voice or a photo would show a child."""

    key = "enclosure.not_of_children"


class TooManyFiles(Refused):
    """So many go with one contribution; values: `limit`."""

    key = "enclosure.too_many"


async def take(tx: Transaction, act: Act, kept: SignUp, sent: Sent) -> Enclosure:
    """Note a file that was sent to a contribution under way; a voice is to be asked about first.

    Raises WordsAlone, NotTaken, NotOfChildren, TooManyFiles, TooLarge.
    """
    assert kept.card is not None
    if kept.state is SignUpState.WORDS:
        raise WordsAlone
    if sent.kind not in set(EnclosureKind):
        raise NotTaken
    kind = EnclosureKind(sent.kind)
    if _speaks_for_children(kept.card) and kind is not EnclosureKind.DOCUMENT:
        raise NotOfChildren
    if sent.size is not None and sent.size > LARGEST:
        raise TooLarge(limit=LARGEST // MEGABYTE)
    if len(await queries.unsent(tx, kept.handle)) >= MOST:
        raise TooManyFiles(limit=MOST)
    name = safe_name(sent.name or _NAMES.get(sent.kind, ""))
    origin = Origin(kept.card.bot_id, sent.file_id, name, sent.message_id)
    at = None if kind is EnclosureKind.VOICE else act.now
    added = await queries.add(tx, kept.consultation_id, kept.handle, kind, origin, at=at)
    taken = await queries.get(tx, added)
    assert taken is not None
    return taken


async def keep_voice(tx: Transaction, act: Act, kept: SignUp, enclosure_id: int) -> None:
    """A voice is to be kept, although it can be recognised; raises NotFound."""
    await own(tx, kept, enclosure_id)
    await queries.confirm(tx, enclosure_id, now=act.now)


async def take_back(tx: Transaction, act: Act, kept: SignUp, enclosure_id: int) -> None:
    """A file is not to be kept; raises NotFound."""
    unwanted = await own(tx, kept, enclosure_id)
    await queries.remove(tx, enclosure_id)
    await _take_from_chat(tx, act, kept, unwanted)


async def own(tx: Transaction, kept: SignUp, enclosure_id: int) -> Enclosure:
    """A file of this participant that is not sent yet; raises NotFound."""
    for each in await queries.unsent(tx, kept.handle):
        if each.id == enclosure_id:
            return each
    raise NotFound


async def stored(
    tx: Transaction,
    act: Act,
    fetched: Enclosure,
    *,
    extension: str,
    stored: str,
    shown: str | None,
    text: str | None,
) -> None:
    """What is kept of a file lies in the store; what came in disguise is refused after all.

    Nobody is told, and what lies there goes, where the file was taken back meanwhile.
    """
    if extension == "ogg" and fetched.kind is not EnclosureKind.VOICE:
        await refused(tx, act, fetched, NotTaken())  # a voice is asked about first
        return
    if extension == "jpg" and await _of_children(tx, fetched.handle):
        await refused(tx, act, fetched, NotOfChildren())
        return
    await queries.store(tx, fetched, extension=extension, stored=stored, shown=shown, text=text)
    kept = await sign_ups.by_handle(tx, fetched.handle)
    await _take_from_chat(tx, act, kept, fetched)


async def _take_from_chat(tx: Transaction, act: Act, kept: SignUp | None, sent: Enclosure) -> None:
    """In discreet mode the message with a file goes once that is kept, or is not to be."""
    if kept is None or kept.card is None or not kept.card.discreet or sent.origin is None:
        return
    await discretion.take_written(tx, act, kept.card, sent.origin.message_id)


async def _of_children(tx: Transaction, handle: str) -> bool:
    kept = await sign_ups.by_handle(tx, handle)
    return kept is not None and kept.card is not None and _speaks_for_children(kept.card)


def _speaks_for_children(card: Card) -> bool:
    return card.answers.get("group") == Group.CHILDREN.value


async def refused(tx: Transaction, act: Act, fetched: Enclosure, refusal: Refused) -> None:
    """Nothing is kept of a file; who sent it is told why, without what it belonged to."""
    if not await queries.refuse(tx, fetched):
        return
    found = await consultations.get(tx, fetched.consultation_id)
    now = await queries.get(tx, fetched.id)
    if found is not None and now is not None:
        sent = now.contribution_id is not None
        shown = told.file_refused(found.code, in_our_words(refusal).text, sent=sent)
        await notices.tell_participants(tx, act, [fetched.handle], shown, f"file:{fetched.id}")


def in_our_words(refusal: Refused) -> Refused:
    """The refusal in words that name no kind of file which is taken as evidence alone."""
    match refusal:
        case NotAccepted() | UnknownType():
            return NotTaken()
        case Macros():
            return WithMacros()
        case OldFormat():
            return OldDocument(**refusal.values)
    return refusal
