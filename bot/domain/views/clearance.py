"""Screens of clearance: a report as its validator reads it, what waits, what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.clearance import Decision, Outcome, Rule, Uncleared
from bot.domain.institutions import Institution
from bot.domain.items import ItemText, ReportState
from bot.domain.reports import EvidencePiece, ReportKind, StatusUpdate
from bot.domain.review import ReturnedBefore
from bot.domain.screens import (
    Button,
    Code,
    Listing,
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
from bot.domain.versions import Earlier, Version, newest, since
from bot.domain.views.changes import changes
from bot.domain.views.common import (
    BESIDE,
    HOME,
    HOME_BESIDE,
    LIST_LENGTH,
    dotted,
    figure_line,
    in_twos,
    item_code,
    pages,
    piece_line,
)
from bot.domain.views.people import name_for
from bot.domain.views.versions import lines as version_lines
from bot.domain.views.versions import tried_before

FULL = 1500
ASKED = 300
BESIDE_LENGTH = 600
COMMENT = 3000
FIGURES = 10
PIECES = 8
FACTS = 12

TEXT_KEYS = tuple(
    [f"clearance.rule.{each}" for each in Rule]
    + [f"button.clearance_rule.{each}" for each in Rule]
    + [f"clearance.decided.{each}" for each in Decision if each is not Decision.LET_GO]
)


@dataclass(frozen=True)
class Material:
    """All that a validator reads before they decide.

    `before` is the institution's last word, `returned` the report that this is a second try of,
    which `tried` is whole.
    """

    report: Uncleared
    said: StatusUpdate
    pieces: tuple[EvidencePiece, ...]
    before: Earlier | None
    returned: ReturnedBefore | None
    tried: Earlier | None
    asks: ItemText | None
    author: str | None
    newer: str | None

    @property
    def quotes(self) -> list[str]:
        """The reports of which parts are shown, for the day on which one is redacted."""
        there = (self.said, self.before, self.tried)
        return sorted({f"su:{each.id}" for each in there if each is not None})


# -- A report --------------------------------------------------------------------------------------


def card(found: Material, language: str, *, others: int) -> Screen:
    """A report with its evidence and what changed; so many `others` wait, too."""
    return screen(*_lines(found, language), rows=_rows(found, others=others))


def told(found: Material, language: str, *, instead: bool) -> Screen:
    """Told to whom it lies with now; a reply is the comment with which it goes back."""
    lines = [*_lines(found, language), None, text("clearance.reply")]
    if instead:
        lines.insert(0, text("clearance.instead"))
    return message(*lines, rows=_rows(found, others=0))


def subject(reports: Sequence[Uncleared]) -> str | None:
    """A reply to a message about one report returns it."""
    return f"clearing:{reports[0].status_update_id}" if len(reports) == 1 else None


def _lines(found: Material, language: str) -> list[Text | None]:
    report, said = found.report, found.said
    facts: list[Value] = [Code(report.number)]
    if found.author is not None:
        facts.append(Words(found.author, limit=60))
    facts.append(text("review.since", day=report.since))
    lines: list[Text | None] = [
        _sends(report, said, language),
        text("label.one", value=dotted(*facts)),
    ]
    if found.asks is not None:
        lines.append(
            text("review.asks", words=Words(found.asks.words, found.asks.language, limit=ASKED))
        )
    lines.append(None)
    if said.kind is not ReportKind.REPORT:
        lines.append(text(f"report.kind.{said.kind}"))
    if said.measures:
        lines.append(text("card.words", words=Words(said.measures, said.language, limit=FULL)))
    if said.remaining:
        words = Words(said.remaining, said.language, limit=BESIDE_LENGTH)
        lines.append(text("report.remaining", words=words))
    lines += [figure_line(each) for each in said.figures[:FIGURES]]
    lines += [piece_line(each, caption=120) for each in found.pieces[:PIECES]]
    if len(found.pieces) > PIECES:
        lines.append(text("review.more_pieces", count=len(found.pieces) - PIECES))
    if found.returned is not None and found.tried is not None:
        lines += [None, *_second_try(found.returned, found.tried, found)]
    if found.before is not None or found.returned is None:
        lines += [None, *_since(found.before, found)]
    if found.newer is not None:
        lines.append(text("review.newer", number=Code(found.newer)))
    return lines


def _sends(report: Uncleared, said: StatusUpdate, language: str) -> Text:
    house, item = name_for(report.names, language), item_code(report)
    status = text(f"status.{said.status}")
    if said.previous_status and said.previous_status != said.status:
        was = text(f"status.{said.previous_status}")
        return text(
            "clearance.sends_changed", institution=house, item=item, status=status, before=was
        )
    return text("clearance.sends", institution=house, item=item, status=status)


def _second_try(returned: ReturnedBefore, tried: Earlier, found: Material) -> list[Text]:
    """Why the report before came back, and what changed since."""
    lines = [tried_before(returned)]
    if returned.comment:
        words = Words(returned.comment, returned.comment_language, limit=BESIDE_LENGTH)
        lines.append(text("clearance.returned_with", words=words))
    return [*lines, *(_compared(tried, found) or [text("review.says_the_same")])]


def _since(before: Earlier | None, found: Material) -> list[Text]:
    """What changed since the institution's last word."""
    if before is None:
        return [text("clearance.first")]
    changed = _compared(before, found)
    called: Value = Code(before.number)
    if before.own:
        called = dotted(called, text("version.number", version=before.version.number))
    head = "clearance.changed" if changed else "clearance.says_the_same"
    return [text(head, number=called, as_of=before.version.as_of), *changed]


