"""Live dialogues: from the question just asked to the cleared answer, within minutes.

People on call wait for it and said so: what they are asked sounds at any hour, again after minutes
for whoever has not opened it, and an officer hears when nobody does. Nobody clears their own words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from bot.domain import permissions
from bot.domain.dialogues import (
    OPEN,
    WAITING,
    Dialogue,
    DialogueQuestion,
    Hears,
    OnRecord,
    Part,
    QuestionState,
    Source,
    attempts,
    due_rungs,
    next_rung_at,
    rungs_behind,
)
from bot.domain.errors import NotFound, Outdated, Refused, existing
from bot.domain.people import REPORTING, SECRETARIAT, Act, Person, Role, Seat
from bot.domain.reports import fitting
from bot.domain.requests import Audience, RequestKind, RequestText
from bot.domain.screens import Screen
from bot.domain.views import dialogues as views
from bot.services import audit, requests
from bot.services.notices import officers, tell
from bot.services.requests import DueInPast, Wanted
from storage import approved, figures, institutions, items, outbox, people, search, seats
from storage import dialogues as queries
from storage import requests as request_queries
from storage.database import Transaction
from storage.people import Seated
from storage.search import Hit

MOST_HITS = 5
"""So many items are offered; more help nobody in a hurry."""


class DialogueClosed(Refused):
    """The dialogue is over."""

    key = "error.dialogue_closed"
    final = True


class NobodyOnCall(Refused):
    """Nobody of the institution can be asked now."""

    key = "error.nobody_on_call"


# -- A dialogue and its people ---------------------------------------------------------------------


async def begin(tx: Transaction, act: Act, title: str, language: str) -> int:
    """Open a dialogue; the secretariat is its delegation so far. Gives its id."""
    permissions.require(permissions.may_hold_dialogue(act.actor))
    dialogue_id = await queries.add(
        tx, fitting(title)[:200], language, opened_by=act.actor.seat_id, now=act.now
    )
    await audit.record(tx, act, "dialogue.open", f"dialogue:{dialogue_id}")
    return dialogue_id


async def close(tx: Transaction, act: Act, dialogue_id: int) -> None:
    """Nobody is waited for any more; who was on call is thanked. Raises DialogueClosed."""
    dialogue = await _open_one(tx, act, dialogue_id)
    on_call = await taking_part(tx, act, dialogue_id, Part.ON_CALL)
    if not await queries.close(tx, dialogue_id, now=act.now):
        raise Outdated
    for each in await queries.questions_of(tx, dialogue_id, *OPEN):
        await _call_off(tx, act, each.id)
    for person in people.each_once(on_call):
        key = f"dialogue:{dialogue_id}:over:{person.id}"
        await tell(tx, act, person.id, views.over(dialogue), key, silent=True)
    await audit.record(tx, act, "dialogue.close", f"dialogue:{dialogue_id}")


async def add_delegates(tx: Transaction, act: Act, dialogue_id: int, ids: Iterable[int]) -> None:
    """Seats outside the secretariat that are of the delegation, too; they are told."""
    dialogue = await _open_one(tx, act, dialogue_id)
    await _join(tx, act, dialogue, await _live(tx, act, ids), Part.DELEGATION)


async def put_on_call(tx: Transaction, act: Act, dialogue_id: int, institution_id: int) -> None:
    """Everybody of the institution who reports or validates; officers take single ones off."""
    dialogue = await _open_one(tx, act, dialogue_id)
    await _put_on_call(tx, act, dialogue, institution_id)


async def add_on_call(tx: Transaction, act: Act, dialogue_id: int, seat_id: int) -> None:
    """One more seat of an institution is on call."""
    dialogue = await _open_one(tx, act, dialogue_id)
    [seated] = await _live(tx, act, [seat_id])
    permissions.require(seated.seat.role in permissions.READS)
    await _join(tx, act, dialogue, [seated], Part.ON_CALL)


async def take_off(tx: Transaction, act: Act, dialogue_id: int, seat_id: int, part: Part) -> None:
    """The seat takes part no more; raises Outdated where it did not."""
    await _open_one(tx, act, dialogue_id)
    if not await queries.remove_person(tx, dialogue_id, seat_id, part):
        raise Outdated
    await audit.record(
        tx,
        act,
        "dialogue.take_off",
        f"dialogue:{dialogue_id}",
        facts={"seat": seat_id, "part": part.value},
    )


async def taking_part(tx: Transaction, act: Act, dialogue_id: int, part: Part) -> list[Seated]:
    """Who takes part so, while their seats live; the secretariat is of every delegation."""
    ids = await queries.seats_of(tx, dialogue_id, part)
    return [
        each
        for each in await people.seated(tx, now=act.now)
        if each.seat.id in ids or (part is Part.DELEGATION and each.seat.role in SECRETARIAT)
    ]


async def _join(
    tx: Transaction, act: Act, dialogue: Dialogue, seated: Sequence[Seated], part: Part
) -> None:
    known = await queries.seats_of(tx, dialogue.id, part)
    new = [each for each in seated if each.seat.id not in known]
    ids = [each.seat.id for each in new]
    await queries.add_people(tx, dialogue.id, ids, part, now=act.now)
    for each in new:
        shown = views.joined(dialogue, part)
        key = f"dialogue:{dialogue.id}:{part}:{each.seat.id}:{act.stamp}"
        await tell(tx, act, each.person.id, shown, key, silent=part is Part.DELEGATION)
    await audit.record(
        tx,
        act,
        "dialogue.add_people",
        f"dialogue:{dialogue.id}",
        facts={"seats": ids, "part": part.value},
    )


async def take_over(tx: Transaction, act: Act, old: Seat, new: Seat) -> None:
    """The next holder of a seat has its part in what is live, and hears of what waits for them."""
    for dialogue_id, part in await queries.parts_of(tx, old.id):
        await queries.remove_person(tx, dialogue_id, old.id, part)
        dialogue = await _dialogue(tx, dialogue_id)
        await _join(tx, act, dialogue, await _live(tx, act, [new.id]), part)
        for each in await queries.questions_of(tx, dialogue_id, *WAITING):
            question = await _question(tx, each.id)
            if question.state in WAITING:
                waited_for = await _waited_for(tx, act, question)
                successor = [person for person in waited_for if person.id == new.person_id]
                await _tell_waited_for(tx, act, question, successor)


async def _put_on_call(tx: Transaction, act: Act, dialogue: Dialogue, institution_id: int) -> None:
    found = await people.seated(
        tx, now=act.now, roles=permissions.READS, institution_id=institution_id
    )
    if not found:
        raise NobodyOnCall
    await _join(tx, act, dialogue, found, Part.ON_CALL)


async def _live(tx: Transaction, act: Act, ids: Iterable[int]) -> list[Seated]:
    chosen = set(ids)
    found = [each for each in await people.seated(tx, now=act.now) if each.seat.id in chosen]
    if len(found) != len(chosen) or not found:
        raise NotFound
    return found


# -- A question ------------------------------------------------------------------------------------


async def type_question(
    tx: Transaction, act: Act, dialogue_id: int, words: str, *, language: str
) -> tuple[int, list[Hit]]:
    """The question that was just asked, and the items it may be about; one hit is taken at once."""
    await _open_one(tx, act, dialogue_id)
    seat = permissions.secretariat_seat(act.actor)
    asked = fitting(words)
    question_id = await queries.add_question(
        tx, dialogue_id, asked, language, typed_by=seat.id, now=act.now
    )
    await audit.record(
        tx,
        act,
        "dialogue.question",
        f"dialogue_question:{question_id}",
        facts={"dialogue": dialogue_id},
    )
    hits = await _find(tx, asked)
    if len(hits) == 1:
        await about(tx, act, question_id, hits[0].item_id)
    return question_id, hits[:MOST_HITS]


async def _find(tx: Transaction, words: str) -> list[Hit]:
    for each in attempts(words):
        if hits := await search.find(tx, each, None):
            return hits
    return []


async def about(tx: Transaction, act: Act, question_id: int, item_id: int) -> None:
    """The question is about this item, for the institution that answers for it to say."""
    await _steered(tx, act, question_id)
    if await items.get(tx, item_id) is None:
        raise NotFound
    holder = await queries.holder(tx, item_id)
    found = await queries.change(
        tx,
        question_id,
        from_=(QuestionState.TYPED,),
        item_id=item_id,
        institution_id=holder,
    )
    if not found:
        raise Outdated
    await audit.record(
        tx, act, "dialogue.item", f"dialogue_question:{question_id}", facts={"item": item_id}
    )


async def of_institution(tx: Transaction, act: Act, question_id: int, institution_id: int) -> None:
    """The institution that is to answer; another one that was asked is let go.

    Of a promise without one, who is to keep it; also after the dialogue is closed.
    """
    permissions.require(permissions.may_hold_dialogue(act.actor))
    question = await _question(tx, question_id)
    if await institutions.get(tx, institution_id) is None:
        raise NotFound
    if question.is_promised_by_nobody:
        await queries.change(
            tx, question_id, from_=(QuestionState.PROMISED,), institution_id=institution_id
        )
    else:
        await _require_open(tx, question)
        chosen = await queries.change(
            tx,
            question_id,
            from_=(QuestionState.TYPED, QuestionState.ASKED),
            state=QuestionState.TYPED.value,
            institution_id=institution_id,
            waits_since=None,
            next_at=None,
        )
        if not chosen:
            raise Outdated
        await _call_off(tx, act, question_id)
        await _let_go(tx, act, question)
    await audit.record(
        tx,
        act,
        "dialogue.institution",
        f"dialogue_question:{question_id}",
        facts={"institution": institution_id},
    )


async def on_record(tx: Transaction, question: DialogueQuestion) -> OnRecord | None:
    """What is approved of the item, so that often nobody needs to be asked."""
    if question.item_id is None or question.restricted:
        return None
    last = await queries.last_approved(tx, question.item_id, question.institution_id)
    report = None if last is None else await approved.get(tx, last)
    return None if report is None else OnRecord(report, await figures.of(tx, report.id))


async def give_record(tx: Transaction, act: Act, question_id: int, report_id: int) -> None:
    """The delegation gets what is on record; raises Outdated where something newer is."""
    question = await _steered(tx, act, question_id)
    record = await on_record(tx, question)
    if record is None or record.report.id != report_id:
        raise Outdated
    await _settle(tx, act, question, QuestionState.DELIVERED, status_update_id=report_id)
    await _let_go(tx, act, question)
    for person in await _delegation(tx, act, question):
        shown = views.record_given(question, record, language=person.language)
        await _give(tx, act, question, person, shown)
    await audit.record(
        tx,
        act,
        "dialogue.give_record",
        f"dialogue_question:{question_id}",
        facts={"status_update": report_id},
    )


# -- Asking, answering, clearing -------------------------------------------------------------------


async def ask(tx: Transaction, act: Act, question_id: int) -> int:
    """Ask the people on call, at once and with sound; gives how many.

    An institution of which nobody is on call yet is put on call. Raises NobodyOnCall.
    """
    question = await _steered(tx, act, question_id)
    if question.institution_id is None:
        raise NotFound
    called = await _on_call(tx, act, question)
    if not called:
        dialogue = await _open_one(tx, act, question.dialogue_id)
        await _put_on_call(tx, act, dialogue, question.institution_id)
        called = await _on_call(tx, act, question)
    if not called:
        raise NobodyOnCall
    waited_for = people.each_once(_writers(called))
    asked = await _wait(tx, act, question, QuestionState.ASKED, from_=(QuestionState.TYPED,))
    await _tell_waited_for(tx, act, asked, waited_for)
    await audit.record(
        tx,
        act,
        "dialogue.ask",
        f"dialogue_question:{question_id}",
        facts={"people": len(waited_for)},
    )
    return len(waited_for)


async def open_it(tx: Transaction, act: Act, question_id: int) -> DialogueQuestion:
    """Somebody on call has opened the question and is not called again; only what was asked."""
    question = await _question(tx, question_id)
    permissions.require(await own_seat(tx, act, question) is not None)
    if question.waits_since is None:
        raise NotFound
    assert act.actor.person_id is not None
    await queries.note_opened(tx, question_id, act.actor.person_id, now=act.now)
    return question


async def last_asked(tx: Transaction, act: Act) -> DialogueQuestion | None:
    """What the actor, who is on call, was asked last and nobody has answered yet."""
    return await queries.last_asked(tx, [each.id for each in act.actor.seats])


async def own_seat(tx: Transaction, act: Act, question: DialogueQuestion) -> Seat | None:
    """The actor's seat that is on call for the question's institution."""
    ids = await queries.seats_of(tx, question.dialogue_id, Part.ON_CALL)
    return permissions.seat_on_call(act.actor, question.institution_id, ids)


async def draft(
    tx: Transaction,
    act: Act,
    question_id: int,
    words: str,
    *,
    language: str,
    seen: int | None = None,
) -> Sequence[Person]:
    """An answer, or other words for it; gives who can clear it. Raises Outdated, NoWords.

    It is outdated, too, where another version of the answer stands there than the one `seen`.
    Who else was asked for the first answer is told that there is one.
    """
    question = await _question(tx, question_id)
    seat = await own_seat(tx, act, question)
    permissions.require(seat is not None)
    assert seat is not None
    await _require_open(tx, question)
    if seen is not None and question.version != seen:
        raise Outdated
    drafted = await _wait(
        tx,
        act,
        question,
        QuestionState.DRAFTED,
        from_=WAITING,
        answer=fitting(words),
        answer_language=language,
        version=question.version + 1,
        drafted_by=seat.id,
    )
    clearing = await _clearing(tx, act, drafted)
    await _tell_waited_for(tx, act, drafted, clearing)
    if question.state is QuestionState.ASKED:
        asked = people.each_once(_writers(await _on_call(tx, act, drafted)))
        told = {each.id for each in clearing} | {seat.person_id}
        others = [each for each in asked if each.id not in told]
        await _tell_answered(tx, act, drafted, others, views.answered_by)
    await audit.record(
        tx,
        act,
        "dialogue.draft",
        f"dialogue_question:{question_id}",
        seat_id=seat.id,
        facts={"version": drafted.version},
        words=drafted.answer,
    )
    return clearing


async def clear(tx: Transaction, act: Act, question_id: int, version: int) -> None:
    """The words are cleared as they were shown, and go to the delegation with their source.

    Who wrote them is told, and so are the others on call.
    """
    question = await _question(tx, question_id)
    seat = await _clearing_seat(tx, act, question)
    await _require_open(tx, question)
    if question.state is not QuestionState.DRAFTED or question.version != version:
        raise Outdated
    await _settle(
        tx,
        act,
        question,
        QuestionState.DELIVERED,
        from_=(QuestionState.DRAFTED,),
        seen=version,
        cleared_by=seat,
    )
    cleared = await _question(tx, question_id)
    source = await source_of(tx, cleared)
    delegation = await _delegation(tx, act, cleared)
    for person in delegation:
        shown = views.answer_given(cleared, source, language=person.language)
        await _give(tx, act, cleared, person, shown)
    author = await _author(tx, cleared)
    called = people.each_once(await _on_call(tx, act, cleared))
    told = {each.id for each in delegation} | {act.actor.person_id}
    others = [each for each in called if each.id not in told]
    wrote = [each for each in others if author is not None and each.id == author.person_id]
    await _tell_answered(tx, act, cleared, wrote, views.yours_is_cleared)
    rest = [each for each in others if each not in wrote]
    await _tell_answered(tx, act, cleared, rest, views.cleared_by)
    await audit.record(
        tx,
        act,
        "dialogue.clear",
        f"dialogue_question:{question_id}",
        seat_id=seat,
        facts={"version": version},
    )


async def may_clear(tx: Transaction, act: Act, question: DialogueQuestion) -> bool:
    """Whether the actor may clear the answer as it stands."""
    author = await _author(tx, question)
    validators = [each.seat for each in await _validators(tx, act, question)]
    return permissions.may_clear(
        act.actor,
        None if author is None else author.person_id,
        question.institution_id,
        validators,
    )


async def author_of(tx: Transaction, question: DialogueQuestion) -> Person | None:
    """Who wrote the answer as it stands."""
    author = await _author(tx, question)
    return None if author is None else await people.get(tx, author.person_id)


async def is_answered_by_another(tx: Transaction, act: Act, question: DialogueQuestion) -> bool:
    """Whether there is an answer that somebody else wrote, or none is needed any more."""
    author = await _author(tx, question)
    return not question.is_open or (author is not None and author.person_id != act.actor.person_id)


async def source_of(tx: Transaction, question: DialogueQuestion) -> Source:
    """Where an answer comes from."""
    author = await _author(tx, question)
    assert author is not None
    assert question.settled_at is not None
    return Source(question.names, author.role, question.settled_at)


# -- Promises --------------------------------------------------------------------------------------


async def promise(tx: Transaction, act: Act, question_id: int, until_on: date) -> None:
    """The answer follows in writing until that day; also after the dialogue is closed."""
    permissions.require(permissions.may_hold_dialogue(act.actor))
    question = await _question(tx, question_id)
    if until_on < act.today:
        raise DueInPast
    await _settle(tx, act, question, QuestionState.PROMISED, promised_until=until_on)
    await _let_go(tx, act, question)
    await audit.record(
        tx,
        act,
        "dialogue.promise",
        f"dialogue_question:{question_id}",
        facts={"until_on": until_on},
    )


async def ask_promises(tx: Transaction, act: Act, dialogue_id: int) -> int:
    """Each promise of an institution becomes a request, due on its day; gives how many are new."""
    permissions.require(permissions.may_hold_dialogue(act.actor))
    dialogue = await _dialogue(tx, dialogue_id)
    new = 0
    for each in await queries.questions_of(tx, dialogue_id, QuestionState.PROMISED):
        if each.request_id is not None or each.institution_id is None:
            continue
        assert each.promised_until is not None
        request_id = await requests.plan(
            tx,
            act,
            Wanted(
                RequestKind.QUESTION,
                await _audience(tx, each, each.institution_id),
                max(each.promised_until, act.today),
                (RequestText(each.language, dialogue.title, each.words),),
            ),
        )
        if not await queries.take_promise(tx, each.id, request_id):
            raise Outdated
        new += 1
    if not new:
        raise Outdated
    return new


async def _audience(tx: Transaction, asked: DialogueQuestion, institution_id: int) -> Audience:
    """The institution about the item, where it holds it; else the institution alone."""
    about = () if asked.item_id is None else (asked.item_id,)
    held = await request_queries.assignments_of(tx, about, [institution_id])
    return Audience(items=about if held else (), institutions=(institution_id,))


# -- When minutes have passed ----------------------------------------------------------------------


async def climb(tx: Transaction, act: Act, question_id: int) -> None:
    """Call again who has not opened it, and tell the officer in the end."""
    question = await _question(tx, question_id)
    if question.waits_since is None or not question.is_open:
        return
    if not (await _dialogue(tx, question.dialogue_id)).is_open:
        await queries.change(tx, question_id, next_at=None)
        return
    behind = rungs_behind(question.waits_since, act.now)
    rungs = due_rungs(question.waits_since, act.now, question.rungs)
    if not rungs:  # something else is waited for meanwhile, or somebody else has called
        return
    next_at = next_rung_at(question.waits_since, behind)
    await queries.change(tx, question_id, rungs=behind, next_at=next_at)
    opened = await queries.opened_by(tx, question_id)
    for rung in rungs:
        if rung.hears is Hears.OFFICER:
            for person in await officers(tx, act, seat_id=question.typed_by):
                key = _waiting_key(question, f"{behind}:officer:{person.id}")
                shown = views.nobody_answers(question, opened=len(opened), language=person.language)
                await tell(tx, act, person.id, shown, key, urgent=True)
            continue
        late = [each for each in await _waited_for(tx, act, question) if each.id not in opened]
        await _tell_waited_for(tx, act, replace(question, rungs=behind), late)
    await audit.record(
        tx,
        act,
        "dialogue.call_again",
        f"dialogue_question:{question_id}",
        facts={"rung": behind, "opened": len(opened)},
    )


# -- Inside ----------------------------------------------------------------------------------------


async def _dialogue(tx: Transaction, dialogue_id: int) -> Dialogue:
    return existing(await queries.get(tx, dialogue_id))


async def _open_one(tx: Transaction, act: Act, dialogue_id: int) -> Dialogue:
    permissions.require(permissions.may_hold_dialogue(act.actor))
    dialogue = await _dialogue(tx, dialogue_id)
    if not dialogue.is_open:
        raise DialogueClosed
    return dialogue


async def _question(tx: Transaction, question_id: int) -> DialogueQuestion:
    """The question, locked: of two who act on it the second sees what the first has done."""
    return existing(await queries.lock(tx, question_id))


async def _steered(tx: Transaction, act: Act, question_id: int) -> DialogueQuestion:
    """An open question of an open dialogue, in an officer's hands."""
    permissions.require(permissions.may_hold_dialogue(act.actor))
    question = await _question(tx, question_id)
    await _require_open(tx, question)
    return question


