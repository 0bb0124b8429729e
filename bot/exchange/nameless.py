"""A file of a participant with nothing in it that tells who made it, and what officers see of it.

It reads what strangers sent, so it runs in a process with limits (`bot.exchange.confined`), in
plain values: bytes as base64. Pictures are drawn anew. Documents lose properties, authors of
comments and changes, revision marks and thumbnails; officers see their text, and of a PDF its pages
as pictures. A voice loses its tags; it can still be recognised.
"""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from bot.domain.enclosures import LARGEST
from bot.exchange.examine import Family, FileKind, examine_bytes
from bot.exchange.ogg import without_tags
from bot.exchange.refusals import Damaged, NotAccepted, UnpacksTooBig
from bot.exchange.word_tables import paragraphs

TAKEN = ("jpg", "png", "webp", "pdf", "docx", "txt", "ogg")
WIDEST = 2560  # pixels of a picture's longer side
MOST_PAGES = 40  # of a PDF, drawn for officers; the rest is in its text
DRAWN = 1.5  # pixels to a point: 108 to the inch, read on a phone
QUALITY = 85
LONGEST = 100_000  # characters of a document's text

_JPEG = "image/jpeg"
_PARTS_GONE = re.compile(
    r"docProps/|customXml/|word/people\.xml|word/commentsIds\.xml|word/commentsExtensible\.xml"
)
_TARGETS_GONE = re.compile(r"docProps/|customXml/|people\.xml|comments(?:Ids|Extensible)\.xml")
_MARKS = re.compile(r'\s(?:w|w14|w15|w16cid|w16du):(?:rsid\w*|date|dateUtc|userId)="[^"]*"')
_AUTHORS = re.compile(r'(\s(?:w|w15):(?:author|initials|name))="[^"]*"')
_AUTHORED = re.compile(r"word/(?:document|comments|footnotes|endnotes|header\d*|footer\d*)\.xml")
_RSIDS = re.compile(r"<w:rsids>.*?</w:rsids>", re.DOTALL)
_RELATION = re.compile(r"<Relationship\b[^>]*/>")
_OVERRIDE = re.compile(r'<Override\b[^>]*PartName="/([^"]+)"[^>]*/>')
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_NAMING = ("/Metadata", "/PieceInfo", "/LastModified")
_OF_NOTES = ("/T", "/M", "/CreationDate", "/NM", "/RC", "/Popup")


def nameless(encoded: str, claimed: str) -> dict[str, Any]:
    """What is kept of the file that came as `claimed` (`voice.ogg`), as plain values.

    `extension`, `media_type`, `kept`; `shown` with `shown_type` where officers see something else
    first; `text` of a document. Refuses with a FileRefused.
    """
    data = base64.b64decode(encoded)
    kind = examine_bytes(data, claimed, limit=LARGEST)
    if kind.extension not in TAKEN:
        raise NotAccepted(found=kind.extension)
    found: dict[str, Any] = {"extension": kind.extension, "media_type": kind.media_type}
    return found | _without_names(kind, data)


def _without_names(kind: FileKind, data: bytes) -> dict[str, Any]:
    if kind.family is Family.PICTURE:
        kept = _encoded(redrawn(data))
        return {"extension": "jpg", "media_type": _JPEG, "kept": kept}
    match kind.extension:
        case "pdf":
            clean = pdf_without_names(data)
            shown, text = pages_as_pictures(clean)
            return {
                "kept": _encoded(clean),
                "shown": _encoded(shown),
                "shown_type": kind.media_type,
                "text": text[:LONGEST],
            }
        case "docx":
            clean = docx_without_names(data)
            text = "\n".join(paragraphs(io.BytesIO(clean)))
            return {"kept": _encoded(clean), "text": text[:LONGEST]}
        case "ogg":
            return {"kept": _encoded(without_tags(data))}
        case _:
            text = data.decode("utf-8", "replace").removeprefix("\ufeff")
            return {"kept": _encoded(text.encode()), "text": text[:LONGEST]}


