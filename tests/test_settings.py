"""Settings: what is taken, what is refused and how, and that the README tells the same."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path

import pytest

from bot.settings import PREFIX, Settings, SettingsError, host_and_port

ROOT = Path(__file__).parents[1]
TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty environment and no `.env`."""
    for field in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{field.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def refusal(**values: object) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.isolated(**values)
    return str(caught.value)


def test_the_defaults_need_nothing(tmp_path: Path) -> None:
    settings = Settings.from_environment()
    assert settings.data_dir == tmp_path / "data"
    assert settings.keys == tmp_path / "data-keys"
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path}/data/focalpoint.db"
    assert settings.languages == ("en", "fr", "ar")
    assert settings.mode == "polling"
    assert settings.rate == 25


def test_variables_and_the_env_file_are_read_variables_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(
        "FOCALPOINT_TIMEZONE=Africa/Dakar\nFOCALPOINT_RATE=10\nOTHER_PROGRAM=1\n"
    )
    monkeypatch.setenv("FOCALPOINT_RATE", "20")
    monkeypatch.setenv("FOCALPOINT_LANGUAGES", "fr, ar ,fr")
    monkeypatch.setenv("FOCALPOINT_DEFAULT_LANGUAGE", "fr")
    settings = Settings.from_environment()
    assert (settings.timezone, settings.rate) == ("Africa/Dakar", 20)
    assert settings.languages == ("fr", "ar")
    assert settings.zone.key == "Africa/Dakar"


def test_isolated_settings_read_neither_the_environment_nor_the_env_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("FOCALPOINT_RATE=10\n")
    monkeypatch.setenv("FOCALPOINT_TIMEZONE", "Africa/Dakar")
    settings = Settings.isolated(token=TOKEN)
    assert (settings.timezone, settings.rate) == ("UTC", 25)
    assert settings.require_token().value == TOKEN


def test_isolated_settings_refuse_a_name_that_is_none() -> None:
    assert "FOCALPOINT_TOKN" in refusal(tokn=TOKEN)


def test_a_misspelt_variable_is_told_with_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOCALPOINT_TIMEZON", "UTC")
    monkeypatch.setenv("FOCALPOINT_TEST_REQUIRE", "postgres")
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment()
    assert caught.value.lines == [
        "FOCALPOINT_TIMEZON: there is no such setting; FOCALPOINT_TIMEZONE?"
    ]


def test_a_misspelt_line_of_the_env_file_is_told_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("FOCALPOINT_COUNTRI=SN\n")
    with pytest.raises(SettingsError, match="FOCALPOINT_COUNTRI"):
        Settings.from_environment()


