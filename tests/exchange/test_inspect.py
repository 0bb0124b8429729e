"""A file is what its content says, whatever its name; what could harm who opens it is refused."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import Refused
from bot.exchange.examine import KINDS, MAX_SIZE, FileKind, examine
from bot.exchange.inspect import inspect, safe_name
from bot.exchange.refusals import (
    Damaged,
    EmbeddedObject,
    Empty,
    Encrypted,
    Entities,
    ExternalReference,
    FileRefused,
    Macros,
    NotAccepted,
    NotWhatItSays,
    OldFormat,
    Scripted,
    TooLarge,
    UnknownType,
    UnpacksTooBig,
)
from tests.conftest import SAMPLES, missing
from tests.tools import hostile_files as hostile

Look = Callable[..., FileKind]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    def looked(content: bytes, name: str = "file") -> FileKind:
        path = tmp_path / "came"
        path.write_bytes(content)
        return examine(path, name)

    return looked


# -- What is taken ---------------------------------------------------------------------------------

TAKEN = {
    "report.docx": hostile.docx(),
    "figures.xlsx": hostile.xlsx(),
    "slides.pptx": hostile.pptx(action="ppaction://hlinkshowjump?jump=nextslide"),
    "report.odt": hostile.open_document(),
    "figures.ods": hostile.open_document(kind="spreadsheet"),
    "report.pdf": hostile.pdf(),
    "photo.jpg": hostile.picture("JPEG"),
    "photo.png": hostile.picture("PNG"),
    "photo.webp": hostile.picture("WEBP"),
    "photo.heic": hostile.film(b"heic"),
    "voice.ogg": b"OggS\0\2" + bytes(22) + b"OpusHead" + bytes(64),
    "song.mp3": b"ID3\4" + bytes(64),
    "bare.mp3": b"\xff\xfb\x90\x64" + bytes(64),
    "voice.m4a": hostile.film(b"M4A "),
    "phone.m4a": hostile.film(b"mp42"),
    "voice.wav": b"RIFF\x40\0\0\0WAVEfmt " + bytes(64),
    "film.mp4": hostile.film(b"isom"),
    "film.mov": hostile.film(b"qt  "),
    "film.webm": b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + bytes(64),
    "words.txt": "Le comité – التقرير".encode(),
    "table.csv": b"\xef\xbb\xbfnumber;text\r\n140.7;Ratify\r\n",
    "wide.csv": "number;text\r\n140.7;صادق\r\n".encode("utf-16"),
    "old.csv": "numéro;texte\r".encode("cp1252"),
    "arabic.txt": "التقرير".encode("cp1256"),
    "table.tsv": b"number\ttext\n",
    "records.json": b'[{"Text": "Ratify"}]',
}


@pytest.mark.parametrize("name", TAKEN)
def test_every_kind_on_the_list_is_known_by_its_content(look: Look, name: str) -> None:
    found = look(TAKEN[name], name)

    assert found.extension == name.rpartition(".")[2]
    assert found == KINDS[found.extension]


BY_NAME_ALONE = {name for name in TAKEN if name.endswith((".txt", ".csv"))} | {
    "table.tsv",
    "records.json",
    "phone.m4a",
}


@pytest.mark.parametrize("name", sorted(TAKEN.keys() - BY_NAME_ALONE))
@pytest.mark.parametrize("claimed", ["report", "report.exe", "report.docm", "140.7"])
def test_a_wrong_name_is_corrected_not_refused(look: Look, name: str, claimed: str) -> None:
    kind = look(TAKEN[name], claimed)

    assert kind.extension == name.rpartition(".")[2]
    assert safe_name(claimed, kind.extension).endswith(f".{kind.extension}")


def test_text_without_a_telling_name_is_text(look: Look) -> None:
    assert look(b"words", "notes").extension == "txt"
    assert look(b"words", "notes.MD").extension == "txt"


def test_what_the_libraries_of_this_program_write_is_taken(look: Look, tmp_path: Path) -> None:
    document, workbook = Document(), openpyxl.Workbook()
    document.add_heading("Port Selene")
    document.add_table(2, 2)
    document.save(str(tmp_path / "a.docx"))
    workbook.active["A1"] = "=SUM(1,2)"  # type: ignore[index]
    workbook.save(tmp_path / "a.xlsx")
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as written:
        sheet = written.add_worksheet()
        sheet.write_formula("A1", '=IF(B1="a|b",1,2)')
        sheet.write_comment("A1", "a note, with its old-style drawing")
        sheet.write_url("A2", "https://example.org/report")
        sheet.insert_image("A3", "p.png", {"image_data": io.BytesIO(hostile.picture())})
        sheet.data_validation("B1", {"validate": "list", "source": ["yes", "no"]})

    for name in ("a.docx", "a.xlsx", "b.xlsx"):
        assert examine(tmp_path / name, name).extension == name[-4:]


@pytest.mark.parametrize(
    "name", ["ohchr_matrix_china_2013.docx", "ohchr_matrix_slovenia_2025.docx"]
)
def test_the_matrices_that_ohchr_sends_are_taken(name: str) -> None:
    """One names the template on its drafter's own drive."""
    if not (SAMPLES / name).exists():
        missing("samples", "the sample data is not there")
    assert examine(SAMPLES / name, name).extension == "docx"


