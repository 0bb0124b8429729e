"""A made-up record of any size: documents, items, assignments, status updates and what belongs."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from bot.domain.contributions import About, Kind, Tags
from bot.domain.redaction import Mark, Reason
from bot.domain.requests import Audience
from bot.domain.status import Status
from storage.database import Transaction
from storage.tables import (
    activities,
    activity_institutions,
    activity_items,
    activity_notes,
    answers,
    assessments,
    assignments,
    clearances,
    clusters,
    consolidations,
    consultation_words,
    consultations,
    contribution_items,
    contributions,
    deadlines,
    dialogue_questions,
    dialogues,
    evidence,
    figures,
    files,
    grades,
    indicator_values,
    indicators,
    institutions,
    item_tags,
    item_texts,
    items,
    people,
    questions,
    reminders,
    request_items,
    request_texts,
    requests,
    reviews,
    seats,
    siblings,
    source_documents,
    status_update_versions,
    status_updates,
    thread_words,
    threads,
)

BEGIN = datetime(2025, 1, 6, 8, 0, tzinfo=UTC)
MECHANISMS = ("UPR", "CAT", "ACHPR")
NASTY = (
    "=1+1",
    "+33 1 23 45 67",
    "-5",
    "@SUM(A1)",
    "\tindented",
    "\rreturned",
    '=HYPERLINK("http://192.0.2.1","tap")',
)
LANGUAGES = ("en", "fr", "ar")


async def fill(
    tx: Transaction,
    *,
    seed: int = 1,
    documents: int = 3,
    items_each: int = 10,
    held_by: int = 4,
    updates: int = 60,
) -> None:
    """Fill an empty database; the same numbers give the same record."""
    chance = random.Random(seed)
    rows = _rows(chance, documents, documents * items_each, held_by, updates)
    for table, values in rows:
        for start in range(0, len(values), 2_000):
            await tx.execute(insert(table), values[start : start + 2_000])
        if tx.dialect == "postgresql" and values and "id" in values[0]:
            await tx.execute(_next_ids(table))


def _next_ids(table: Any) -> Any:
    """New rows get ids behind those that were given here."""
    sequence = func.pg_get_serial_sequence(table.name, "id")
    return select(func.setval(sequence, select(func.max(table.c.id)).scalar_subquery()))


def _rows(
    chance: random.Random, documents: int, item_count: int, held_by: int, updates: int
) -> Sequence[tuple[Any, list[dict[str, Any]]]]:
    hold = _assignments(chance, item_count, held_by)
    said = _updates(chance, hold, updates)
    given = _evidence(chance, said)
    return [
        (institutions, [_institution(n) for n in range(1, held_by + 2)]),
        (people, [_person(n) for n in range(1, held_by + 2)]),
        (seats, [_seat(n, held_by) for n in range(1, held_by + 2)]),
        (source_documents, [_document(n) for n in range(1, documents + 1)]),
        (clusters, [_cluster(n) for n in range(1, 3)]),
        (items, [_item(chance, n, documents) for n in range(1, item_count + 1)]),
        (item_texts, [each for n in range(1, item_count + 1) for each in _texts(chance, n)]),
        (item_tags, [each for n in range(1, item_count + 1) for each in _tags(chance, n)]),
        (siblings, _siblings(item_count)),
        (assignments, hold),
        (status_updates, said),
        (figures, _figures(said)),
        (files, _files(given)),
        (evidence, given),
        (reviews, _reviews(chance, said)),
        (consolidations, [each for n in range(1, item_count + 1) for each in _consolidated(n)]),
        (questions, _questions(chance, hold)),
        *_threads(said),
        *_asked(chance, hold, said, item_count, held_by),
        *_spoken(item_count, held_by),
        (assessments, _assessments(item_count)),
        (grades, _grades(item_count)),
        *_plans(item_count, held_by),
        *_contributed(item_count),
    ]


def _contributed(item_count: int) -> Sequence[tuple[Any, list[dict[str, Any]]]]:
    """One about every sixth item, every third of them taken back; one about the whole report.

    Nobody opens what is sealed: an export has no key.
    """
    held = {
        "code": "h4k7",
        "state": "closed",
        "form": "written",
        "last_day": date(2026, 4, 1),
        "closes_on": date(2026, 4, 1),
        "kept_until": date(2026, 6, 1),
        "language": "en",
        "languages": [],
        "access": [],
        "pools": {},
        "invited": "open",
        "groups": [],
        "regions": [],
        "announced_at": BEGIN,
    }
    said: dict[str, Any] = dict.fromkeys(("purpose", "place", "ways", "contacts"), "")
    said["older"] = False
    numbers = range(1, item_count // 6 + 2)
    return [
        (consultations, [held]),
        (
            consultation_words,
            [{"consultation_id": 1, "language": "en", "title": "=Child rights report", **said}],
        ),
        (
            contributions,
            [
                {
                    "consultation_id": 1,
                    "number": n,
                    "handle": f"{n:032}",
                    "by_code": True,
                    "state": "withdrawn" if n % 3 == 0 else "sent",
                    "day": date(2026, 3, 1),
                    "about": About(Kind.ITEMS if n > 1 else Kind.REPORT).to_json(),
                    "sealed": b"secret words",
                    "outcome": "taken_up" if n % 2 else "none",
                    "answer": "=secret answer",
                    "tags": Tags(("Education",) if n % 2 else ()).to_json(),
                }
                for n in numbers
            ],
        ),
        (
            contribution_items,
            [
                {"contribution_id": n, "item_id": each}
                for n in numbers[1:]
                if n % 3
                for each in sorted({n, 6 * (n - 1)})
            ],
        ),
    ]


def _plans(item_count: int, held_by: int) -> Sequence[tuple[Any, list[dict[str, Any]]]]:
    """An activity for each cluster, and one for every fourth item; two of three have values."""
    planned: list[dict[str, Any]] = [
        {
            "id": n,
            "cluster_id": n if n <= 2 else None,
            "institution_id": 1 + n % held_by,
            "what": f"{NASTY[n % len(NASTY)]}secret activity {n}",
            "language": LANGUAGES[n % 3],
            "from_on": date(2025, 1, 1),
            "until_on": date(2025, 12, 31) if n % 2 else None,
            "amount": Decimal("250000.055") * n if n % 2 else None,
            "currency": "EUR" if n % 2 else None,
            "funds": "=secret fund",
            "state": "planned",
            "adopted_at": BEGIN if n % 3 else None,
            "created_at": BEGIN,
        }
        for n in range(1, item_count // 4 + 3)
    ]
    of_items = [
        {"activity_id": each["id"], "item_id": 4 * (each["id"] - 2)} for each in planned[2:]
    ]
    measured = [
        {
            "id": each["id"],
            "activity_id": each["id"],
            "name": f"=secret indicator {each['id']}",
            "language": "en",
            "kind": "process",
            "baseline": 1.5,
            "baseline_year": 2024,
            "sdg": "16.3.1",
            "dimensions": ["sex"],
            "created_at": BEGIN,
        }
        for each in planned
    ]
    values = [
        {
            "indicator_id": each["id"],
            "value": 12.5,
            "year": year,
            "disaggregation": [{"group": "women", "value": 4.0, "dimensions": {"sex": "female"}}],
            "source": "chat",
            "at": BEGIN,
        }
        for each in measured
        if each["id"] % 3
        for year in (2024, 2025)
    ]
    return [
        (activities, planned),
        (activity_items, of_items),
        (
            activity_institutions,
            [
                {"activity_id": each["id"], "institution_id": 1 + (each["id"] + 1) % held_by}
                for each in planned
            ],
        ),
        (
            activity_notes,
            [
                {
                    "activity_id": each["id"],
                    "what": "state",
                    "state": "planned",
                    "fields": [],
                    "words": "secret note",
                    "language": "en",
                    "at": BEGIN,
                }
                for each in planned
            ],
        ),
        (indicators, measured),
        (indicator_values, values),
    ]


def _institution(n: int) -> dict[str, Any]:
    names = {"en": f"Ministry {n}", "fr": f"Ministère {n}", "ar": f"الوزارة {n}"}
    return {"id": n, "code": f"M{n}", "kind": "ministry", "names": names}


def _person(n: int) -> dict[str, Any]:
    name = f"Person {n}" if n > 1 else "=Person()"
    return {"id": n, "name": name, "language": LANGUAGES[n % 3], "created_at": BEGIN}


def _seat(n: int, held_by: int) -> dict[str, Any]:
    """Each institution but the last has a focal point; the last seat is an officer's."""
    officer = n > held_by
    return {
        "id": n,
        "person_id": n,
        "institution_id": None if officer else n,
        "role": "officer" if officer else "focal_point",
        "from_at": BEGIN,
        "until_at": BEGIN + timedelta(days=9) if n == 2 else None,
    }


