"""Clusters: items that are worked on together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cluster:
    """A cluster with the number of its items; `name` is in `language`."""

    id: int
    name: str
    language: str
    size: int