def _compared(before: Earlier, found: Material) -> list[Text]:
    """Whatever is not as it was: words first, then status, day, figures and files."""
    said = found.said
    if said.kind is ReportKind.UNCHANGED and not said.measures:
        return []
    now = newest(said, tuple(each.id for each in found.pieces))
    changed = replace(since(before, now, found.pieces), measures=None, remaining=None)
    pieces = {each.id: each for each in (*before.pieces, *found.pieces)}
    facts = version_lines(changed, pieces)
    more = [text("changes.more", count=len(facts) - FACTS)] if len(facts) > FACTS else []
    return [*_changed(before.version, said), *facts[:FACTS], *more]


def _changed(before: StatusUpdate | Version, after: StatusUpdate) -> list[Text]:
    """What changed in the words, and in what remains."""
    if after.kind is ReportKind.UNCHANGED and not after.measures:
        return []
    of = {"before_language": before.language, "language": after.language}
    lines = changes(before.measures, after.measures, **of)
    remains = changes(before.remaining or "", after.remaining or "", **of)
    return [*lines, *([text("changes.remains")] if remains else []), *remains]


def _rows(found: Material, *, others: int) -> list[Row]:
    report, said = found.report, found.said
    own = f"{said.id}:{said.version}"
    rows: list[Row] = [
        (button("clear_report", f"clear:{own}"), button("return_with", f"return_inside:{own}"))
    ]
    row: list[Button] = []
    if said.measures:
        row.append(button("amend_report", f"amend_inside:{said.id}"))
    row.append(button("open", f"su:{said.id}"))
    rows.append(tuple(row))
    if any(each.sha256 for each in found.pieces):
        rows.append((button("send_files", f"files:{said.id}"),))
    if others:
        following = button("skip", f"clear_after:{report.status_update_id}")
        rows.append((following, button("to_clear", "to_clear:0", n=others + 1)))
    rows.append((button("overview", "overview"),))
    return rows


# -- What waits ------------------------------------------------------------------------------------


def queue(total: int, page: int, shown: Sequence[Uncleared], language: str) -> Screen:
    """Eight reports that wait for this validator, in the order they were sent."""
    if not total:
        return none()
    lines: list[Text | None] = [text("clearance.queue", count=total)]
    lines += [_line(each, language) for each in shown]
    rows = in_twos(
        [
            button("code", f"clearing:{each.status_update_id}", item=item_code(each))
            for each in shown
        ]
    )
    if len(shown) > 1:
        rows.append((button("clear_shown", f"clear_shown:{page}", n=len(shown)),))
    rows += pages("to_clear", page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, (button("overview", "overview"),)])


