"""Imports: rows staged in short transactions, compared, and applied by set statements in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)

from bot.domain.screens import Code, text, text_to_json
from storage.database import Transaction
from storage.tables import (
    import_rows,
    import_tags,
    item_tags,
    item_texts,
    items,
    position_changes,
    source_documents,
)
from storage.upsert import insert_missing

_EARLIER = import_rows.alias("earlier")

STAGED, NEW, CHANGED, UNCHANGED, TRANSLATED, PROBLEM = (
    "staged",
    "new",
    "changed",
    "unchanged",
    "translated",  # a text in a language that the item did not have
    "problem",
)
_COPIED = (
    "kind",
    "position",
    "restricted",
    "annotation_id",
    "recommending",
    "source_of_position",
    "headings",
    "digest",
)
_AS_IT_CAME = func.coalesce(import_rows.c.original, items.c.original)  # only a matrix says that


# -- Staging ---------------------------------------------------------------------------------------


async def stage(
    tx: Transaction, job_id: int, entries: Sequence[Mapping[str, Any]], *, first: int
) -> None:
    """Stage rows (`{"row": …}`) and problems (`{"problem": …}`), numbered from `first`."""
    rows, tags = [], []
    for ordinal, entry in enumerate(entries, first):
        if "problem" in entry:
            problem = entry["problem"]
            rows.append(
                _blank()
                | {
                    "job_id": job_id,
                    "ordinal": ordinal,
                    "outcome": PROBLEM,
                    "row": problem["row"],
                    "problem": problem,
                }
            )
            continue
        row = dict(entry["row"])
        tags += [
            {
                "job_id": job_id,
                "ordinal": ordinal,
                "vocabulary": vocabulary,
                "label": label,
                "place": place,
            }
            for place, (vocabulary, label) in enumerate(row.pop("tags"))
        ]
        staged = {"job_id": job_id, "ordinal": ordinal, "outcome": STAGED}
        rows.append(_blank() | row | staged)
    if rows:
        await tx.execute(insert(import_rows), rows)
    if tags:
        await tx.execute(insert(import_tags), tags)


def _blank() -> dict[str, Any]:
    return dict.fromkeys(column.name for column in import_rows.columns)


async def clear(tx: Transaction, job_id: int) -> None:
    """Remove what is staged."""
    await tx.execute(delete(import_tags).where(import_tags.c.job_id == job_id))
    await tx.execute(delete(import_rows).where(import_rows.c.job_id == job_id))


async def compare(tx: Transaction, job_id: int) -> None:
    """Say of every staged row what applying it would do."""
    await _refuse_repeated(tx, job_id)
    mine = import_rows.c.job_id == job_id
    known = select(items.c.id).where(items.c.key == import_rows.c.key).scalar_subquery()
    by_second = select(items.c.id).where(items.c.key == import_rows.c.second_key).scalar_subquery()
    await tx.execute(
        update(import_rows)
        .where(mine, import_rows.c.outcome != PROBLEM)
        .values(item_id=func.coalesce(known, by_second))
    )
    here = _current_text(import_rows.c.language)
    labels = or_(_is_translation(), _item_digest() == import_rows.c.digest)
    same = and_(here == import_rows.c.words, labels)
    outcome = case(
        (and_(import_rows.c.item_id.is_(None), _stands_before(job_id)), TRANSLATED),
        (import_rows.c.item_id.is_(None), NEW),
        (here.is_(None), TRANSLATED),
        (same, UNCHANGED),
        else_=CHANGED,
    )
    await tx.execute(
        update(import_rows).where(mine, import_rows.c.outcome != PROBLEM).values(outcome=outcome)
    )


def _stands_before(job_id: int, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an earlier row of the file has the same key (and fits `more` of `_EARLIER`)."""
    return exists().where(
        _EARLIER.c.job_id == job_id,
        _EARLIER.c.key == import_rows.c.key,
        _EARLIER.c.ordinal < import_rows.c.ordinal,
        _EARLIER.c.outcome != PROBLEM,
        *more,
    )