def _document(n: int) -> dict[str, Any]:
    return {
        "id": n,
        "symbol": f"A/HRC/6{n}/9",
        "mechanism": MECHANISMS[n % len(MECHANISMS)],
        "cycle": n if n % 2 else None,
        "published_on": date(2020, 1, n) if n % 3 else None,
        "imported_at": BEGIN,
    }


def _cluster(n: int) -> dict[str, Any]:
    return {"id": n, "name": f"Cluster {n}", "language": "en", "created_at": BEGIN}


def _item(chance: random.Random, n: int, documents: int) -> dict[str, Any]:
    restricted = n % 7 == 0
    return {
        "id": n,
        "key": f"key {n}",
        "document_id": 1 + n % documents,
        "paragraph": f"140.{n}",
        "ordinal": n,
        "kind": "view" if restricted else "recommendation",
        "position": None if restricted else chance.choice(["supported", "noted", "pending"]),
        "restricted": restricted,
        "recommending": ["Norland", "Estavia"][: n % 3],
        "headings": [],
        "cluster_id": chance.choice([None, 1, 2]),
        "vanished_at": BEGIN if n % 11 == 0 else None,
        "created_at": BEGIN,
    }


def _texts(chance: random.Random, n: int) -> list[dict[str, Any]]:
    languages = chance.sample(LANGUAGES, chance.randint(1, 3))
    nasty = NASTY[n % len(NASTY)] if n % 2 else ""
    common = {"item_id": n, "from_at": BEGIN}
    old = {"language": "en", "version": 1, "current": False, "words": f"old words of {n}"}
    return [common | old] + [
        common
        | {
            "language": language,
            "version": 2,
            "current": True,
            "words": f"{nasty}secret of {n} in {language}",
        }
        for language in languages
    ]