def redrawn(data: bytes) -> bytes:
    """The picture drawn anew as JPEG, upright: no camera, place or thumbnail goes along."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - most files are no pictures

    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as picture:
            picture.draft("RGB", (WIDEST, WIDEST))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((WIDEST, WIDEST))
            flat = Image.new("RGB", upright.size, "white")
            flat.paste(upright, mask=upright.getchannel("A") if "A" in upright.mode else None)
    except (Image.DecompressionBombError, MemoryError):
        raise UnpacksTooBig from None
    except (OSError, ValueError, SyntaxError):
        raise Damaged from None
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


# -- PDF -------------------------------------------------------------------------------------------


def pdf_without_names(data: bytes) -> bytes:
    """The document without properties, XMP, authors of notes, and what cameras left in pictures."""
    import pikepdf  # noqa: PLC0415 - most files are no PDF

    try:
        with pikepdf.open(io.BytesIO(data)) as document:
            if "/Info" in document.trailer:
                del document.trailer["/Info"]
            for each in document.objects:
                _take_names(each)
            for page in document.pages:
                for note in page.get("/Annots", []):
                    _take(note, _OF_NOTES)
            out = io.BytesIO()
            document.save(out, deterministic_id=True)
    except (pikepdf.PdfError, TypeError, ValueError):
        raise Damaged from None
    return out.getvalue()


def _take_names(each: Any) -> None:
    import pikepdf  # noqa: PLC0415

    if not isinstance(each, (pikepdf.Dictionary, pikepdf.Stream)):
        return
    _take(each, _NAMING)
    if isinstance(each, pikepdf.Stream) and each.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        each.write(jpeg_without_names(each.read_raw_bytes()), filter=pikepdf.Name.DCTDecode)


def _take(each: Any, names: Iterable[str]) -> None:
    for name in names:
        if name in each:
            del each[name]


def jpeg_without_names(data: bytes) -> bytes:
    """The JPEG without segments of applications and comments (ITU-T T.81 B.2); Adobe's stays.

    That one says how its colours are to be read.
    """
    out, at = bytearray(data[:2]), 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:
            return bytes(out + data[at:])
        if marker != 0xFE and not (0xE1 <= marker <= 0xEF and marker != 0xEE):
            out += data[at : at + 2 + length]
        at += 2 + length
    return bytes(out + data[at:])


def pages_as_pictures(data: bytes) -> tuple[bytes, str]:
    """A PDF of the drawn pages alone, and the text that stands on all of them."""
    import pypdfium2  # noqa: PLC0415 - most files are no PDF

    try:
        document = pypdfium2.PdfDocument(data)
        texts = [page.get_textpage().get_text_bounded() for page in document]
        drawn = [page.render(scale=_scale(page)).to_pil() for page in _first(document)]
    except pypdfium2.PdfiumError:
        raise Damaged from None
    if not drawn:
        raise Damaged
    out = io.BytesIO()
    first, *others = [each.convert("RGB") for each in drawn]
    first.save(
        out, "PDF", save_all=True, append_images=others, resolution=72 * DRAWN, quality=QUALITY
    )
    return out.getvalue(), "\n".join(texts).replace("\r\n", "\n").replace("\0", "").strip()


def _first(document: Any) -> Iterator[Any]:
    for number in range(min(len(document), MOST_PAGES)):
        yield document[number]


def _scale(page: Any) -> float:
    """Drawn large enough to be read; a page of any size has bounded pixels."""
    return float(min(DRAWN, WIDEST / max(*page.get_size(), 1)))


# -- Word ------------------------------------------------------------------------------------------


def docx_without_names(data: bytes) -> bytes:
    """The Word document without properties, authors, moments, revision marks and bound data."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as package,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as clean,
    ):
        for part in package.infolist():
            if part.is_dir() or _PARTS_GONE.match(part.filename):
                continue
            content = _part_without_names(part.filename, package.read(part))
            clean.writestr(zipfile.ZipInfo(part.filename, _ZIP_TIME), content)
    return out.getvalue()


def _part_without_names(name: str, content: bytes) -> bytes:
    if name.startswith("word/media/"):
        return _medium_without_names(name, content)
    if not name.endswith((".xml", ".rels")):
        return content
    text = content.decode("utf-8", "surrogateescape")
    if name.endswith(".rels"):
        text = _RELATION.sub(lambda found: "" if _leads_away(found[0]) else found[0], text)
    elif name == "[Content_Types].xml":
        text = _OVERRIDE.sub(lambda found: "" if _PARTS_GONE.match(found[1]) else found[0], text)
    else:
        text = _RSIDS.sub("", _MARKS.sub("", text))
        if _AUTHORED.fullmatch(name):
            text = _AUTHORS.sub(r'\1=""', text)
    return text.encode("utf-8", "surrogateescape")


def _leads_away(relation: str) -> bool:
    """Whether a relation leads to what is left out: properties, people, bound data, thumbnails."""
    target = re.search(r'Target="([^"]*)"', relation)
    return bool(target and _TARGETS_GONE.search(target[1]))


def _medium_without_names(name: str, content: bytes) -> bytes:
    """A picture inside, drawn anew in its own format; drawings in other formats stay."""
    from PIL import Image  # noqa: PLC0415 - most files have none

    ending = name.rpartition(".")[2].lower()
    form = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG"}.get(ending)
    if form is None:
        return content
    try:
        with Image.open(io.BytesIO(content), formats=(form,)) as picture:
            mode = "RGB" if form == "JPEG" else "RGBA"
            bare = Image.new(mode, picture.size)  # what is only converted keeps its comments
            bare.paste(picture.convert(mode))
            out = io.BytesIO()
            bare.save(out, form, **({"quality": QUALITY} if form == "JPEG" else {}))
            return out.getvalue()
    except (Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        raise Damaged from None


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