async def _require_open(tx: Transaction, question: DialogueQuestion) -> None:
    if not (await _dialogue(tx, question.dialogue_id)).is_open:
        raise DialogueClosed
    if not question.is_open:
        raise Outdated


async def _wait(
    tx: Transaction,
    act: Act,
    question: DialogueQuestion,
    to: QuestionState,
    *,
    from_: Sequence[QuestionState],
    **values: object,
) -> DialogueQuestion:
    """The question waits for people from now on; what others were told of it goes unsaid."""
    changed = await queries.change(
        tx,
        question.id,
        from_=from_,
        seen=question.version,
        state=to.value,
        waits_since=act.now,
        rungs=0,
        next_at=next_rung_at(act.now, 0),
        **values,
    )
    if not changed:
        raise Outdated
    await _call_off(tx, act, question.id)
    await queries.forget_openings(tx, question.id)
    return await _question(tx, question.id)


async def _settle(
    tx: Transaction,
    act: Act,
    question: DialogueQuestion,
    to: QuestionState,
    *,
    from_: Sequence[QuestionState] = OPEN,
    seen: int | None = None,
    **values: object,
) -> None:
    settled = await queries.change(
        tx,
        question.id,
        from_=from_,
        seen=seen,
        state=to.value,
        settled_at=act.now,
        next_at=None,
        **values,
    )
    if not settled:
        raise Outdated
    await _call_off(tx, act, question.id)