def test_plain_links_are_taken(look: Look) -> None:
    links = [
        ("hyperlink", "https://example.org/a?b=c:d", "External"),
        ("hyperlink", "mailto:office@example.org", "External"),
        ("hyperlink", "annex.docx", "External"),
        ("attachedTemplate", "file:///D:\\Templates\\Matrix.dotx", "External"),
        ("image", "media/image1.png", "Internal"),
    ]
    assert look(hostile.docx(related=links)).extension == "docx"
    body = (
        '<text:a xlink:href="https://example.org">x</text:a><draw:image xlink:href="Pictures/1"/>'
    )
    assert look(hostile.open_document(body)).extension == "odt"


# -- What is refused -------------------------------------------------------------------------------


def external(kind: str, target: str = "https://example.org/x") -> bytes:
    return hostile.docx(related=[(kind, target, "External")])


OBJECTS = hostile.pdf_stream(b"1 0 <</S/JavaScript/JS(app.alert(1))>>", b"/Type/ObjStm/N 1/First 4")
REFUSED: dict[str, tuple[type[Refused], bytes]] = {
    # macros
    "docm": (Macros, hostile.docx(main=hostile.DOCM_MAIN)),
    "xlsm": (Macros, hostile.xlsx(main=hostile.XLSM_MAIN)),
    "slide that runs a macro": (Macros, hostile.pptx(action="ppaction://macro?name=A")),
    "docx with a macro project": (Macros, hostile.docx(more={"word/vbaProject.bin": b"x"})),
    "macro project by relation": (Macros, hostile.docx(related=[("vbaProject", "a", "Internal")])),
    "xlsx with a macro sheet": (Macros, hostile.xlsx(more={"xl/macrosheets/sheet1.xml": "<x/>"})),
    "odt with Basic": (Macros, hostile.open_document(more={"Basic/Standard/a.xml": "<x/>"})),
    "odt with an event": (Macros, hostile.open_document("<script:event-listener/>")),
    # things inside
    "pptx with OLE": (EmbeddedObject, hostile.pptx(related=[("oleObject", "a", "Internal")])),
    "docx with OLE": (EmbeddedObject, hostile.docx(more={"word/embeddings/a.bin": b"x"})),
    "OLE by relation": (EmbeddedObject, hostile.docx(related=[("oleObject", "a", "Internal")])),
    "ActiveX": (EmbeddedObject, hostile.docx(more={"word/activeX/activeX1.xml": "<x/>"})),
    "another document": (EmbeddedObject, hostile.docx(related=[("aFChunk", "a", "Internal")])),
    "OLE called a picture": (EmbeddedObject, hostile.docx(more={"word/media/1.png": hostile.OLE})),
    "program": (EmbeddedObject, hostile.docx(more={"word/media/1.png": b"MZ\x90"})),
    "nested bomb": (EmbeddedObject, hostile.nested_bomb()),
    "odt with OLE": (EmbeddedObject, hostile.open_document("<draw:object-ole/>")),
    "odt with a foreign object": (
        EmbeddedObject,
        hostile.open_document(
            manifest='<manifest:file-entry manifest:full-path="Object 1/" '
            'manifest:media-type="application/x-foreign"/>'
        ),
    ),
    # things elsewhere
    "picture elsewhere": (ExternalReference, external("image")),
    "template elsewhere": (ExternalReference, external("attachedTemplate")),
    "template on a share": (ExternalReference, external("attachedTemplate", "file://host/a.dotm")),
    "link to a program": (ExternalReference, external("hyperlink", "cmd:calc")),
    "link to a share": (ExternalReference, external("hyperlink", "\\\\host\\share")),
    "workbook elsewhere": (
        ExternalReference,
        hostile.xlsx(more={"xl/externalLinks/externalLink1.xml": "<x/>"}),
    ),
    "database": (ExternalReference, hostile.xlsx(more={"xl/connections.xml": "<x/>"})),
    "Power Query": (
        ExternalReference,
        hostile.xlsx(more={"customXml/item1.xml": "<DataMashup>A</DataMashup>".encode("utf-16")}),
    ),
    "formula that fetches": (
        ExternalReference,
        hostile.xlsx('<c><f>_xlfn.WEBSERVICE("https://example.org")</f></c>'),
    ),
    "DDE formula": (ExternalReference, hostile.xlsx("<c><f>cmd|' /c calc'!A0</f></c>")),
    "slide that starts a program": (
        ExternalReference,
        hostile.pptx(action="ppaction://program"),
    ),
    "slide that opens a file": (ExternalReference, hostile.pptx(action="ppaction://hlinkfile")),
    "slide with a film elsewhere": (
        ExternalReference,
        hostile.pptx(related=[("video", "https://example.org/a.mp4", "External")]),
    ),
    "DDE field": (ExternalReference, hostile.docx(hostile.field(" DDEAUTO c:\\\\a.exe"))),
    "split DDE field": (ExternalReference, hostile.docx(hostile.field(" D", "DE", "AUTO x y"))),
    "DDE field made by a field": (
        ExternalReference,
        hostile.docx(
            '<w:fldChar w:fldCharType="begin"/><w:instrText> </w:instrText>'
            + hostile.field(" QUOTE 68 68 69 ")
        ),
    ),
    "simple field": (
        ExternalReference,
        hostile.docx('<w:fldSimple w:instr=" INCLUDEPICTURE https://example.org/a.png"/>'),
    ),
    "odt picture elsewhere": (
        ExternalReference,
        hostile.open_document('<draw:image xlink:href="https://example.org/a.png"/>'),
    ),
    "odt file nearby": (
        ExternalReference,
        hostile.open_document('<draw:image xlink:href="../../a.png"/>'),
    ),
    "ods source": (ExternalReference, hostile.open_document("<table:table-source/>")),
    "ods DDE": (
        ExternalReference,
        hostile.open_document('<table:table-cell table:formula="of:=DDE(1;2;3)"/>'),
    ),
    # PDF
    "JavaScript": (Scripted, hostile.pdf(b"<</S/JavaScript/JS(app.alert(1))>>")),
    "hidden JavaScript": (Scripted, hostile.pdf(b"<</S/J#61vaScr#69#70t/JS(1)>>")),
    "packed JavaScript": (Scripted, hostile.pdf(OBJECTS)),
    "launch": (Scripted, hostile.pdf(b"<</S/Launch/F(calc.exe)>>")),
    "XFA": (Scripted, hostile.pdf(catalog=b"/AcroForm<</XFA 9 0 R>>")),
    "file in a PDF": (EmbeddedObject, hostile.pdf(b"<</Type/EmbeddedFile>>")),
    "film in a PDF": (EmbeddedObject, hostile.pdf(b"<</Subtype/RichMedia>>")),
    "locked PDF": (Encrypted, hostile.pdf(catalog=b"/Encrypt 9 0 R")),
    "PDF packed in an unknown way": (
        Damaged,
        hostile.pdf(b"<</Type/ObjStm/Filter/LZWDecode>>\nstream\n\x80\x0b\nendstream"),
    ),
    "PDF with filtered objects": (
        Damaged,
        hostile.pdf(hostile.pdf_stream(b"1 0", b"/Type/ObjStm/DecodeParms<</Predictor 12>>")),
    ),
    "cut PDF": (Damaged, hostile.pdf()[:-6]),
    # locked, old
    "locked docx": (Encrypted, hostile.ole("EncryptionInfo", "EncryptedPackage")),
    "locked odt": (Encrypted, hostile.open_document(manifest="<manifest:encryption-data/>")),
    "doc": (OldFormat, hostile.ole("WordDocument")),
    "xls": (OldFormat, hostile.ole("Workbook")),
    "ppt": (OldFormat, hostile.ole("PowerPoint Document")),
    "rtf": (OldFormat, b"{\\rtf1 words}"),
    # entities, damage
    "billion laughs": (Entities, hostile.billion_laughs()),
    "DTD in a side part": (
        Entities,
        hostile.docx(more={"docProps/app.xml": '<!DOCTYPE a SYSTEM "https://example.org"><a/>'}),
    ),
    "DTD in another coat": (
        Entities,
        hostile.docx(more={"word/theme.bin": "<!DOCTYPE a []><a/>".encode("utf-16")}),
    ),
    "cut docx": (Damaged, hostile.docx()[:-30]),
    "cut in the middle": (Damaged, hostile.docx()[:400]),
    "no XML": (Damaged, hostile.docx("<w:p>")),
    "part without a name": (Damaged, hostile.docx(more={"~~~": "x"}).replace(b"~~~", b"\0~~")),
    "way out": (Damaged, hostile.docx(more={"word/../../etc/passwd": "x"})),
    "rooted": (Damaged, hostile.docx(more={"/etc/passwd": "x"})),
    "twice the same part": (Damaged, hostile.docx(more={"Word/Document.xml": "<x/>"})),
    "cut picture": (Damaged, hostile.picture()[:40]),
    "cut WebP": (Damaged, hostile.picture("WEBP")[:30]),
    # too big inside
    "wide picture": (UnpacksTooBig, hostile.wide_png(60_000, 60_000)),
    "bomb in a PDF": (
        UnpacksTooBig,
        hostile.pdf(*[hostile.pdf_stream(bytes(50 * hostile.MEGABYTE))] * 5),
    ),
    # not on the list
    "program of Windows": (NotAccepted, b"MZ\x90\0" + bytes(200)),
    "GIF": (NotAccepted, b"GIF89a" + bytes(64)),
    "zip": (NotAccepted, hostile.packed({"a.txt": "words"})),
    "ppsx": (NotAccepted, hostile.pptx(main="slideshow")),
    "potx": (NotAccepted, hostile.pptx(main="template")),
    "dotx": (NotAccepted, hostile.docx(main=f"{hostile.OOXML}.wordprocessingml.template.main+xml")),
    "epub": (NotAccepted, hostile.packed({"mimetype": "application/epub+zip"})),
    "Ogg film": (NotAccepted, b"OggS\0\2" + bytes(22) + b"\x80theora" + bytes(64)),
    "nothing known": (UnknownType, bytes(range(1, 32)) * 4),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_could_do_harm_is_refused_with_its_reason(look: Look, what: str) -> None:
    refusal, content = REFUSED[what]

    with pytest.raises(refusal) as refused:
        look(content, "report")
    assert type(refused.value) is refusal
    assert refused.value.text.key.startswith("file.")


def test_refusals_name_what_was_found(look: Look) -> None:
    for content, name, values in [
        (hostile.ole("WordDocument"), "a.pdf", {"extension": "doc"}),
        (b"GIF89a" + bytes(64), "a", {"found": "gif"}),
        (b"<script>", "a.html", {"found": "html"}),
        (hostile.packed({"a.txt": "words"}), "a", {"found": "zip"}),
        (hostile.packed({"a.txt": "words"}), "a.docx", {"extension": "docx"}),
        (b"words", "a.pdf", {"extension": "pdf"}),
        (bytes(100), "a.jpg", {"extension": "jpg"}),
    ]:
        with pytest.raises(FileRefused) as refused:
            look(content, name)
        assert refused.value.values == values, name


def test_text_that_claims_to_be_something_else_is_refused(look: Look) -> None:
    with pytest.raises(NotWhatItSays):
        look(b"words", "photo.jpg")
    for name in ("page.html", "run.js", "run.bat", "drawing.svg"):
        with pytest.raises(NotAccepted):
            look(b"<words/>", name)


def test_nothing_and_too_much_are_refused(look: Look) -> None:
    with pytest.raises(Empty):
        look(b"", "a.txt")
    with pytest.raises(TooLarge) as refused:
        look(b"a" * (MAX_SIZE + 1), "a.txt")
    assert refused.value.values == {"limit": 20}
    assert look(b"a" * MAX_SIZE, "a.txt").extension == "txt"


@settings(max_examples=150)
@given(
    data=st.data(), which=st.sampled_from(["report.docx", "figures.ods", "report.pdf", "photo.png"])
)
def test_a_damaged_file_is_taken_or_refused_but_never_breaks_anything(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, which: str
) -> None:
    content = bytearray(TAKEN[which])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])

    try:
        assert examine(path, which) in KINDS.values()
    except FileRefused:
        pass