@pytest.mark.parametrize(
    ("values", "advice"),
    [
        ({"token": "secret-token"}, "FOCALPOINT_TOKEN: is no bot token"),
        ({"consultation_token": "secret-token"}, "FOCALPOINT_CONSULTATION_TOKEN: is no bot token"),
        (
            {"token": TOKEN, "consultation_token": TOKEN},
            "FOCALPOINT_CONSULTATION_TOKEN must be another bot's",
        ),
        ({"api_url": "http://example.org"}, "FOCALPOINT_API_URL: must begin with https://"),
        ({"api_url": "ftp://127.0.0.1"}, "FOCALPOINT_API_URL: must begin with https://"),
        ({"api_url": "https://u:p@example.org"}, "FOCALPOINT_API_URL: must be an address alone"),
        ({"api_url": "http://127.0.0.1.example.org"}, "FOCALPOINT_API_URL: must begin"),
        ({"database_url": "mysql://x"}, "FOCALPOINT_DATABASE_URL: must begin with sqlite+"),
        ({"files_url": "http://x"}, "FOCALPOINT_FILES_URL: must look like s3://"),
        ({"mode": "webhook"}, "FOCALPOINT_MODE=webhook needs FOCALPOINT_WEBHOOK_URL"),
        ({"mode": "push"}, "FOCALPOINT_MODE: "),
        ({"webhook_url": "http://x.org"}, "FOCALPOINT_WEBHOOK_URL: must begin with https://"),
        ({"webhook_url": "https://x.org:99"}, "FOCALPOINT_WEBHOOK_URL: must use port 443"),
        ({"webhook_url": "https://x.org:99999"}, "FOCALPOINT_WEBHOOK_URL: "),
        ({"webhook_secret": "short"}, "FOCALPOINT_WEBHOOK_SECRET: must be 16 to 256"),
        ({"webhook_listen": "8443"}, "FOCALPOINT_WEBHOOK_LISTEN: must be a host and a port"),
        ({"metrics_listen": "x:99999"}, "FOCALPOINT_METRICS_LISTEN: must be a host and a port"),
        ({"timezone": "Dakar"}, "FOCALPOINT_TIMEZONE: is no time zone"),
        ({"languages": ""}, "FOCALPOINT_LANGUAGES: must be language codes"),
        ({"languages": "en,English"}, "FOCALPOINT_LANGUAGES: must be language codes"),
        (
            {"languages": "en,sl"},
            "FOCALPOINT_LANGUAGES: there are no texts in sl; there are: ar, en, fr",
        ),
        ({"token_file": "/dev/null"}, "FOCALPOINT_TOKEN_FILE: the file is empty"),
        ({"default_language": "sw"}, "FOCALPOINT_DEFAULT_LANGUAGE must be one of"),
        ({"country": "Senegal"}, "FOCALPOINT_COUNTRY: must be two capital letters"),
        ({"holidays": "Germany"}, "FOCALPOINT_HOLIDAYS: must be a country's two capital letters"),
        ({"holidays": "de-be"}, "FOCALPOINT_HOLIDAYS: must be a country's two capital letters"),
        ({"holidays": "ZZ"}, "FOCALPOINT_HOLIDAYS: no holidays of that country are known"),
        (
            {"holidays": "DE-XX"},
            "FOCALPOINT_HOLIDAYS: there is no such part of the country; known are: BB, BE, BW",
        ),
        ({"holidays": "SN-DK"}, "FOCALPOINT_HOLIDAYS: there is no such part"),
        ({"weekend": "fridays"}, "FOCALPOINT_WEEKEND: must be English weekdays"),
        ({"weekend": "friday,"}, "FOCALPOINT_WEEKEND: must be English weekdays"),
        ({"weekend": "5,6"}, "FOCALPOINT_WEEKEND: must be English weekdays"),
        (
            {"weekend": "monday,tuesday,wednesday,thursday,friday,saturday,sunday"},
            "FOCALPOINT_WEEKEND: ",
        ),
        ({"quiet_hours": "19:00"}, "FOCALPOINT_QUIET_HOURS: must be two times of the day"),
        ({"quiet_hours": "19:00-24:00"}, "FOCALPOINT_QUIET_HOURS: must be two times of the day"),
        ({"quiet_hours": "7pm-8am"}, "FOCALPOINT_QUIET_HOURS: must be two times of the day"),
        ({"quiet_hours": "10:00-08:01"}, "FOCALPOINT_QUIET_HOURS: must leave at least two hours"),
        ({"quiet_hours": "00:00-23:00"}, "FOCALPOINT_QUIET_HOURS: must leave at least two hours"),
        ({"remind_at": "nine"}, "FOCALPOINT_REMIND_AT: must be a time of the day"),
        ({"remind_at": "09:60"}, "FOCALPOINT_REMIND_AT: must be a time of the day"),
        ({"log_level": "LOUD"}, "FOCALPOINT_LOG_LEVEL: "),
        ({"rate": 0}, "FOCALPOINT_RATE: "),
        ({"rate": 31}, "FOCALPOINT_RATE: "),
        ({"data_dir": "d", "key_dir": "d/keys"}, "FOCALPOINT_KEY_DIR must lie outside"),
        ({"data_dir": "d", "key_dir": "d"}, "FOCALPOINT_KEY_DIR must lie outside"),
        ({"token_file": "no-such-file"}, "FOCALPOINT_TOKEN_FILE cannot be read"),
    ],
)
def test_what_is_wrong_is_refused_with_words_on_what_to_mend(
    values: dict[str, object], advice: str
) -> None:
    assert refusal(**values).startswith(advice)


