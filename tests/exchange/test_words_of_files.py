"""The small words of files: States, mechanisms, languages, positions, dirt, numbers, keys."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.kinds import Kind, Position
from bot.exchange import mechanisms, states, vocabulary
from bot.exchange.cleaning import SplitWords, clean, lines, numbered, values
from bot.exchange.imported import importing_keys
from bot.exchange.language import detect

CODES = sorted(states._CODES)

# -- States ----------------------------------------------------------------------------------------


def test_all_members_and_observers_of_the_united_nations_are_known() -> None:
    assert len(CODES) == len(set(CODES)) == 197
    assert {states.code_of(states.name_of(code)) for code in CODES} == set(CODES)
    assert {states.code_of(code) for code in CODES} == set(CODES)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Viet Nam", "VN"),
        ("Iran, Islamic Republic of", "IR"),
        ("ISLAMIC REPUBLIC OF IRAN", "IR"),
        ("( France )", "FR"),
        ("Cote d'Ivoire", "CI"),
        ("Republic of Korea", "KR"),
        ("Korea", None),
        ("DPR Korea", "KP"),
        ("République-Unie de Tanzanie", "TZ"),
        ("البوسنة والهرسك", "BA"),
        ("Государство Палестина", "PS"),
        ("刚果民主共和国", "CD"),
        ("DEU", "DE"),
        ("XX", None),
        ("", None),
        ("Swaziland", "SZ"),
        ("Macedonia FYR", "MK"),
    ],
)
def test_a_state_is_known_by_many_names(name: str, code: str | None) -> None:
    assert states.code_of(name) == code


def test_every_name_that_reviews_of_36_states_print_is_known(sample_data: object) -> None:
    import csv
    from pathlib import Path

    assert isinstance(sample_data, Path)
    with (sample_data / "upr_36_states_numbered.csv").open(encoding="utf-8", newline="") as file:
        cells = [row["recommending_state"] for row in csv.DictReader(file)]
    printed = {name.strip() for cell in cells for name in cell.split("|") if name.strip()}
    assert {name for name in printed if states.code_of(name) is None} == set()


@given(st.lists(st.sampled_from(CODES), min_size=1, max_size=12))
def test_names_run_together_are_told_apart(codes: list[str]) -> None:
    names = [states.name_of(code) for code in codes]
    found = states.names_in("".join(names))
    assert found.unknown == ()
    # `Niger` and `Nigeria` or `Guinea` and `Guinea-Bissau` must not swallow each other.
    assert {states.code_of(name) for name in found.known} == set(codes)


@given(
    st.lists(st.sampled_from(CODES), min_size=1, max_size=8, unique=True),
    st.sampled_from([", ", "; ", " and ", "\n", " / "]),
)
def test_names_with_separators_are_told_apart_in_order(codes: list[str], between: str) -> None:
    names = tuple(states.name_of(code) for code in codes)
    assert states.names_in(between.join(names)) == states.Names(names)


def test_split_names_are_joined_because_there_is_no_other_reading() -> None:
    assert states.names_in("Sierra Le one, Bolivia (Plurinational S tate of)").known == (
        "Sierra Leone",
        "Bolivia (Plurinational State of)",
    )


def test_on_behalf_of_adds_states_and_leaves_groups_out() -> None:
    assert states.names_in("Haiti (on behalf of the Caribbean Community)").known == ("Haiti",)
    assert states.names_in("Norway, also on behalf of Iceland and Sweden").known == (
        *("Norway", "Iceland", "Sweden"),
    )


def test_a_parenthesis_of_a_megabyte_is_no_name() -> None:
    """Looking for names in all of it took longer than a test may."""
    assert states.recommending(f"Do it ({'Mali Maravia ' * 80_000});").known == ()


# -- mechanisms and vocabulary ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("symbol", "code"),
    [
        ("CEDAW/C/IRQ/CO/8", "CEDAW"),
        ("E/C.12/MRV/CO/2", "CESCR"),
        ("CAT/OP/MRV/1", "SPT"),
        ("CAT/C/MRV/CO/1", "CAT"),
        ("A/HRC/WG.6/42/MRV/1", "UPR"),
        ("A/HRC/52/9", None),
        (None, None),
    ],
)
def test_a_symbol_names_its_mechanism(symbol: str | None, code: str | None) -> None:
    assert mechanisms.of_symbol(symbol) == code


@pytest.mark.parametrize("name", ["EPU", "الاستعراض الدوري الشامل", "Examen Périodique Universel"])
def test_the_review_is_known_in_other_languages(name: str) -> None:
    assert mechanisms.code_of(name) == "UPR"


@pytest.mark.parametrize(
    ("words", "position"),
    [
        ("Supported", Position.SUPPORTED),
        ("supported / noted", Position.SUPPORTED_NOTED),
        ("Partially supported", Position.SUPPORTED_NOTED),
        ("Does not enjoy support", Position.NOTED),
        ("Not supported", Position.NOTED),
        ("Enjoys the support of Maravia", Position.SUPPORTED),
        ("Prend note", Position.NOTED),
        ("أحيطَ علماً", Position.NOTED),
        ("maybe", None),
        ("", None),
    ],
)
def test_positions_by_word_and_sentence(words: str, position: Position | None) -> None:
    assert vocabulary.position(words) is position


def test_names_that_templates_offer_cover_every_code() -> None:
    for language in ("en", "fr", "ar"):
        assert [vocabulary.kind(name) for name in vocabulary.KIND_NAMES[language]] == list(Kind)
        offered = [vocabulary.position(name) for name in vocabulary.POSITION_NAMES[language]]
        assert offered == list(Position)


def test_views_and_communications_are_restricted_by_default() -> None:
    restricted = {kind for kind in Kind if kind.restricted_by_default}
    assert restricted == {Kind.VIEW, Kind.COMMUNICATION}


# -- language --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The Committee recommends that the State party ensure access to the courts.", "en"),
        ("Le Comité recommande à l’État partie de garantir l’accès aux tribunaux.", "fr"),
        ("El Comité recomienda que el Estado garantice el acceso a los tribunales.", "es"),
        ("توصي اللجنة الدولة الطرف بضمان الوصول إلى المحاكم (ICCPR).", "ar"),
        ("Комитет рекомендует государству обеспечить доступ к судам.", "ru"),
        ("委员会建议缔约国确保诉诸法院的机会(ICCPR)。", "zh"),
        ("کمیته به دولت توصیه می‌کند که دسترسی به دادگاه را تضمین کند", None),
        ("Комітет рекомендує державі забезпечити доступ до судів", None),
        ("O Comité recomenda que o Estado garanta o acesso", None),
        ("Ratify ICCPR", None),
        ("28.4", None),
        ("", None),
    ],
)
def test_a_language_is_told_only_when_it_is_sure(text: str, language: str | None) -> None:
    assert detect(text) == language


# -- cleaning --------------------------------------------------------------------------------------


@given(st.text())
def test_a_cleaned_text_is_one_clean_line(text: str) -> None:
    cleaned = clean(text)
    assert cleaned == cleaned.strip()
    assert not re.search(r"[\n\r\t\x00-\x1f\u200b\u200e\u200f]|  ", cleaned)


@given(st.text(alphabet="abc é’“”—-.,;:()1234567890العربية"))
def test_cleaning_changes_nothing_but_spaces_in_words_without_markup(text: str) -> None:
    assert re.sub(r"\s", "", clean(text)) == re.sub(r"\s", "", text)


def test_what_only_looks_like_markup_stays() -> None:
    assert clean("wages < 100 & prices > 5 AT&T; x&y") == "wages < 100 & prices > 5 AT&T; x&y"


def test_lists_keep_labels_with_semicolons_and_hyphens_whole() -> None:
    assert lines("- Children: definition; protection\n- Follow-up\n\n- Follow-up\n-") == (
        "Children: definition; protection",
        "Follow-up",
    )
    assert values("a; b | c & d\ne") == ("a; b", "c & d", "e")


@given(st.integers(1, 400), st.integers(1, 400))
def test_a_number_and_its_text_are_parted(part: int, number: int) -> None:
    for written in (
        f"{part}.{number} Fund it",
        f"{part}.{number}. Fund it",
        f"{part}.{number}Fund it",
    ):
        assert (numbered(written).paragraph, numbered(written).text) == (
            f"{part}.{number}",
            "Fund it",
        )


@pytest.mark.parametrize(
    "text",
    [
        "12.5 million children should be vaccinated",
        "12.5 per cent of the budget",
        "12-15 year-olds",
        "2030 Agenda",
        "The 18 States",
        "Ensure that by 2012. The",
        "In line with Goal 16. The",
    ],
)
def test_quantities_and_years_are_no_paragraphs(text: str) -> None:
    assert numbered(text).paragraph is None


@given(st.text())
def test_nothing_of_a_text_is_lost_when_it_is_parted(text: str) -> None:
    part = numbered(text)
    assert part.text in text


def test_a_dash_in_the_opening_of_a_text_stays_what_it_was() -> None:
    assert numbered("7.1 Fund – fast").text == "Fund – fast"


def test_ordinary_neighbours_are_no_split_word() -> None:
    split = SplitWords()
    for row, text in enumerate(
        ["all oft en said", "said often", "often all", "in to the", "into it"]
    ):
        split.look(row, text)
    assert list(split.found()) == [(0, "oft en", "often")]


# -- keys ------------------------------------------------------------------------------------------


def test_keys_do_not_depend_on_how_they_are_written() -> None:
    written = [
        ("A/HRC/25/5", "186.28"),
        (" a/hrc/25/5. ", "186.28."),
        ("A/HRC/25/5", "١٨٦-٢٨"),
        ("A/HRC/25/5\u200f", "186\u201128"),
    ]
    assert {importing_keys(None, *each) for each in written} == {("A/HRC/25/5:186.28",)}
    assert importing_keys(None, "X/1", "33. (A)") == importing_keys(None, "x/1", "33(a)")


def test_the_annotation_id_decides_and_the_paragraph_helps() -> None:
    assert importing_keys(" ABC ", "X/1", "1.1") == ("uhri:abc", "X/1:1.1")
    assert importing_keys("", "X/1", None) == ()