async def test_inspect_says_the_same_from_its_process(tmp_path: Path) -> None:
    path = tmp_path / "came"
    path.write_bytes(hostile.docx())
    assert await inspect(path, "report.docx") == KINDS["docx"]

    path.write_bytes(hostile.packed({"a.txt": "words"}))
    with pytest.raises(NotWhatItSays) as refused:
        await inspect(path, "report.docx")
    assert refused.value.values == {"extension": "docx"}
    assert refused.value.text.key == "file.not_what_it_says"


# -- Names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "extension", "expected"),
    [
        ("report.pdf", "", "report.pdf"),
        ("تقرير عن السجون.docx", "docx", "تقرير عن السجون.docx"),
        ("Отчёт № 5.xlsm", "xlsx", "Отчёт № 5.xlsx"),
        ("می\u200cخواهم.txt", "txt", "می\u200cخواهم.txt"),
        ("../../etc/passwd", "", "passwd"),
        ("C:\\temp\\plan.docx", "docx", "plan.docx"),
        ("Report v1.2", "pdf", "Report v1.2.pdf"),
        ("report.exe", "pdf", "report.exe.pdf"),
        ("photo.JPEG", "jpg", "photo.jpg"),
        ("a\x00b\x07.txt", "txt", "ab.txt"),
        ("invoice\u202efdp.exe", "pdf", "invoicefdp.exe.pdf"),
        ('a<b>:"c|d?*.txt', "txt", "a_b___c_d__.txt"),
        ("  a \n  b .txt", "txt", "a b.txt"),
        ("CON.txt", "txt", "file CON.txt"),
        ("-rf.txt", "txt", "rf.txt"),
        (".htaccess", "txt", "htaccess.txt"),
        ("...", "", "file"),
        ("", "pdf", "file.pdf"),
        ("\ud800.txt", "txt", "_.txt"),
    ],
)
def test_a_name_is_made_safe_and_stays_itself(name: str, extension: str, expected: str) -> None:
    assert safe_name(name, extension) == expected


@given(st.text(max_size=400), st.sampled_from(["", "pdf", "docx"]))
def test_no_name_leaves_its_folder_or_hides_its_end(name: str, extension: str) -> None:
    safe = safe_name(name, extension)

    assert 0 < len(safe) <= 100
    assert len(safe.encode()) <= 240
    assert not set(safe) & set('/\\<>:"|?*\0')
    assert safe.strip(". ") == safe
    assert safe.endswith(f".{extension}" if extension else safe)
    assert all(
        not unicodedata.category(each).startswith("C") or each in "\u200c\u200d" for each in safe
    )
    assert safe_name(safe, extension) == safe
