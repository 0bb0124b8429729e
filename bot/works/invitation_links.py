"""Makes invitation links: one as a message with its QR code, several as a sheet to hand out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from bot.domain.approvals import Kind
from bot.domain.exports import XLSX
from bot.domain.people import Act, Actor, Role
from bot.domain.screens import Attachment, Screen, Text, Value, text
from bot.domain.views import people as views
from bot.exchange import links_sheet
from bot.exchange.links_sheet import InvitationLink
from bot.services import approvals, people
from bot.services.people import VALID_FOR, Designation
from bot.works import Tools
from bot.works.progress import PNG
from storage import institutions, jobs
from storage.database import Transaction
from storage.jobs import Job

SHEET = "invitations.xlsx"
PICTURE = "invitation.png"


@dataclass(frozen=True)
class Link:
    """For whom, and the token of the link."""

    name: str
    token: str
    url: str


async def run(job: Job, tools: Tools) -> None:
    """Write the links down first, then commit the invitations and what the officer is sent.

    Cut off in between, nothing was invited: the next try makes new links.
    """
    assert tools.bot_name is not None
    made = [
        Link(name, token, people.deep_link(tools.bot_name, token))
        for name in job.arguments["names"]
        for token in [people.new_token()]
    ]
    async with tools.room() as room:
        async with tools.database.read() as tx:
            actor = await tools.actor(tx, job)
            institution = await _institution(tx, job, actor)
        source, media_type = _written(made, job, institution, actor, tools=tools, room=room)
        async with tools.keep(source, media_type) as (tx, kept):
            await _invite(tx, job, await tools.act(tx, job), made)
            shown = _shown(made, job, institution, kept.sha256, until=_until(tools))
            await tools.tell(tx, job, shown, step="links")
            # The letter is named by the invitations now, and the links by the job.
            await jobs.change(
                tx, job.id, state=jobs.DONE, sha256=kept.sha256, finished_at=tools.clock.now()
            )


async def _invite(tx: Transaction, job: Job, act: Act, made: list[Link]) -> None:
    designated_on = job.arguments.get("designated_on")
    approval_id = job.arguments.get("approval")
    designation = Designation(
        job.arguments.get("designated_by"),
        date.fromisoformat(designated_on) if designated_on else None,
        job.sha256,
    )
    for each in made:
        await people.invite(
            tx,
            act,
            Role(job.arguments["role"]),
            job.arguments["institution"],
            invitee=each.name,
            designation=designation,
            token=each.token,
            approval_id=approval_id,
        )
    if approval_id is not None:
        await approvals.use(tx, act, Kind.INVITE, approval_id)


async def _institution(tx: Transaction, job: Job, actor: Actor) -> Value:
    if job.arguments["institution"] is None:
        return views.name_for({}, _language(actor))
    found = await institutions.get(tx, job.arguments["institution"])
    return views.name_for(dict(found.names) if found else {}, _language(actor))


def _language(actor: Actor) -> str:
    return actor.person.language if actor.person else "en"


def _until(tools: Tools) -> datetime:
    return tools.clock.now() + VALID_FOR


def _shown(
    made: list[Link], job: Job, institution: Value, sha256: str, *, until: datetime
) -> Screen:
    """The message for the officer, with its picture or sheet."""
    if len(made) > 1:
        return views.links(len(made), Attachment(sha256, SHEET))
    [only] = made
    said = views.link(
        only.url,
        role=Role(job.arguments["role"]),
        institution=institution,
        invitee=only.name,
        until=until,
    )
    return replace(said, attachments=(Attachment(sha256, PICTURE, "photo"),))


def _written(
    made: list[Link], job: Job, institution: Value, actor: Actor, *, tools: Tools, room: Path
) -> tuple[Path | bytes, str]:
    """A picture of the only link, or a sheet of several; and which of them it is."""
    if len(made) == 1:
        return links_sheet.qr_png(made[0].url), PNG
    language = _language(actor)

    def words(said: Text) -> str:
        return tools.texts.render(said, language, mode="bare", timezone=tools.settings.zone)

    path = room / SHEET
    links_sheet.write(
        path,
        [
            InvitationLink(
                each.name,
                words(text("label.value", value=institution)),
                words(views.role_name(Role(job.arguments["role"]))),
                each.url,
                _until(tools),
            )
            for each in made
        ],
        labels=lambda key: words(Text(key)),
        language=language,
        made_at=tools.clock.now(),
        zone=tools.settings.zone,
    )
    return path, XLSX