def _tags(chance: random.Random, n: int) -> list[dict[str, Any]]:
    labels = {
        "theme": chance.sample(["A12 Instruments", "D25 Torture", "E1 Equality"], 2),
        "group": ["Women"],
        "sdg": chance.sample(["16.3", "16 - PEACE, JUSTICE", "5 - GENDER EQUALITY"], 2),
    }
    return [
        {"item_id": n, "vocabulary": vocabulary, "label": label, "ordinal": place}
        for vocabulary, found in labels.items()
        for place, label in enumerate(found)
    ]


def _siblings(item_count: int) -> list[dict[str, Any]]:
    return [{"item_id": n, "sibling_id": n + 1, "score": 80} for n in range(1, item_count, 5)]


def _assignments(chance: random.Random, item_count: int, held_by: int) -> list[dict[str, Any]]:
    """Two of three items are somebody's: led by one or two, with some who contribute."""
    found: list[dict[str, Any]] = []
    for item in range(1, item_count + 1):
        if item % 3 == 0:
            continue
        holders = chance.sample(range(1, held_by + 1), chance.randint(1, min(3, held_by)))
        for place, institution in enumerate(holders):
            state = chance.choice(["announced"] * 4 + ["draft", "disowned", "ended"])
            found.append(
                {
                    "id": len(found) + 1,
                    "item_id": item,
                    "institution_id": institution,
                    "part": "lead" if place < chance.choice([1, 1, 1, 2]) else "contributing",
                    "state": state,
                    "due_on": chance.choice([None, date(2026, 3, 31), date(2026, 11, 30)]),
                    "assigned_at": BEGIN,
                    "announced_at": None if state == "draft" else BEGIN,
                    "status": None,
                    "as_of": None,
                    "reported_at": None,
                    "report_state": None,
                    "last_status_update_id": None,
                }
            )
    return found