def test_days_and_hours_are_read_as_they_are_written() -> None:
    settings = Settings.isolated(
        holidays="DE-BE", weekend="Friday, saturday", quiet_hours="20:30 - 7:00", remind_at="8:15"
    )
    assert settings.holidays == "DE-BE"
    assert settings.weekend_days == frozenset({4, 5})
    assert settings.quiet == (time(20, 30), time(7))
    assert settings.reminding_time == time(8, 15)
    usual = Settings.isolated()
    assert usual.weekend_days is None
    assert (usual.quiet, usual.reminding_time) == ((time(19), time(8)), time(9))
    never, at_most = (
        Settings.isolated(quiet_hours=each) for each in ("00:00-00:00", "10:00-08:00")
    )
    assert (never.quiet, at_most.quiet) == ((time(0), time(0)), (time(10), time(8)))


def test_plain_http_is_for_this_machine_alone() -> None:
    for url in ("http://127.0.0.1:8081", "http://localhost:1", "http://[::1]:80", "https://a.org"):
        assert Settings.isolated(api_url=url).api_url == url


def test_a_slash_behind_the_address_of_a_server_does_no_harm() -> None:
    settings = Settings.isolated(api_url="http://127.0.0.1:8081/")
    assert settings.bot_url == "http://127.0.0.1:8081/bot"


def test_secrets_may_lie_in_files_but_not_in_two_places(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    (tmp_path / "secret").write_text("0123456789abcdef\n")
    settings = Settings.isolated(
        token_file=tmp_path / "token", webhook_secret_file=tmp_path / "secret"
    )
    assert set(settings.secrets) == {TOKEN, "0123456789abcdef"}
    assert "not both" in refusal(token=TOKEN, token_file=tmp_path / "token")


def test_without_a_token_the_bot_says_what_to_set() -> None:
    with pytest.raises(SettingsError, match="FOCALPOINT_TOKEN: set it"):
        Settings.isolated().require_token()


def test_no_secret_is_ever_shown() -> None:
    settings = Settings.isolated(
        token=TOKEN,
        webhook_secret="0123456789abcdef",
        database_url="postgresql+asyncpg://bot:pass%2Fword@db/x",
    )
    assert set(settings.secrets) >= {TOKEN, "0123456789abcdef", "pass/word"}
    for shown in (repr(settings), str(settings)):
        assert not [secret for secret in settings.secrets if secret in shown]
    wrong = f"{TOKEN} and more"
    assert TOKEN not in refusal(token=wrong)
    assert "hunter2-hunter2-" not in refusal(webhook_secret="hunter2-hunter2-!")


def test_a_link_cannot_bring_the_keys_into_the_data(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "elsewhere").symlink_to(tmp_path / "data")
    assert "must lie outside" in refusal(key_dir=tmp_path / "elsewhere")


def test_addresses_are_host_and_port() -> None:
    assert host_and_port("127.0.0.1:8443") == ("127.0.0.1", 8443)
    assert host_and_port("[::1]:80") == ("::1", 80)


def test_the_readme_lists_every_setting_with_its_default() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    table = dict(re.findall(r"^\| `FOCALPOINT_(\w+)` \|(.*?)\|", readme, re.MULTILINE))
    assert set(table) == {field.upper() for field in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        told = table[name.upper()].strip()
        match field.default:
            case None | "":
                assert told == "", f"{name} has no default, the README says {told}"
            case tuple(values):
                assert told == f"`{','.join(values)}`", name
            case default:
                assert told == f"`{default:g}`" if isinstance(default, float) else f"`{default}`"
