"""The review: what waits, one report beside earlier ones, approve or return; a narrowed queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.domain import permissions
from bot.domain.consolidation import Contradiction
from bot.domain.errors import NotFound, Outdated, existing
from bot.domain.incoming import Wrote
from bot.domain.items import ItemText, ReportState, best_text
from bot.domain.reports import AmendedMeanwhile, StatusUpdate
from bot.domain.review import BY_LETTER, TRAIT_BY_LETTER, WHOLE, By, Queue, Trait, Waiting
from bot.domain.screens import Code, Text, Value, text
from bot.domain.versions import differences, newest
from bot.domain.views import review as views
from bot.domain.views import versions as version_views
from bot.domain.views.common import LIST_LENGTH
from bot.services import consolidation, opened
from bot.services import reviews as service
from bot.services.status_updates import every_version, get_own, read_beside
from handlers.card import number, version_seen
from handlers.home import page_number
from handlers.turn import Turn
from storage import (
    consolidations,
    evidence,
    figures,
    items,
    reviews,
    status_updates,
    statuses,
    threads,
    versions,
)


async def listed(turn: Turn, argument: str) -> None:
    """`reviews:0`: a page of the reports that wait, as far as the officer's queue is narrowed."""
    permissions.require(permissions.may_review(turn.actor))
    page, today = page_number(argument), turn.today
    narrowed = await service.queue_of(turn.tx, turn.act)
    waiting = await reviews.queue(
        turn.tx, today=today, limit=LIST_LENGTH, offset=page * LIST_LENGTH, narrowed=narrowed
    )
    if not waiting:
        await _show_nothing(turn)
        return
    total = await reviews.count(turn.tx, today=today, narrowed=narrowed)
    facts = await _facts(turn, narrowed)
    await turn.show(
        views.queue(total, page, waiting, today=today, language=turn.language, narrowed=facts)
    )


async def following(turn: Turn, _argument: str) -> None:
    """The report that comes first."""
    permissions.require(permissions.may_review(turn.actor))
    await _show_first(turn)


async def after(turn: Turn, argument: str) -> None:
    """`review_after:42`: the report behind this one, and behind the last one the first again."""
    permissions.require(permissions.may_review(turn.actor))
    this = await reviews.get(turn.tx, number(argument))
    narrowed = await service.queue_of(turn.tx, turn.act)
    behind = await reviews.queue(turn.tx, today=turn.today, limit=1, behind=this, narrowed=narrowed)
    if behind:
        await _show(turn, behind[0])
    else:
        await _show_first(turn)


async def report(turn: Turn, argument: str) -> None:
    """`review:42`: one report with its evidence."""
    permissions.require(permissions.may_review(turn.actor))
    waiting = existing(await reviews.get(turn.tx, number(argument)))
    await _show(turn, waiting)


async def whole(turn: Turn, argument: str) -> None:
    """`whole:42`: all that a report says."""
    permissions.require(permissions.may_review(turn.actor))
    said = await get_own(turn.tx, turn.actor, number(argument))
    await opened.report(turn.tx, turn.act, said.number)
    await turn.show(views.whole(said))


async def approve(turn: Turn, argument: str) -> None:
    """`approve:42:2`: approve version 2, which is the one on the screen, and go on."""
    report_id, _, seen = argument.partition(":")
    try:
        async with turn.tx.savepoint():
            version = version_seen(seen)
            done = await service.approve(turn.tx, turn.act, number(report_id), version=version)
    except (Outdated, AmendedMeanwhile) as refused:
        turn.toast = refused.text
        await report(turn, report_id)
        return
    lines = await said_of(turn, done)
    waiting = await first(turn)
    if waiting is None:
        await _show_nothing(turn, done=lines)
    else:
        turn.toast = lines[-1]
        await _show(turn, waiting)


async def said_of(turn: Turn, approved: Waiting) -> list[Text | None]:
    """What is said of a report that was just approved."""
    stale = await consolidation.is_stale(turn.tx, approved.item_id)
    return views.approved_lines(approved, stale=stale)


async def approve_with(turn: Turn, argument: str) -> None:
    """`approve_with:42:2`: the note is asked for; version 2 is the one on the screen."""
    permissions.require(permissions.may_review(turn.actor))
    if (said := await _waiting(turn, argument)) is not None:
        await _begin(turn, "approve_report", said)