def _updates(
    chance: random.Random, hold: list[dict[str, Any]], updates: int
) -> list[dict[str, Any]]:
    """Status updates in the order of time; assignments keep the last that was not withdrawn."""
    held = [each for each in hold if each["announced_at"]]
    found: list[dict[str, Any]] = []
    for n in range(1, updates + 1 if held else 1):
        assignment = chance.choice(held)
        state = chance.choice(["submitted", "approved", "approved", "returned", "withdrawn"])
        status = chance.choice([*Status]).value
        at = BEGIN + timedelta(hours=7 * n % 9_000, minutes=n)
        found.append(
            {
                "id": n,
                "number": f"SU-2025-{n:04}",
                "assignment_id": assignment["id"],
                "seat_id": assignment["institution_id"] if n % 5 else None,
                "kind": "report",
                "state": state,
                "status": status,
                "as_of": at.date(),
                "measures": f"{NASTY[n % len(NASTY)]}did secret {n}" if n % 4 else "",
                "remaining": "secret remains" if n % 3 else None,
                "language": LANGUAGES[n % 3],
                "submitted_at": at,
                "decided_at": None if state == "submitted" else at + timedelta(days=1),
            }
        )
        if state != "withdrawn":
            assignment |= {
                "status": status,
                "as_of": at.date(),
                "reported_at": at,
                "report_state": state,
                "last_status_update_id": n,
            }
    return found


def _figures(said: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "status_update_id": each["id"],
            "indicator": "Prosecutions",
            "value": 12.0,
            "unit": None,
            "year": 2025,
            "disaggregation": [{"group": "women", "value": 4.0, "dimensions": {"sex": "female"}}],
        }
        for each in said[::6]
    ]


def _evidence(chance: random.Random, said: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for each in said[::2]:
        state = chance.choice(["stored", "stored", "awaited", "refused", "dropped"])
        link = each["id"] % 8 == 1
        found.append(
            {
                "id": len(found) + 1,
                "status_update_id": each["id"],
                "kind": "link" if link else "document",
                "state": "stored" if link else state,
                "sha256": f"{each['id']:064x}" if state == "stored" and not link else None,
                "name": None if link else "=secret.pdf",
                "caption": "secret caption",
                "url": "https://example.org/secret" if link else None,
                "size": 1_000,
                "added_at": each["submitted_at"],
            }
        )
    return found


def _files(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "sha256": each["sha256"],
            "size": 1_000,
            "media_type": "application/pdf",
            "stored_at": BEGIN,
        }
        for each in given
        if each["sha256"]
    ]


def _reviews(chance: random.Random, said: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "status_update_id": each["id"],
            "seat_id": 1,
            "decision": each["state"],
            "comment": chance.choice([None, "secret comment"]),
            "language": "en",
            "at": each["submitted_at"],
        }
        for each in said
        if each["state"] in ("approved", "returned")
    ]


def _consolidated(n: int) -> list[dict[str, Any]]:
    """Every fourth item has a consolidated status, restricted ones too, in its second version."""
    statuses = [each.value for each in Status]
    return [
        {
            "item_id": n,
            "version": version,
            "current": version == 2,
            "status": statuses[(n + version) % len(statuses)],
            "as_of": date(2025, 6, version),
            "sentence": f"secret sentence {version}",
            "language": "en",
            "seat_id": 1,
            "at": BEGIN,
        }
        for version in ((1, 2) if n % 4 == 0 else ())
    ]


def _questions(chance: random.Random, hold: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "assignment_id": each["id"],
            "asked_by": each["institution_id"],
            "words": "=secret question",
            "language": "en",
            "asked_at": BEGIN,
            "answered_at": chance.choice([None, BEGIN]),
        }
        for each in hold[::3]
    ]


def _threads(
    said: Sequence[Mapping[str, Any]],
) -> Sequence[tuple[Any, list[dict[str, Any]]]]:
    """The secretariat asked about some reports; of every other one the institution answered."""
    about = [each for each in said if each["state"] in ("submitted", "approved")][::3]
    common = {"language": "en", "said_at": BEGIN}
    asked = [{**common, "side": "secretariat", "words": "=secret thread"} for _ in about]
    kept, words = [], []
    for place, (each, first) in enumerate(zip(about, asked, strict=True)):
        own = {"status_update_id": each["id"], "seat_id": each["seat_id"] or 1}
        words.append(own | first)
        if place % 2:
            words.append(own | common | {"side": "institution", "words": "=secret reply"})
        waits_for = "secretariat" if place % 2 else "institution"
        kept.append({**own, "waits_for": waits_for, "said_at": BEGIN})
    return [(threads, kept), (thread_words, words)]


