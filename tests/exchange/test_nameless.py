"""Files of participants: what is kept of them tells nobody who made them."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
from typing import Any

import docx
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from bot.exchange import ogg
from bot.exchange.confined import MEGABYTE, Limits, confined
from bot.exchange.nameless import (
    docx_without_names,
    nameless,
    pages_as_pictures,
    pdf_without_names,
    redrawn,
)
from bot.exchange.refusals import FileRefused, NotAccepted

NAME = "Salma Idrissi"
PLACE = "Far Shore Clinic"


def photo(form: str = "JPEG") -> bytes:
    """A picture 30 wide and 20 high, held sideways, with camera, owner and place."""
    picture = Image.new("RGB", (30, 20), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned
    exif[0x010F], exif[0x013B], exif[0x010E] = "Camera", NAME, PLACE
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    picture.save(out, form, exif=exif, comment=NAME.encode())
    return out.getvalue()


def pdf() -> bytes:
    """Two pages with a photo, a note, and properties in every place that has some."""
    drawn = io.BytesIO()
    pages = [Image.open(io.BytesIO(photo())).convert("RGB") for _ in range(2)]
    pages[0].save(drawn, "PDF", save_all=True, append_images=pages[1:], author=NAME, title=PLACE)
    with pikepdf.open(drawn) as document:
        with document.open_metadata() as told:
            told["dc:creator"] = [NAME]
        page = document.pages[0]
        note = {"/Type": pikepdf.Name.Annot, "/Subtype": pikepdf.Name.Text, "/T": NAME}
        page.Annots = pikepdf.Array(
            [pikepdf.Dictionary(note | {"/Rect": [0, 0, 9, 9], "/Contents": "Look"})]
        )
        page.PieceInfo = pikepdf.Dictionary({"/Maker": pikepdf.Dictionary({"/By": NAME})})
        picture = next(iter(page.Resources.XObject.values()))
        picture.write(photo(), filter=pikepdf.Name.DCTDecode)
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def word() -> bytes:
    """A Word document with an author, a comment, a tracked change and a photo."""
    document = docx.Document()
    document.core_properties.author = NAME
    document.core_properties.last_modified_by = NAME
    paragraph = document.add_paragraph("No ramp leads into our school.")
    document.add_comment(paragraph.runs, text="Since 2019", author=NAME, initials="SI")
    document.add_picture(io.BytesIO(photo()))
    out = io.BytesIO()
    document.save(out)
    marked = io.BytesIO()
    with zipfile.ZipFile(out) as package, zipfile.ZipFile(marked, "w") as changed:
        for part in package.namelist():
            content = package.read(part)
            if part == "word/document.xml":
                mark = f'<w:ins w:id="9" w:author="{NAME}" w:date="2026-01-01T10:00:00Z">'
                run = f'{mark}<w:r w:rsidR="00AB12CD"><w:t>Truly.</w:t></w:r></w:ins></w:p>'
                content = content.replace(b"</w:p>", run.encode(), 1)
            changed.writestr(part, content)
    return marked.getvalue()


def voice(tags: bytes = b"ARTIST=Salma Idrissi") -> bytes:
    """A voice message of three pages, as a phone records it."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48000, 0, 0)
    packed = struct.pack("<I", len(tags)) + tags
    told = b"OpusTags" + struct.pack("<I", 5) + b"Phone" + struct.pack("<I", 1) + packed
    bodies = ((2, 0, head), (0, 0, told), (4, 960, b"\xfc\xff\xfe"))
    pages = [
        ogg._Page(kind, granule, 77, number, bytes([len(body)]), body).packed()
        for number, (kind, granule, body) in enumerate(bodies)
    ]
    return b"".join(pages)


def everything(data: bytes) -> bytes:
    """The bytes of a file, those of its packed parts and streams with them."""
    found = [data]
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            found += [package.read(each) for each in package.namelist()]
            found += [package.comment]
    if data.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(data)) as document:
            for each in document.objects:
                found.append(repr(each).encode())
                if isinstance(each, pikepdf.Stream):
                    found.append(each.read_raw_bytes())
                    if each.get("/Filter") != "/DCTDecode":
                        found.append(each.read_bytes())
    return b"\n".join(found)


def kept(found: dict[str, Any], which: str = "kept") -> bytes:
    return base64.b64decode(found[which])


