"""Letters (DOCX) to institutions that are asked: filled into a Word template, apart from the bot.

The template is our own, made here; it is filled in as one of the secretariat's would be: values are
escaped, unknown names are errors, and the expressions cannot leave their sandbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from docx import Document
from docx.document import Document as DocumentObject

from bot.exchange import word
from bot.exchange.confined import progress
from bot.exchange.word_writer import Writer, only, set_up, table_of


def write(arguments: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Write `letters` into the folder; gives `file`: one letter, or several in a ZIP.

    `words` are the letter's own, `rtl` says which way these are written. A letter has `name` (of
    its file), `date`, `to`, `reference`, `subject`, `message` (paragraphs), `asks` and `items`;
    whatever somebody wrote comes as `words` with its own `rtl`.
    """
    made = template(rtl=arguments["rtl"])
    letters = arguments["letters"]
    paths = []
    for done, letter in enumerate(letters, 1):
        path = Path(folder) / f"{letter['name']}.docx"
        path.write_bytes(word.filled(made, {**letter, "our": arguments["words"]}))
        paths.append(path)
        progress(done, len(letters))
    if len(paths) == 1:
        return {"file": paths[0].name}
    packed = Path(folder) / f"{arguments['name']}.zip"
    with ZipFile(packed, "w", ZIP_DEFLATED) as package:
        for path in paths:
            package.write(path, path.name)
    return {"file": packed.name}


# -- The template ----------------------------------------------------------------------------------


def template(*, rtl: bool) -> bytes:
    """Our own template, for a language that is written that way."""
    document = Document()
    set_up(document)
    letter = Writer(document, rtl=rtl)
    letter.write("{{ our.sender }}", bold=True)
    letter.write("{{ date }}")
    letter.write("{{ reference }}", grey=True)
    letter.write("{{ to }}", bold=True, space=18)
    letter.foreign("subject", bold=True, space=12)
    letter.write("{%p for each in message %}")
    letter.foreign("each")
    letter.write("{%p endfor %}")
    letter.write("{{ asks }}")
    letter.write("{{ our.how }}", space=6)
    _items(document, rtl=rtl)
    for line in ("our.name", "our.signature"):
        letter.write(f"{{{{ {line} }}}} ______________________________", space=18)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _items(document: DocumentObject, *, rtl: bool) -> None:
    """A table: what is asked about on one side, room for the answer on the other."""
    table = table_of(document, (8, 8), 4, rtl=rtl)
    head, begin, row, end = range(4)
    only(table, head, 0, rtl=rtl).write("{{ our.item }}", bold=True)
    only(table, head, 1, rtl=rtl).write("{{ our.answer }}", bold=True)
    only(table, begin, 0, rtl=rtl).write("{%tr for each in items %}")
    about, answer = only(table, row, 0, rtl=rtl), only(table, row, 1, rtl=rtl)
    about.write("{{ each.number }}", bold=True)
    about.write("{%p if each.words %}")
    about.foreign("each")
    about.write("{%p endif %}")
    about.write("{%p if each.label %}")
    about.write("{{ each.label }}", grey=True)
    about.write("{%p endif %}")
    about.write("{{ each.due }}")
    answer.write("{%p for choice in our.choices %}")
    answer.write("☐ {{ choice }}")
    answer.write("{%p endfor %}")
    for _ in range(3):
        answer.write("")
    only(table, end, 0, rtl=rtl).write("{%tr endfor %}")
