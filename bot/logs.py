"""What is logged: events, identifiers, counts and durations; never a name, a text or a token.

Our own events carry values under the keys of `ALLOWED`, each shaped like a code; anything else is
dropped and its key named, so that a slip is seen and does no harm. What libraries log is kept as
its template without values, and of an exception its kind, its codes and where it happened: the
words of an exception may quote a person.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

ALLOWED = frozenset(
    """
    act address age attempts audit_head bytes chat code conversation count counts delivery
    document duration elapsed entry error file flow failed id invitation item job key kind
    language left limit mode number outbox outcome part person pid planned port process
    rate reason recipient request retry_after revision rows seat sent sha256 signal skipped
    status step table tick tries unknown update_id version worker year
    """.split()
)

_CODE = re.compile(r"[A-Za-z0-9_.:/+*,-]{0,200}")
_EVENT = re.compile(r"[a-z0-9_. -]{1,80}")
_TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{10,100}")
_CODES = ("errno", "sqlstate", "sqlite_errorname", "constraint_name", "retry_after", "key")
_ROOT = Path(__file__).parent.parent

NOISY = ("alembic", "apscheduler", "asyncio", "httpcore", "httpx", "tornado.access")


def configure(
    shape: Literal["json", "readable"],
    *,
    level: str = "INFO",
    secrets: tuple[str, ...] = (),
    stream: TextIO | None = None,
) -> None:
    """Send every log line of the process to `stream` (standard error), as JSON or readable."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=True) if shape == "json" else _readable
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_template_only, *shared],
            use_get_message=False,
            pass_foreign_args=True,
            processors=[_drop_meta, keep_allowed, describe_exception, renderer, Mask(secrets)],
        )
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in NOISY:  # httpx logs the address of each call, and the token is in it
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def get(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module: `logs.get(__name__).info("inbox.finished", chat=7)`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


# -- Processors ------------------------------------------------------------------------------------


class Mask:
    """Puts `<secret>` in place of every token and known secret of a finished line."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)

    def __call__(self, _logger: WrappedLogger, _method: str, event: Any) -> str:
        line = str(event)
        for secret in self._secrets:
            line = line.replace(secret, "<secret>")
        return _TOKEN.sub("<secret>", line)


def keep_allowed(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep what may be logged; name the keys of the rest under `dropped`."""
    own = {"event", "level", "timestamp", "logger", "where", "exc_info"}
    kept: EventDict = {key: event[key] for key in event if key in own}
    dropped = []
    for key, value in event.items():
        if key in own:
            continue
        if key in ALLOWED and _is_code(value):
            kept[key] = value
        else:
            dropped.append(key)
    if "where" not in kept and not _EVENT.fullmatch(str(kept["event"])):
        kept["event"] = "unnamed"
        dropped.append("event")
    if dropped:
        kept["dropped"] = sorted(dropped)
    return kept


def describe_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put the kinds, codes and places of an exception and its causes in place of the exception."""
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = list(_describe(error))
    return event


def _is_code(value: object) -> bool:
    match value:
        case None | bool() | int() | float():
            return True
        case str():
            return bool(_CODE.fullmatch(value))
        case list() | tuple():
            return all(_is_code(each) for each in value)
        case Mapping():
            return all(_is_code(each) for each in (*value.keys(), *value.values()))
        case _:
            return False


def _describe(error: BaseException) -> Iterator[dict[str, Any]]:
    """The error, then what caused it, each as its kind, codes and frames; a group's members too."""
    seen: set[int] = set()
    waiting = [error]
    while waiting and len(seen) < 10:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        described: dict[str, Any] = {"kind": f"{type(each).__module__}.{type(each).__qualname__}"}
        if codes := _codes(each):
            described["codes"] = codes
        described["frames"] = [
            f"{_short(frame.filename)}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(each.__traceback__)[-15:]
        ]
        yield described
        cause = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
        origin = getattr(each, "orig", None)  # SQLAlchemy's; its words may quote the parameters
        members = each.exceptions if isinstance(each, BaseExceptionGroup) else ()
        waiting += [e for e in (*members, cause, origin) if isinstance(e, BaseException)]


def _codes(error: BaseException) -> dict[str, Any]:
    found = {name: getattr(error, name, None) for name in _CODES}
    return {name: code for name, code in found.items() if code is not None and _is_code(code)}


def _short(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(_ROOT)) if path.is_relative_to(_ROOT) else "/".join(path.parts[-3:])


def _template_only(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A library's line as its template; without arguments the words may hold values: they go."""
    record: logging.LogRecord = event["_record"]
    event["logger"] = record.name
    event["where"] = f"{record.module}:{record.lineno}"
    if not event.pop("positional_args", None):
        event["event"] = "a library's message"
    return event


def _drop_meta(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if event.get("_from_structlog") is False and event["_record"].exc_info:
        event["exc_info"] = event["_record"].exc_info
    event.pop("_record", None)
    event.pop("_from_structlog", None)
    return event


def _readable(_logger: WrappedLogger, _method: str, event: MutableMapping[str, Any]) -> str:
    head = f"{event['timestamp'][11:19]} {event['level']:<7} {event['event']}"
    shown = {"timestamp", "level", "event", "exception", "logger"}
    tail = [f"{key}={value}" for key, value in event.items() if key not in shown]
    lines = [" ".join([head, *tail])]
    for error in event.get("exception", ()):
        lines.append(f"    {error['kind']} {error.get('codes', '')}".rstrip())
        lines += [f"        {frame}" for frame in error["frames"]]
    return "\n".join(lines)
