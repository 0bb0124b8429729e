"""The files of the sandbox's Telegram: small ones in memory, large ones in a temporary folder."""

from __future__ import annotations

import hashlib
import io
import mimetypes
import secrets
import tempfile
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.sandbox.refusals import Refusal, bad_request

UPLOAD_LIMIT = 50 * 1024 * 1024
DOWNLOAD_LIMIT = 20 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024
IN_MEMORY = 256 * 1024
LINK_LIFE = 3600  # seconds a download link lives at least
FOLDERS = {
    "photo": "photos",
    "voice": "voice",
    "audio": "music",
    "video": "videos",
    "sticker": "stickers",
    "document": "documents",
}
MIME = {"voice": "audio/ogg", "audio": "audio/mpeg", "video": "video/mp4", "sticker": "image/webp"}


@dataclass(eq=False)
class File:
    """One stored file; `bots` names those that may use its id."""

    id: str
    unique: str
    kind: str
    name: str
    mime: str
    size: int
    content: bytes | Path
    bots: set[int] = field(default_factory=set)
    width: int = 0
    height: int = 0
    path: str = ""  # of the download link, once asked for
    link_until: float = 0.0

    def read(self) -> bytes:
        """Its bytes."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()


class Shelf:
    """All files there are, by id and by download path."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sandbox-")
        self._files: dict[str, File] = {}
        self._paths: dict[str, File] = {}

    def close(self) -> None:
        """Remove the temporary folder."""
        self._folder.cleanup()

    def get(self, file_id: str) -> File | None:
        """The file of that id."""
        return self._files.get(file_id)

    def add(self, kind: str, name: str, data: bytes, *, mime: str | None = None) -> File:
        """Store an upload; refuses what Telegram refuses."""
        if not data:
            raise bad_request("file must be non-empty")
        if len(data) > UPLOAD_LIMIT:
            raise Refusal(413, "Request Entity Too Large")
        if kind == "photo":
            return self._photo(data)
        mime = mime or mimetypes.guess_type(name)[0] or MIME.get(kind, "application/octet-stream")
        return self._keep(kind, name, MIME.get(kind, mime) if kind == "voice" else mime, data)

    def link(self, file: File, now: float) -> str:
        """The path under which the file can be downloaded for an hour from `now`."""
        if not file.path:
            suffix = Path(file.name).suffix.lower()
            suffix = suffix if suffix[1:].isalnum() and suffix.isascii() else ""
            file.path = f"{FOLDERS[file.kind]}/file_{len(self._paths)}{suffix}"
            self._paths[file.path] = file
        file.link_until = now + LINK_LIFE
        return file.path

    def at(self, path: str, now: float) -> File | None:
        """The file behind a download path that still lives."""
        file = self._paths.get(path)
        return file if file is not None and now < file.link_until else None

    def sizes(self, photo: File) -> list[dict[str, Any]]:
        """The `PhotoSize` list: a thumbnail where the picture is larger than one, the picture."""
        largest = photo_size(photo)
        if max(photo.width, photo.height) <= 320:
            return [largest]
        known = self._files.get(f"{photo.id}s")
        small = known or self._thumbnail(photo)
        small.bots = photo.bots
        return [photo_size(small), largest]

    def _keep(self, kind: str, name: str, mime: str, data: bytes, file_id: str = "") -> File:
        file_id = file_id or secrets.token_urlsafe(36)
        unique = hashlib.sha256(kind.encode() + data).hexdigest()[:16]
        content: bytes | Path = data
        if len(data) > IN_MEMORY:
            content = Path(self._folder.name) / secrets.token_hex(16)
            content.write_bytes(data)
        file = File(file_id, unique, kind, name, mime, len(data), content)
        self._files[file_id] = file
        return file

    def _photo(self, data: bytes) -> File:
        """Telegram keeps photos as JPEG without their metadata, at most 1280 pixels a side."""
        if len(data) > PHOTO_LIMIT:
            raise bad_request(
                f"file of size {len(data)} bytes is too big for a photo; "
                f"the maximum size is {PHOTO_LIMIT} bytes"
            )
        encoded, width, height = _jpeg(data, 1280)
        photo = self._keep("photo", "photo.jpg", "image/jpeg", encoded)
        photo.width, photo.height = width, height
        return photo

    def _thumbnail(self, photo: File) -> File:
        encoded, width, height = _jpeg(photo.read(), 320)
        small = self._keep("photo", "photo.jpg", "image/jpeg", encoded, f"{photo.id}s")
        small.width, small.height = width, height
        return small


def photo_size(photo: File) -> dict[str, Any]:
    """A `PhotoSize`."""
    return {
        "file_id": photo.id,
        "file_unique_id": photo.unique,
        "file_size": photo.size,
        "width": photo.width,
        "height": photo.height,
    }


def _jpeg(data: bytes, side: int) -> tuple[bytes, int, int]:
    from PIL import Image, ImageOps  # noqa: PLC0415 - 0.1 s that only a photo costs

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as source:
                picture = ImageOps.exif_transpose(source).convert("RGB")
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as error:
        raise bad_request("IMAGE_PROCESS_FAILED") from error
    width, height = picture.size
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    picture.thumbnail((side, side))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=87)
    return out.getvalue(), *picture.size
