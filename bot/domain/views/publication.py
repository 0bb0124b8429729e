"""Screens of what anybody may read: what waits to be decided about, what is public."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.publication import Counts, Offered
from bot.domain.screens import Button, Code, Row, Screen, Text, Words, button, screen, text
from bot.domain.views.common import HOME, LIST_LENGTH, dotted, in_twos, item_code, pages
from bot.domain.views.people import name_for


def overview(counts: Counts) -> Screen:
    """How much is public, and how much waits."""
    rows: list[Row] = []
    if counts.undecided:
        rows.append((button("publication.decide", "publish_next:0"),))
    if counts.public:
        rows.append((button("publication.list", "published:0"),))
    return screen(
        "publication.title",
        text("publication.public", count=counts.public),
        text("publication.undecided", count=counts.undecided),
        rows=[*rows, (HOME,)],
    )


def offered(report: Offered, language: str) -> Screen:
    """One approved report with all that would be read, and whether anybody may read it."""
    lines: list[Text | None] = [
        text(
            "publication.report",
            number=Code(report.number),
            item=item_code(report),
            institution=name_for(report.names, language),
            status=text(f"status.{report.status}"),
            as_of=report.as_of,
        )
    ]
    if report.measures:
        lines.append(text("card.words", words=Words(report.measures, report.language)))
    if report.remaining:
        words = Words(report.remaining, report.language)
        lines.append(text("report.remaining", words=words))
    lines += [None, text(f"publication.{_state(report)}")]
    return screen(*lines, rows=_rows(report))


def leads_to(status_update_id: int) -> Button:
    """Leads from an approved report to whether anybody may read it."""
    return button("publication.one", f"publication:{status_update_id}")


def _state(report: Offered) -> str:
    return {True: "is_public", False: "is_private", None: "ask"}[report.public]


def _rows(report: Offered) -> list[Row]:
    opens = button("publication.open", f"publish_open:{report.id}")
    closes = button("publication.close", f"publish_close:{report.id}")
    if report.public is None:
        skip = button("skip", f"publish_next:{report.id}")
        return [(opens, closes), (skip, HOME)]
    return [(closes if report.public else opens,), (button("back", "publish"), HOME)]


def listed(total: int, page: int, shown: Sequence[Offered], language: str) -> Screen:
    """What is public, eight a page."""
    if not total:
        return screen("publication.nothing", rows=[(button("back", "publish"), HOME)])
    lines: list[Text | None] = [text("publication.public", count=total)]
    lines += [
        text(
            "home.line",
            item=item_code(each),
            facts=dotted(name_for(each.names, language), text(f"status.{each.status}")),
        )
        for each in shown
    ]
    rows = in_twos(
        [button("code", f"publication:{each.id}", item=Code(each.code)) for each in shown]
    )
    rows += pages("published", page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, (button("back", "publish"), HOME)])
