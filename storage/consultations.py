"""Consultations, what is said of them in each language, and the counts of who takes part."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, Select, and_, delete, func, insert, or_, select, update

from bot.domain.consultations import (
    HELD,
    TAKING_PART,
    WORDS,
    Access,
    Consultation,
    ConsultationState,
    Document,
    Form,
    Invited,
    SignUpState,
    Translation,
    Wanted,
)
from bot.domain.small_groups import Figures, taken_anew, without
from storage.database import Transaction
from storage.tables import (
    consultation_counts,
    consultation_documents,
    consultation_figures,
    consultation_words,
    consultations,
    contribution_marks,
    contributions,
    national_reports,
    outbox,
    sign_ups,
)
from storage.upsert import insert_into

_HOLDING = consultations.c.state != ConsultationState.ERASED.value
IS_HELD = consultations.c.state.in_([each.value for each in HELD])
"""Whether it takes place or has: it was neither cancelled nor erased."""


# -- Announcing ------------------------------------------------------------------------------------


async def add(
    tx: Transaction, code: str, wanted: Wanted, *, seat_id: int | None, now: datetime
) -> int:
    """A new open consultation; gives its id."""
    result = await tx.execute(
        insert(consultations).values(
            code=code,
            state=ConsultationState.OPEN.value,
            announced_by=seat_id,
            announced_at=now,
            **_columns(wanted),
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    await _put_words(tx, int(key[0]), wanted)
    return int(key[0])


async def change(tx: Transaction, consultation_id: int, wanted: Wanted) -> None:
    """Put a consultation down anew."""
    await tx.execute(
        update(consultations)
        .where(consultations.c.id == consultation_id)
        .values(**_columns(wanted))
    )
    await _put_words(tx, consultation_id, wanted)


async def move(
    tx: Transaction,
    consultation_id: int,
    *,
    from_: Sequence[ConsultationState],
    to: ConsultationState,
) -> bool:
    """Take it on to another state; False where it is in none of these."""
    result = await tx.execute(
        update(consultations)
        .where(
            consultations.c.id == consultation_id,
            consultations.c.state.in_([each.value for each in from_]),
        )
        .values(state=to.value)
    )
    return result.rowcount == 1


async def _put_words(tx: Transaction, consultation_id: int, wanted: Wanted) -> None:
    said = Translation(**{name: getattr(wanted, name) for name in WORDS})
    await say(tx, consultation_id, wanted.language, said)


async def say(tx: Transaction, consultation_id: int, language: str, said: Translation) -> None:
    """Say it in that language, in the place of what was said in it."""
    words = asdict(said)
    row = {"consultation_id": consultation_id, "language": language, **words}
    await tx.execute(
        insert_into(tx, consultation_words)
        .values(**row)
        .on_conflict_do_update(index_elements=["consultation_id", "language"], set_=words)
    )


async def outdate(
    tx: Transaction, consultation_id: int, language: str, changed: Collection[str]
) -> int:
    """What was `changed` in that language is older in the others; gives how many these are.

    An old place, address or telephone is said nowhere any more: the new one is, as announced.
    """
    emptied = dict.fromkeys(set(changed) - {"title", "purpose"}, "")
    older = {"older": True} if set(changed) != set(emptied) else {}
    if not changed:
        return 0
    result = await tx.execute(
        update(consultation_words)
        .where(
            consultation_words.c.consultation_id == consultation_id,
            consultation_words.c.language != language,
        )
        .values(**emptied, **older)
    )
    return result.rowcount


def _columns(wanted: Wanted) -> dict[str, Any]:
    return {
        "form": wanted.form.value,
        "starts_at": wanted.starts_at,
        "last_day": wanted.last_day,
        "closes_on": wanted.closes_on,
        "input_until": wanted.input_until,
        "kept_until": wanted.kept_until,
        "language": wanted.language,
        "languages": list(wanted.languages),
        "access": [each.value for each in wanted.access],
        "seats": wanted.seats,
        "pools": dict(wanted.pools),
        "released_on": wanted.released_on,
        "report_id": wanted.report_id,
        "invited": wanted.invited.value,
        "groups": list(wanted.groups),
        "mechanism": wanted.mechanism,
        "regions": list(wanted.regions),
    }


# -- Looking ---------------------------------------------------------------------------------------


async def get(
    tx: Transaction, consultation_id: int, *, language: str | None = None
) -> Consultation | None:
    """A consultation, in `language` where it is said in it, else as it was announced."""
    row = await tx.row(_said().where(consultations.c.id == consultation_id))
    return None if row is None else await _in(tx, _read(row), language)


async def by_code(
    tx: Transaction, code: str, *, language: str | None = None
) -> Consultation | None:
    """The consultation that a public link names."""
    row = await tx.row(_said().where(consultations.c.code == code))
    return None if row is None else await _in(tx, _read(row), language)


async def count(tx: Transaction, *, past: bool, today: date) -> int:
    """How many are under way, or `past`."""
    which = _past(past, today)
    return int(await tx.value(select(func.count()).select_from(consultations).where(which)))


async def page(
    tx: Transaction, *, past: bool, today: date, limit: int, offset: int
) -> list[Consultation]:
    """Those that are under way, the nearest first, or past ones, the latest first."""
    day = consultations.c.last_day
    order = day.desc() if past else day
    rows = await tx.rows(
        _said()
        .where(_past(past, today))
        .order_by(order, consultations.c.id)
        .limit(limit)
        .offset(offset)
    )
    return [_read(row) for row in rows]


async def under_way(tx: Transaction, *, language: str | None = None) -> list[Consultation]:
    """Those that were neither cancelled nor erased, in `language` where they are said in it."""
    rows = await tx.rows(
        _said().where(IS_HELD).order_by(consultations.c.last_day, consultations.c.id)
    )
    return [await _in(tx, _read(row), language) for row in rows]


async def last_regions(tx: Transaction) -> list[str]:
    """The regions of the consultation that was announced last."""
    newest = select(consultations.c.regions).order_by(consultations.c.id.desc()).limit(1)
    found: list[str] | None = await tx.value(newest)
    return found or []


async def holding(tx: Transaction) -> list[int]:
    """Those of which sign-ups may be kept."""
    return await tx.values(select(consultations.c.id).where(_HOLDING).order_by(consultations.c.id))


async def next_open(
    tx: Transaction, *, today: date, but: int, language: str
) -> Consultation | None:
    """The open consultation that closes next, for whom another one was too late."""
    row = await tx.row(
        _said()
        .where(
            consultations.c.state == ConsultationState.OPEN.value,
            consultations.c.closes_on >= today,
            consultations.c.id != but,
        )
        .order_by(consultations.c.closes_on, consultations.c.id)
        .limit(1)
    )
    return None if row is None else await _in(tx, _read(row), language)


async def said(tx: Transaction, consultation_id: int) -> dict[str, Translation]:
    """What is said of it, by language; in the first one, too."""
    rows = await tx.rows(
        select(consultation_words).where(consultation_words.c.consultation_id == consultation_id)
    )
    names = (*WORDS, "older")
    return {row["language"]: Translation(**{name: row[name] for name in names}) for row in rows}


async def put_calendar(tx: Transaction, consultation_id: int, language: str, sha256: str) -> None:
    """The meeting as a calendar file in that language, which participants can take."""
    await tx.execute(
        update(consultation_words)
        .where(
            consultation_words.c.consultation_id == consultation_id,
            consultation_words.c.language == language,
        )
        .values(calendar=sha256)
    )


async def calendar(tx: Transaction, consultation_id: int, language: str) -> str | None:
    """The stored calendar file of the meeting, as it was announced where there is none in that.

    None where there is none (yet).
    """
    its = consultation_words.c.language
    found: str | None = await tx.value(
        select(consultation_words.c.calendar)
        .join(consultations, consultations.c.id == consultation_words.c.consultation_id)
        .where(
            consultations.c.id == consultation_id,
            its.in_([language, consultations.c.language]),
            consultation_words.c.calendar.is_not(None),
        )
        .order_by(its != language)
        .limit(1)
    )
    return found


async def add_document(
    tx: Transaction, consultation_id: int, sha256: str, name: str, *, now: datetime
) -> None:
    """One more document to hand out."""
    row = {"consultation_id": consultation_id, "sha256": sha256, "name": name, "added_at": now}
    await tx.execute(insert(consultation_documents).values(**row))


async def documents(tx: Transaction, consultation_id: int) -> list[Document]:
    """What is handed out, in the order in which it came."""
    its = consultation_documents.c
    rows = await tx.rows(
        select(its.id, its.sha256, its.name)
        .where(its.consultation_id == consultation_id)
        .order_by(its.id)
    )
    return [Document(**row) for row in rows]


async def drop_document(tx: Transaction, consultation_id: int, document_id: int) -> bool:
    """Hand one out no more; False: there is no such one here."""
    its = consultation_documents.c
    result = await tx.execute(
        delete(consultation_documents).where(
            its.consultation_id == consultation_id, its.id == document_id
        )
    )
    return result.rowcount == 1


async def to_remind(tx: Transaction, *, tomorrow: date) -> list[int]:
    """Meetings of tomorrow whose participants were not reminded of that day."""
    before = consultations.c.reminded_on
    return await tx.values(
        select(consultations.c.id).where(
            IS_HELD,
            consultations.c.form == Form.MEETING.value,
            consultations.c.last_day == tomorrow,
            or_(before.is_(None), before != tomorrow),
        )
    )


async def note_reminded(tx: Transaction, consultation_id: int, day: date) -> bool:
    """They are reminded of the meeting of that day; False where somebody has done so."""
    before = consultations.c.reminded_on
    result = await tx.execute(
        update(consultations)
        .where(consultations.c.id == consultation_id, or_(before.is_(None), before != day))
        .values(reminded_on=day)
    )
    return result.rowcount == 1


async def to_ask(tx: Transaction, *, today: date) -> list[int]:
    """Meetings that are over and whose participants were not asked how it was."""
    return await tx.values(
        select(consultations.c.id).where(
            IS_HELD,
            consultations.c.form == Form.MEETING.value,
            consultations.c.last_day < today,
            consultations.c.feedback_on.is_(None),
        )
    )


async def note_asked(tx: Transaction, consultation_id: int, day: date) -> bool:
    """They are asked on that day how it was; False where somebody has asked them."""
    result = await tx.execute(
        update(consultations)
        .where(consultations.c.id == consultation_id, consultations.c.feedback_on.is_(None))
        .values(feedback_on=day)
    )
    return result.rowcount == 1


async def to_close(tx: Transaction, *, today: date) -> list[int]:
    """Open ones whose closing day has passed."""
    return await tx.values(
        select(consultations.c.id).where(
            consultations.c.state == ConsultationState.OPEN.value,
            consultations.c.closes_on < today,
        )
    )


async def end_words(tx: Transaction, consultation_id: int, *, until: date) -> None:
    """Words were taken until that day, and no longer."""
    its = consultations.c.id == consultation_id
    await tx.execute(update(consultations).where(its).values(input_until=until))


async def with_marks(tx: Transaction) -> list[Consultation]:
    """Those that have marks against floods."""
    marked = select(contribution_marks.c.consultation_id)
    rows = await tx.rows(_said().where(consultations.c.id.in_(marked)).order_by(consultations.c.id))
    return [_read(row) for row in rows]


async def to_erase(tx: Transaction, *, today: date) -> list[int]:
    """Those whose participants are kept no longer than until today."""
    return await tx.values(
        select(consultations.c.id).where(_HOLDING, consultations.c.kept_until < today)
    )


# -- Counting --------------------------------------------------------------------------------------


async def add_counts(
    tx: Transaction, consultation_id: int, said: Mapping[tuple[str, str], int], *, times: int = 1
) -> None:
    """Count what one participant said; `times` -1 takes it back.

    What is shown of it changes once enough people have moved (`bot.domain.small_groups`).
    """
    for (trait, value), n in sorted((each, n) for each, n in said.items() if n):
        row = {"consultation_id": consultation_id, "trait": trait, "value": value, "n": n * times}
        changed = {"n": consultation_counts.c.n + n * times}
        await tx.execute(
            insert_into(tx, consultation_counts)
            .values(**row)
            .on_conflict_do_update(
                index_elements=["consultation_id", "trait", "value"], set_=changed
            )
        )
    before = await figures(tx, consultation_id)
    newest = select(func.max(contributions.c.number)).where(
        contributions.c.consultation_id == consultation_id
    )
    now = taken_anew(before, await counts(tx, consultation_id), last=await tx.value(newest) or 0)
    if now != before:
        await _put_figures(tx, consultation_id, now)


async def erase_counts(
    tx: Transaction, consultation_id: int, said: Mapping[tuple[str, str], int]
) -> None:
    """Count no more what one participant said who is erased; no figure shows it."""
    before = await figures(tx, consultation_id)
    now = without(before, said)
    if now != before:
        await _put_figures(tx, consultation_id, now)
    await add_counts(tx, consultation_id, said, times=-1)


async def figures(tx: Transaction, consultation_id: int) -> Figures:
    """How many participants said what, as far as it tells of nobody."""
    kept = await tx.value(
        select(consultation_figures.c.figures).where(
            consultation_figures.c.consultation_id == consultation_id
        )
    )
    return Figures() if kept is None else Figures.from_json(kept)


async def _put_figures(tx: Transaction, consultation_id: int, now: Figures) -> None:
    row = {"consultation_id": consultation_id, "figures": now.to_json()}
    await tx.execute(
        insert_into(tx, consultation_figures)
        .values(**row)
        .on_conflict_do_update(index_elements=["consultation_id"], set_={"figures": row["figures"]})
    )


async def counts(tx: Transaction, consultation_id: int) -> dict[str, dict[str, int]]:
    """How many participants said what, by trait and value.

    As it is, so never to be shown: `figures` can be.
    """
    found: dict[str, dict[str, int]] = {}
    for row in await tx.rows(
        select(consultation_counts).where(
            consultation_counts.c.consultation_id == consultation_id, consultation_counts.c.n > 0
        )
    ):
        found.setdefault(row["trait"], {})[row["value"]] = row["n"]
    return found


async def states(tx: Transaction, consultation_id: int) -> dict[SignUpState, int]:
    """How many sign-ups are in each state."""
    rows = await tx.rows(
        select(sign_ups.c.state, func.count().label("n"))
        .where(sign_ups.c.consultation_id == consultation_id)
        .group_by(sign_ups.c.state)
    )
    return {SignUpState(row["state"]): row["n"] for row in rows}


async def unreached(tx: Transaction, consultation_id: int) -> int:
    """How many of those who take part did not get the last message they were sent."""
    theirs = outbox.alias()
    last = (
        select(func.max(theirs.c.id).label("id"))
        .join(sign_ups, sign_ups.c.handle == theirs.c.sign_up)
        .where(
            sign_ups.c.consultation_id == consultation_id,
            sign_ups.c.state.in_([each.value for each in TAKING_PART]),
            theirs.c.state.in_(["sent", "failed"]),
            theirs.c.deletes.is_(None),
            theirs.c.removes.is_(None),
        )
        .group_by(theirs.c.sign_up)
        .subquery()
    )
    failed = select(func.count()).select_from(outbox.join(last, last.c.id == outbox.c.id))
    return int(await tx.value(failed.where(outbox.c.state == "failed")))


# -- Erasing ---------------------------------------------------------------------------------------


async def erase(tx: Transaction, consultation_id: int) -> None:
    """Take the counts; the sign-ups go with `storage.sign_ups`."""
    for table in (consultation_counts, consultation_figures):
        await tx.execute(delete(table).where(table.c.consultation_id == consultation_id))
    await tx.execute(
        update(consultations)
        .where(consultations.c.id == consultation_id)
        .values(state=ConsultationState.ERASED.value)
    )


async def note_erased(
    tx: Transaction, consultation_id: int, what: Mapping[str, int], *, now: datetime | None
) -> None:
    """Write down what went; `now` once its keys are destroyed."""
    await tx.execute(
        update(consultations)
        .where(consultations.c.id == consultation_id)
        .values(erased=dict(what), erased_at=now)
    )


async def erased(tx: Transaction, consultation_id: int) -> tuple[datetime | None, dict[str, int]]:
    """When the last key went (None: not yet), and how much of what there was."""
    row = await tx.row(
        select(consultations.c.erased_at, consultations.c.erased).where(
            consultations.c.id == consultation_id
        )
    )
    return (None, {}) if row is None else (row["erased_at"], row["erased"] or {})


# -- Inside ----------------------------------------------------------------------------------------


def _said() -> Select[Any]:
    """Consultations in the language that they were announced in, with the reports they are on."""
    own = and_(
        consultation_words.c.consultation_id == consultations.c.id,
        consultation_words.c.language == consultations.c.language,
    )
    report = and_(
        national_reports.c.id == consultations.c.report_id, national_reports.c.dropped_at.is_(None)
    )
    words = [consultation_words.c[name] for name in WORDS]
    title = [national_reports.c[name].label(f"report_{name}") for name in ("title", "language")]
    documents = (
        select(func.count())
        .where(consultation_documents.c.consultation_id == consultations.c.id)
        .scalar_subquery()
    )
    there = consultations.join(consultation_words, own).outerjoin(national_reports, report)
    return select(consultations, *words, *title, documents.label("documents")).select_from(there)


def _past(past: bool, today: date) -> Any:
    """Sign-up may close days before a meeting: until its day is over, it is no past one."""
    state = consultations.c.state
    is_to_come = and_(state == ConsultationState.CLOSED.value, consultations.c.last_day >= today)
    under_way = or_(state == ConsultationState.OPEN.value, is_to_come)
    return ~under_way if past else under_way


def _read(row: RowMapping) -> Consultation:
    wanted = Wanted(
        form=Form(row["form"]),
        title=row["title"],
        purpose=row["purpose"],
        starts_at=row["starts_at"],
        last_day=row["last_day"],
        place=row["place"],
        language=row["language"],
        closes_on=row["closes_on"],
        kept_until=row["kept_until"],
        languages=tuple(row["languages"]),
        access=tuple(Access(each) for each in row["access"]),
        ways=row["ways"],
        contacts=row["contacts"],
        seats=row["seats"],
        pools=row["pools"],
        released_on=row["released_on"],
        input_until=row["input_until"],
        report_id=row["report_id"],
        invited=Invited(row["invited"]),
        groups=tuple(row["groups"]),
        mechanism=row["mechanism"],
        regions=tuple(row["regions"]),
    )
    state = ConsultationState(row["state"])
    report = None
    if row["report_title"] is not None:
        report = (row["report_title"], row["report_language"])
    return Consultation(row["id"], row["code"], state, wanted, report, row["documents"])


async def _in(tx: Transaction, found: Consultation, language: str | None) -> Consultation:
    if language in (None, found.wanted.language):
        return found
    row = await tx.row(
        select(consultation_words).where(
            consultation_words.c.consultation_id == found.id,
            consultation_words.c.language == language,
        )
    )
    if row is None:
        return found
    words = {name: row[name] for name in (*WORDS, "language") if row[name]}
    return replace(found, wanted=replace(found.wanted, **words))
