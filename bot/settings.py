"""The only reader of the environment: what an operator can set, checked, and what to mend."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from datetime import time
from difflib import get_close_matches
from functools import lru_cache
from os import environ
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

import locales
from bot.domain.work_calendar import Hours

PREFIX = "FOCALPOINT_"
TEST_PREFIX = f"{PREFIX}TEST_"
SECOND_DOOR = "/consultations"
"""Behind the webhook's address: where the consultation bot is called."""

_TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{10,100}")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_BUCKETS = ("AWS_", "AZURE_", "GOOGLE_")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z][a-z]{3})?(_[A-Z]{2})?")


class SettingsError(Exception):
    """What is wrong with the settings, one line a setting, without any value of a secret."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True)
class Token:
    """A bot's token, and the variable that it is read from."""

    value: str = field(repr=False)
    variable: str

    @property
    def unknown(self) -> str:
        """What to say where the server knows no bot of it."""
        said = "the server knows no bot of this token; copy it again from @BotFather"
        return f"{self.variable}: {said}"


class Settings(BaseSettings):
    """What an operator can set: each field is the variable `FOCALPOINT_<FIELD>`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    token: SecretStr | None = Field(None, description="The bot's token, from @BotFather.")
    token_file: Path | None = Field(None, description="A file that holds the token, instead.")
    consultation_token: SecretStr | None = Field(
        None,
        description="The token of a second bot with a neutral name: consultations run on it alone.",
    )
    consultation_token_file: Path | None = Field(
        None, description="A file that holds that token, instead."
    )
    api_url: str = Field(
        "https://api.telegram.org",
        description="The Bot API server: https, or http on this machine; file links follow it.",
    )
    database_url: str = Field(
        "",
        repr=False,  # it may hold a password
        description="SQLite or PostgreSQL (`postgresql+asyncpg://…`); "
        "empty: `focalpoint.db` in the data folder.",
    )
    data_dir: Path = Field(Path("data"), description="Where the database and the files live.")
    key_dir: Path | None = Field(
        None,
        description="Where the keys live: outside the data folder and its backups; "
        "empty: the data folder's name with `-keys` behind it.",
    )
    files_url: str | None = Field(
        None, description="Evidence in S3-compatible storage (`s3://bucket/folder`) instead."
    )
    mode: Literal["polling", "webhook"] = Field(
        "polling", description="How updates arrive: `polling` or `webhook`."
    )
    webhook_url: str | None = Field(
        None, description="The https address that Telegram calls (ports 443, 80, 88, 8443)."
    )
    webhook_listen: str = Field("127.0.0.1:8443", description="Where the webhook listens.")
    webhook_secret: SecretStr | None = Field(
        None, description="What Telegram must show: 16 to 256 of `A-Z a-z 0-9 _ -`."
    )
    webhook_secret_file: Path | None = Field(
        None, description="A file that holds the webhook's secret, instead."
    )
    metrics_listen: str | None = Field(
        None, description="Where health and metrics listen; empty: nowhere."
    )
    timezone: str = Field("UTC", description="The country's time zone, such as `Africa/Dakar`.")
    languages: Annotated[tuple[str, ...], NoDecode] = Field(
        ("en", "fr", "ar"), description="The languages offered, with commas between."
    )
    default_language: str = Field("en", description="The language where nothing else is known.")
    country: str | None = Field(
        None,
        description="The country's two letters (ISO 3166-1): whose items are taken "
        "from a file about many States.",
    )
    holidays: str | None = Field(
        None,
        description="Whose national holidays count: a country (`DE`) or a part of it (`DE-BE`); "
        "empty: those of the country, where they are known.",
    )
    weekend: str | None = Field(
        None,
        description="The days of the weekend in English, such as `friday,saturday`; "
        "empty: the country's, where it is known, else `saturday,sunday`.",
    )
    quiet_hours: str = Field(
        "19:00-08:00",
        description="When nobody is reminded, in their own time zone; "
        "`00:00-00:00`: there is no such time.",
    )
    remind_at: str = Field(
        "09:00", description="When people are reminded on a working day, in their own time zone."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The least level that is logged."
    )
    rate: float = Field(
        25.0, gt=0, le=30, description="Messages a second, at most (Telegram bears about 30)."
    )

    @classmethod
    def from_environment(cls) -> Self:
        """The settings of the environment and `.env`; raises SettingsError with what to mend."""
        written = {name.upper() for name in DotEnvSettingsSource(cls).env_vars}
        if lines := _misspelt(cls, {*environ, *written}):
            raise SettingsError(lines)
        try:
            return cls()
        except ValidationError as error:
            raise SettingsError(_explain(error)) from None

    @classmethod
    def isolated(cls, **values: Any) -> Settings:
        """Settings of these values and the defaults alone, whatever the environment says."""
        try:
            return _Isolated(**values)
        except ValidationError as error:
            raise SettingsError(_explain(error)) from None

    # -- What follows from them --------------------------------------------------------------------

    def require_token(self) -> Token:
        """The bot's token; raises SettingsError where there is none."""
        if self.token is None:
            raise SettingsError([f"{PREFIX}TOKEN: set it, or {PREFIX}TOKEN_FILE, to run the bot"])
        return self._token(self.token, "token")

    @property
    def second_token(self) -> Token | None:
        """The consultation bot's token; None where the one bot does everything."""
        held = self.consultation_token
        return None if held is None else self._token(held, "consultation_token")

    def _token(self, held: SecretStr, name: str) -> Token:
        written = f"{name}_file" if getattr(self, f"{name}_file") else name
        return Token(held.get_secret_value(), _variable(written))

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown or logged."""
        every = (self.token, self.consultation_token, self.webhook_secret)
        held = [each.get_secret_value() for each in every if each]
        if password := urlsplit(self.database_url).password:
            held += [password, unquote(password)]
        return tuple(held)

    @property
    def store_environment(self) -> dict[str, str]:
        """What a process of our own must find in its environment to read the store of files.

        A bucket's keys are not ours: its library finds them in the environment by itself.
        """
        found = {_variable("data_dir"): str(self.data_dir)}
        if self.files_url:
            found[_variable("files_url")] = self.files_url
            found |= {name: value for name, value in environ.items() if name.startswith(_BUCKETS)}
        return found

    @property
    def bot_url(self) -> str:
        """The address that a token is put behind to call the Bot API."""
        return f"{self.api_url}/bot"

    @property
    def zone(self) -> ZoneInfo:
        """The country's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def weekend_days(self) -> frozenset[int] | None:
        """The weekdays of the weekend, Monday is 0; None where the country's count."""
        return None if self.weekend is None else weekdays(self.weekend)

    @property
    def quiet(self) -> tuple[time, time]:
        """When the quiet hours begin and end."""
        return from_until(self.quiet_hours)

    @property
    def reminding_time(self) -> time:
        """The time of the day at which people are reminded."""
        return time_of_day(self.remind_at)

    @property
    def keys(self) -> Path:
        """The folder of the keys."""
        assert self.key_dir is not None  # `_fill` has set it
        return self.key_dir

    # -- What is checked ---------------------------------------------------------------------------

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        for name in ("token", "consultation_token", "webhook_secret"):
            path = values.get(f"{name}_file")
            if not path:
                continue
            if values.get(name):
                raise ValueError(f"set {_variable(name)} or {_variable(name)}_FILE, not both")
            try:
                read = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = type(error).__name__
                raise ValueError(f"{_variable(name)}_FILE cannot be read ({reason})") from None
            if not read:
                raise ValueError(f"{_variable(name)}_FILE: the file is empty")
            values = {**values, name: read}
        return values

    @field_validator("token", "consultation_token")
    @classmethod
    def _check_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not _TOKEN.fullmatch(token.get_secret_value()):
            raise ValueError("is no bot token; it looks like 123456789:AA… (from @BotFather)")
        return token

    @field_validator("api_url")
    @classmethod
    def _check_api_url(cls, url: str) -> str:
        parts = urlsplit(url)
        plain = parts.scheme == "http" and is_loopback(parts.hostname)
        if not parts.hostname or not (parts.scheme == "https" or plain):
            raise ValueError("must begin with https:// (http:// only on this machine: 127.0.0.1)")
        if parts.query or parts.fragment or parts.username:
            raise ValueError("must be an address alone, without ?, # or a name before @")
        return url.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, url: str) -> str:
        if url and not url.startswith(("sqlite+aiosqlite://", "postgresql+asyncpg://")):
            raise ValueError("must begin with sqlite+aiosqlite:// or postgresql+asyncpg://")
        return url

    @field_validator("files_url")
    @classmethod
    def _check_files_url(cls, url: str | None) -> str | None:
        if url is not None and not re.fullmatch(r"s3://[^/\s]+(/\S*)?", url):
            raise ValueError("must look like s3://bucket/folder")
        return url

    @field_validator("webhook_url")
    @classmethod
    def _check_webhook_url(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme == "http" and is_loopback(parts.hostname):
            return url  # a Bot API server on this machine calls it so
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError("must begin with https://")
        if (parts.port or 443) not in {443, 80, 88, 8443}:
            raise ValueError("must use port 443, 80, 88 or 8443: Telegram calls no other")
        return url

    @field_validator("webhook_secret")
    @classmethod
    def _check_webhook_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not _WEBHOOK_SECRET.fullmatch(secret.get_secret_value()):
            raise ValueError("must be 16 to 256 of A-Z a-z 0-9 _ -")
        return secret

    @field_validator("webhook_listen", "metrics_listen")
    @classmethod
    def _check_listen(cls, address: str | None) -> str | None:
        if address is not None:
            host_and_port(address)
        return address

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, name: str) -> str:
        if name not in _time_zones():
            raise ValueError("is no time zone; it looks like Africa/Dakar or UTC")
        return name

    @field_validator("languages", mode="before")
    @classmethod
    def _split_languages(cls, languages: Any) -> Any:
        if isinstance(languages, str):
            return tuple(each.strip() for each in languages.split(",") if each.strip())
        return languages

    @field_validator("languages")
    @classmethod
    def _check_languages(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        if not languages or not all(_LANGUAGE.fullmatch(each) for each in languages):
            raise ValueError("must be language codes with commas between, such as en,fr,ar")
        if unknown := [each for each in languages if each not in locales.available()]:
            known = ", ".join(locales.available())
            raise ValueError(f"there are no texts in {', '.join(unknown)}; there are: {known}")
        return tuple(dict.fromkeys(languages))

    @field_validator("country")
    @classmethod
    def _check_country(cls, country: str | None) -> str | None:
        if country is not None and not re.fullmatch(r"[A-Z]{2}", country):
            raise ValueError("must be two capital letters (ISO 3166-1), such as SN")
        return country

    @field_validator("holidays")
    @classmethod
    def _check_holidays(cls, code: str | None) -> str | None:
        if code is not None:
            _look_up_holidays(code)
        return code

    @field_validator("weekend")
    @classmethod
    def _check_weekend(cls, days: str | None) -> str | None:
        if days is not None:
            weekdays(days)
        return days

    @field_validator("quiet_hours")
    @classmethod
    def _check_quiet_hours(cls, hours: str) -> str:
        if not Hours(*from_until(hours)).leave_enough:
            raise ValueError("must leave at least two hours of the day for reminders")
        return hours

    @field_validator("remind_at")
    @classmethod
    def _check_remind_at(cls, at: str) -> str:
        time_of_day(at)
        return at

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.default_language not in self.languages:
            raise ValueError(f"{PREFIX}DEFAULT_LANGUAGE must be one of {PREFIX}LANGUAGES")
        if self.token and self.token == self.consultation_token:
            raise ValueError(
                f"{PREFIX}CONSULTATION_TOKEN must be another bot's: with the same one both would"
                " take each other's messages away"
            )
        if self.mode == "webhook" and not (self.webhook_url and self.webhook_secret):
            raise ValueError(
                f"{PREFIX}MODE=webhook needs {PREFIX}WEBHOOK_URL and {PREFIX}WEBHOOK_SECRET"
            )
        return self

    @model_validator(mode="after")
    def _fill(self) -> Self:
        data = self.data_dir.expanduser().absolute()
        keys = (self.key_dir or data.with_name(f"{data.name}-keys")).expanduser().absolute()
        if keys.resolve().is_relative_to(data.resolve()):
            raise ValueError(
                f"{PREFIX}KEY_DIR must lie outside {PREFIX}DATA_DIR: no backup may hold the keys"
            )
        fill = object.__setattr__  # the model is frozen for everybody else
        fill(self, "data_dir", data)
        fill(self, "key_dir", keys)
        if not self.database_url:
            fill(self, "database_url", f"sqlite+aiosqlite:///{data / 'focalpoint.db'}")
        return self


def read_from() -> str:
    """Where the settings come from: the environment, and a file where there is one."""
    file = Path(".env").absolute()
    return f"those of {file}" if file.exists() else f"the environment's alone: there is no {file}"


class _Isolated(Settings):
    """Settings that read neither the environment nor `.env`, and refuse a name that is none."""

    model_config = SettingsConfigDict(extra="forbid")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def host_and_port(address: str) -> tuple[str, int]:
    """`127.0.0.1:8443` or `[::1]:8443` as host and port; raises ValueError."""
    try:
        parts = urlsplit(f"//{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or port is None or parts.path:
        raise ValueError("must be a host and a port, such as 127.0.0.1:8443")
    return host, port


def weekdays(names: str) -> frozenset[int]:
    """`friday,saturday` as weekdays, Monday is 0; raises ValueError."""
    days = [each.strip().lower() for each in names.split(",")]
    if not set(days) < set(_WEEKDAYS):
        raise ValueError("must be English weekdays with commas between, such as friday,saturday")
    return frozenset(_WEEKDAYS.index(each) for each in days)


def from_until(hours: str) -> tuple[time, time]:
    """`19:00-08:00` as two times of the day; raises ValueError."""
    start, _, end = hours.partition("-")
    try:
        return time_of_day(start), time_of_day(end)
    except ValueError:
        raise ValueError("must be two times of the day, such as 19:00-08:00") from None


def time_of_day(written: str) -> time:
    """`09:00` as a time of the day; raises ValueError."""
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", written.strip(), re.ASCII)
    if found is None:
        raise ValueError("must be a time of the day, such as 09:00")
    return time(int(found[1]), int(found[2]))


_time_zones = lru_cache(maxsize=1)(available_timezones)  # it looks into 600 files


def is_loopback(host: str | None) -> bool:
    """Whether the host is this machine itself."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _look_up_holidays(code: str) -> None:
    """Nothing, where the holidays of that country or part of one are known; raises ValueError."""
    if not re.fullmatch(r"[A-Z]{2}(-.+)?", code):
        raise ValueError("must be a country's two capital letters or a part of it: DE, DE-BE")
    import holidays  # noqa: PLC0415 - takes 0.1 s, and few set it

    country, _, part = code.partition("-")
    try:
        known = holidays.country_holidays(country).subdivisions
    except NotImplementedError:
        raise ValueError("no holidays of that country are known; leave it empty") from None
    try:
        holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        parts = ", ".join(known) or "none"
        raise ValueError(f"there is no such part of the country; known are: {parts}") from None


def _variable(field: object) -> str:
    return f"{PREFIX}{str(field).upper()}"


def _misspelt(model: type[BaseSettings], names: set[str]) -> list[str]:
    """A line for each variable of ours that is no setting: a slip there would go unseen."""
    known = [_variable(field) for field in model.model_fields]
    lines = []
    for name in sorted(names):
        if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX) and name not in known:
            near = get_close_matches(name, known, n=1)
            lines.append(f"{name}: there is no such setting" + (f"; {near[0]}?" if near else ""))
    return lines


def _explain(error: ValidationError) -> list[str]:
    """One line for each mistake, without the value that was given."""
    lines = []
    for mistake in error.errors(include_url=False, include_input=False, include_context=False):
        where = "".join(f"{_variable(each)}: " for each in mistake["loc"][:1])
        lines.append(where + mistake["msg"].removeprefix("Value error, "))
    return lines