async def _refuse_repeated(tx: Transaction, job_id: int) -> None:
    """A key that stood in the file before, in the same language, is a problem for a person."""
    same_language = _EARLIER.c.language == import_rows.c.language
    statement = select(import_rows.c.ordinal, import_rows.c.row, import_rows.c.paragraph).where(
        import_rows.c.job_id == job_id,
        import_rows.c.outcome != PROBLEM,
        _stands_before(job_id, same_language),
    )
    for row in await tx.rows(statement):
        problem = {
            "row": row["row"],
            "column": None,
            "text": text_to_json(text("import.problem.repeated", number=Code(row["paragraph"]))),
            "refused": True,
            "original": [],
        }
        await tx.execute(
            update(import_rows)
            .where(import_rows.c.job_id == job_id, import_rows.c.ordinal == row["ordinal"])
            .values(outcome=PROBLEM, problem=problem)
        )


def _current_text(language: Any) -> ScalarSelect[str]:
    return (
        select(item_texts.c.words)
        .where(
            item_texts.c.item_id == import_rows.c.item_id,
            item_texts.c.language == language,
            item_texts.c.current,
        )
        .correlate(import_rows)
        .scalar_subquery()
    )


def _is_translation() -> ColumnElement[bool]:
    """Whether the item was known in another language before this one.

    Its position, themes and goals then come from there: a table of translations has often none.
    """
    other, same = item_texts.alias("other_text"), item_texts.alias("same_text")
    began = (
        select(func.min(same.c.from_at))
        .where(same.c.item_id == import_rows.c.item_id, same.c.language == import_rows.c.language)
        .correlate(import_rows)
        .scalar_subquery()
    )
    return (
        exists()
        .where(
            other.c.item_id == import_rows.c.item_id,
            other.c.language != import_rows.c.language,
            other.c.from_at < began,
        )
        .correlate(import_rows)
    )


def _item_digest() -> ScalarSelect[str]:
    return (
        select(items.c.digest)
        .where(items.c.id == import_rows.c.item_id)
        .correlate(import_rows)
        .scalar_subquery()
    )


# -- What the preview says -------------------------------------------------------------------------


async def outcomes(tx: Transaction, job_id: int) -> dict[str, int]:
    """How many rows there are of each outcome."""
    return await _counted(tx, job_id, import_rows.c.outcome)


async def positions(tx: Transaction, job_id: int) -> dict[str, int]:
    """How many rows there are of each position."""
    return await _counted(tx, job_id, import_rows.c.position)


async def kinds(tx: Transaction, job_id: int) -> dict[str, int]:
    """How many rows there are of each kind."""
    return await _counted(tx, job_id, import_rows.c.kind)


async def _counted(tx: Transaction, job_id: int, column: Any) -> dict[str, int]:
    statement = (
        select(column.label("name"), func.count().label("n"))
        .where(import_rows.c.job_id == job_id, column.is_not(None))
        .group_by(column)
        .order_by(column)
    )
    return {row["name"]: row["n"] for row in await tx.rows(statement)}


async def documents(tx: Transaction, job_id: int) -> list[dict[str, Any]]:
    """The documents of the staged rows: symbol, facts, number of rows."""
    statement = (
        select(
            import_rows.c.symbol,
            func.min(import_rows.c.ordinal).label("first"),
            func.count().label("n"),
        )
        .where(import_rows.c.job_id == job_id, import_rows.c.outcome != PROBLEM)
        .group_by(import_rows.c.symbol)
        .order_by(func.min(import_rows.c.ordinal))
    )
    found = []
    for row in await tx.rows(statement):
        facts = select(import_rows.c.document).where(
            import_rows.c.job_id == job_id, import_rows.c.ordinal == row["first"]
        )
        found.append({"symbol": row["symbol"], "n": row["n"], **(await tx.value(facts))})
    return found


async def problems(tx: Transaction, job_id: int, *, limit: int | None = None) -> list[Any]:
    """The problems in the order of the file."""
    statement = (
        select(import_rows.c.problem)
        .where(import_rows.c.job_id == job_id, import_rows.c.outcome == PROBLEM)
        .order_by(import_rows.c.ordinal)
        .limit(limit)
    )
    return await tx.values(statement)


