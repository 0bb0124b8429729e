"""Screens of clusters: the list, one with its items, what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.clusters import Cluster
from bot.domain.screens import Row, Screen, Text, Words, button, message, screen, text
from bot.domain.selection import Listed, Narrowing, Selection
from bot.domain.views.assigning import title
from bot.domain.views.common import HOME, IMPORT, LIST_LENGTH, item_code, pages

NAME_LENGTH = 60


def clusters(total: int, page: int, shown: Sequence[Cluster], *, items: bool) -> Screen:
    """Eight clusters, by name; without `items` there is nothing to put into one."""
    rows: list[Row] = [
        (
            button(
                "choice",
                f"cluster:{each.id}:0",
                name=Words(each.name, limit=NAME_LENGTH),
                n=each.size,
            ),
        )
        for each in shown
    ]
    rows += pages("clusters", page, more=(page + 1) * LIST_LENGTH < total)
    rows.append((button("cluster_new", "items:c0:0") if items else IMPORT, HOME))
    how = "clusters.how" if items else "clusters.items_first"
    return screen(text("clusters.list", count=total), how, rows=rows)


def cluster(shown: Cluster, items: Sequence[Listed], page: int, *, planned: int = 0) -> Screen:
    """One cluster, eight of its items, and what can be done with it."""
    lines: list[Text | None] = [
        text("clusters.one", name=Words(shown.name, shown.language)),
        text("counted.items", count=shown.size),
    ]
    code = Selection({Narrowing.CLUSTER: str(shown.id)}).code
    rows: list[Row] = [
        (button("item", f"about:{each.id}", item=item_code(each), title=title(each)),)
        for each in items
    ]
    rows += pages(f"cluster:{shown.id}", page, more=(page + 1) * LIST_LENGTH < shown.size)
    if shown.size:
        rows.append((button("assign", f"assign:{code}"), button("split", f"cluster_items:{code}")))
    rows.append(
        (
            button("rename", f"cluster_rename:{shown.id}"),
            button("merge", f"cluster_merge:{shown.id}"),
        )
    )
    rows.append((button("plan_of", f"plan:c{shown.id}:0", n=planned),))
    return screen(*lines, rows=[*rows, (button("clusters", "clusters:0"), HOME)])


def arranged(shown: Cluster | None, count: int) -> Screen:
    """The items are in that cluster now, or in none."""
    if shown is None:
        return message(
            text("clusters.taken_out", count=count), rows=[(button("clusters", "clusters:0"), HOME)]
        )
    name = Words(shown.name, shown.language)
    return message(
        text("clusters.put", count=count, name=name),
        rows=[(button("open", f"cluster:{shown.id}:0"), HOME)],
    )


def tagged(count: int) -> Screen:
    """The items have their tags."""
    return message(text("clusters.tagged", count=count), rows=[(HOME,)])