def none() -> Screen:
    """Nothing waits for them."""
    return screen("clearance.none", rows=[(HOME,)])


def _line(report: Uncleared, language: str) -> Text:
    facts: list[Value] = [
        name_for(report.names, language),
        text(f"status.{report.status}"),
        text("review.since", day=report.since),
    ]
    return text("home.line", item=item_code(report), facts=dotted(*facts))


def waiting(reports: Sequence[Uncleared], language: str, *, reminds: bool, instead: bool) -> Screen:
    """Told to whom several lie with now, or whom they have lain with for days."""
    lines: list[Text | None] = [text("clearance.instead")] if instead else []
    lines.append(text("clearance.still" if reminds else "clearance.queue", count=len(reports)))
    lines += [_line(each, language) for each in reports[:LIST_LENGTH]]
    return message(*lines, rows=[(button("look_through", f"clear_next:{BESIDE}"), HOME_BESIDE)])


def several(reports: Sequence[Uncleared]) -> Listing:
    """What is about to be cleared at once: each by number and item."""
    return Listing(tuple(dotted(Code(each.number), item_code(each)) for each in reports))


# -- What became of it -----------------------------------------------------------------------------


def done(outcome: Outcome) -> Screen:
    """How many are cleared, and which were decided on meanwhile."""
    lines: list[Text | None] = [text("clearance.several_cleared", count=len(outcome.cleared))]
    if outcome.decided:
        numbers = Listing(tuple(Code(each) for each in outcome.decided))
        lines.append(text("clearance.meanwhile", count=len(outcome.decided), numbers=numbers))
    return message(*lines, rows=[(button("clear_next", "clear_next"), HOME)])


def overtaken(report: Uncleared, state: ReportState) -> Screen:
    """Somebody was faster, or it was taken back: nothing was sent."""
    return message(
        text(
            "clearance.overtaken", number=Code(report.number), state=text(f"report.state.{state}")
        ),
        rows=[(button("clear_next", "clear_next"), HOME)],
    )


def decided(report: Uncleared, decision: Decision) -> Screen:
    """The validator's own receipt."""
    said = text(f"clearance.decided.{decision}", number=Code(report.number))
    return message(said, rows=[(button("clear_next", "clear_next"), HOME)])


def _opens(report: Uncleared) -> Button:
    return button("open_card", f"card:{report.assignment_id}", item=item_code(report))


def cleared(report: Uncleared) -> Screen:
    """Told to who sent it."""
    said = text("clearance.was_cleared", item=item_code(report), number=Code(report.number))
    return message(said, rows=[(_opens(report),)])


def came_back(report: Uncleared, comment: str, language: str) -> Screen:
    """Told to who reports: why it came back; a reply begins a new report."""
    return message(
        text("clearance.came_back", item=item_code(report), number=Code(report.number)),
        text("card.words", words=Words(comment, language, limit=COMMENT)),
        "review.reply",
        rows=[
            (button("report_again", f"report_again:{report.assignment_id}"),),
            (button("report", f"report:{report.assignment_id}"), _opens(report)),
        ],
    )


def amended(report: Uncleared, before: StatusUpdate, after: StatusUpdate) -> Screen:
    """Told to who reports: cleared, and which words are others now."""
    lines: list[Text | None] = [
        text("clearance.was_amended", item=item_code(report), number=Code(report.number)),
        *amendment(before, after),
    ]
    opened = button("report_number", f"su:{report.status_update_id}", number=Code(report.number))
    return message(*lines, rows=[(opened, _opens(report))])


def amendment(before: StatusUpdate, after: StatusUpdate) -> list[Text]:
    """What an amendment changes, status first."""
    lines = []
    if before.status != after.status:
        was, now = text(f"status.{before.status}"), text(f"status.{after.status}")
        lines.append(text("clearance.other_status", before=was, after=now))
    return [*lines, *_changed(before, after)]


# -- What needs it ---------------------------------------------------------------------------------


