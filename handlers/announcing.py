"""What is announced beside a consultation itself: languages, papers, codes, who is told."""

from __future__ import annotations

from bot import texts
from bot.domain.errors import NotFound, existing
from bot.domain.screens import text
from bot.domain.views import announcing as views
from bot.services import announcing as service
from bot.services import consultations
from handlers.card import number
from handlers.flows import consultation_documents, consultation_words
from handlers.flows.consultation import link_to
from handlers.turn import Turn
from storage import consultations as queries


async def languages(turn: Turn, argument: str) -> None:
    """`consultation_words:5`: in which languages it is said."""
    await turn.show(await consultation_words.listed(turn, number(argument)))


async def say(turn: Turn, argument: str) -> None:
    """`consultation_say:5:fr`: say it in that language."""
    consultation_id, _, language = argument.partition(":")
    found = await service.open_one(turn.tx, turn.act, number(consultation_id))
    if language not in turn.desk.country.languages or language == found.wanted.language:
        raise NotFound
    said = (await service.said(turn.tx, turn.act, found.id)).get(language)
    await turn.desk.runner.begin(
        turn,
        consultation_words.NAME,
        subject=f"consultation-words:{found.id}:{language}",
        consultation=found.id,
        language=language,
        **consultation_words.answers_of(said),
    )


async def documents(turn: Turn, argument: str) -> None:
    """`consultation_documents:5`: the papers that are handed out."""
    await turn.show(await consultation_documents.listed(turn, number(argument)))


async def add_document(turn: Turn, argument: str) -> None:
    """`consultation_document_add:5`: hand out more."""
    found = await service.open_one(turn.tx, turn.act, number(argument))
    await turn.desk.runner.begin(
        turn,
        consultation_documents.NAME,
        subject=f"consultation-documents:{found.id}",
        consultation=found.id,
    )


async def drop_document(turn: Turn, argument: str) -> None:
    """`consultation_document_drop:5:12`: hand one out no more."""
    consultation_id, _, document_id = argument.partition(":")
    which = number(consultation_id)
    await service.drop_document(turn.tx, turn.act, which, number(document_id))
    await documents(turn, consultation_id)


async def share(turn: Turn, argument: str) -> None:
    """`consultation_share:5`: in which language; `consultation_share:5:fr` makes the message.

    `consultation_share:5:fr:women` has the code of that group in its link.
    """
    consultation_id, _, rest = argument.partition(":")
    language, _, group = rest.partition(":")
    found = await service.open_one(turn.tx, turn.act, number(consultation_id))
    languages = turn.desk.country.languages
    if language not in languages:
        named = [(each, texts.own_name(each)) for each in languages]
        await turn.show(views.share_languages(found, named, group))
        return
    code = await service.code_of(turn.tx, turn.act, found.id, group) if group else None
    said = existing(await queries.get(turn.tx, found.id, language=language))
    await turn.show(views.shared(said, link_to(turn, said, code)), language=language)


async def group_codes(turn: Turn, argument: str) -> None:
    """`consultation_codes:5`: the codes of the groups that are invited."""
    found = await consultations.get(turn.tx, turn.act, number(argument))
    held = await service.group_codes(turn.tx, turn.act, found.id)
    in_order = {each: held[each] for each in found.wanted.coded if each in held}
    await turn.show(views.group_codes(found, in_order))


async def group_code(turn: Turn, argument: str) -> None:
    """`consultation_code:5:women`: one of them, with its link."""
    consultation_id, _, group = argument.partition(":")
    found = await service.open_one(turn.tx, turn.act, number(consultation_id))
    held = await service.group_codes(turn.tx, turn.act, found.id)
    if group not in held:
        raise NotFound
    code = held[group]
    await turn.show(views.group_code(found, group, code, link_to(turn, found, code)))


async def renew_code(turn: Turn, argument: str) -> None:
    """`consultation_code_renew:5:women`: another code for the group."""
    consultation_id, _, group = argument.partition(":")
    await service.renew_code(turn.tx, turn.act, number(consultation_id), group)
    turn.toast = text("announcing.code_renewed")
    await group_code(turn, argument)


async def revoke_code(turn: Turn, argument: str) -> None:
    """`consultation_code_revoke:5:women`: no code for the group any more."""
    consultation_id, _, group = argument.partition(":")
    await service.revoke_code(turn.tx, turn.act, number(consultation_id), group)
    turn.toast = text("announcing.code_revoked")
    await group_code(turn, argument)


async def tell(turn: Turn, argument: str) -> None:
    """`consultation_tell:5`: tell earlier participants who agreed to it; asked once more."""
    consultation_id, _, sure = argument.partition(":")
    found = await service.open_one(turn.tx, turn.act, number(consultation_id))
    if sure:
        await service.tell_earlier(turn.tx, turn.act, found.id)
        turn.toast = text("announcing.told")
        await turn.go(turn, f"consulting:{found.id}")
        return
    people = await service.earlier(turn.tx, turn.act, found.id)
    await turn.show(views.ask_to_tell(found, people))


ACTS = {
    "consultation_words": languages,
    "consultation_say": say,
    "consultation_documents": documents,
    "consultation_document_add": add_document,
    "consultation_document_drop": drop_document,
    "consultation_share": share,
    "consultation_codes": group_codes,
    "consultation_code": group_code,
    "consultation_code_renew": renew_code,
    "consultation_code_revoke": revoke_code,
    "consultation_tell": tell,
}