async def _call_off(tx: Transaction, act: Act, question_id: int) -> None:
    await outbox.drop(tx, f"dialogue_wait:{question_id}:", "answered", now=act.now)


async def _let_go(tx: Transaction, act: Act, question: DialogueQuestion) -> None:
    """Who was asked need not go on writing."""
    if question.waits_since is None:
        return
    for person in people.each_once(await _on_call(tx, act, question)):
        key = f"dialogue_settled:{question.id}:{person.id}:{act.stamp}"
        await tell(tx, act, person.id, views.not_needed(question), key, silent=True)


async def _tell_answered(
    tx: Transaction,
    act: Act,
    question: DialogueQuestion,
    told: Sequence[Person],
    view: Callable[[DialogueQuestion, str], Screen],
) -> None:
    """Tell people on call what the actor has done with the question, without a sound."""
    assert act.actor.person is not None
    for person in told:
        key = f"dialogue_settled:{question.id}:{person.id}:{act.stamp}"
        await tell(tx, act, person.id, view(question, act.actor.person.name), key, silent=True)


def _waiting_key(question: DialogueQuestion, rest: str) -> str:
    assert question.waits_since is not None
    since = f"{question.waits_since.timestamp():.6f}"
    return f"dialogue_wait:{question.id}:{question.version}:{since}:{rest}"


