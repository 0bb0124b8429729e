"""The whole story without a browser: what people do and see, as a transcript; ends with a file.

It plays through the same HTTP interface as the chat page, so that what it shows is what happens.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from docx import Document

from bot.demo import maravia
from bot.demo.network import Demo
from bot.sandbox import Phone
from bot.sandbox.phone import Message, ReceivedFile, plain

PATIENCE = 15.0  # seconds in which each step has to show something
QUIET = 0.1  # seconds without news after which a screen is read
LONG_QUIET = 0.6  # the same, at the end of a scene: what is written later has come too
DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)  # the story's Monday: the transcript is always the same
FILE = "Maravia consolidated.xlsx"

Say = Callable[[str], None]


class TourStopped(Exception):
    """A step did not show what it should; `step` says which, `why` what was seen."""

    def __init__(self, step: str, why: str) -> None:
        super().__init__(f"{step}\n{why}")
        self.step = step
        self.why = why


class Actor:
    """Somebody in the story: does something with a phone, and tells what was done and seen."""

    def __init__(self, phone: Phone, role: str, say: Say) -> None:
        self.phone = phone
        self.who = f"{phone.name}, {role}" if role else phone.name
        self._say = say
        self._seen: dict[int, str] = {each.id: _shown(each) for each in phone.messages}

    async def taps(self, *labels: str) -> None:
        """Tap buttons, one screen after another."""
        for label in labels:
            await self._do(f"[{plain(label)}]", self.phone.taps(label))

    async def types(self, words: str) -> None:
        """Write something."""
        await self._do(words, self.phone.types(words))

    async def sends(self, content: bytes, name: str) -> None:
        """Send a file."""
        await self._do(f"<{name}>", self.phone.sends_file(content, name=name))

    async def sees(self, words: str) -> None:
        """Wait until a message of the bot says so, then tell what has come."""
        await self._guarded(f"waits for “{words}”", self.phone.waits_for(words))
        self._tell_news()

    async def rests(self) -> None:
        """Look until nothing more comes."""
        await self.phone.settles(LONG_QUIET)
        self._tell_news()

    async def receives(self, suffix: str) -> bytes:
        """Wait for a file whose name ends so; its bytes."""
        end = time.monotonic() + PATIENCE
        while not (files := self._files(suffix)):
            if time.monotonic() > end:
                raise TourStopped(f"{self.who} waits for {suffix}", self.phone.transcript(4))
            await self.phone.settles()
        self._tell_news()
        return await self.phone.downloads(files[-1])

    def _files(self, suffix: str) -> list[ReceivedFile]:
        received = [file for each in self.phone.received for file in each.files]
        return [file for file in received if file.name.endswith(suffix)]

    async def _do(self, said: str, act: Awaitable[Message]) -> None:
        self._say(f"\n{self.who}: {said}")
        await self._guarded(said, act)
        self._tell_news()

    async def _guarded(self, step: str, act: Awaitable[Message]) -> Message:
        try:
            return await act
        except AssertionError as error:
            raise TourStopped(f"{self.who}: {step}", str(error)) from None

    def _tell_news(self) -> None:
        """Tell what is new or reads otherwise than before; buttons taken off are no news."""
        for message in self.phone.received:
            shown, before = _shown(message), self._seen.get(message.id, "")
            self._seen[message.id] = shown
            if shown != before and not (before.startswith(shown) and not message.buttons):
                self._say("\n".join(f"    {line}".rstrip() for line in shown.splitlines()))


def _shown(message: Message) -> str:
    """A message as lines: its words, its files, its buttons."""
    lines = [plain(message.text)] if message.text else []
    lines += [f"<{file.name}>" for file in message.files]
    lines += [" ".join(f"[{plain(label)}]" for label in row) for row in message.buttons]
    return "\n".join(lines)


async def play(demo: Demo, say: Say) -> Path:
    """Play the story and give the path of the workbook; raises TourStopped.

    The demo is one that has just begun (`whole=False`).
    """
    demo.network.patience, demo.network.quiet = PATIENCE, QUIET
    phones = demo.phones
    ines = Actor(phones["Ines Marou"], "coordinator", say)
    daniel = Actor(phones["Daniel Okane"], "focal point, Ministry of Justice", say)
    salma = Actor(phones["سلمى الحديدي"], "focal point, Ministry of Health", say)

    await _bring_in(ines, say)
    await _assign(ines, say)
    await _report(demo, daniel, salma, say)
    await _review(ines, daniel, say)
    await _look(ines, say)
    return await _export(demo, ines, say)


async def _bring_in(ines: Actor, say: Say) -> None:
    say("\n== The review's recommendations come in ==")
    await ines.sends(maravia.matrix(), "maravia_review_2025.docx")
    await ines.sees("Nothing has been imported yet")
    await ines.taps("Import 40")
    await ines.sees("Imported: 40 items")
    await ines.rests()


async def _assign(ines: Actor, say: Say) -> None:
    say("\n== They are assigned, and the institutions are told ==")
    await ines.taps("Unassigned", "Narrow down", "Theme", "Conditions of detention")
    await ines.taps("Assign", "All 4", "Go on", "Ministry of Justice", "30 April")
    await ines.taps("Contributing", "Ministry of Health", "Go on", "Assign")
    await ines.taps("Announce", "Announce now")
    await ines.rests()


async def _report(demo: Demo, daniel: Actor, salma: Actor, say: Say) -> None:
    say("\n== A focal point reports from a phone ==")
    await daniel.sees("140.10")
    await daniel.taps("140.10", "Report", "In progress")
    await daniel.types("The law on community service is in force in all seven regions.")
    await daniel.sends(note(), "community_service.docx")
    await daniel.taps("Figures")
    await daniel.types("People serving community service: 412 (2025; women 61, men 351)")
    await daniel.taps("Send")
    await daniel.sees("SU-2026-0001")
    await daniel.rests()

    say("\n== Another reports in Arabic ==")

    def worded(button: str) -> str:
        return demo.label(button, "ar")

    await salma.sees("140.12")
    await salma.taps("140.12", worded("report"), worded("status.in_progress"))
    await salma.types(
        "عُيّن طبيب مناوب في خمسة سجون من أصل سبعة، وتُحفظ الملفات الطبية في خزائن مقفلة."
    )
    await salma.taps(worded("flow.status_update.send"))
    await salma.sees("SU-2026-0002")
    await salma.rests()


async def _review(ines: Actor, daniel: Actor, say: Say) -> None:
    say("\n== The secretariat returns one report with a comment; both are approved in the end ==")
    await ines.types("/review")
    await ines.taps("Return with a comment")
    await ines.types("Thank you. How many of them would have gone to prison before?")
    await ines.taps("Return it")
    await ines.rests()

    await daniel.sees("was returned")
    await daniel.taps("Report", "Partly")
    await daniel.types(
        "The courts say: 230 of the 412. Four prisons now hold fewer people than beds."
    )
    await daniel.taps("Send")
    await daniel.sees("SU-2026-0003")
    await daniel.rests()

    await ines.types("/review")
    await ines.taps("Approve", "Approve")
    await ines.rests()


async def _look(ines: Actor, say: Say) -> None:
    say("\n== How far Maravia is ==")
    await ines.types("/progress")
    await ines.receives(".jpg")
    await ines.rests()


async def _export(demo: Demo, ines: Actor, say: Say) -> Path:
    say("\n== The consolidated workbook ==")
    await ines.types("/export")
    await ines.taps(demo.words("export.kind.workbook", "en"))
    await ines.taps(demo.label("export_make", "en"))
    content = await ines.receives(".xlsx")
    await ines.rests()
    path = demo.folder / FILE
    path.write_bytes(content)
    return path


def note() -> bytes:
    """A short Word file, as evidence."""
    document = Document()
    document.add_heading("Community service in 2025", level=1)
    document.add_paragraph("412 people served community service, 61 of them women.")
    file = BytesIO()
    document.save(file)
    return file.getvalue()