_KINDS = ("status", "position", "question", "data", "comment")


def _asked(
    chance: random.Random,
    hold: Sequence[Mapping[str, Any]],
    said: Sequence[Mapping[str, Any]],
    item_count: int,
    held_by: int,
) -> Sequence[tuple[Any, list[dict[str, Any]]]]:
    """A request of each kind, what it asks of whom, answers, reminders, and a planned one."""
    asked = [_request(n, kind) for n, kind in enumerate(_KINDS, start=1)]
    stood: dict[int, datetime] = {}  # when the first report came that was not sent back
    for each in said:
        if each["state"] in ("submitted", "approved"):
            stood.setdefault(each["assignment_id"], each["submitted_at"])
    owed = [
        _owed(chance, n, each, stood.get(each["id"]))
        for n, each in enumerate((each for each in hold if each["announced_at"]), start=1)
    ]
    owed += [
        {
            **_to_answer(chance),
            "id": len(owed) + 1 + n,
            "request_id": 2 + n % 4,
            "institution_id": 1 + n // 4,
            "item_id": 1 + n // 4 if n % 4 < 2 and n // 4 < item_count else None,
            "assignment_id": None,
        }
        for n in range(4 * held_by)
    ]
    answered = [
        each for each in owed if each["state"] == "answered" and each["assignment_id"] is None
    ]
    return [
        (requests, [*asked, {**_request(6, "comment"), "state": "planned", "opened_at": None}]),
        (
            request_texts,
            [
                {
                    "request_id": each["id"],
                    "language": language,
                    "title": f"=Title {each['id']} {language}",
                    "message": "words",
                }
                for each in asked
                for language in ("en", "fr")
            ],
        ),
        (request_items, owed),
        (
            answers,
            [
                {
                    "id": n,
                    "request_item_id": each["id"],
                    "seat_id": each["institution_id"],
                    "choice": "support" if each["request_id"] == 2 else None,
                    "words": "=secret answer",
                    "figures": [_FIGURE] if each["request_id"] == 4 else [],
                    "language": "en",
                    "at": each["settled_at"],
                }
                for n, each in enumerate(answered, start=1)
            ],
        ),
        (
            reminders,
            [
                {
                    "request_item_id": each["id"],
                    "person_id": 1,
                    "due_on": each["due_on"],
                    "days": days,
                    "reaches": "institution",
                    "state": "sent" if days < 0 else "planned",
                    "at": BEGIN,
                }
                for each in owed[::2]
                for days in (-7, -1, 3)
            ],
        ),
        (
            evidence,
            [
                {
                    "id": 1_000_000 + n,
                    "answer_id": 1 + n,
                    "kind": "link",
                    "state": "stored",
                    "url": "https://example.org/secret",
                    "added_at": BEGIN,
                }
                for n in range(0, len(answered), 2)
            ],
        ),
    ]


_FIGURE = {"indicator": "Places", "value": 7, "unit": None, "year": 2025, "groups": [["women", 3]]}


def _request(n: int, kind: str) -> dict[str, Any]:
    return {
        "id": n,
        "kind": kind,
        "state": "open",
        "audience": Audience().to_json(),
        "due_on": date(2025, 3, 31),
        "ladder": [],
        "indicator": "=Places" if kind == "data" else None,
        "created_at": BEGIN,
        "opened_at": BEGIN,
    }


def _to_answer(chance: random.Random) -> dict[str, Any]:
    state = chance.choice(["asked", "answered", "answered", "excused", "ended"])
    settled = state != "asked"
    return {
        "state": state,
        "due_on": date(2026, 12, 31) if chance.random() < 0.5 else date(2025, 3, 31),
        "asked_at": BEGIN,
        "since": BEGIN,
        "seen_at": BEGIN if chance.random() < 0.5 else None,
        "settled_at": BEGIN + timedelta(days=chance.randint(1, 200)) if settled else None,
        "reason": "secret reason" if state == "excused" else None,
    }


