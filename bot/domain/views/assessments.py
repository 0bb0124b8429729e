"""Screens of what stands beside the State's answer: independent assessments, committees' grades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.assessments import Assessment
from bot.domain.grades import Grade, grade_name, scheme_name
from bot.domain.institutions import Institution
from bot.domain.items import Item
from bot.domain.screens import (
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
from bot.domain.status import called
from bot.domain.views.common import (
    HOME,
    HOME_BESIDE,
    LIST_LENGTH,
    dotted,
    in_twos,
    item_code,
    pages,
)
from bot.domain.views.people import name_for

SHORT = 3
"""So many of each stand on an item's own screen."""
EXCERPT = 500


@dataclass(frozen=True)
class Beside:
    """What stands beside the answer on an item, for a reader of `language`."""

    item_id: int
    language: str
    assessments: Sequence[Assessment] = ()
    grades: Sequence[Grade] = ()

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.assessments) + len(self.grades)

    @property
    def lines(self) -> list[Text | None]:
        """They in short, for the item's own screen; none where there are none."""
        if not self.count:
            return []
        lines: list[Text | None] = [text("assessments.beside")]
        lines += [_line(each, self.language) for each in self.assessments[:SHORT]]
        lines += [_graded(each) for each in self.grades[:SHORT]]
        return lines

    @property
    def opens(self) -> Button:
        """The button to all of them."""
        return button("assessed", f"assessed:{self.item_id}", n=self.count)


def told(item: Item, given: Assessment, language: str) -> Screen:
    """The State's institutions learn of it."""
    key = "assessments.told_withdrawn" if given.withdrawn_at else "assessments.told"
    return message(
        text(key, item=item_code(item), institution=name_for(given.names, language)),
        None if given.withdrawn_at else text("label.one", value=_facts(given)),
        rows=[(button("open", f"assessed:{item.id}"), HOME_BESIDE)],
    )


def listed(
    item: Item, beside: Beside, *, own: Row, earlier: int, may_redact: bool = False
) -> Screen:
    """All that stands beside the answer, with its words; `own`: what this reader can do."""
    lines: list[Text | None] = [text("assessments.list", item=item_code(item))]
    if not beside.count:
        lines.append(text("assessments.none"))
    for each in beside.assessments[:LIST_LENGTH]:
        lines += [None, _line(each, beside.language), _words(each, EXCERPT)]
    for grade in beside.grades[:LIST_LENGTH]:
        lines += [None, _graded(grade)]
        if grade.note and not item.restricted:
            lines.append(_note(grade, EXCERPT))
    rows: list[Row] = in_twos(
        [
            button(
                "assessment",
                f"assessment:{each.id}",
                institution=name_for(each.names, beside.language),
            )
            for each in beside.assessments[:LIST_LENGTH]
        ]
    )
    rows += in_twos(
        [
            button("grade", f"grade:{each.id}", grade=grade_short(each))
            for each in beside.grades[:LIST_LENGTH]
        ]
    )
    if own:
        rows.append(own)
    if earlier:
        rows.append((button("assessed_all", f"assessed_all:{item.id}:0", n=earlier),))
    if may_redact:
        rows.append((button("redact", f"redact:item:{item.id}"),))
    return screen(*lines, rows=[*rows, (button("back", f"item:{item.id}"), HOME)])


def history(item: Item, entries: Sequence[Assessment | Grade], page: int, language: str) -> Screen:
    """Eight of all that ever stood there, the newest first."""
    shown = entries[page * LIST_LENGTH : (page + 1) * LIST_LENGTH]
    lines: list[Text | None] = [text("assessments.history", item=item_code(item))]
    lines += [_past(each, language) for each in shown]
    act = f"assessed_all:{item.id}"
    rows = pages(act, page, more=(page + 1) * LIST_LENGTH < len(entries))
    return screen(*lines, rows=[*rows, (button("back", f"assessed:{item.id}"), HOME)])


def one(item: Item, found: Assessment, language: str, *, own: bool) -> Screen:
    """One assessment in full; its institution can change it or take it back."""
    lines: list[Text | None] = [
        text("assessments.one", item=item_code(item)),
        _line(found, language),
        _words(found),
    ]
    if found.source:
        lines.append(text("assessments.source", source=Words(found.source)))
    lines.append(text("assessments.independent"))
    if found.withdrawn_at is not None:
        lines.append(text("assessments.withdrawn_on", on=found.withdrawn_at))
    rows: list[Row] = []
    if own and found.stands:
        change = button("assess_again", f"assess:{item.id}")
        rows.append((change, button("assessment_withdraw", f"assessment_withdraw:{found.id}")))
    return screen(*lines, rows=[*rows, (button("back", f"assessed:{item.id}"), HOME)])