async def changes(
    tx: Transaction, job_id: int, *, limit: int, offset: int = 0
) -> list[dict[str, Any]]:
    """Changed rows with the words before and after."""
    statement = (
        select(
            import_rows.c.paragraph,
            import_rows.c.language,
            _current_text(import_rows.c.language).label("before"),
            import_rows.c.words.label("after"),
        )
        .where(import_rows.c.job_id == job_id, import_rows.c.outcome == CHANGED)
        .order_by(import_rows.c.ordinal)
        .limit(limit)
        .offset(offset)
    )
    return [dict(row) for row in await tx.rows(statement)]


async def vanished(tx: Transaction, job_id: int) -> int:
    """How many items of the same documents are not in this file."""
    return int(await tx.value(select(func.count()).select_from(_vanished(job_id).subquery())))


def _vanished(job_id: int) -> Select[Any]:
    mine = import_rows.c.job_id == job_id
    symbols = select(import_rows.c.symbol).where(mine, import_rows.c.symbol.is_not(None))
    here = select(import_rows.c.item_id).where(mine, import_rows.c.item_id.is_not(None))
    return (
        select(items.c.id)
        .join(source_documents, source_documents.c.id == items.c.document_id)
        .where(source_documents.c.symbol.in_(symbols), items.c.id.not_in(here))
    )


# -- Applying --------------------------------------------------------------------------------------


async def apply(tx: Transaction, job_id: int, *, whole_documents: bool, now: datetime) -> None:
    """Bring the staged rows into the record; the same file twice changes nothing.

    `whole_documents` says that the file holds its documents in full, so that items which are not in
    it have vanished from the source; they are marked, never removed.
    """
    await _add_documents(tx, job_id, now=now)
    await _add_items(tx, job_id, now=now)
    await _note_positions(tx, job_id, now=now)
    await _change_items(tx, job_id)
    await _add_texts(tx, job_id, now=now)
    await _replace_tags(tx, job_id)
    if whole_documents:
        gone = _vanished(job_id)
        await tx.execute(
            update(items)
            .where(items.c.id.in_(gone), items.c.vanished_at.is_(None))
            .values(vanished_at=now)
        )


def _rows(job_id: int, *which: str) -> Any:
    return and_(import_rows.c.job_id == job_id, import_rows.c.outcome.in_(which))


async def _add_documents(tx: Transaction, job_id: int, *, now: datetime) -> None:
    for each in await documents(tx, job_id):
        published = each["published_on"]
        row = {
            "symbol": each["symbol"],
            "mechanism": each["mechanism"][:60],
            "cycle": each["cycle"],
            "session": each["session"],
            "published_on": date.fromisoformat(published) if published else None,
            "layout": each.get("layout"),
            "imported_at": now,
        }
        if not await insert_missing(tx, source_documents, row):
            await tx.execute(
                update(source_documents)
                .where(source_documents.c.symbol == each["symbol"])
                .values(imported_at=now)
            )
            if row["layout"]:
                await _keep_layout(tx, each["symbol"], row["layout"])


async def _keep_layout(tx: Transaction, symbol: str, layout: Any) -> None:
    """The columns of a document's first matrix: a later one may be ours, filled in."""
    await tx.execute(
        update(source_documents)
        .where(source_documents.c.symbol == symbol, source_documents.c.layout.is_(None))
        .values(layout=layout)
    )


async def _add_items(tx: Transaction, job_id: int, *, now: datetime) -> None:
    names = ["key", "document_id", "paragraph", "ordinal", *_COPIED, "original"]
    names += ["priority", "created_at"]
    source = (
        select(
            import_rows.c.key,
            source_documents.c.id,
            import_rows.c.paragraph,
            import_rows.c.ordinal,
            *[import_rows.c[name] for name in _COPIED],
            import_rows.c.original,
            literal(value=False),
            literal(now, items.c.created_at.type),
        )
        .join(source_documents, source_documents.c.symbol == import_rows.c.symbol)
        .where(_rows(job_id, NEW))
        .order_by(import_rows.c.ordinal)
    )
    await tx.execute(insert(items).from_select(names, source))
    added = select(items.c.id).where(items.c.key == import_rows.c.key).scalar_subquery()
    await tx.execute(
        update(import_rows)
        .where(_rows(job_id, NEW, TRANSLATED), import_rows.c.item_id.is_(None))
        .values(item_id=added)
    )


