"""Calendar files in and out: zones, repetitions, what is left out, what is none."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.domain.deadlines import DeadlineKind, Offset, Said, tidy
from bot.domain.errors import Refused
from bot.exchange import calendar_work, recognise
from bot.exchange.calendar_files import (
    AHEAD,
    COLUMNS,
    KIND_NAMES,
    MOST,
    OURS,
    Entry,
    Found,
    NoEvents,
    NotACalendar,
    TooManyEvents,
    kind_of,
    read_csv,
    read_ics,
    template,
    write_ics,
)
from bot.exchange.confined import confined_stream
from bot.exchange.imported import Empty
from bot.exchange.recognise import Contents

TODAY = date(2026, 11, 26)
DAKAR = ZoneInfo("Africa/Dakar")
NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)


def ics(*events: str) -> str:
    """A calendar with these events, each the lines between BEGIN and END."""
    inside = "".join(f"BEGIN:VEVENT\r\n{each.strip()}\r\nEND:VEVENT\r\n" for each in events)
    lines = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{inside}END:VCALENDAR\n"
    return lines.replace("\r\n", "\n").replace("\n", "\r\n")


@pytest.fixture
def read(tmp_path: Path) -> type[Reader]:
    Reader.folder = tmp_path
    return Reader


class Reader:
    """Reads what a file would hold."""

    folder: Path

    @classmethod
    def ics(cls, content: str | bytes, *, zone: ZoneInfo = DAKAR, today: date = TODAY) -> Found:
        path = cls.folder / "some.ics"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_ics(path, zone=zone, today=today)

    @classmethod
    def csv(cls, content: str | bytes) -> Found:
        path = cls.folder / "some.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_csv(path)


def keys(found: Found) -> list[tuple[int, str, bool]]:
    return [(each.row, each.key, each.refused) for each in found.problems]


# -- ICS in ----------------------------------------------------------------------------------------


def test_an_all_day_event_is_a_deadline(read: type[Reader]) -> None:
    found = read.ics(
        ics("UID:a@b\nSUMMARY:Fifth periodic report (CAT)\nDTSTART;VALUE=DATE:20270304")
    )
    day = date(2027, 3, 4)
    assert found.said == [
        Said(1, "a@b", DeadlineKind.PERIODIC_REPORT, "Fifth periodic report (CAT)", day, day)
    ]
    assert found.problems == []


def test_an_end_is_the_last_day_whether_in_days_or_hours(read: type[Reader]) -> None:
    found = read.ics(
        ics(
            "SUMMARY:Visit one\nDTSTART;VALUE=DATE:20270304\nDTEND;VALUE=DATE:20270307",
            "SUMMARY:Visit two\nDTSTART:20270304T090000Z\nDTEND:20270306T000000Z",
            "SUMMARY:Visit three\nDTSTART:20270304T090000Z\nDURATION:P2D",
            "SUMMARY:Visit four\nDTSTART;VALUE=DATE:20270304\nDTEND;VALUE=DATE:20270304",
            "SUMMARY:Visit five\nDTSTART;VALUE=DATE:20270304\nDTEND;VALUE=DATE:20250304",
        )
    )
    assert [each.until and each.until.day for each in found.said] == [6, 5, 6, 4, 4]


@pytest.mark.parametrize(
    ("zone", "day"), [("Africa/Dakar", 4), ("Asia/Tokyo", 5), ("America/Lima", 4)]
)
def test_a_moment_falls_on_the_day_of_the_country(read: type[Reader], zone: str, day: int) -> None:
    found = read.ics(ics("SUMMARY:Dialogue\nDTSTART:20270304T180000Z"), zone=ZoneInfo(zone))
    assert found.said[0].day == date(2027, 3, day)


def test_the_zones_and_whole_days_of_outlook_are_understood(read: type[Reader]) -> None:
    berlin = "TZID=W. Europe Standard Time"
    found = read.ics(
        ics(
            f"SUMMARY:Dialogue\nDTSTART;{berlin}:20270304T003000",
            f"SUMMARY:Visit\nDTSTART;{berlin}:20270304T000000\nDTEND;{berlin}:20270306T000000\n"
            "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
        )
    )
    days = [(each.day, each.until) for each in found.said]
    assert days == [(date(2027, 3, 3),) * 2, (date(2027, 3, 4), date(2027, 3, 5))]


def test_a_zone_of_the_file_itself_is_understood(read: type[Reader]) -> None:
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Far East\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
        "TZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    event = ics("SUMMARY:Dialogue\nDTSTART;TZID=Far East:20270305T030000")
    found = read.ics(event.replace("BEGIN:VEVENT", f"{zone}BEGIN:VEVENT"))
    assert found.said[0].day == date(2027, 3, 4)


def test_a_repeated_event_is_followed_two_years_ahead_and_no_day_longer(
    read: type[Reader],
) -> None:
    found = read.ics(ics("UID:r\nSUMMARY:Debrief\nDTSTART;VALUE=DATE:20200115\nRRULE:FREQ=MONTHLY"))
    days = [each.day for each in found.said if each.day]
    assert min(days) == date(2026, 12, 15)
    assert max(days) == date(2028, 11, 15)
    assert max(days) <= TODAY + AHEAD
    assert len({each.uid for each in found.said}) == len(days) == 24


def test_exceptions_and_moved_occurrences_are_respected(read: type[Reader]) -> None:
    found = read.ics(
        ics(
            "UID:r\nSUMMARY:Debrief\nDTSTART;TZID=Europe/Berlin:20270105T100000\n"
            "RRULE:FREQ=MONTHLY;UNTIL=20270505T080000Z\n"
            "EXDATE;TZID=Europe/Berlin:20270205T100000\nRDATE;TZID=Europe/Berlin:20270220T100000",
            "UID:r\nSUMMARY:Debrief, moved\nRECURRENCE-ID;TZID=Europe/Berlin:20270305T100000\n"
            "DTSTART;TZID=Europe/Berlin:20270307T100000",
            "UID:r\nSUMMARY:Debrief\nSTATUS:CANCELLED\n"
            "RECURRENCE-ID;TZID=Europe/Berlin:20270405T100000\n"
            "DTSTART;TZID=Europe/Berlin:20270405T100000",
        )
    )
    days = sorted((each.day.month, each.day.day) for each in found.said if each.day)
    assert days == [(1, 5), (2, 20), (3, 7), (5, 5)]
    assert found.left_out == {"cancelled": 1}
    assert "r#20270305" in {each.uid for each in found.said}


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=SECONDLY",
        "FREQ=SOMETIMES",
        "FREQ=MONTHLY;BYDAY=XX",
        "COUNT=3",
    ],
)
def test_a_repetition_without_sense_leaves_the_first_day_and_a_word(
    read: type[Reader], rule: str
) -> None:
    found = read.ics(ics(f"SUMMARY:Visit\nDTSTART;VALUE=DATE:20270304\nRRULE:{rule}"))
    assert [each.day for each in found.said] == [date(2027, 3, 4)]
    assert len(found.problems) <= 1


def test_cancelled_past_and_our_own_due_days_are_left_out(read: type[Reader]) -> None:
    found = read.ics(
        ics(
            "SUMMARY:Visit\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20270304",
            "SUMMARY:Visit\nDTSTART;VALUE=DATE:20261125",
            "SUMMARY:Visit\nDTSTART;VALUE=DATE:20261125\nDTEND;VALUE=DATE:20261127",
            f"SUMMARY:Visit\nX-FOCAL-POINT-KIND:{OURS}\nDTSTART;VALUE=DATE:20270304",
        )
    )
    assert found.left_out == {"cancelled": 1, "past": 1, "ours": 1}
    assert len(found.said) == 1


def test_what_lacks_a_day_or_a_title_is_told_by_its_place(read: type[Reader]) -> None:
    found = read.ics(
        ics(
            "SUMMARY:Visit\nDTSTART:yesterday",
            "SUMMARY:Visit",
            "SUMMARY:  \nDTSTART;VALUE=DATE:20270304",
            "SUMMARY:Visit\nDTSTART;VALUE=DATE:00010101",
        )
    )
    assert keys(found) == [
        (1, "calendar.problem.no_day", True),
        (2, "calendar.problem.no_day", True),
        (3, "calendar.problem.no_title", True),
        (4, "calendar.problem.no_day", True),
    ]


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ("SUMMARY:CEDAW: constructive dialogue", DeadlineKind.DIALOGUE),
        ("SUMMARY:Réponses à la liste de points, CRC", DeadlineKind.LIST_OF_ISSUES),
        ("SUMMARY:موعد التقرير الدوري الخامس", DeadlineKind.PERIODIC_REPORT),
        ("SUMMARY:Interview of candidates", None),
        ("SUMMARY:Something\nCATEGORIES:Work,Country visit", DeadlineKind.VISIT),
        ("SUMMARY:Follow-up report to CAT", DeadlineKind.FOLLOW_UP),
        ("SUMMARY:x\nX-FOCAL-POINT-KIND:mid_term", DeadlineKind.MID_TERM),
    ],
)
def test_the_kind_is_found_in_category_or_title(
    read: type[Reader], lines: str, kind: DeadlineKind | None
) -> None:
    found = read.ics(ics(f"{lines}\nDTSTART;VALUE=DATE:20270304"))
    assert [each.kind for each in found.said] == [kind]


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><title>Sign in</title>",
        b"BEGIN:VEVENT\r\nSUMMARY:x\r\nEND:VEVENT\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:x\r\n",
        b"BEGIN:VCALENDAR",
        b"BEGIN:VCALENDAR\r\n\x00\x01 nothing of the kind\r\nEND:VCALENDAR",
    ],
)
def test_what_is_no_calendar_is_refused_with_a_sentence(read: type[Reader], content: bytes) -> None:
    with pytest.raises(NotACalendar):
        read.ics(content)


def test_a_calendar_without_events_is_refused(read: type[Reader]) -> None:
    with pytest.raises(NoEvents):
        read.ics(ics())


def test_more_events_than_a_reporting_calendar_has_are_refused(read: type[Reader]) -> None:
    daily = "SUMMARY:Visit\nDTSTART;VALUE=DATE:20270101\nRRULE:FREQ=DAILY"
    with pytest.raises(TooManyEvents) as refused:
        read.ics(ics(daily, daily, daily, daily))
    assert refused.value.values == {"limit": MOST}


def test_a_calendar_in_another_encoding_is_read(read: type[Reader]) -> None:
    content = ics("SUMMARY:Visite à Genève\nDTSTART;VALUE=DATE:20270304")
    for encoding in ("utf-8-sig", "cp1252"):
        assert read.ics(content.encode(encoding)).said[0].title == "Visite à Genève"


@given(st.data())
def test_a_damaged_calendar_is_read_or_refused_and_never_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = ics(
        "UID:r\nSUMMARY:Debrief\nDTSTART;TZID=Europe/Berlin:20270105T100000\n"
        "RRULE:FREQ=MONTHLY;UNTIL=20270505T080000Z\nEXDATE:20270205T100000\n"
        "CATEGORIES:a,b\nDURATION:PT2H\nX-FOCAL-POINT-WARNINGS:90,30",
        "UID:s\nSUMMARY:Visit\nDTSTART;VALUE=DATE:20270304\nDTEND;VALUE=DATE:20270307",
    ).encode()
    at = data.draw(st.integers(16, len(whole)))
    length = data.draw(st.integers(0, 20))
    noise = data.draw(st.binary(max_size=8) | st.sampled_from([b";", b":", b"=", b"0", b"\r\n"]))
    path = tmp_path_factory.mktemp("damaged") / "a.ics"
    path.write_bytes(whole[:at] + noise + whole[at + length :])
    try:
        read_ics(path, zone=DAKAR, today=TODAY)
    except Refused:
        return


# -- CSV in ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        ("Kind,Title,Day,Until\nCountry visit,WGAD,4 March 2027,7 March 2027\n", "visit"),
        ("Nature;Intitulé;Échéance;Dernier jour\nVisite;WGAD;4 mars 2027;07/03/2027\n", "visit"),
        ("النوع,العنوان,التاريخ,اليوم الأخير\nزيارة قطرية,WGAD,٤ مارس ٢٠٢٧,2027-03-07\n", "visit"),
    ],
)
def test_a_table_is_read_by_the_names_of_its_columns(
    read: type[Reader], table: str, kind: str
) -> None:
    found = read.csv(table)
    assert found.said == [
        Said(2, None, DeadlineKind(kind), "WGAD", date(2027, 3, 4), date(2027, 3, 7))
    ]


def test_a_table_may_count_days_from_a_document(read: type[Reader]) -> None:
    found = read.csv(
        "kind,title,document,after publication,days of warning\n"
        'follow-up,Reply to CAT,cat/c/mrv/co/4,12 months,"60, 7"\n'
    )
    [said] = found.said
    assert (said.symbol, said.rule, said.day) == ("CAT/C/MRV/CO/4", Offset(months=12), None)
    assert said.warnings == (60, 7)


def test_a_row_that_cannot_be_understood_is_told_with_its_number(read: type[Reader]) -> None:
    found = read.csv(
        "kind,title,day,until,warnings,rule\n"
        "visit,,2027-03-04,,,\n"
        "visit,Someday,4 March,,,\n"
        "visit,Short,2027-03-04,2027-03-01,often,soon\n"
    )
    assert keys(found) == [
        (2, "calendar.problem.no_title", True),
        (3, "calendar.problem.no_day", True),
        (4, "calendar.problem.rule", False),
        (4, "calendar.problem.until", False),
        (4, "calendar.problem.warnings", False),
    ]
    assert [each.title for each in found.said] == ["Short"]


def test_a_table_without_rows_is_empty(read: type[Reader]) -> None:
    with pytest.raises(Empty):
        read.csv("kind,title,day\n")


@pytest.mark.parametrize("language", ["en", "fr", "ar", "zz"])
def test_the_template_is_understood_when_it_comes_back(read: type[Reader], language: str) -> None:
    names = KIND_NAMES[DeadlineKind.VISIT].get(language, KIND_NAMES[DeadlineKind.VISIT]["en"])
    row = f"{names[0]},WGAD,,2027-03-04,2027-03-06,,30\r\n"
    found = read.csv(template(language) + row.encode())
    until = date(2027, 3, 6)
    assert found.said == [
        Said(2, None, DeadlineKind.VISIT, "WGAD", date(2027, 3, 4), until, warnings=(30,))
    ]
    assert found.problems == []


def test_names_of_kinds_and_columns_mean_one_thing_each() -> None:
    for kind, languages in KIND_NAMES.items():
        for names in languages.values():
            assert {kind_of(each) for each in names} == {kind}
    every = [
        (name, column)
        for column, languages in COLUMNS.items()
        for names in languages.values()
        for name in names
    ]
    assert len({name for name, _ in every}) == len(set(every))


# -- Which file it is ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "contents"),
    [
        ("a.ics", ics("SUMMARY:x"), Contents.CALENDAR),
        ("a.txt", ics("SUMMARY:x"), Contents.CALENDAR),
        ("a.csv", "title,date,kind\nx,2027-03-04,visit\n", Contents.CALENDAR),
        ("a.csv", "symbol,number,text,date,title\nA/1,1,Adopt a law.,2027,x\n", "recommendations"),
        ("a.csv", "Dear colleagues,\nnothing.\n", "recommendations"),
        ("a.docx", "PK\x03\x04", "recommendations"),
    ],
)
def test_a_calendar_is_recognised_by_its_content(
    tmp_path: Path, name: str, content: str, contents: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    assert recognise.contents(path, name) == contents


def test_what_calls_itself_a_calendar_and_is_none_is_refused_as_such(tmp_path: Path) -> None:
    path = tmp_path / "page.ics"
    path.write_text("<html>Sign in</html>")
    with pytest.raises(NotACalendar):
        recognise.contents(path, path.name)


async def test_a_calendar_is_read_in_a_process_with_limits(tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    path.write_text(ics("SUMMARY:Visit\nDTSTART;TZID=Europe/Berlin:20270304T100000"))
    batches = [
        each
        async for each in confined_stream(
            calendar_work.read, str(path), "Africa/Dakar", TODAY.isoformat()
        )
    ]
    assert Said.from_json(batches[0]["said"][0]).day == date(2027, 3, 4)
    assert batches[-1] == {"left_out": {}}


# -- Out -------------------------------------------------------------------------------------------


def test_a_calendar_goes_out_with_all_day_events_and_without_alarms() -> None:
    title = "التقرير الدوري الخامس: إتفاقية مناهضة التعذيب (CAT/C/MRV/CO/4) " * 3
    written = write_ics(
        [
            Entry("a@x", "visit", title.strip(), date(2027, 3, 4), date(2027, 3, 6)),
            Entry("b@x", OURS, "140.7; due, at once", date(2027, 3, 4), dropped=True),
        ],
        name="Focal Point",
        about="Made on 4 May 2026 by Amina Sall. · 2 events",
        made_at=NOW,
    )
    said = str(Calendar.from_ical(written)["X-WR-CALDESC"])
    assert said == "Made on 4 May 2026 by Amina Sall. · 2 events"
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    assert b"VALARM" not in written
    events: list[Any] = Calendar.from_ical(written).walk("VEVENT")
    first, second = events
    assert str(first["SUMMARY"]) == title.strip()
    assert first["DTSTART"].dt == date(2027, 3, 4)
    assert first["DTEND"].dt == date(2027, 3, 7)
    assert first["DTSTAMP"].dt == NOW
    assert str(second["SUMMARY"]) == "140.7; due, at once"
    assert str(second["STATUS"]) == "CANCELLED"
    assert not re.search(rb"DTSTART:\d{8}T", written)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    kind = draw(st.sampled_from(DeadlineKind))
    day = draw(st.dates(TODAY, TODAY + timedelta(days=900)))
    length = draw(st.integers(1, 20))
    title = draw(st.text(min_size=1, max_size=310).map(tidy).filter(bool))
    symbol = draw(st.none() | st.sampled_from(["A/HRC/61/9", "CAT/C/MRV/CO/4", "AL MRV 3/2025"]))
    rule = draw(st.none() | st.sampled_from(["90d", "12m"]))
    warnings = draw(st.lists(st.integers(1, 700), max_size=6, unique=True))
    return Entry(
        uid=f"{draw(st.integers(1, 10**9))}@focal-point",
        kind=kind.value,
        title=title,
        day=day,
        until=day + timedelta(days=length) if kind.has_end else None,
        category=draw(st.text(max_size=20).map(tidy)),
        description=draw(st.text(max_size=80).map(tidy)),
        symbol=symbol,
        rule=rule,
        warnings=tuple(sorted(warnings, reverse=True)),
    )


@given(st.lists(entries(), min_size=1, max_size=5))
def test_what_goes_out_says_the_same_when_it_comes_back(
    tmp_path_factory: pytest.TempPathFactory, several: list[Entry]
) -> None:
    path = tmp_path_factory.mktemp("out") / "a.ics"
    path.write_bytes(write_ics(several, name="Focal Point", about="", made_at=NOW))
    found = read_ics(path, zone=DAKAR, today=TODAY)
    assert found.problems == []
    assert found.said == [
        Said(
            row=row,
            uid=each.uid,
            kind=DeadlineKind(each.kind),
            title=each.title,
            day=each.day,
            until=each.until or each.day,
            symbol=each.symbol,
            rule=Offset.read(each.rule) if each.rule else None,
            warnings=each.warnings,
        )
        for row, each in enumerate(several, 1)
    ]
