"""Makes invitation links: one as a message with its QR code, several as a sheet to hand out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.domain.people import Role
from bot.domain.screens import Attachment, Screen, Text, text
from bot.domain.views import people as views
from bot.exchange import links_sheet
from bot.exchange.links_sheet import InvitationLink
from bot.services import people
from bot.services.people import VALID_FOR, Designation
from bot.works import Tools
from storage import institutions, jobs
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
    role = Role(job.arguments["role"])
    async with tools.room() as room, tools.database.read() as tx:
        actor = await tools.actor(tx, job)
        language = actor.person.language if actor.person else "en"
        names = await _institution_names(tools, job)
        shown = await _written(made, role, names, language, tools=tools, room=room)
    designated_on = job.arguments.get("designated_on")
    designation = Designation(
        job.arguments.get("designated_by"),
        date.fromisoformat(designated_on) if designated_on else None,
        job.sha256,
    )
    async with tools.database.write() as tx:
        act = await tools.act(tx, job)
        for each in made:
            await people.invite(
                tx,
                act,
                role,
                job.arguments["institution"],
                invitee=each.name,
                designation=designation,
                token=each.token,
            )
        await tools.tell(tx, job, shown, step="links")
        await jobs.change(tx, job.id, state=jobs.DONE, finished_at=act.now)


async def _institution_names(tools: Tools, job: Job) -> dict[str, str]:
    if job.arguments["institution"] is None:
        return {}
    async with tools.database.read() as tx:
        found = await institutions.get(tx, job.arguments["institution"])
    return dict(found.names) if found else {}


async def _written(
    made: list[Link], role: Role, names: dict[str, str], language: str, *, tools: Tools, room: Path
) -> Screen:
    """The message for the officer, its picture or sheet in the store."""
    until = tools.clock.now() + VALID_FOR
    institution = views.name_for(names, language)
    if len(made) == 1:
        only = made[0]
        kept = await tools.vault.put(links_sheet.qr_png(only.url))
        said = views.link(
            only.url, role=role, institution=institution, invitee=only.name, until=until
        )
        picture = Attachment(kept.sha256, PICTURE, "photo")
        return Screen(said.lines, said.rows, (picture,), replaces=False)

    def words(said: Text) -> str:
        return tools.texts.render(said, language, mode="bare", timezone=tools.settings.zone)

    sheet = [
        InvitationLink(
            each.name,
            words(text("label.value", value=institution)),
            words(views.role_name(role)),
            each.url,
            until,
        )
        for each in made
    ]
    path = room / SHEET
    links_sheet.write(
        path,
        sheet,
        labels=lambda key: words(Text(key)),
        language=language,
        made_at=tools.clock.now(),
        zone=tools.settings.zone,
    )
    kept = await tools.vault.put(path)
    return views.links(len(made), Attachment(kept.sha256, SHEET))
