"""Logs: no token, no name and no text ever reaches a line, whoever logs and however."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as some
from sqlalchemy import create_engine, text

from bot import logs

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
SECRET = "a-webhook-secret"
NAME = "Amina Diallo"

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def stream(logged: io.StringIO) -> io.StringIO:
    """What is logged, where one secret is known."""
    logs.configure("json", level="DEBUG", secrets=(SECRET,), stream=logged)
    return logged


@pytest.fixture
def lines(stream: io.StringIO) -> Lines:
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_keeps_its_identifiers(lines: Lines) -> None:
    logs.get("bot.inbox").info("inbox.finished", chat=7, update_id=12, elapsed=0.25)
    (line,) = lines()
    assert line["event"] == "inbox.finished"
    assert (line["chat"], line["update_id"], line["elapsed"]) == (7, 12, 0.25)
    assert (line["level"], line["logger"]) == ("info", "bot.inbox")
    assert line["timestamp"].endswith("Z")


def test_a_key_that_is_not_on_the_list_is_dropped_and_named(lines: Lines) -> None:
    logs.get("x").info("seat.ended", name=NAME, seat=4)
    (line,) = lines()
    assert line["dropped"] == ["name"]
    assert line["seat"] == 4
    assert NAME not in json.dumps(line)


def test_words_under_an_allowed_key_are_dropped(lines: Lines) -> None:
    logs.get("x").info("seat.ended", person=NAME, reason="She left", counts={"open": 3, NAME: 1})
    (line,) = lines()
    assert line["dropped"] == ["counts", "person", "reason"]


def test_an_event_that_is_a_sentence_is_not_logged(lines: Lines) -> None:
    logs.get("x").info(f"{NAME} has reported")
    (line,) = lines()
    assert (line["event"], line["dropped"]) == ("unnamed", ["event"])


@hypothesis(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(words=some.text(min_size=1))
def test_no_sentence_is_ever_logged(stream: io.StringIO, words: str) -> None:
    stream.seek(0)
    stream.truncate()
    logs.get("x").info("a.b", **dict.fromkeys(sorted(logs.ALLOWED), f"{words} {words}"))
    assert json.loads(stream.getvalue())["dropped"] == sorted(logs.ALLOWED)


def test_an_exception_keeps_its_kind_and_place_and_loses_its_words(lines: Lines) -> None:
    def report(text: str) -> None:
        raise ValueError(text)

    try:
        try:
            report(NAME)
        except ValueError as error:
            raise RuntimeError(f"while reporting {NAME}") from error
    except RuntimeError:
        logs.get("x").exception("report.failed")
    (line,) = lines()
    assert [each["kind"] for each in line["exception"]] == [
        "builtins.RuntimeError",
        "builtins.ValueError",
    ]
    assert line["exception"][1]["frames"][-1].endswith(" report")
    assert NAME not in json.dumps(line)


def test_the_members_of_a_group_are_told(lines: Lines) -> None:
    group = ExceptionGroup(NAME, [KeyError(NAME), OSError(28, NAME)])
    logs.get("x").error("tick.failed", exc_info=group)
    (line,) = lines()
    kinds = [each["kind"] for each in line["exception"]]
    assert kinds == ["builtins.ExceptionGroup", "builtins.KeyError", "builtins.OSError"]
    assert line["exception"][2]["codes"] == {"errno": 28}
    assert NAME not in json.dumps(line)


def test_a_chain_that_bites_its_tail_ends(lines: Lines) -> None:
    error = ValueError()
    error.__cause__ = KeyError()
    error.__cause__.__cause__ = error
    logs.get("x").error("tick.failed", exc_info=error)
    assert len(lines()[0]["exception"]) == 2


def test_a_database_error_keeps_its_code_and_loses_its_parameters(lines: Lines) -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(text("create table t (a text unique)"))
        connection.execute(text("insert into t values (:a)"), {"a": NAME})
        try:
            connection.execute(text("insert into t values (:a)"), {"a": NAME})
        except Exception:  # noqa: BLE001  # whatever it is, the log must not quote it
            logs.get("x").exception("report.failed")
    engine.dispose()
    (line,) = [each for each in lines() if each["event"] == "report.failed"]
    codes = [each.get("codes", {}) for each in line["exception"]]
    assert {"sqlite_errorname": "SQLITE_CONSTRAINT_UNIQUE"} in codes
    assert NAME not in json.dumps(line)


def test_a_library_is_kept_to_its_template(lines: Lines) -> None:
    logging.getLogger("telegram.ext").warning("Update %s caused %s", {"text": NAME}, NAME)
    logging.getLogger("some.library").warning(f"could not parse {NAME}")  # noqa: G004
    first, second = lines()
    assert first["event"] == "Update %s caused %s"
    assert second["event"] == "a library's message"
    assert second["logger"] == "some.library"
    assert second["where"].startswith("test_logs:")


def test_a_librarys_exception_is_described_like_ours(lines: Lines) -> None:
    try:
        raise ValueError(NAME)
    except ValueError:
        logging.getLogger("some.library").exception("it broke: %s", NAME)
    (line,) = lines()
    assert line["exception"][0]["kind"] == "builtins.ValueError"
    assert NAME not in json.dumps(line)


def test_http_calls_are_not_logged(stream: io.StringIO) -> None:
    """httpx logs the address of each call at INFO, and the token is part of it."""
    transport = httpx.MockTransport(lambda _request: httpx.Response(200))
    with httpx.Client(transport=transport) as client:
        client.get(f"https://example.org/bot{TOKEN}/getMe")
    assert stream.getvalue() == ""


def test_a_token_is_masked_wherever_it_comes_from(stream: io.StringIO) -> None:
    log = logs.get("x")
    log.warning("file.fetch", file=f"/file/bot{TOKEN}/documents/1", code=SECRET, id=TOKEN)
    logging.getLogger("some.library").warning(f"GET /bot{TOKEN}/getMe gave %s", 404)  # noqa: G004
    assert len(stream.getvalue().splitlines()) == 2
    assert TOKEN not in stream.getvalue()
    assert SECRET not in stream.getvalue()
    assert stream.getvalue().count("<secret>") == 4


def test_levels_below_the_chosen_one_are_silent(stream: io.StringIO) -> None:
    logs.configure("json", level="WARNING", stream=stream)
    logs.get("x").info("a.b")
    logs.get("x").warning("c.d")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["c.d"]


def test_the_readable_shape_holds_no_more_than_the_other(stream: io.StringIO) -> None:
    logs.configure("readable", secrets=(SECRET,), stream=stream)
    try:
        raise ValueError(NAME)
    except ValueError:
        logs.get("x").exception("report.failed", chat=7, name=NAME)
    head, kind, frame = stream.getvalue().splitlines()
    assert head.endswith("error   report.failed chat=7 dropped=['name']")
    assert kind.strip() == "builtins.ValueError"
    assert "test_logs.py" in frame
    assert NAME not in stream.getvalue()