def _owed(
    chance: random.Random, n: int, assignment: Mapping[str, Any], stood: datetime | None
) -> dict[str, Any]:
    """A status that was asked for: answered with the first report that was not sent back."""
    return {
        **_to_answer(chance),
        "id": n,
        "request_id": 1,
        "institution_id": assignment["institution_id"],
        "item_id": assignment["item_id"],
        "assignment_id": assignment["id"],
        "state": "answered" if stood else "asked",
        "settled_at": stood,
        "reason": None,
    }


def _spoken(item_count: int, held_by: int) -> Sequence[tuple[Any, list[dict[str, Any]]]]:
    """A dialogue with its questions, one that nobody asked anything in, the reporting calendar."""
    states = ("typed", "asked", "drafted", "delivered", "promised")
    return [
        (
            dialogues,
            [
                {"id": n, "title": f"=Dialogue {n}", "language": "en", "opened_at": BEGIN}
                for n in (1, 2)
            ],
        ),
        (
            dialogue_questions,
            [
                {
                    "id": n + 1,
                    "dialogue_id": 1,
                    "words": "@secret question",
                    "language": "en",
                    "typed_by": 1,
                    "typed_at": BEGIN,
                    "item_id": 1 + 3 * n % item_count if n % 4 and item_count else None,
                    "institution_id": 1 + n % held_by if n % 3 else None,
                    "state": states[n % len(states)],
                    "answer": "secret spoken" if n % 5 > 1 else None,
                    "answer_language": "en" if n % 5 > 1 else None,
                    "drafted_by": 1 if n % 5 > 1 else None,
                }
                for n in range(12)
            ],
        ),
        (
            deadlines,
            [
                {
                    "id": n,
                    "uid": f"deadline-{n}",
                    "kind": ("mid_term", "view", "dialogue")[n % 3],
                    "title": f"secret deadline {n}",
                    "document_id": n if n < 3 else None,
                    "day": date(2026, 1, 1) + timedelta(days=n),
                    "warnings": [],
                    "warned": [],
                    "state": "open",
                    "created_at": BEGIN,
                }
                for n in range(1, 6)
            ],
        ),
    ]


def _assessments(item_count: int) -> list[dict[str, Any]]:
    """Two versions on every seventh item, which is restricted, and one on every fifth."""
    return [
        {
            "item_id": n,
            "institution_id": 1,
            "version": version,
            "current": version == 2 or n % 7 > 0,
            "seat_id": 1,
            "status": "planned" if n % 2 else None,
            "as_of": date(2025, 3, version),
            "words": "=secret assessment",
            "language": "en",
            "source": "https://nhri.example/=1",
            "given_at": BEGIN + timedelta(days=version),
            "withdrawn_at": BEGIN + timedelta(days=9) if n % 3 == 0 and version == 2 else None,
        }
        for n in range(1, item_count + 1)
        for version in (1, 2)
        if n % 7 == 0 or (n % 5 == 0 and version == 1)
    ]


def _grades(item_count: int) -> list[dict[str, Any]]:
    return [
        {
            "item_id": n,
            "scheme": "hrc" if n % 2 else "Another, in words",
            "grade": "ABCDE"[n % 5],
            "session": "131st session",
            "given_on": date(2025, 4, 1) if n % 2 else None,
            "symbol": "CCPR/C/131/2",
            "note": "=secret note" if n % 2 else None,
            "language": "en",
            "entered_by": 1,
            "entered_at": BEGIN,
            "withdrawn_at": BEGIN if n % 4 == 0 else None,
        }
        for n in range(2, item_count + 1, 3)
    ]


# -- What becomes of reports -----------------------------------------------------------------------

CLEARED, INSIDE, WAITING = 11, 9, 4  # which of nineteen reports is cleared, sent back, or waits


