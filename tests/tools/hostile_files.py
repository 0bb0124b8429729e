"""Files as strangers might send them, harmless and hostile: made here, so that none is kept."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping

from PIL import Image

MEGABYTE = 1024 * 1024
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
OOXML = "application/vnd.openxmlformats-officedocument"

DOCX_MAIN = f"{OOXML}.wordprocessingml.document.main+xml"
XLSX_MAIN = f"{OOXML}.spreadsheetml.sheet.main+xml"
DOCM_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
XLSM_MAIN = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def packed(parts: Mapping[str, bytes | str], *, stored: Iterable[str] = ()) -> bytes:
    """A zip of the parts, deflated but for those that are to be stored as they are."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            how = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, how)
    return target.getvalue()


def types(main: str, part: str, *more: tuple[str, str]) -> str:
    """The content types of a package, with those of more parts."""
    overrides = "".join(
        f'<Override PartName="{name}" ContentType="{kind}"/>'
        for name, kind in ((part, main), *more)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{TYPES}">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def relations(*each: tuple[str, str, str]) -> str:
    """Relationships: the last word of each type, its target, its mode."""
    inner = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}" '
        f'TargetMode="{mode}"/>'
        for number, (kind, target, mode) in enumerate(each)
    )
    return f'<Relationships xmlns="{RELATIONS}">{inner}</Relationships>'


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def field(*pieces: str) -> str:
    """A Word field whose instruction is split over runs."""
    runs = "".join(f"<w:r><w:instrText>{each}</w:instrText></w:r>" for each in pieces)
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    return f"<w:p>{mark.format('begin')}{runs}{mark.format('end')}</w:p>"


def docx(
    body: str = paragraph("Maravia ratified the Optional Protocol."),
    *,
    main: str = DOCX_MAIN,
    related: Iterable[tuple[str, str, str]] = (),
    more: Mapping[str, bytes | str] | None = None,
    prolog: str = "",
) -> bytes:
    """A Word document, with what is to be wrong about it."""
    return packed(
        {
            "[Content_Types].xml": types(main, "/word/document.xml"),
            "_rels/.rels": relations(("officeDocument", "word/document.xml", "Internal")),
            "word/document.xml": f'{prolog}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body>'
            "</w:document>",
            "word/_rels/document.xml.rels": relations(*related),
            **(more or {}),
        }
    )


def pptx(
    *,
    action: str = "",
    main: str = "presentation",
    related: Iterable[tuple[str, str, str]] = (),
) -> bytes:
    """Slides, whose one text does `action` when it is clicked."""
    click = f'<a:hlinkClick action="{action}"/>' if action else ""
    slide = f'<p:sld xmlns:p="{SLIDES}" xmlns:a="{DRAWING}">{click}</p:sld>'
    return packed(
        {
            "[Content_Types].xml": types(
                f"{OOXML}.presentationml.{main}.main+xml",
                "/ppt/presentation.xml",
                ("/ppt/slides/slide1.xml", f"{OOXML}.presentationml.slide+xml"),
            ),
            "_rels/.rels": relations(("officeDocument", "ppt/presentation.xml", "Internal")),
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{SLIDES}"/>',
            "ppt/slides/slide1.xml": slide,
            "ppt/slides/_rels/slide1.xml.rels": relations(*related),
        }
    )


def xlsx(
    cells: str = "<c><v>1</v></c>",
    *,
    main: str = XLSX_MAIN,
    related: Iterable[tuple[str, str, str]] = (),
    more: Mapping[str, bytes | str] | None = None,
) -> bytes:
    """An Excel workbook of one sheet, with what is to be wrong about it."""
    sheet = f'<worksheet xmlns="{SHEET}"><sheetData><row>{cells}</row></sheetData></worksheet>'
    return packed(
        {
            "[Content_Types].xml": types(main, "/xl/workbook.xml"),
            "_rels/.rels": relations(("officeDocument", "xl/workbook.xml", "Internal")),
            "xl/workbook.xml": f'<workbook xmlns="{SHEET}"/>',
            "xl/_rels/workbook.xml.rels": relations(*related),
            "xl/worksheets/sheet1.xml": sheet,
            **(more or {}),
        }
    )


