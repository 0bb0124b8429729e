"""Screens of passing inside: what a unit is asked, what it answered, its people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.items import Item, ItemText
from bot.domain.passing import WAITING, Pass, PassState, Unit
from bot.domain.people import Role
from bot.domain.reports import EvidenceCounts, EvidencePiece, EvidenceState
from bot.domain.screens import (
    Attachment,
    Button,
    Row,
    Screen,
    Text,
    Value,
    Words,
    button,
    message,
    screen,
    text,
)
from bot.domain.views.card import item_lines
from bot.domain.views.common import (
    BESIDE,
    HOME,
    HOME_BESIDE,
    LIST_LENGTH,
    evidence_facts,
    item_code,
    pages,
)
from bot.domain.views.people import role_name

FULL = 3000
ATTACHED = 10
_SHOWN_AS = {"photo": "photo", "voice": "voice", "audio": "audio", "video": "video"}
TEXT_KEYS = tuple(f"passing.state.{each}" for each in PassState)


# -- One of them -----------------------------------------------------------------------------------


def shown(
    found: Pass,
    item: Item,
    words: ItemText | None,
    evidence: EvidenceCounts,
    *,
    answers: bool,
    reports: bool,
) -> Screen:
    """What was asked and answered: to who `answers` for the unit, or `reports` for all of it."""
    said: list[Text | None] = [
        *item_lines(item, words),
        None,
        text(
            "passing.words", unit=_unit(found), words=Words(found.words, found.language, FULL // 3)
        ),
        text(f"passing.state.{found.state}"),
    ]
    if found.answer is not None:
        answer = Words(found.answer, found.answer_language, FULL // 2)
        said.append(text("passing.said", unit=_unit(found), words=answer))
    facts = evidence_facts(evidence)
    if facts is not None:
        said.append(text("card.evidence_list", facts=facts))
    ways = _ways(found, evidence, answers=answers, reports=reports)
    last = button("back", f"card:{found.assignment_id}") if reports else HOME
    return screen(*said, rows=[*ways, (last,)])


def _ways(found: Pass, evidence: EvidenceCounts, *, answers: bool, reports: bool) -> list[Row]:
    ways: list[Row] = []
    waits = found.state in WAITING
    if answers and waits:
        ways.append((button("pass_answer", f"pass_answer:{found.id}"),))
    if reports and found.state is PassState.ANSWERED:
        ways.append((button("pass_take", f"pass_take:{found.id}"),))
        ways.append((button("pass_return", f"pass_return:{found.id}"),))
    more: list[Button] = []
    if evidence.files:
        more.append(button("send_files", f"pass_files:{found.id}"))
    if reports:
        more.append(button("unit", f"unit:{found.unit_id}"))
        if waits:
            more.append(button("pass_withdraw", f"pass_withdraw:{found.id}"))
    return [*ways, tuple(more)] if more else ways


def files(found: Pass, pieces: Sequence[EvidencePiece]) -> Screen:
    """The stored files of a unit's answer."""
    attached = tuple(
        Attachment(each.sha256, each.name or each.kind, _SHOWN_AS.get(each.kind, "document"))
        for each in pieces
        if each.sha256 and each.state is EvidenceState.STORED
    )
    return screen(
        text("passing.files", item=_code(found), unit=_unit(found), count=len(attached)),
        attachments=attached[:ATTACHED],
        replaces=False,
    )


# -- What people are told --------------------------------------------------------------------------


def asked(first: Pass, count: int) -> Screen:
    """Told to a unit's people: what they are asked, of one item or several."""
    return message(
        text("passing.asks", item=_code(first), count=count),
        text("card.words", words=Words(first.words, first.language, FULL)),
        rows=[(button("open_item", f"passed:{first.id}:{BESIDE}", item=_code(first)), HOME_BESIDE)],
    )


def passed(first: Pass, count: int, told: int) -> Screen:
    """Told to who has asked; a unit without people is to be invited first."""
    reached = (
        text("passing.told", count=told) if told else text("passing.nobody", unit=_unit(first))
    )
    ways = [] if told else [(button("unit_invite", f"unit_invite:{first.unit_id}"),)]
    back = button("open_item", f"card:{first.assignment_id}:{BESIDE}", item=_code(first))
    return message(
        text("passing.passed", item=_code(first), unit=_unit(first), count=count),
        reached,
        rows=[*ways, (back, HOME_BESIDE)],
    )


def answered(found: Pass) -> Screen:
    """Told to who asked: the unit's answer, one tap from the report."""
    assert found.answer is not None
    return message(
        text("passing.answered", unit=_unit(found), item=_code(found)),
        text("card.words", words=Words(found.answer, found.answer_language, FULL)),
        rows=[
            (button("pass_take", f"pass_take:{found.id}"),),
            (button("open_item", f"passed:{found.id}:{BESIDE}", item=_code(found)), HOME_BESIDE),
        ],
    )


def answer_sent(found: Pass) -> Screen:
    """Told to who answered for the unit."""
    return message(text("passing.sent", item=_code(found)), rows=[(HOME_BESIDE,)])


# -- The unit's own screens ------------------------------------------------------------------------


def home(unit: Value, waiting: int, found: Sequence[Pass], page: int, *, more: bool) -> Screen:
    """What a unit was asked: what waits first."""
    heading = (
        text("passing.home", unit=unit, parts=text("passing.waiting", count=waiting))
        if waiting
        else text("passing.home_nothing", unit=unit)
    )
    buttons: list[Row] = [
        (
            button(
                "pass_waiting" if each.state in WAITING else "pass_done",
                f"passed:{each.id}",
                item=_code(each),
            ),
        )
        for each in found[:LIST_LENGTH]
    ]
    return screen(heading, rows=[*buttons, *pages("passed_list", page, more=more)])


def unit(found: Unit, people: Sequence[tuple[str, Role]]) -> Screen:
    """A unit's people, and the way to more."""
    said = [
        text("handover.person", name=Words(name), role=role_name(role)) for name, role in people
    ]
    nobody = [] if people else [text("passing.nobody", unit=Words(found.name))]
    return screen(
        text("passing.unit", unit=Words(found.name)),
        *said,
        *nobody,
        rows=[(button("unit_invite", f"unit_invite:{found.id}"),), (HOME,)],
    )


def link(url: str, unit_name: str, institution: Value, until: datetime) -> Screen:
    """A link into a unit, to be forwarded as it stands."""
    return message(
        text("passing.link", unit=Words(unit_name), institution=institution),
        text("people.link", link=url),
        text("people.link_once", until=until),
        rows=[(Button(text("button.copy_link"), copy=url),)],
    )


def _unit(found: Pass) -> Value:
    return Words(found.unit)


def _code(found: Pass) -> Value:
    return item_code(found)
