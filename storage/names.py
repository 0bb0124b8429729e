"""What a country calls its statuses and groups: the names that stand for the catalogues' words."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.groups import Groups
from bot.domain.status import Vocabulary
from storage import groups, statuses
from storage.database import Transaction

Names = dict[str, Mapping[str, str]]
"""Names by language, by the key of the text that they stand for: what `Texts.call` takes."""


async def own(tx: Transaction) -> Names:
    """All names of the country's own; every process that says statuses or groups asks for them."""
    return of(await statuses.vocabulary(tx), await groups.every(tx))


def of(vocabulary: Vocabulary, spoken_for: Groups) -> Names:
    """The names of these statuses and these groups."""
    return {**vocabulary.names, **spoken_for.names}