def in_whose_name(item: Item, observed: Sequence[Institution], language: str) -> Screen:
    """Asked of who observes for several institutions."""
    rows: list[Row] = [
        (button("institution", f"assess:{item.id}:{each.id}", name=name_for(each.names, language)),)
        for each in observed
    ]
    rows.append((button("back", f"assessed:{item.id}"), HOME))
    return screen(text("assessments.whose", item=item_code(item)), rows=rows)


def ask_to_withdraw(item: Item, found: Assessment) -> Screen:
    """Taking back is asked once more."""
    sure = button("assessment_withdraw_yes", f"assessment_withdraw_now:{found.id}")
    return screen(
        text("assessments.ask_withdraw", item=item_code(item)),
        rows=[(sure, button("back", f"assessment:{found.id}"))],
    )


def given(item: Item, found: Assessment) -> Screen:
    """It is published, and who reads it."""
    return message(
        text("assessments.given", item=item_code(item)),
        text("label.one", value=_facts(found)),
        text("assessments.readers"),
        rows=[(button("open", f"assessed:{item.id}"), HOME_BESIDE)],
    )


def graded(item: Item, new: int) -> Screen:
    """So many grades were entered."""
    said = text("grade.entered", count=new) if new else text("grade.nothing_new")
    return message(
        said,
        text("grade.search"),
        rows=[(button("open", f"assessed:{item.id}"), HOME_BESIDE)],
    )


def grade_one(item: Item, found: Grade, *, may_grade: bool) -> Screen:
    """One grade with its document, its note and its source."""
    lines: list[Text | None] = [text("assessments.one", item=item_code(item)), _graded(found)]
    if found.symbol:
        lines.append(text("grade.document", symbol=Words(found.symbol)))
    if found.note and not item.restricted:
        lines.append(_note(found))
    if found.source:
        lines.append(text("assessments.source", source=Words(found.source)))
    if found.withdrawn_at is not None:
        lines.append(text("assessments.withdrawn_on", on=found.withdrawn_at))
    rows: list[Row] = []
    if may_grade and found.withdrawn_at is None:
        rows.append((button("grade_take_back", f"grade_take_back:{found.id}"),))
    return screen(*lines, rows=[*rows, (button("back", f"assessed:{item.id}"), HOME)])


def grade_short(grade: Grade) -> Value:
    """A grade as its button reads: `C · 131st session`."""
    short = grade_name(grade.scheme, grade.grade) if " " in grade.grade else None
    return dotted(short or Words(grade.grade, limit=30), Words(grade.session, limit=30))


def _line(found: Assessment, language: str) -> Text:
    return text(
        "assessments.line", institution=name_for(found.names, language), facts=_facts(found)
    )


def _facts(found: Assessment) -> Value:
    facts: list[Value] = [] if found.status is None else [called(found.status)]
    return dotted(*facts, text("report.as_of", day=found.as_of))


def _words(found: Assessment, limit: int | None = None) -> Text:
    return text("card.words", words=Words(found.words, found.language, limit))


def _graded(grade: Grade) -> Text:
    facts: list[Value] = [grade_name(grade.scheme, grade.grade), Words(grade.session)]
    if grade.given_on is not None:
        facts.append(text("grade.on", day=grade.given_on))
    return text("grade.line", scheme=scheme_name(grade.scheme), facts=dotted(*facts))


def _note(grade: Grade, limit: int | None = None) -> Text:
    assert grade.note is not None
    return text("card.words", words=Words(grade.note, grade.language, limit))


def _past(entry: Assessment | Grade, language: str) -> Text:
    line = _graded(entry) if isinstance(entry, Grade) else _line(entry, language)
    if entry.withdrawn_at is not None:
        return text("assessments.past_withdrawn", line=line, on=entry.withdrawn_at)
    if isinstance(entry, Assessment) and not entry.current:
        return text("assessments.past_version", line=line, on=entry.given_at)
    return text("assessments.past", line=line)