async def _note_positions(tx: Transaction, job_id: int, *, now: datetime) -> None:
    """Where the State now stands elsewhere, what it said before stays known."""
    moved = (
        select(
            items.c.id,
            items.c.position,
            import_rows.c.position,
            literal(now, position_changes.c.at.type),
        )
        .join(import_rows, import_rows.c.item_id == items.c.id)
        .where(
            _rows(job_id, CHANGED),
            ~_is_translation(),
            items.c.position.is_distinct_from(import_rows.c.position),
        )
    )
    names = ["item_id", "before", "after", "at"]
    await tx.execute(insert(position_changes).from_select(names, moved))


async def _change_items(tx: Transaction, job_id: int) -> None:
    await tx.execute(
        update(items)
        .where(items.c.id == import_rows.c.item_id, _rows(job_id, CHANGED), ~_is_translation())
        .values({**{name: import_rows.c[name] for name in _COPIED}, "original": _AS_IT_CAME})
    )
    returned = select(import_rows.c.item_id).where(
        import_rows.c.job_id == job_id, import_rows.c.item_id.is_not(None)
    )
    await tx.execute(
        update(items)
        .where(items.c.id.in_(returned), items.c.vanished_at.is_not(None))
        .values(vanished_at=None)
    )


async def _add_texts(tx: Transaction, job_id: int, *, now: datetime) -> None:
    """A text that differs from the current one becomes its next version."""
    differs = or_(
        _current_text(import_rows.c.language).is_(None),
        _current_text(import_rows.c.language) != import_rows.c.words,
    )
    ordinals = select(import_rows.c.ordinal).where(_rows(job_id, NEW, CHANGED, TRANSLATED), differs)
    to_add = and_(
        import_rows.c.job_id == job_id,
        import_rows.c.ordinal.in_(await tx.values(ordinals)),
    )
    await tx.execute(
        update(item_texts)
        .where(
            item_texts.c.item_id == import_rows.c.item_id,
            item_texts.c.language == import_rows.c.language,
            item_texts.c.current,
            to_add,
        )
        .values(current=False)
    )
    version = (
        select(func.coalesce(func.max(item_texts.c.version), 0) + 1)
        .where(
            item_texts.c.item_id == import_rows.c.item_id,
            item_texts.c.language == import_rows.c.language,
        )
        .correlate(import_rows)
        .scalar_subquery()
    )
    source = select(
        import_rows.c.item_id,
        import_rows.c.language,
        cast(version, Integer),
        true(),
        import_rows.c.words,
        import_rows.c.raw,
        literal(now, item_texts.c.from_at.type),
    ).where(to_add)
    names = ["item_id", "language", "version", "current", "words", "raw", "from_at"]
    await tx.execute(insert(item_texts).from_select(names, source))


async def _replace_tags(tx: Transaction, job_id: int) -> None:
    """The themes, groups and goals of new and changed items; tags that officers set stay."""
    changed = and_(_rows(job_id, CHANGED), ~_is_translation())
    touched = select(import_rows.c.item_id).where(changed)
    await tx.execute(
        delete(item_tags).where(
            item_tags.c.item_id.in_(touched),
            item_tags.c.vocabulary.in_(["theme", "group", "sdg"]),
        )
    )
    source = (
        select(
            import_rows.c.item_id,
            import_tags.c.vocabulary,
            import_tags.c.label,
            import_tags.c.place,
        )
        .join(
            import_rows,
            and_(
                import_rows.c.job_id == import_tags.c.job_id,
                import_rows.c.ordinal == import_tags.c.ordinal,
            ),
        )
        .where(or_(_rows(job_id, NEW), changed))
    )
    names = ["item_id", "vocabulary", "label", "ordinal"]
    await tx.execute(insert(item_tags).from_select(names, source))


async def touched_items(tx: Transaction, job_id: int) -> list[int]:
    """The items that this import added or changed."""
    return await tx.values(
        select(import_rows.c.item_id).where(_rows(job_id, NEW, CHANGED)).distinct()
    )
