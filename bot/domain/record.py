"""The record in words: every act that the audit tells of, and an entry as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.people import Role

_BY_SUBJECT = {
    "activity": "add adopt change look propose state",
    "approval": "announce ask ask_others expire open refuse use",
    "assessment": "give withdraw",
    "assignment": "announce announce_by_letter assign disown end insist release",
    "assignments_book": "discard",
    "audit": "erase_words restored seal",
    "broadcast": "answer close open plan reply retry undo",
    "calendar": "discard import",
    "chapter": "add draft limit move own put remove rename",
    "clearance": "amend choose clear return rule",
    "cluster": "create merge put rename",
    "comment": "settle",
    "consultation": (
        "announce ask_feedback cancel change close drop_document end_words erase export hand_out "
        "poster remind renew_code revoke_code say summarise tell"
    ),
    "contribution": "amend decide erase file send tag withdraw",
    "contradiction": "mark unmark",
    "deadline": "add ask change done dropped reopen warn",
    "dialogue": (
        "add_people ask call_again clear close draft give_record institution item open "
        "promise question take_off"
    ),
    "evidence": "refuse store view",
    "export": (
        "archive assignments audit calendar cancel comments digest history impact matrix "
        "matrix_by_number national_report open_data paragraphs picture plans problems reports "
        "sdg sdg_csv workbook"
    ),
    "extension": "ask grant refuse",
    "feedback": "give",
    "file": "let_go",
    "free_day": "add remove",
    "grade": "enter take_back",
    "group": "add end rename take_up",
    "import": "apply discard",
    "indicator": "add change end value",
    "institution": "add change end take_up",
    "invitation": "accept decline expire make refuse revoke settle",
    "item": "consolidate need priority restrict unrestrict view_restricted",
    "leave": "add end",
    "national_report": "add approve change drop submit unapprove unsubmit",
    "plans_book": "discard",
    "person": "always_new_message digest hours language statistics timezone weekend",
    "protection": "lower raise",
    "publication": "close open snapshot",
    "question": "answer ask",
    "redaction": "redact",
    "regular_export": "add address end run stop",
    "reports_book": "discard send",
    "reminder": "decline release snooze",
    "request": (
        "answer close excuse ladder letters open plan record_answer repeat stop_repeating "
        "undo view_answer"
    ),
    "review": "approve return",
    "seat": "begin end hand_over offer restore suspend",
    "sign_up": (
        "ask_again cancel change check_in erase grow keep_longer lapse let_in mark offer send "
        "take unmark"
    ),
    "status": "add change end evidence move take_up",
    "status_update": "amend record submit unchanged view withdraw",
    "template": "get give_up take",
    "subscription": "agree erase",
    "thread": "answer ask",
    "unit": "answer ask ask_again withdraw",
}
ACTS = tuple(f"{noun}.{verb}" for noun, verbs in _BY_SUBJECT.items() for verb in verbs.split())
"""The names of all acts; each has a text, `audit.act.<name>`."""


@dataclass(frozen=True)
class Told:
    """One entry about an item: who, by the seat that they acted from, when, and what."""

    number: int
    at: datetime
    act: str
    channel: str  # chat, command, tick
    role: Role | None
    names: Mapping[str, str] | None  # of the institution; None: of the secretariat
