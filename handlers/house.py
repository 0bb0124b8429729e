"""The rooms and the flows, listed once."""

from __future__ import annotations

from bot.domain.incoming import Sent
from bot.domain.people import SECRETARIAT, Role
from bot.services import evidence
from handlers import (
    approved,
    assigning,
    broadcasts,
    card,
    clusters,
    deadlines,
    dialogues,
    exports,
    habits,
    handover,
    history,
    home,
    imports,
    institutions,
    item_history,
    me,
    onboarding,
    passing,
    people,
    questions,
    redaction,
    reminders,
    report,
    requests,
    review,
    search,
    secretariat,
)
from handlers.flows import (
    amend,
    answer,
    ask,
    assign,
    broadcast,
    cluster,
    deadline,
    dialogue,
    insist,
    invite,
    later,
    letters,
    not_ours,
    pass_answer,
    pass_inside,
    record,
    record_answer,
    redact,
    request,
    respond,
    return_report,
    status_update,
    tag,
    unchanged,
)
from handlers.flows import habits as habit_flows
from handlers.flows import institutions as institution_flows
from handlers.flows.flow import Flow
from handlers.flows.runner import Runner
from handlers.router import Router
from handlers.turn import Turn

ROOMS = (
    onboarding,
    me,
    habits,
    home,
    card,
    report,
    history,
    item_history,
    redaction,
    search,
    approved,
    questions,
    people,
    institutions,
    imports,
    secretariat,
    assigning,
    clusters,
    review,
    requests,
    reminders,
    broadcasts,
    deadlines,
    dialogues,
    exports,
    handover,
    passing,
)
FLOWS: tuple[Flow, ...] = (
    status_update.FLOW,
    amend.FLOW,
    unchanged.FLOW,
    not_ours.FLOW,
    ask.FLOW,
    invite.FLOW,
    institution_flows.ADDING,
    institution_flows.CHANGING,
    assign.FLOW,
    cluster.FLOW,
    cluster.RENAME,
    cluster.MERGE,
    tag.FLOW,
    return_report.FLOW,
    redact.FLOW,
    answer.FLOW,
    insist.FLOW,
    record.FLOW,
    request.ABOUT,
    request.DATA,
    request.COMMENT,
    respond.ADVISE,
    respond.RESPOND,
    respond.GIVE_DATA,
    record_answer.ANSWER,
    record_answer.ADVICE,
    record_answer.DATA,
    respond.EXCUSE,
    respond.RUNG,
    letters.FLOW,
    later.LATER,
    later.AWAY,
    later.MORE_TIME,
    broadcast.FLOW,
    pass_inside.FLOW,
    pass_answer.FLOW,
    pass_answer.AGAIN,
    deadline.FLOW,
    dialogue.OPEN,
    dialogue.TYPE,
    dialogue.ANSWER,
    dialogue.PROMISE,
    dialogue.DELEGATE,
    habit_flows.ZONE,
    habit_flows.WEEKEND,
    habit_flows.QUIET,
    habit_flows.HOUR,
    habit_flows.DIGEST,
    habit_flows.FREE_DAY,
)
home.ROLE_HOMES.update(dict.fromkeys(SECRETARIAT, secretariat.home))
home.ROLE_HOMES[Role.OBSERVER] = approved.home


def make_router() -> Router:
    """The router of every room, with the runner of every conversation."""
    runner = Runner(FLOWS, keep_file=_keep_file, edited_late=report.edited)
    return Router(ROOMS, runner, loose_file=imports.file, pressing=dialogues.ask_which)


async def _keep_file(turn: Turn, conversation_id: int, sent: Sent) -> int:
    return await evidence.keep_file(turn.tx, turn.act, conversation_id, sent)
