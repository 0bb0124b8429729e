"""The demo: what stands on the phones after a start, and that a second start doubles nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.demo.network import Demo, NoDemoFolder, forget
from bot.sandbox import Phone
from bot.sandbox.phone import plain
from storage import tables
from storage.lock import FolderInUse

COUNTED = (
    *("institutions", "people", "seats", "accounts", "invitations", "source_documents", "clusters"),
    *("requests", "request_items", "answers", "deadlines"),
    *("activities", "indicators", "indicator_values"),
    *("items", "item_texts", "assignments", "status_updates", "figures", "reviews", "siblings"),
)


async def counts(demo: Demo) -> dict[str, int]:
    async with demo.app.database.read() as tx:
        return {
            name: await tx.value(select(func.count()).select_from(tables.metadata.tables[name]))
            for name in COUNTED
        }


def words(phone: Phone) -> str:
    return plain(phone.last.text)


@pytest.mark.slow
async def test_every_phone_shows_its_home_and_a_second_start_goes_on(tmp_path: Path) -> None:
    async with Demo(tmp_path) as demo:
        assert len(demo.phones) == 14
        justice, health = demo.phones["Daniel Okane"], demo.phones["سلمى الحديدي"]
        await justice.types("/home")  # a reminder may have come below it
        for said in ("2 overdue", "1 returned", "4 due", "2 activities late or due soon"):
            assert said in words(justice)
        assert any("وزارة الصحة" in plain(each.text) for each in health.received)
        ines = demo.phones["Ines Marou"]
        await ines.types("/home")  # a question of the ladder may have, too
        for said in ("to review", "unassigned", "1 with validators"):
            assert said in words(ines)
        assert "City of Port Selene sends 140.34" in words(demo.phones["Signe Maro"])
        first = await counts(demo)
        assert (first["institutions"], first["seats"], first["people"]) == (8, 13, 13)
        assert first["items"] == 49
        # two values of a report that was approved are among those of the plans
        assert (first["activities"], first["indicators"], first["indicator_values"]) == (4, 4, 6)
        await justice.taps("Returned")
        await justice.taps("Report", "Partly")
        await justice.types("412 people, in all seven regions.")
    async with Demo(tmp_path) as again:
        assert await counts(again) == first
        justice = again.phones["Daniel Okane"]
        await justice.types("/home")
        assert "1 draft" in words(justice)
        await justice.taps("Continue draft", "Send")
        assert "SU-" in words(justice)


async def test_one_folder_serves_one_demo_at_a_time(tmp_path: Path) -> None:
    async with Demo(tmp_path, whole=False):
        with pytest.raises(FolderInUse):
            await Demo(tmp_path, whole=False).__aenter__()


async def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("years of work")
    with pytest.raises(NoDemoFolder):
        await Demo(tmp_path).__aenter__()
    with pytest.raises(NoDemoFolder):
        forget(tmp_path)
    assert (tmp_path / "thesis.odt").read_text() == "years of work"


async def test_a_first_start_that_was_cut_off_begins_anew(tmp_path: Path) -> None:
    async with Demo(tmp_path, whole=False) as demo:
        demo._keep(seeded=False)  # as a kill before the end of the first start leaves it
    async with Demo(tmp_path, whole=False) as again:
        found = await counts(again)
        assert (found["institutions"], found["seats"], found["items"]) == (8, 13, 9)


async def test_the_page_moves_the_clock_of_the_bot(tmp_path: Path) -> None:
    async with Demo(tmp_path, whole=False) as demo:
        before = demo.clock.now()
        await demo.network.moves_clock(86_400)
        assert (demo.clock.now() - before).days == 1
    async with Demo(tmp_path, whole=False) as again:
        assert (again.clock.now() - before).days == 1, "the clock stays where it was put"


async def test_the_demo_takes_nothing_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOCALPOINT_TOKEN", "123456:a-real-token-of-somebody")
    monkeypatch.setenv("FOCALPOINT_DATABASE_URL", "postgresql+asyncpg://somewhere/else")
    monkeypatch.setenv("FOCALPOINT_DATA_DIR", "/somewhere/else")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with Demo(tmp_path, whole=False) as demo:
        settings = demo.app.settings
        assert settings.data_dir == tmp_path / "data"
        assert settings.database_url.startswith("sqlite")
        assert settings.token is not None
        assert settings.token.get_secret_value() == demo.sandbox.token
        assert demo.address.startswith("http://127.0.0.1:")