def given(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("make", [photo, pdf, word, voice])
def test_the_samples_tell_who_made_them(make: Any) -> None:
    assert NAME.encode() in everything(make())


def test_a_photo_is_drawn_anew_upright_and_without_a_word() -> None:
    clean = redrawn(photo())
    assert not any(each.encode() in clean for each in (NAME, PLACE, "Camera", "Exif"))
    with Image.open(io.BytesIO(clean)) as picture:
        assert picture.size == (20, 30)
        assert not picture.getexif()
        assert picture.getpixel((5, 5)) == pytest.approx((254, 0, 0), abs=3)


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_pictures_of_other_formats_become_jpeg(form: str) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (4000, 10), (0, 0, 0, 0)).save(out, form)
    found = nameless(given(out.getvalue()), f"picture.{form.lower()}")
    assert (found["extension"], found["media_type"]) == ("jpg", "image/jpeg")
    with Image.open(io.BytesIO(kept(found))) as picture:
        assert picture.width == 2560
        assert picture.getpixel((5, 5)) == (255, 255, 255), "what was clear is paper"


def test_a_pdf_loses_properties_authors_and_what_cameras_left() -> None:
    clean = everything(pdf_without_names(pdf()))
    assert not any(each.encode() in clean for each in (NAME, PLACE, "Camera"))
    assert b"Look" in clean, "a note's words are its writer's to say"
    with pikepdf.open(io.BytesIO(pdf_without_names(pdf()))) as document:
        assert len(document.pages) == 2


def test_officers_see_the_pages_of_a_pdf_as_pictures_and_its_text() -> None:
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(300, 200))
        page = document.pages[0]
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        words = b"BT /F1 24 Tf 20 100 Td (No ramp leads in) Tj ET"
        page.Contents = document.make_stream(words)
        out = io.BytesIO()
        document.save(out)
    shown, text = pages_as_pictures(out.getvalue())
    assert text == "No ramp leads in"
    drawn = pypdfium2.PdfDocument(shown)
    assert len(drawn) == 1
    assert drawn[0].get_textpage().get_text_bounded() == "", "nothing but points"
    colours = drawn[0].render().to_pil().convert("L").getextrema()
    assert colours[0] < 100 < colours[1], "the words are drawn"


def test_a_word_document_loses_authors_moments_and_properties() -> None:
    data = word()
    clean = docx_without_names(data)
    inside = everything(clean)
    assert not any(
        each.encode() in inside for each in (NAME, PLACE, "00AB12CD", "2026-01-01T10:00:00Z")
    )
    document = docx.Document(io.BytesIO(clean))
    assert document.paragraphs[0].text.startswith("No ramp leads into our school.")
    assert len(document.inline_shapes) == 1
    found = nameless(given(data), "Salma Idrissi, school.docx")
    assert "Truly." in found["text"]
    assert "Salma" not in repr({**found, "kept": kept(found)})


def test_a_voice_loses_its_tags_and_keeps_its_sound() -> None:
    clean = ogg.without_tags(voice())
    assert not any(each in clean for each in (b"Salma", b"Phone", b"ARTIST"))
    pages = list(ogg._pages(clean))
    assert [each.number for each in pages] == [0, 1, 2]
    assert pages[2].body == b"\xfc\xff\xfe"
    assert ogg.without_tags(clean) == clean


def test_tags_over_several_pages_go_whole() -> None:
    long = bytes(ogg._Page(0, 0, 77, 1, bytes([255]), b"OpusTags".ljust(255, b"x")).packed())
    rest = ogg._Page(1, 0, 77, 2, bytes([3]), b"end").packed()
    head, sound = list(ogg._pages(voice()))[::2]
    clean = ogg.without_tags(head.packed() + long + rest + sound.packed())
    assert [each.body[:8] for each in ogg._pages(clean)][1:] == [b"OpusTags", sound.body]


def test_the_check_sum_is_that_of_ogg() -> None:
    assert ogg._checksum(b"123456789") == 0x89A1897F, "CRC-32 with no start, nothing reflected"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("table.xlsx", b"PK\x03\x04broken"),
        ("voice.ogg", voice()[:-1]),
        ("voice.ogg", b"OggS" + b"\0" * 40),
        ("film.mp4", b"\0\0\0\x18ftypisom" + b"\0" * 40),
        ("page.html", b"<html>"),
        ("photo.jpg", photo()[:200]),
        ("empty.txt", b""),
        ("large.txt", b"x" * (10 * MEGABYTE + 1)),
    ],
)
def test_everything_else_is_refused_with_words(name: str, data: bytes) -> None:
    with pytest.raises(FileRefused):
        nameless(given(data), name)


def test_sound_that_is_no_voice_message_is_refused() -> None:
    with pytest.raises(NotAccepted):
        nameless(given(voice().replace(b"OpusHead", b"\x01vorbis\0")), "music.ogg")


async def test_it_works_in_a_process_with_limits() -> None:
    limits = Limits(memory=600 * MEGABYTE, cpu=60, wall=120, frame=32 * MEGABYTE)
    for name, data in (("a.pdf", pdf()), ("a.docx", word()), ("a.jpg", photo())):
        found = await confined(nameless, given(data), name, limits=limits)
        assert NAME.encode() not in everything(kept(found))