def rule(
    found: Institution, now: Rule, *, chosen: int, waits: int, clears: bool, language: str
) -> Screen:
    """What the institution lets go out only with clearance, and what else it could be.

    So many `waits`, one tap away: as a list to clear for who `clears`, as what lies with whom else.
    """
    lines: list[Text | None] = [
        text("clearance.rule_of", institution=name_for(found.names, language)),
        text(f"clearance.rule.{now}"),
    ]
    if now is Rule.CHOSEN:
        lines.append(text("clearance.chosen_count", count=chosen))
    if waits:
        lines.append(text("clearance.still_waits", count=waits))
    rows: list[Row] = [
        (button(f"clearance_rule.{each}", f"clearance_set:{found.id}:{each}"),)
        for each in Rule
        if each is not now
    ]
    if waits:
        seen = button("to_clear", "to_clear:0", n=waits) if clears else button("inside", "inside:0")
        rows.append((seen,))
    return screen(*lines, rows=[*rows, (HOME,)])


def ask_to_let_go(found: Institution, wanted: Rule, count: int, language: str) -> Screen:
    """Asked before clearance ends: whether what waits for it goes on, too. Nothing is set yet."""
    act = f"clearance_set:{found.id}:{wanted}"
    return screen(
        text("clearance.rule_of", institution=name_for(found.names, language)),
        text("clearance.let_go_too", count=count),
        rows=[
            (button("clearance_let_go", f"{act}:go"),),
            (button("clearance_leave", f"{act}:leave"),),
            (button("back", f"clearance_rule:{found.id}"), HOME),
        ],
    )


def rule_changed(
    names: Mapping[str, str], now: Rule, language: str, gone: Sequence[Uncleared] = ()
) -> Screen:
    """Told to those whom it concerns; `gone` went to review with it."""
    lines = [
        text("clearance.rule_now", institution=name_for(names, language)),
        text(f"clearance.rule.{now}"),
    ]
    if gone:
        lines.append(text("clearance.let_go", count=len(gone), numbers=several(gone)))
    return message(*lines)


# -- The secretariat's view ------------------------------------------------------------------------


@dataclass(frozen=True)
class Lying:
    """A report inside its institution: with whom it lies (None: nobody may clear it), how long."""

    report: Uncleared
    holder: str | None
    late: bool


def inside(total: int, page: int, shown: Sequence[Lying], language: str) -> Screen:
    """What waits inside institutions, the longest first; neither its words nor its status."""
    if not total:
        return screen("clearance.nothing_inside", rows=[(HOME,)])
    lines: list[Text | None] = [text("clearance.inside", count=total)]
    lines += [_lying(each, language) for each in shown]
    houses = {each.report.institution_id: each.report.names for each in shown if not each.holder}
    rows: list[Row] = [
        (button("invite_for", f"invite:{house}", institution=name_for(names, language)),)
        for house, names in houses.items()
    ]
    rows += pages("inside", page, more=(page + 1) * LIST_LENGTH < total)
    return screen(*lines, rows=[*rows, (HOME,)])


def _lying(lying: Lying, language: str) -> Text:
    report = lying.report
    facts: list[Value] = [
        Code(report.number),
        name_for(report.names, language),
        text("review.since", day=report.since),
    ]
    if lying.holder is None:
        facts.append(text("clearance.nobody"))
    else:
        facts.append(text("clearance.with", name=Words(lying.holder, limit=60)))
    if lying.late:
        facts.append(text("clearance.too_long"))
    return text("home.line", item=item_code(report), facts=dotted(*facts))


def late(reports: Sequence[Uncleared], language: str) -> Screen:
    """Told to the secretariat once: these wait too long, or nobody there can clear them."""
    lines: list[Text | None] = [text("clearance.late", count=len(reports))]
    lines += [
        text(
            "home.line",
            item=item_code(each),
            facts=dotted(
                Code(each.number),
                name_for(each.names, language),
                text("review.since", day=each.since),
            ),
        )
        for each in reports[:LIST_LENGTH]
    ]
    return message(*lines, rows=[(button("inside", f"inside:0:{BESIDE}"), HOME_BESIDE)])
