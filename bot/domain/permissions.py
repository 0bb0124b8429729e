"""Who may do what: pure questions about an actor's live seats (DESIGN §9)."""

from __future__ import annotations

from collections.abc import Collection

from bot.domain.errors import NotAllowed
from bot.domain.items import UNDECIDED, Assignment, AssignmentState, Part
from bot.domain.people import REPORTING, SECRETARIAT, Actor, Role, Seat
from bot.domain.reports import ReportKind, StatusUpdate

READS = REPORTING | {Role.VALIDATOR}
"""Who reads what the own institution has and reports, submitted and returned reports too."""


def require(allowed: bool) -> None:
    """Raise NotAllowed unless it is allowed."""
    if not allowed:
        raise NotAllowed


def secretariat_seat(actor: Actor) -> Seat:
    """The seat with which somebody of the secretariat acts; raises NotAllowed for anybody else."""
    seat = actor.seat(SECRETARIAT)
    if seat is None:
        raise NotAllowed
    return seat


def may_manage_people(actor: Actor) -> bool:
    """The secretariat invites, confirms and ends seats; so does the operator."""
    return actor.is_secretariat or actor.channel == "command"


def may_invite(actor: Actor, role: Role) -> bool:
    """Coordinators invite to any seat, officers to every seat outside the secretariat."""
    if actor.channel == "command" or actor.seat({Role.COORDINATOR}) is not None:
        return True
    return actor.is_secretariat and role not in SECRETARIAT


HANDED_OVER = REPORTING | SECRETARIAT | {Role.VALIDATOR}
"""Seats that go from one person to the next; what observers publish is their institution's."""


def may_hand_over(actor: Actor, seat: Seat) -> bool:
    """Who holds a seat may hand it over, and so may who invites to it."""
    return seat.role in HANDED_OVER and (actor.holds(seat.id) or may_invite(actor, seat.role))


def may_invite_to_unit(actor: Actor, institution_id: int) -> bool:
    """An institution's focal points invite to its units, and so does the secretariat."""
    return (
        actor.seat(REPORTING, institution_id) is not None
        or actor.is_secretariat
        or actor.channel == "command"
    )


def may_decide(
    actor: Actor, role: Role, *, left_by: int | None = None, unit_of: int | None = None
) -> bool:
    """Who invites to a seat, or into a unit of `unit_of`, says whether it is the right person.

    So does who leaves the seat `left_by` by a link of their own: not in the secretariat, where an
    officer would let somebody in.
    """
    if may_invite(actor, role):
        return True
    if unit_of is not None and may_invite_to_unit(actor, unit_of):
        return True
    return left_by is not None and role not in SECRETARIAT and actor.holds(left_by)


def may_report(actor: Actor, assignment: Assignment) -> bool:
    """Focal points and alternates report for their own institution.

    A validator clears what they send, and does not write in their name (DESIGN §1).
    """
    own = actor.seat(REPORTING, assignment.institution_id) is not None
    return own and assignment.state is AssignmentState.ANNOUNCED


def may_amend(actor: Actor, assignment: Assignment, said: StatusUpdate) -> bool:
    """Whoever reports for the institution amends its own report, until somebody decides on it.

    What the secretariat recorded is the secretariat's, and a bare "no change" says nothing that
    could be amended.
    """
    own = said.kind is ReportKind.REPORT and said.state in UNDECIDED
    return own and may_report(actor, assignment)


def may_withdraw(actor: Actor, said: StatusUpdate) -> bool:
    """Who sent a report takes it back; a successor holds the seat it was sent from."""
    return said.seat_id is not None and actor.holds(said.seat_id)


def may_redact(actor: Actor) -> bool:
    """A coordinator destroys a text or a file for good; officers do not."""
    return actor.seat({Role.COORDINATOR}) is not None


def only_validates(actor: Actor, institution_id: int) -> bool:
    """Whether somebody clears what that institution reports, and does not write it."""
    return (
        actor.seat({Role.VALIDATOR}, institution_id) is not None
        and actor.seat(REPORTING, institution_id) is None
    )


def may_pass(actor: Actor, assignment: Assignment) -> bool:
    """Who reports on an assignment may ask a unit of the own institution about it."""
    return may_report(actor, assignment)


def may_answer_pass(actor: Actor, unit_id: int) -> bool:
    """A unit's people answer what was passed to it."""
    return actor.unit_seat(unit_id) is not None