async def return_(turn: Turn, argument: str) -> None:
    """`return:42:2`: the comment on version 2 is asked for."""
    permissions.require(permissions.may_review(turn.actor))
    if (said := await _waiting(turn, argument)) is not None:
        await _begin(turn, "return_report", said)


async def _waiting(turn: Turn, argument: str) -> StatusUpdate | None:
    """The report, while that version of it can be decided on; else it is shown as it stands."""
    report_id, _, seen = argument.partition(":")
    said = existing(await status_updates.get(turn.tx, number(report_id)))
    if said.state is not ReportState.SUBMITTED:
        turn.toast = Outdated().text
    elif said.version != version_seen(seen):
        turn.toast = AmendedMeanwhile(number=Code(said.number), version=said.version).text
    else:
        return said
    await report(turn, report_id)
    return None


async def _begin(turn: Turn, flow: str, said: StatusUpdate, *, quietly: bool = False) -> None:
    about = f"report:{said.id}"
    await turn.desk.runner.begin(
        turn, flow, subject=about, quietly=quietly, report=said.id, version=said.version
    )


async def reply(turn: Turn, argument: str, wrote: Wrote) -> None:
    """Words in reply to a report are the comment with which it goes back; they are shown first."""
    permissions.require(permissions.may_review(turn.actor))
    said = existing(await status_updates.get(turn.tx, number(argument)))
    await _begin(turn, "return_report", said, quietly=True)
    await turn.desk.runner.write(turn, wrote)


# -- Narrowing the queue ---------------------------------------------------------------------------


async def narrow(turn: Turn, _argument: str) -> None:
    """What the officer's queue is narrowed to, and can be narrowed by."""
    permissions.require(permissions.may_review(turn.actor))
    today, narrowed = turn.today, await service.queue_of(turn.tx, turn.act)
    await turn.show(
        views.narrow(
            narrowed,
            await _facts(turn, narrowed),
            await reviews.count(turn.tx, today=today, narrowed=narrowed),
            await reviews.trait_counts(turn.tx, narrowed, today=today),
        )
    )


async def narrow_by(turn: Turn, argument: str) -> None:
    """`queue_by:i:0`: a page of the values of one kind."""
    permissions.require(permissions.may_review(turn.actor))
    letter, _, page = argument.partition(":")
    by = existing(BY_LETTER.get(letter))
    narrowed = await service.queue_of(turn.tx, turn.act)
    choices = await reviews.choices(turn.tx, narrowed, by, today=turn.today)
    await turn.show(views.narrow_by(by, narrowed, choices, page_number(page), turn.language))


async def set_value(turn: Turn, argument: str) -> None:
    """`queue_set:i3`: only that institution's; `queue_set:i`: of any."""
    permissions.require(permissions.may_review(turn.actor))
    by = existing(BY_LETTER.get(argument[:1]))
    narrowed = await service.queue_of(turn.tx, turn.act)
    if not argument[1:]:
        wanted = narrowed.narrowed(by, None)
    else:
        chosen = Queue.read(argument)
        if await reviews.value_named(turn.tx, chosen, by) is None:
            raise NotFound
        wanted = narrowed.narrowed(by, chosen.by[by])
    await service.narrow(turn.tx, turn.act, wanted)
    await narrow(turn, "")


async def toggle(turn: Turn, argument: str) -> None:
    """`queue_trait:o`: only those, or no more."""
    permissions.require(permissions.may_review(turn.actor))
    trait = existing(TRAIT_BY_LETTER.get(argument))
    narrowed = await service.queue_of(turn.tx, turn.act)
    await service.narrow(turn.tx, turn.act, narrowed.toggled(trait))
    await narrow(turn, "")


async def whole_queue(turn: Turn, _argument: str) -> None:
    """The queue is narrowed no more."""
    await service.narrow(turn.tx, turn.act, WHOLE)
    await listed(turn, "0")


async def first(turn: Turn) -> Waiting | None:
    """The report that comes first of what the officer's queue is narrowed to."""
    narrowed = await service.queue_of(turn.tx, turn.act)
    found = await reviews.queue(turn.tx, today=turn.today, limit=1, narrowed=narrowed)
    return found[0] if found else None


