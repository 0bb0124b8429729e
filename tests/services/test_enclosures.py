"""Files of participants, refused: in words that name what is taken from them, and nothing else."""

from __future__ import annotations

from datetime import UTC

import pytest

from bot.domain.screens import Value
from bot.exchange import refusals
from bot.exchange.nameless import TAKEN
from bot.exchange.refusals import FileRefused
from bot.services import enclosures
from bot.texts import Texts
from tests.record import LANGUAGES

VALUES: dict[str, Value] = {"found": "mp4", "extension": "doc", "limit": 20}
OF_EVIDENCE = (
    *("excel", "xlsx", "powerpoint", "pptx", "opendocument"),
    *("video", "vidéo", "فيديو"),
)
EVERY = [each for each in FileRefused.__subclasses__() if each is not refusals.FilledWorkbook]


@pytest.mark.parametrize("refusal", EVERY)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_refusal_asks_a_participant_for_a_kind_that_is_taken_as_evidence_alone(
    refusal: type[FileRefused], language: str
) -> None:
    assert not {"xlsx", "pptx", "mp4"} & set(TAKEN)
    texts = Texts.load(LANGUAGES)
    told = enclosures.in_our_words(refusal(**VALUES)).text
    said = texts.render(told, language, mode="bare", timezone=UTC).lower()
    assert not [each for each in OF_EVIDENCE if each in said], said