def may_see_pass(actor: Actor, unit_id: int, institution_id: int) -> bool:
    """A unit sees what was passed to it; its institution sees what it passed to all of them.

    What an institution asks inside is its own: the secretariat reads the report.
    """
    return may_answer_pass(actor, unit_id) or actor.seat(READS, institution_id) is not None


def may_see(actor: Actor, assignment: Assignment) -> bool:
    """The secretariat sees every assignment, an institution its own once it is announced."""
    if actor.is_secretariat:
        return True
    own = actor.seat(READS, assignment.institution_id) is not None
    return own and assignment.state is not AssignmentState.DRAFT


def may_read(actor: Actor, assignment: Assignment, report: StatusUpdate) -> bool:
    """An institution reads all its reports; the secretariat those that are the institution's word.

    Of the others it knows that they are there, and no more (`storage.clearance.is_word`).
    """
    if actor.seat(READS, assignment.institution_id) is not None:
        return may_see(actor, assignment)
    return actor.is_secretariat and report.is_word


def seat_to_clear(actor: Actor, institution_id: int) -> Seat | None:
    """The actor's seat that clears what this institution sends.

    A seat is not enough: nobody clears what they have written themselves (`clears_own`).
    """
    return actor.seat({Role.VALIDATOR}, institution_id)


def clears_own(actor: Actor, writers: Collection[int]) -> bool:
    """Whether a report would be cleared by one of those who have written it."""
    return actor.person_id is None or actor.person_id in writers


def may_set_clearance(actor: Actor, institution_id: int) -> bool:
    """An institution's validator, or the secretariat, says what needs clearance."""
    return actor.is_secretariat or seat_to_clear(actor, institution_id) is not None


def may_read_approved(actor: Actor) -> bool:
    """Observers read what is approved, of every institution; nothing of restricted items."""
    return actor.seat({Role.OBSERVER}) is not None


def reads_approved_only(actor: Actor) -> bool:
    """Whether what is approved is all that the actor reads."""
    return may_read_approved(actor) and actor.seat(READS | SECRETARIAT) is None


def observes_for(actor: Actor) -> tuple[int, ...]:
    """The institutions in whose names somebody gives independent assessments."""
    return actor.institutions({Role.OBSERVER})


def may_withdraw_assessment(actor: Actor, institution_id: int) -> bool:
    """The institution that gave it takes it back; nobody in the State does."""
    return actor.seat({Role.OBSERVER}, institution_id) is not None


def may_grade(actor: Actor) -> bool:
    """The secretariat enters what committees and others outside made of an item."""
    return actor.is_secretariat


def may_record(actor: Actor) -> bool:
    """The secretariat records what an institution said in a letter or a meeting."""
    return actor.is_secretariat


def may_answer(actor: Actor) -> bool:
    """The secretariat answers questions."""
    return actor.is_secretariat


def may_import(actor: Actor) -> bool:
    """The secretariat brings recommendations in; so does the operator."""
    return actor.is_secretariat or actor.channel == "command"


def may_arrange(actor: Actor) -> bool:
    """The secretariat assigns and announces, clusters and tags; so does the operator."""
    return actor.is_secretariat or actor.channel == "command"


def may_ask(actor: Actor) -> bool:
    """The secretariat asks, reminds and broadcasts; nobody else sees what it asks of others."""
    return actor.is_secretariat or actor.channel in ("command", "tick")


def may_prepare_report(actor: Actor) -> bool:
    """The secretariat prepares the State's reports; so does the operator, who writes them out."""
    return actor.is_secretariat or actor.channel == "command"


def may_plan(actor: Actor) -> bool:
    """The secretariat keeps the follow-up plans: it adds, adopts and changes every entry."""
    return actor.is_secretariat or actor.channel == "command"


def may_propose(actor: Actor, institution_id: int) -> bool:
    """Focal points propose activities of their own institution, on what it was assigned."""
    return actor.seat(REPORTING, institution_id) is not None


def may_change_activity(actor: Actor, institution_id: int) -> bool:
    """The secretariat changes every activity, focal points those of their institution."""
    return may_plan(actor) or may_propose(actor, institution_id)


