"""Screens of what is announced beside a consultation: languages, papers, codes, who is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain import codes
from bot.domain.consultations import EVERYBODY, MOST_DOCUMENTS, Consultation, Document, Translation
from bot.domain.screens import (
    Button,
    Code,
    Language,
    Row,
    Screen,
    Text,
    Words,
    button,
    message,
    screen,
    text,
)
from bot.domain.views.common import in_twos
from bot.domain.views.consultations import how_many
from bot.domain.views.participants import title, when

# -- In further languages --------------------------------------------------------------------------


def languages(
    found: Consultation, others: Sequence[tuple[str, str]], said: Mapping[str, Translation]
) -> Screen:
    """In which of the `others` (codes and own names) it is said, and what is older than it."""
    lines: list[Text | None] = [text("announcing.languages", title=title(found)), None]
    for code, _name in others:
        translation = said.get(code)
        how = "not" if translation is None else "older" if translation.older else "written"
        lines.append(text(f"announcing.said.{how}", language=Language(code)))
    rows: list[Row] = in_twos(
        [
            Button(text("label.one", value=Words(name)), act=f"consultation_say:{found.id}:{code}")
            for code, name in others
        ]
    )
    return screen(*lines, rows=[*rows, (button("back", f"consulting:{found.id}"),)])


# -- Papers ----------------------------------------------------------------------------------------


def documents(found: Consultation, handed_out: Sequence[Document]) -> Screen:
    """What is handed out, and what can be done about it."""
    head = "announcing.documents" if handed_out else "announcing.no_documents"
    lines: list[Text | None] = [text(head, title=title(found))]
    lines += [text("label.one", value=Words(each.name)) for each in handed_out]
    rows: list[Row] = [
        (
            button(
                "document_drop",
                f"consultation_document_drop:{found.id}:{each.id}",
                name=Words(each.name, limit=40),
            ),
        )
        for each in handed_out
    ]
    if len(handed_out) < MOST_DOCUMENTS:
        rows.append((button("document_add", f"consultation_document_add:{found.id}"),))
    return screen(*lines, rows=[*rows, (button("back", f"consulting:{found.id}"),)])


# -- To be passed on -------------------------------------------------------------------------------


def share_languages(
    found: Consultation, languages: Sequence[tuple[str, str]], group: str
) -> Screen:
    """In which language: codes and own names; with the link of that `group`, if any."""
    whose = f":{group}" if group else ""
    rows = in_twos(
        [
            Button(
                text("label.one", value=Words(name)),
                act=f"consultation_share:{found.id}:{code}{whose}",
            )
            for code, name in languages
        ]
    )
    back = (button("back", f"consulting:{found.id}"),)
    return screen("announcing.share_ask", rows=[*rows, back])


def shared(found: Consultation, url: str) -> Screen:
    """A message to be forwarded anywhere: what it is, until when, its link."""
    wanted = found.wanted
    return message(
        text("participant.about", title=title(found)),
        text("card.words", words=Words(wanted.purpose, wanted.language)),
        when(found),
        text("participant.closes", day=wanted.closes_on),
        text("people.link", link=url),
        rows=[(button("take_part", url=url),)],
    )


# -- Codes of groups -------------------------------------------------------------------------------


def group_codes(found: Consultation, held: Mapping[str, str | None]) -> Screen:
    """The code of each invited group."""
    lines: list[Text | None] = [text("announcing.codes", title=title(found)), None]
    rows: list[Row] = []
    for group, code in held.items():
        name = _called(group)
        if code is None:
            lines.append(text("announcing.no_code", group=name))
        else:
            lines.append(text("announcing.code", group=name, code=Code(codes.shown(code))))
        rows.append((button("group_code", f"consultation_code:{found.id}:{group}", group=name),))
    return screen(*lines, rows=[*rows, (button("back", f"consulting:{found.id}"),)])


def group_code(found: Consultation, group: str, code: str | None, url: str) -> Screen:
    """One code and its link, to be passed on to the group alone."""
    whose = f"{found.id}:{group}"
    new = button("code_renew", f"consultation_code_renew:{whose}")
    back = button("back", f"consultation_codes:{found.id}")
    name = _called(group)
    if code is None:
        return screen(text("announcing.no_code", group=name), rows=[(new,), (back,)])
    revoke = button("code_revoke", f"consultation_code_revoke:{whose}")
    return screen(
        text("announcing.code", group=name, code=Code(codes.shown(code))),
        text("people.link", link=url),
        "announcing.code_is_shared",
        rows=[
            (Button(text("button.copy_link"), copy=url),),
            (
                button("consultation_poster", f"consultation_poster:{found.id}::{group}"),
                button("consultation_share", f"consultation_share:{found.id}::{group}"),
            ),
            (new, revoke),
            (back,),
        ],
    )


def _called(group: str) -> Text:
    return text("announcing.everybody") if group == EVERYBODY else text(f"group.{group}")


# -- To earlier participants -----------------------------------------------------------------------


def ask_to_tell(found: Consultation, people: int) -> Screen:
    """Before those who agreed to be told of later consultations are."""
    lines = (
        text("announcing.earlier", title=title(found)),
        how_many("announcing.agreed", people),
        text("announcing.they_read"),
    )
    back = button("back", f"consulting:{found.id}")
    if not people:
        return screen(*lines, rows=[(back,)])
    tell = button("consultation_tell_yes", f"consultation_tell:{found.id}:yes")
    return screen(*lines, rows=[(tell,), (back,)])


TEXT_KEYS = (
    *(f"announcing.said.{how}" for how in ("not", "older", "written")),
    "announcing.agreed",
    "announcing.agreed_few",
)