async def vary(tx: Transaction) -> None:
    """Let some reports of `fill` need clearance, and amend or redact others.

    What is not cleared is no word of its institution, so the word before it is the last one.
    """
    said = {row["id"]: dict(row) for row in await tx.rows(select(status_updates))}
    for each in said.values():
        if each["id"] % 19 == CLEARED:
            each |= {"needs_clearance": True, "cleared_at": each["submitted_at"]}
        elif each["state"] == "submitted" and each["id"] % 19 in (INSIDE, WAITING):
            inside = each["id"] % 19 == INSIDE
            each |= {"needs_clearance": True, "state": "returned_inside" if inside else "uncleared"}
        if each["id"] % 7 == 3:
            each |= {"version": 3, "amended_at": each["submitted_at"]}
        if each["id"] % 23 == 5:
            each["measures"] = Mark(date(2026, 5, 4), Reason.VICTIM).written()
    await _write(tx, status_updates, said.values())
    held = {row["id"]: dict(row) for row in await tx.rows(select(assignments))}
    nothing = ("status", "as_of", "reported_at", "report_state", "last_status_update_id")
    for assignment in held.values():
        assignment.update(dict.fromkeys(nothing))
    for each in sorted(said.values(), key=lambda each: each["id"]):
        assignment = held[each["assignment_id"]]
        if each["needs_clearance"] and not each["cleared_at"]:
            assignment |= {"uncleared_id": each["id"], "uncleared_state": each["state"]}
        elif each["state"] != "withdrawn":
            assignment |= {
                "status": each["status"],
                "as_of": each["as_of"],
                "reported_at": each["submitted_at"],
                "report_state": each["state"],
                "last_status_update_id": each["id"],
            }
    await _write(tx, assignments, held.values())
    redacted = [each["id"] for each in said.values() if each["id"] % 23 == 5]
    await tx.execute(
        update(evidence)
        .where(evidence.c.status_update_id.in_(redacted), evidence.c.kind == "document")
        .values(state="redacted", sha256=None, name=None, caption=None)
    )
    await tx.execute(insert(clearances), [_cleared(each) for each in said if each % 19 == CLEARED])
    amended = [each for each in said.values() if each["version"] == 3]
    earlier = [_earlier(each, version) for each in amended for version in (1, 2)]
    await tx.execute(insert(status_update_versions), earlier)
    await _left_behind(tx, amended)


async def _write(tx: Transaction, table: Any, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows anew, each by its id."""
    changed = [{**row, "_id": row["id"]} for row in rows]
    columns: dict[str, Any] = {
        each.name: bindparam(each.name) for each in table.c if each.name != "id"
    }
    statement = update(table).where(table.c.id == bindparam("_id")).values(columns)
    await tx.execute(statement, changed)


def _cleared(report: int) -> dict[str, Any]:
    return {"status_update_id": report, "seat_id": 1, "decision": "cleared", "at": BEGIN}


async def _left_behind(tx: Transaction, amended: Sequence[Mapping[str, Any]]) -> None:
    """Files that the newest version goes without: of the second one, and of the first alone.

    The first was never a word, so that what stood there alone stays inside.
    """
    last = await tx.value(select(func.max(evidence.c.id)))
    file = await tx.value(select(func.min(files.c.sha256)))
    for place, each in enumerate(amended):
        ids = {"former.pdf": last + 2 * place + 1, "inside.pdf": last + 2 * place + 2}
        common: dict[str, Any] = {"kind": "document", "state": "stored", "sha256": file}
        common |= {"caption": "secret caption", "size": 1_000, "added_at": each["submitted_at"]}
        pieces = [
            {"id": id_, "former_id": each["id"], "name": name, **common}
            for name, id_ in ids.items()
        ]
        await tx.execute(insert(evidence), pieces)
        for version, has in ((1, list(ids.values())), (2, [ids["former.pdf"]])):
            of_it = status_update_versions.c.status_update_id == each["id"]
            that = status_update_versions.c.version == version
            await tx.execute(update(status_update_versions).where(of_it, that).values(evidence=has))


def _earlier(said: Mapping[str, Any], version: int) -> dict[str, Any]:
    return {
        "status_update_id": said["id"],
        "version": version,
        "status": "planned",
        "as_of": said["as_of"],
        "measures": f"secret version {version}",
        "remaining": None,
        "language": "en",
        "figures": [_FIGURE] if version == 2 else [],
        "evidence": [],
        "seat_id": said["seat_id"],
        "at": said["submitted_at"],
        "word": version == 2,
    }