def may_see_activity(
    actor: Actor, institution_id: int, *, adopted: bool, concerned: Collection[int]
) -> bool:
    """The secretariat sees every activity, an institution its own.

    Adopted ones are seen by the `concerned` institutions, too: who takes part, who has the item.
    """
    if actor.is_secretariat or actor.seat(READS, institution_id) is not None:
        return True
    return adopted and any(actor.seat(READS, each) is not None for each in concerned)


def may_review(actor: Actor) -> bool:
    """The secretariat approves and returns reports."""
    return actor.is_secretariat


def may_consolidate(actor: Actor) -> bool:
    """The secretariat makes the State's status of what the institutions report."""
    return actor.is_secretariat


def may_read_contribution(actor: Actor, own: Assignment, other: Assignment) -> bool:
    """The lead institution reads what contributors to the same item have reported and cleared.

    Whether a report is cleared is the caller's to ask. A contributor reads nobody else's.
    """
    both_live = own.state is other.state is AssignmentState.ANNOUNCED
    leads = own.part is Part.LEAD and other.part is Part.CONTRIBUTING
    reads = actor.seat(READS, own.institution_id) is not None
    return both_live and leads and reads and own.item_id == other.item_id


def may_configure(actor: Actor) -> bool:
    """A coordinator says how the State does things: which statuses there are, and so on."""
    return actor.seat({Role.COORDINATOR}) is not None


def may_export(actor: Actor) -> bool:
    """The secretariat takes workbooks out; so does the operator."""
    return actor.is_secretariat or actor.channel == "command"


def may_export_audit(actor: Actor) -> bool:
    """Coordinators take out what everybody did, and the operator."""
    return actor.seat({Role.COORDINATOR}) is not None or actor.channel == "command"


def may_consult(actor: Actor) -> bool:
    """The secretariat announces consultations, and sees who takes part in numbers."""
    return actor.is_secretariat


def may_publish(actor: Actor) -> bool:
    """The secretariat says what anybody may read; so does the operator, who writes it out."""
    return actor.is_secretariat or actor.channel == "command"


def may_set_templates(actor: Actor) -> bool:
    """The secretariat sends the Word templates that its reports are filled into."""
    return actor.is_secretariat


def may_take_calendar(actor: Actor) -> bool:
    """Whoever asks or is asked takes a calendar file: the secretariat of all, others of theirs."""
    return may_ask(actor) or actor.seat(READS) is not None


def may_see_progress(actor: Actor) -> bool:
    """Whoever holds a live seat sees figures: the secretariat all, the others what is theirs.

    A unit of an institution has none of its own.
    """
    return actor.seat(frozenset(Role)) is not None


# -- What nobody does alone ------------------------------------------------------------------------


def may_lower(actor: Actor) -> bool:
    """Coordinators ask for what needs a second one, and raise protections again."""
    return actor.seat({Role.COORDINATOR}) is not None


def may_decide_approval(actor: Actor, asker: int) -> bool:
    """Another coordinator agrees: never the person who asked, by whatever seat."""
    return may_lower(actor) and actor.person_id != asker


def may_stop_approval(actor: Actor, asker: int, *, announced: bool) -> bool:
    """Coordinators refuse, and who asked takes it back.

    What opens by itself, as there is no second coordinator, any officer may stop.
    """
    own = actor.person_id == asker and actor.is_secretariat
    return own or may_lower(actor) or (announced and actor.is_secretariat)


# -- Live dialogues --------------------------------------------------------------------------------


def may_hold_dialogue(actor: Actor) -> bool:
    """The secretariat opens and closes a dialogue, types its questions, gives and promises."""
    return actor.is_secretariat


def seat_on_call(actor: Actor, institution_id: int | None, on_call: Collection[int]) -> Seat | None:
    """The actor's seat that is on call for the institution: it reads and writes the answer."""
    for seat in actor.seats:
        its = seat.institution_id == institution_id and seat.unit_id is None
        if its and seat.role in READS and seat.id in on_call:
            return seat
    return None


def may_clear(
    actor: Actor, author: int | None, institution_id: int | None, validators: Collection[Seat]
) -> bool:
    """A validator on call clears what others wrote; where there is none, the secretariat does.

    `author` is the person who wrote it, who never clears it; `validators` are those on call.
    """
    others = {each.id for each in validators if each.person_id != author}
    if actor.person_id is None or actor.person_id == author:
        return False
    if not others:
        return actor.is_secretariat
    seat = seat_on_call(actor, institution_id, others)
    return seat is not None and seat.role is Role.VALIDATOR
