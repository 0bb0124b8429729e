"""The documents: their links lead somewhere, their commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]


def named(document: Path) -> str:
    return str(document.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_lead_to_files_and_headings_that_exist(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", document.read_text("utf-8")):
        path, _, heading = target.partition("#")
        file = document.parent / path if path else document
        assert file.exists(), f"{named(document)} links to {target}"
        if heading:
            assert heading in anchors(file), f"{named(document)} links to {target}"


def anchors(document: Path) -> set[str]:
    """The headings of a document as links name them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    told = set(re.findall(r"(?:`|^)make ([a-z]+)", document.read_text("utf-8"), re.MULTILINE))
    assert told <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_paths_of_the_code_that_are_named_exist(document: Path) -> None:
    """Except those with a gap to fill, such as `storage/<noun>.py`."""
    rooms = "bot|handlers|storage|locales|tests|docs"
    for path in re.findall(rf"`((?:{rooms})/[\w./-]*)`", document.read_text("utf-8")):
        assert (ROOT / path).exists(), f"{named(document)} names {path}"