def open_document(
    content: str = "<text:p>Port Selene</text:p>",
    *,
    kind: str = "text",
    manifest: str = "",
    more: Mapping[str, bytes | str] | None = None,
) -> bytes:
    """An OpenDocument text (or spreadsheet), with what is to be wrong about it."""
    spaces = " ".join(
        f'xmlns:{each}="urn:oasis:names:tc:opendocument:xmlns:{each}:1.0"'
        for each in ("office", "text", "draw", "table", "script", "manifest")
    )
    spaces += ' xmlns:xlink="http://www.w3.org/1999/xlink"'
    return packed(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": f"<office:document-content {spaces}>{content}</office:document-content>",
            "META-INF/manifest.xml": f"<manifest:manifest {spaces}>{manifest}</manifest:manifest>",
            **(more or {}),
        },
        stored=["mimetype"],
    )


def ole(*streams: str) -> bytes:
    """The beginning of an OLE file that names these streams."""
    return OLE + bytes(504) + b"".join(each.encode("utf-16-le") + bytes(64) for each in streams)


def pdf(*objects: bytes, catalog: bytes = b"") -> bytes:
    """A PDF of one empty page, with more objects and more in its catalogue."""
    numbered = b"".join(
        b"%d 0 obj %b endobj\n" % (number, content)
        for number, content in enumerate(
            (
                b"<</Type/Catalog/Pages 2 0 R%b>>" % catalog,
                b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
                *objects,
            ),
            1,
        )
    )
    return b"%PDF-1.7\n" + numbered + b"trailer <</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def pdf_stream(content: bytes, dictionary: bytes = b"") -> bytes:
    """A compressed stream for a PDF."""
    body = zlib.compress(content, 9)
    return b"<</Filter/FlateDecode/Length %d%b>>\nstream\n%b\nendstream" % (
        len(body),
        dictionary,
        body,
    )


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8)) -> bytes:
    """A picture of one colour."""
    target = io.BytesIO()
    Image.new("RGB", size, "teal").save(target, kind)
    return target.getvalue()


def wide_png(width: int, height: int) -> bytes:
    """A PNG that claims so many points and holds none of them."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + name
            + content
            + struct.pack(">I", zlib.crc32(name + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b""))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def film(brand: bytes) -> bytes:
    """The beginning of a file in the family of MP4."""
    return struct.pack(">I", 24) + b"ftyp" + brand + bytes(4) + b"isommp42" + bytes(64)


def billion_laughs() -> bytes:
    """A Word document whose ten lines of XML grow to three gigabytes."""
    entities = '<!ENTITY e0 "lol">' + "".join(
        f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 10)
    )
    return docx(paragraph("&e9;"), prolog=f"<!DOCTYPE d [{entities}]>")


def zip_bomb() -> bytes:
    """A Word document that unpacks to half a gigabyte of nothing."""
    return docx(more={"word/media/image1.png": bytes(512 * MEGABYTE)})


def quilted_bomb() -> bytes:
    """A Word document of many modest parts that unpack to half a gigabyte together."""
    part = (b"0123456789abcdef" * 16 + zlib.compress(bytes(range(256)))) * 3000
    return docx(more={f"word/media/image{number}.png": part for number in range(600)})


def nested_bomb() -> bytes:
    """A Word document with a zip of zips inside."""
    inner = packed({"zeros": bytes(8 * MEGABYTE)})
    for _ in range(3):
        inner = packed({f"{number}.zip": inner for number in range(10)})
    return docx(more={"word/media/image1.png": inner})


def lying_bomb() -> bytes:
    """A Word document whose directory says that a part is small when it is not."""
    body = bytearray(docx(more={"word/media/image1.png": bytes(32 * MEGABYTE)}))
    size = struct.pack("<I", 32 * MEGABYTE)
    while (found := body.find(size)) >= 0:
        body[found : found + 4] = struct.pack("<I", 4096)
    return bytes(body)


def crowded_zip() -> bytes:
    """Nothing but a directory of 400,000 empty parts."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, *[0] * 6)
    directory = (entry + b"x") * 400_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(directory), 30, 0)
    return b"PK\3\4" + bytes(26) + directory + end
