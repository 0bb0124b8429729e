"""What an institution's people do with what is asked and with reminders: answer, later, away."""

from __future__ import annotations

from bot.domain.errors import NotFound, existing
from bot.domain.incoming import Wrote
from bot.domain.people import REPORTING
from bot.domain.permissions import only_validates
from bot.domain.requests import Listed, Request, RequestKind
from bot.domain.screens import Button, Words, button
from bot.domain.views import absences as absence_views
from bot.domain.views import answers as views
from bot.domain.views import reminders as reminder_views
from bot.services import answers as service
from bot.services import opened, requests
from bot.services import reminders as reminding
from bot.services.home import institutions_of
from handlers.card import number
from handlers.flows.later import asked_of_own
from handlers.flows.respond import BY_KIND
from handlers.turn import Turn
from storage import answers
from storage import requests as queries

ELSE = tuple(each for each in RequestKind if each is not RequestKind.STATUS)
MOST = 8


async def asked(turn: Turn, argument: str) -> None:
    """`asked:7`: what is asked beside reports, and the answer."""
    one, request = await _visible(turn, argument)
    worded = requests.best_worded(await queries.texts(turn.tx, request.id), turn.language)
    said = await answers.newest(turn.tx, one.id)
    wish = await queries.waiting_extension(turn.tx, one.id)
    await turn.show(
        views.asked(
            one,
            request,
            worded,
            None if said is None else Words(said.words, said.language, limit=2000),
            answers=turn.actor.seat(REPORTING, one.institution_id) is not None,
            wish=None if wish is None else wish.until_on,
            language=turn.language,
            today=turn.today,
        ),
        subject=f"asked:{one.id}",
    )


async def file(turn: Turn, argument: str) -> None:
    """`asked_file:7`: the file that came with the request, sent to the chat once more."""
    one, request = await _visible(turn, argument)
    attachment = request.attached
    if attachment is None:
        raise NotFound
    shown = views.file(one, attachment, language=turn.language)
    await opened.files(turn.tx, turn.act, f"request:{request.id}", shown)
    await turn.show(shown)


async def _visible(turn: Turn, argument: str) -> tuple[Listed, Request]:
    """What is asked of an institution that the person sees, and its request; raises NotFound."""
    one = await service.find(turn.tx, number(argument))
    if one.institution_id not in institutions_of(turn.actor) and not turn.actor.is_secretariat:
        raise NotFound
    return one, existing(await queries.get(turn.tx, one.request_id))


async def open_ones(turn: Turn, _argument: str) -> None:
    """What else is asked of one's institutions."""
    found = await queries.open_for(turn.tx, institutions_of(turn.actor), kinds=ELSE, limit=MOST)
    await turn.show(views.open_list(found, language=turn.language))


async def respond(turn: Turn, argument: str) -> None:
    """`respond:7`: the answer is asked for."""
    await _begin(turn, number(argument))


async def reply(turn: Turn, argument: str, wrote: Wrote) -> None:
    """Words in reply to what is asked are the answer; a validator's are none."""
    one = await service.find(turn.tx, number(argument))
    if only_validates(turn.actor, one.institution_id):
        opens = button("open", f"asked:{one.id}")
        await say_who_reports(turn, one.institution_id, opens, f"asked:{one.id}")
        return
    await _begin(turn, number(argument), quietly=True)
    await turn.desk.runner.write(turn, wrote)


async def say_who_reports(turn: Turn, institution_id: int, opens: Button, subject: str) -> None:
    """A validator has replied: the words went to nobody, and who writes what is sent."""
    points = await reminding.focal_points(turn.tx, turn.act, [institution_id])
    await turn.show(reminder_views.not_sent(opens, points.get(institution_id)), subject=subject)


async def _begin(turn: Turn, request_item_id: int, *, quietly: bool = False) -> None:
    one = await service.own(turn.tx, turn.act, request_item_id)
    request = await queries.get(turn.tx, one.request_id)
    seat = turn.actor.seat(REPORTING, one.institution_id)
    assert request is not None
    assert seat is not None
    await queries.note_item(turn.tx, one.id, started=True, now=turn.now)
    await turn.desk.runner.begin(
        turn,
        BY_KIND[request.kind].name,
        subject=f"asked:{one.id}",
        seat_id=seat.id,
        quietly=quietly,
        asked=one.id,
    )


async def later(turn: Turn, argument: str) -> None:
    """`later:9`: remind of the same things another day."""
    await turn.desk.runner.begin(turn, "later", reminder=number(argument))


async def more_time(turn: Turn, argument: str) -> None:
    """`more_time:7`: ask the secretariat for more time."""
    one = await asked_of_own(turn, number(argument))
    if await queries.waiting_extension(turn.tx, one.id) is not None:
        raise requests.AskedForTime
    await turn.desk.runner.begin(turn, "more_time", asked=one.id)


async def away(turn: Turn, _argument: str) -> None:
    """Until when, and who stands in."""
    await turn.desk.runner.begin(turn, "away")


async def back_again(turn: Turn, _argument: str) -> None:
    """Earlier than it was said."""
    await reminding.come_back(turn.tx, turn.act)
    await turn.show(absence_views.back())


ACTS = {
    "asked": asked,
    "asked_file": file,
    "asked_list": open_ones,
    "respond": respond,
    "later": later,
    "more_time": more_time,
    "away": away,
    "back_again": back_again,
}
COMMANDS = {"away": "away"}
REPLIES = {"asked": reply}