async def _give(
    tx: Transaction, act: Act, question: DialogueQuestion, person: Person, shown: Screen
) -> None:
    key = f"dialogue_answer:{question.id}:{person.id}"
    await tell(tx, act, person.id, shown, key, urgent=True)


async def _tell_waited_for(
    tx: Transaction, act: Act, question: DialogueQuestion, waited_for: Sequence[Person]
) -> None:
    """The question to who writes, the answer to who clears."""
    dialogue = await _dialogue(tx, question.dialogue_id)
    on_call = {each.person.id for each in await _on_call(tx, act, question)}
    for person in waited_for:
        shown = (
            views.asks(dialogue, question)
            if question.state is QuestionState.ASKED
            else views.to_clear(question, changes=person.id in on_call, language=person.language)
        )
        await tell(
            tx,
            act,
            person.id,
            shown,
            _waiting_key(question, f"{question.rungs}:{person.id}"),
            subject=f"dialogue_question:{question.id}",
            urgent=True,
        )


async def _on_call(tx: Transaction, act: Act, question: DialogueQuestion) -> list[Seated]:
    """Who of the institution is on call and can be reached."""
    return [
        each
        for each in await taking_part(tx, act, question.dialogue_id, Part.ON_CALL)
        if each.seat.institution_id == question.institution_id
        and each.started
        and each.unreachable_reason is None
    ]


