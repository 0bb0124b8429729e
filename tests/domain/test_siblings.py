"""Which items of other rounds are proposed as siblings."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.siblings import Proposal, Wording, propose

NEW = [
    Wording(
        "n1", "Ratify the Optional Protocol to the Convention against Torture (Mali)", "UPR", "4"
    ),
    Wording("n2", "Provide free legal aid in every province (Ghana)", "UPR", "4"),
]
OLD = [
    Wording("o1", "Accede to the Optional Protocol to the Convention against Torture", "UPR", "3"),
    Wording("o2", "Ensure free legal aid in all provinces", "CCPR", None, "CCPR/C/MRV/CO/2"),
    Wording("o3", "Protect the coral reefs of the southern coast", "UPR", "3"),
    Wording("o4", "Provide free legal aid in every province", "UPR", "4"),
]


def pairs(proposals: list[Proposal[str]]) -> list[tuple[str, str]]:
    return [(each.new, each.old) for each in proposals]


def test_items_that_ask_for_much_the_same_are_proposed() -> None:
    assert pairs(propose(NEW, OLD)) == [("n1", "o1"), ("n2", "o2")]


def test_items_of_the_same_round_or_document_are_no_siblings() -> None:
    same = Wording("o", NEW[1].text, "UPR", "4")
    paper = Wording("a", NEW[1].text, "CCPR", None, "X/1")
    other = Wording("b", NEW[1].text, "CCPR", None, "X/1")
    assert propose(NEW, [same]) == []
    assert propose([paper], [other]) == []
    assert propose([paper], [paper]) == []


def test_who_recommends_makes_no_difference() -> None:
    old = [
        Wording("o", "Ratify the Rome Statute (Chile) (Iran (Islamic Republic of));", "UPR", "3")
    ]
    (found,) = propose([Wording("n", "Ratify the Rome Statute (Peru)", "UPR", "4")], old)
    assert found.score == 1


def test_arabic_and_french_are_compared_without_accents_and_articles() -> None:
    old = [
        Wording("fr", "Garantir une aide juridictionnelle gratuite dans les provinces", "UPR", "3"),
        Wording("ar", "توفير المساعدة القضائية المجانية في المحافظات", "UPR", "3"),
    ]
    new = [
        Wording("fr2", "garantir l'aide juridictionnelle gratuite en province", "UPR", "4"),
        Wording("ar2", "توفير مساعدة قضائية مجانية فى جميع المحافظات", "UPR", "4"),
    ]
    assert pairs(propose(new, old, threshold=0.5)) == [("fr2", "fr"), ("ar2", "ar")]


def test_texts_without_words_propose_nothing() -> None:
    assert propose([Wording("n", "", "UPR", "4")], [Wording("o", "…", "UPR", "3")]) == []


TEXTS = st.lists(
    st.lists(st.sampled_from("ratify fund train judges courts aid law women".split()), max_size=6),
    max_size=6,
)


@given(TEXTS, TEXTS)
def test_proposals_are_symmetric_bounded_and_ordered(
    a: list[list[str]], b: list[list[str]]
) -> None:
    new = [Wording(f"n{i}", " ".join(words), "UPR", "4") for i, words in enumerate(a)]
    old = [Wording(f"o{i}", " ".join(words), "UPR", "3") for i, words in enumerate(b)]
    there = propose(new, old, at_most=100)
    back = propose(old, new, at_most=100)
    assert {(p.new, p.old, p.score) for p in there} == {(p.old, p.new, p.score) for p in back}
    assert all(0.62 <= p.score <= 1 for p in there)
    assert len(pairs(there)) == len(set(pairs(there)))


@given(TEXTS.filter(any))
def test_the_same_words_are_always_found(texts: list[list[str]]) -> None:
    new = [Wording(f"n{i}", " ".join(words), "UPR", "4") for i, words in enumerate(texts) if words]
    old = [Wording(f"o{i}", " ".join(words), "UPR", "3") for i, words in enumerate(texts) if words]
    best = {p.new: p.score for p in reversed(propose(new, old))}
    assert best == {each.id: 1 for each in new}


def test_254_new_items_against_5000_old_ones_take_seconds(
    sample_data: Path, record_property: Callable[[str, object], None]
) -> None:
    with (sample_data / "upr_36_states_numbered.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    items = [
        Wording(i, r["text"], "UPR", r["cycle"], r["document_symbol"]) for i, r in enumerate(rows)
    ]
    start = time.process_time()
    found = propose(items[:254], items[254:5254])
    record_property("siblings of 254 among 5,000, seconds", round(time.process_time() - start, 1))
    assert found
