"""Why a file that somebody sent is refused: each reason names its sentence."""

from __future__ import annotations

from bot.domain.errors import Refused


class FileRefused(Refused):
    """A file is not taken; the store does not have it."""

    key = "file.refused"


class TooLarge(FileRefused):
    """Over the limit; values: `limit`, in whole MB."""

    key = "file.too_large"


class Empty(FileRefused):
    """Not one byte."""

    key = "file.empty"


class NotAccepted(FileRefused):
    """A known type that is not on our list; values: `found`, its usual extension."""

    key = "file.not_accepted"


class UnknownType(FileRefused):
    """Neither a type on our list nor any that we can name."""

    key = "file.unknown_type"


class NotWhatItSays(FileRefused):
    """The content is not of the type that the name claims; values: `extension`, the claimed one."""

    key = "file.not_what_it_says"


class OldFormat(FileRefused):
    """A format that cannot be checked for macros and objects; values: `extension`."""

    key = "file.old_format"


class Macros(FileRefused):
    """It holds macros."""

    key = "file.macros"


class Scripted(FileRefused):
    """A PDF that runs something: JavaScript, a form with scripts, a program to launch."""

    key = "file.scripted"


class EmbeddedObject(FileRefused):
    """Another file, object or control sits inside it."""

    key = "file.embedded"


class ExternalReference(FileRefused):
    """It fetches something from elsewhere when it is opened: picture, template, data, workbook."""

    key = "file.external"


class Encrypted(FileRefused):
    """It is locked with a password."""

    key = "file.encrypted"


class UnpacksTooBig(FileRefused):
    """Small as it came, far too big once unpacked or drawn."""

    key = "file.unpacks_too_big"


class Entities(FileRefused):
    """Its XML defines entities, which no office program writes."""

    key = "file.entities"


class Damaged(FileRefused):
    """Cut off or broken: no program would be sure to open it."""

    key = "file.damaged"


class FilledWorkbook(FileRefused):
    """The workbook of reports, sent as evidence: it belongs to many items, and is sent alone."""

    key = "file.filled_workbook"