def _writers(called: Sequence[Seated]) -> list[Seated]:
    """Focal points and alternates; whoever is on call, where there is none of them."""
    return [each for each in called if each.seat.role in REPORTING] or list(called)


async def _validators(tx: Transaction, act: Act, question: DialogueQuestion) -> list[Seated]:
    called = await _on_call(tx, act, question)
    return [each for each in called if each.seat.role is Role.VALIDATOR]


async def _waited_for(tx: Transaction, act: Act, question: DialogueQuestion) -> list[Person]:
    if question.state is QuestionState.DRAFTED:
        return await _clearing(tx, act, question)
    return people.each_once(_writers(await _on_call(tx, act, question)))


async def _clearing(tx: Transaction, act: Act, question: DialogueQuestion) -> list[Person]:
    """The validators on call who did not write it; an officer where there is none."""
    author = await _author(tx, question)
    validators = [
        each.person
        for each in await _validators(tx, act, question)
        if author is None or each.person.id != author.person_id
    ]
    return validators or await officers(tx, act, seat_id=question.typed_by)


async def _clearing_seat(tx: Transaction, act: Act, question: DialogueQuestion) -> int:
    permissions.require(await may_clear(tx, act, question))
    own = await own_seat(tx, act, question)
    seat = own if own is not None and own.role is Role.VALIDATOR else act.actor.seat(SECRETARIAT)
    assert seat is not None
    return seat.id


async def _author(tx: Transaction, question: DialogueQuestion) -> Seat | None:
    return None if question.drafted_by is None else await seats.get(tx, question.drafted_by)


async def _delegation(tx: Transaction, act: Act, question: DialogueQuestion) -> list[Person]:
    return people.each_once(await taking_part(tx, act, question.dialogue_id, Part.DELEGATION))
