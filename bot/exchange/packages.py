"""What kind of office document a zip package is, and what is dangerous in it.

Word, Excel and PowerPoint (ECMA-376) and OpenDocument packages are read part by part, never whole
and never by an office library: names, content types, relationships, fields, formulas, what a click
does. What a part unpacks to is counted as it is read, whatever the package says of itself.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias
from xml.parsers import expat

from bot.exchange.refusals import (
    Damaged,
    EmbeddedObject,
    Encrypted,
    Entities,
    ExternalReference,
    FileRefused,
    Macros,
    NotAccepted,
    UnpacksTooBig,
)

MAX_PARTS = 5_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 200  # for parts over a megabyte; office programs stay far below
MAX_ELEMENTS = 2_000_000  # of the parts that are read element by element

Start: TypeAlias = Callable[[str, dict[str, str]], None]

_CHUNK = 256 * 1024
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    IndexError,  # over a part without a name
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
)

_MAIN_TYPES = (
    ("wordprocessingml.document.main", "docx"),
    ("spreadsheetml.sheet.main", "xlsx"),
    ("wordprocessingml.template.main", "dotx"),
    ("spreadsheetml.template.main", "xltx"),
    ("presentationml.presentation.main", "pptx"),
    ("presentationml.slideshow.main", "ppsx"),
    ("presentationml.template.main", "potx"),
    ("ms-excel.sheet.binary", "xlsb"),
)
_OPEN_TYPES = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/epub+zip": "epub",
}

# What the path, content type or relationship type of a part says of it, in small letters.
_TELLING: tuple[tuple[re.Pattern[str], type[FileRefused]], ...] = (
    (
        re.compile(r"vbaproject|vbadata|macroenabled|macrosheet|^basic/|^scripts/|^customui"),
        Macros,
    ),
    (
        re.compile(r"oleobject|activex|/embeddings/|/package$|/control$|afchunk|/attachedtoolbars"),
        EmbeddedObject,
    ),
    (
        re.compile(
            r"externallink|xl/connections|\+?connections(\+xml)?$|querytable"
            r"|subdocument|mailmerge|/frame$|webextension"
        ),
        ExternalReference,
    ),
)
_NESTED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"MZ", b"Rar!", b"7z\xbc\xaf", b"%PDF", b"\x7fELF")
_PLAIN_LINK = re.compile(
    r"(?:https?|mailto|tel|ftp):|(?![/\\]{2})[^:\\]*(?:[/#?]|$)", re.IGNORECASE
)
# OHCHR's own matrices name the template on the drafter's drive: nothing that a sender can reach.
_OWN_DRIVE = re.compile(r"(?:file:/{0,3})?[A-Za-z]:(?!//)|[^:/\\]+$", re.IGNORECASE)
_HARMLESS_TARGETS = {"hyperlink": _PLAIN_LINK, "attachedtemplate": _OWN_DRIVE}
_HARMLESS_ACTION = re.compile(
    r"ppaction://(?:hlinksldjump|hlinkshowjump|customshow|media|noaction)\b"
)
_FETCHING_FIELD = re.compile(
    r"\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|LINK|DATABASE|RD)\b", re.IGNORECASE
)
_FETCHING_FORMULA = re.compile(
    rb"\b(?:WEBSERVICE|RTD|DDE|CALL|REGISTER\.ID)\(|<(?:\w+:)?f(?:\s[^<>]{0,200})?>[=+-]?[\w.]{1,64}\|",
    re.IGNORECASE,
)
_OPEN_FETCHING = {
    "dde-source", "dde-link", "dde-connection", "dde-connection-decl", "table-source",
    "cell-range-source", "section-source", "connection-resource", "database-source-sql",
    "database-source-table", "database-source-query",
}  # fmt: skip
_OPEN_OBJECTS = {"object-ole", "applet", "plugin", "floating-frame"}
_OPEN_PARTS = re.compile(r"(?:object[^/]*/)?(?:content|styles|settings)\.xml")


def examine_package(data: bytes) -> str:
    """The extension the package should have, `zip` if it is none of ours; raises FileRefused."""
    if data.count(b"PK\x01\x02") > MAX_PARTS:  # before memory is spent on a directory of them
        raise UnpacksTooBig
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _Package(archive).examine()
    except _BROKEN:
        raise Damaged from None


class _Package:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts = [each for each in archive.infolist() if not each.is_dir()]
        self._elements = 0
        self._fields: list[str] = []

    def examine(self) -> str:
        self._check_directory()
        names = {part.filename for part in self._parts}
        if "[Content_Types].xml" in names:
            found = self._office_kind()
        elif "mimetype" in names:
            found = _OPEN_TYPES.get(self._archive.read("mimetype")[:200].strip(), "zip")
        else:
            return "zip"
        if found not in {"docx", "xlsx", "pptx", "odt", "ods"}:
            raise NotAccepted(found=found)
        for part in self._parts:
            _judge(part.filename)
        for part in self._parts:
            self._check_part(part, found)
        return found

    def _check_directory(self) -> None:
        seen = set()
        unpacked = 0
        for part in self._parts:
            unpacked += part.file_size
            if part.flag_bits & 1:
                raise Encrypted
            if part.file_size > max(MAX_RATIO * part.compress_size, 1024 * 1024):
                raise UnpacksTooBig
            name = part.filename.lower()
            odd = name in seen or name.startswith("/") or ".." in name or "\\" in part.orig_filename
            if odd or part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise Damaged
            seen.add(name)
        if unpacked > MAX_UNPACKED:
            raise UnpacksTooBig

    def _office_kind(self) -> str:
        """The kind that the content types name; refuses types of dangerous parts."""
        types: list[str] = []

        def start(name: str, attributes: Mapping[str, str]) -> None:
            types.append(attributes.get("ContentType", "").lower())
            self._count(name)

        _read_xml(self._chunks(self._archive.getinfo("[Content_Types].xml")), start)
        for each in types:
            _judge(each)
        return next(
            (kind for telling, kind in _MAIN_TYPES for each in types if telling in each), "zip"
        )

    # -- Parts -------------------------------------------------------------------------------------

    def _check_part(self, part: zipfile.ZipInfo, kind: str) -> None:
        chunks = self._chunks(part)
        first = next(chunks, b"")
        if first.startswith(_NESTED):
            raise EmbeddedObject
        name = part.filename.lower()
        rest = _joined(first, chunks)
        if name.endswith(".rels"):
            _read_xml(rest, self._relationship)
        elif kind == "docx" and name.startswith("word/") and name.endswith(".xml"):
            self._read_word(rest)
        elif kind == "pptx" and name.startswith("ppt/") and name.endswith(".xml"):
            _read_xml(rest, self._slide_element)
        elif name == "meta-inf/manifest.xml":
            _read_xml(rest, self._manifest_entry)
        elif kind in {"odt", "ods"} and _OPEN_PARTS.fullmatch(name):
            _read_xml(rest, self._open_element)
        elif kind == "xlsx" and name.startswith("xl/"):
            _search_formulas(rest)
        else:
            for _ in rest:  # read to the end, so that a damaged part is found out
                pass
        if _is_xml(name, first):
            _check_beginning(first)

    def _chunks(self, part: zipfile.ZipInfo) -> Iterator[bytes]:
        with self._archive.open(part) as file:
            while chunk := file.read(_CHUNK):
                yield chunk

    def _count(self, _name: str) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise UnpacksTooBig

    def _relationship(self, name: str, attributes: Mapping[str, str]) -> None:
        self._count(name)
        kind = attributes.get("Type", "").lower()
        _judge(kind)
        if attributes.get("TargetMode", "").lower() == "external":
            harmless = _HARMLESS_TARGETS.get(kind.rpartition("/")[2])
            if harmless is None or not harmless.match(attributes.get("Target", "")):
                raise ExternalReference

    # -- Word: fields ------------------------------------------------------------------------------

    def _read_word(self, chunks: Iterator[bytes]) -> None:
        """Refuse fields that fetch, also where one field makes up the name of another."""
        self._fields = []
        _read_xml(chunks, self._word_element, "instrText", self._field_text)

    def _word_element(self, name: str, attributes: Mapping[str, str]) -> None:
        self._count(name)
        if name == "fldSimple":
            _check_field(_attribute(attributes, "instr"))
        elif name == "fldChar":
            if _attribute(attributes, "fldCharType") == "begin":
                if self._fields and not self._fields[-1].strip():
                    raise ExternalReference
                self._fields.append("")
            elif self._fields:
                _check_field(self._fields[-1])
                if _attribute(attributes, "fldCharType") == "end":
                    self._fields.pop()

    def _field_text(self, text: str) -> None:
        if self._fields:
            self._fields[-1] = (self._fields[-1] + text)[:1000]
        else:
            _check_field(text)

    # -- PowerPoint: what a click does -------------------------------------------------------------

    def _slide_element(self, name: str, attributes: Mapping[str, str]) -> None:
        self._count(name)
        action = _attribute(attributes, "action").strip().lower()
        if action.startswith("ppaction://macro"):
            raise Macros
        if action and not _HARMLESS_ACTION.match(action):
            raise ExternalReference

    # -- OpenDocument ------------------------------------------------------------------------------

    def _manifest_entry(self, name: str, attributes: Mapping[str, str]) -> None:
        self._count(name)
        if name == "encryption-data":
            raise Encrypted
        path = _attribute(attributes, "full-path")
        media = _attribute(attributes, "media-type")
        plain = media.startswith(("application/vnd.oasis.opendocument.", "text/xml"))
        if path.lower().startswith("object ") and path.endswith("/") and media and not plain:
            raise EmbeddedObject

    def _open_element(self, name: str, attributes: Mapping[str, str]) -> None:
        self._count(name)
        if name in _OPEN_FETCHING:
            raise ExternalReference
        if name in _OPEN_OBJECTS:
            raise EmbeddedObject
        if name in {"script", "event-listener"}:
            raise Macros
        for key, value in attributes.items():
            if key.endswith(":href"):
                _check_open_link(name, value)
            elif key.endswith(":formula") and _FETCHING_FORMULA.search(value.encode()):
                raise ExternalReference


def _judge(telling: str) -> None:
    """Refuse what a path or a type gives away."""
    telling = telling.lower()
    for pattern, refusal in _TELLING:
        if pattern.search(telling):
            raise refusal


def _check_field(instruction: str) -> None:
    if _FETCHING_FIELD.match(instruction):
        raise ExternalReference


def _check_open_link(element: str, target: str) -> None:
    if element == "a":
        if not _PLAIN_LINK.match(target):
            raise ExternalReference
    elif target.startswith(("/", "\\", "../")) or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", target):
        raise ExternalReference


def _search_formulas(chunks: Iterator[bytes]) -> None:
    tail = b""
    for chunk in chunks:
        if b"\0" in chunk[:4] and chunk[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            return  # UTF-16 is written for queries alone, which `_check_beginning` refuses
        if _FETCHING_FORMULA.search(tail + chunk):
            raise ExternalReference
        tail = chunk[-300:]


# -- XML -------------------------------------------------------------------------------------------


def _read_xml(
    chunks: Iterator[bytes],
    start: Start,
    words_of: str = "",
    words: Callable[[str], None] | None = None,
) -> None:
    """Call `start` for each element without its prefix, `words` for the text in `words_of`."""
    parser = _parser()

    def opened(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        parser.CharacterDataHandler = words if local == words_of else None
        start(local, attributes)

    parser.StartElementHandler = opened
    try:
        for chunk in chunks:
            parser.Parse(chunk)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise Damaged from None


def _check_beginning(first: bytes) -> None:
    """Refuse a definition of entities, which can stand only before the first element, and queries.

    The rest need not be well-formed: Excel's own drawings of the old kind are not.
    """
    parser = _parser()
    roots: list[str] = []

    def opened(name: str, _attributes: dict[str, str]) -> None:
        roots.append(name.rpartition(":")[2])
        parser.StartElementHandler = None

    parser.StartElementHandler = opened
    try:
        parser.Parse(first)
    except expat.ExpatError:
        if not roots:
            raise Damaged from None
    if not roots and len(first) >= _CHUNK:
        raise Damaged  # so much before the first element hides something
    if roots and roots[0] == "DataMashup":  # a Power Query
        raise ExternalReference


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_entities
    return parser


def _refuse_entities(*_declared: object) -> None:
    raise Entities


def _is_xml(name: str, first: bytes) -> bool:
    if not first:
        return False
    begins = first[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    return name.endswith((".xml", ".rels")) or begins.startswith((b"<", b"\xff\xfe", b"\xfe\xff"))


def _attribute(attributes: Mapping[str, str], name: str) -> str:
    """An attribute whatever its prefix; empty where there is none."""
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), "")


def _joined(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from chunks