async def _facts(turn: Turn, narrowed: Queue) -> list[Value]:
    """What the queue is narrowed to, in the officer's language."""
    facts: list[Value] = []
    for by in By:
        if by in narrowed.by:
            value = existing(await reviews.value_named(turn.tx, narrowed, by))
            facts.append(views.named(by, value, turn.language))
    return [*facts, *(views.trait_name(each) for each in Trait if each in narrowed.traits)]


# -- Showing ---------------------------------------------------------------------------------------


async def _show_first(turn: Turn) -> None:
    waiting = await first(turn)
    if waiting is None:
        await _show_nothing(turn)
    else:
        await _show(turn, waiting)


async def _show_nothing(turn: Turn, *, done: Sequence[Text | None] = ()) -> None:
    narrowed = await service.queue_of(turn.tx, turn.act)
    elsewhere = await reviews.count(turn.tx, today=turn.today)
    await turn.show(views.nothing(elsewhere, await _facts(turn, narrowed), done=done))


async def _show(turn: Turn, waiting: Waiting) -> None:
    said = existing(await status_updates.get(turn.tx, waiting.status_update_id))
    said = replace(said, figures=await figures.of(turn.tx, said.id))
    returned = await reviews.returned_before(turn.tx, waiting.assignment_id, before=said.id)
    approved = await reviews.last_approved(turn.tx, waiting.assignment_id, before=said.id)
    narrowed = await service.queue_of(turn.tx, turn.act)
    today = turn.today
    card = views.Card(
        waiting=waiting,
        said=said,
        asks=await _asks(turn, waiting),
        pieces=await evidence.of_report(turn.tx, said.id),
        before=approved,
        approved=None if approved is None else await read_beside(turn.tx, approved.id),
        returned=returned,
        tried=None if returned is None else await read_beside(turn.tx, returned.id),
        newer=await reviews.newer(turn.tx, waiting.assignment_id, than=said.id),
        thread=await threads.words_of(turn.tx, said.id),
        contradictions=await _contradictions(turn, waiting),
        rivals=[
            each
            for each in await consolidations.cleared_words(turn.tx, waiting.item_id)
            if each.institution_id != waiting.institution_id
        ],
        amended=await _amended(turn, said),
        opened_by=await service.open_(turn.tx, turn.act, waiting.item_id, said.id),
        others=await reviews.count(turn.tx, today=today, but=said.id, narrowed=narrowed) > 0,
        narrowed=await _facts(turn, narrowed),
        vocabulary=await statuses.vocabulary(turn.tx),
    )
    await turn.show(
        views.report(card, language=turn.language),
        subject=f"report:{said.id}",
        quotes=[f"su:{each.id}" for each in (said, returned, approved) if each is not None],
    )


async def _contradictions(turn: Turn, waiting: Waiting) -> list[Contradiction]:
    """The open ones that the report is one side of."""
    return [
        each
        for each in await consolidations.contradictions_of(turn.tx, waiting.item_id)
        if waiting.number in (each.one, each.other)
    ]


async def _amended(turn: Turn, said: StatusUpdate) -> Sequence[Text]:
    """What changed since the version that this officer saw, else since the one before."""
    seen = await versions.look(turn.tx, said.id, turn.person.id, said.version)
    earlier = {
        each.number: each
        for each in await every_version(turn.tx, turn.actor, said)
        if each.number < said.version
    }
    if not earlier:
        return ()
    since = earlier.get(seen or 0) or earlier[max(earlier)]
    now = newest(said, tuple(each.id for each in await evidence.of_report(turn.tx, said.id)))
    pieces = {each.id: each for each in await evidence.of_versions(turn.tx, said.id)}
    changed = version_views.lines(differences(since, now), pieces)
    return [text("version.since", version=said.version, before=since.number), *changed]


async def _asks(turn: Turn, waiting: Waiting) -> ItemText | None:
    """What the item asks for; nothing of a restricted one."""
    if waiting.restricted:
        return None
    texts = (await items.texts(turn.tx, [waiting.item_id]))[waiting.item_id]
    return best_text(texts, turn.language, turn.desk.country.default_language)


ACTS = {
    "reviews": listed,
    "review_next": following,
    "review_after": after,
    "review": report,
    "whole": whole,
    "approve": approve,
    "approve_with": approve_with,
    "narrow_queue": narrow,
    "queue_by": narrow_by,
    "queue_set": set_value,
    "queue_trait": toggle,
    "whole_queue": whole_queue,
    "return": return_,
}
COMMANDS = {"review": "review_next"}
REPLIES = {"report": reply}
