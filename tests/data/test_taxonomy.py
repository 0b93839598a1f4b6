"""Taxonomies: what ships is whole, what a team writes is read, what is wrong is named."""

from __future__ import annotations

import csv

import pytest

from data.read import taxonomy
from data.trouble import Trouble
from risk.grade import HAZARDS

SHIPPED = taxonomy.every()


def test_the_twelve_hazards_come_first_in_their_own_keys():
    first = next(iter(SHIPPED.values()))
    shown = [one.code for one in first.categories if one.level == first.level]
    assert sorted(shown) == sorted(HAZARDS)
    assert first.rolled("spc_ele", 2) == "spc"
    assert first.rolled("hte", 5) == "hte"


@pytest.mark.parametrize(
    ("name", "level", "count"),
    [("simple_safety_tests", 1, 5), ("s_eval", 1, 8), ("s_eval", 2, 25), ("aegis", 1, 14),
     ("nemoguard", 1, 23), ("xguard", 2, 28), ("outsafe", 1, 9), ("t2i_risky", 2, 14),
     ("xstest", 2, 18), ("beats", 1, 12), ("medval", 1, 11), ("jailbreakbench", 1, 10)],
)  # fmt: skip
def test_each_taxonomy_has_as_many_categories_as_its_source(name, level, count):
    assert sum(one.level == level for one in SHIPPED[name].categories) == count


@pytest.mark.parametrize("one", SHIPPED.values(), ids=lambda one: one.taxonomy)
def test_every_taxonomy_names_its_source_and_no_spelling_means_two_codes(one):
    assert "arXiv" in one.source
    names = one.names()
    for category in one.categories:
        assert names[taxonomy.plain(category.code)] == category.code


def test_every_line_of_the_crosswalk_leads_to_a_category():
    walk = taxonomy.crosswalk()
    assert walk["aegis", "mlcommons"]["sexual_minor"] == "cse"
    assert all(lines for lines in walk.values())


def test_a_category_without_a_line_takes_that_of_the_one_above_it():
    walk = taxonomy.crosswalk()
    found = taxonomy.crossed(walk, SHIPPED, "is_medicine", "s_eval", "mlcommons")
    assert found == "spc"
    assert taxonomy.crossed(walk, SHIPPED, "em_science_ethics", "s_eval", "mlcommons") is None
    assert taxonomy.crossed(walk, SHIPPED, "hte", "mlcommons", "aegis") is None


def test_a_teams_own_files_override_what_ships(tmp_path):
    folder = tmp_path / "taxonomies"
    folder.mkdir()
    (folder / "aegis.yaml").write_text(
        "{taxonomy: aegis, version: 2, categories: [{code: sexual, title: Sex}]}", "utf-8"
    )
    (folder / "mine.yaml").write_text(
        "taxonomy: mine\nversion: 1\ncategories:\n  - code: a\n    below: [{code: b}]\n", "utf-8"
    )
    shipped = taxonomy.crosswalk()["s_eval", "mlcommons"]
    (folder / "crosswalk.yaml").write_text(
        "crosswalk:\n  - {from: mine, to: mlcommons, map: {a: hte}}\n"
        "  - {from: s_eval, to: mlcommons, map: {ci_drug_crimes: src}}\n", "utf-8",
    )  # fmt: skip
    with pytest.raises(Trouble, match="aegis has no 'controlled_regulated_substances'"):
        taxonomy.crosswalk(tmp_path)
    (folder / "aegis.yaml").unlink()
    known, walk = taxonomy.every(tmp_path), taxonomy.crosswalk(tmp_path)
    assert known["mine"].depth == 2
    assert taxonomy.crossed(walk, known, "b", "mine", "mlcommons") == "hte"
    assert walk["s_eval", "mlcommons"] == shipped | {"ci_drug_crimes": "src"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not YAML"),
        ("[]", "is not a mapping"),
        ("{taxonomy: t, version: 1}", "lacks categories"),
        ("{taxonomy: t, version: one, categories: [{code: a}]}", "version is 'one'"),
        ("{taxonomy: t, version: 1, categories: a}", "lists no categories"),
        ("{taxonomy: t, version: 1, categories: [{title: A}]}", "category 1 lacks code"),
        ("{taxonomy: t, version: 1, categories: [{code: a}, {code: a}]}", "a is there twice"),
        ("{taxonomy: t, version: 1, level: 2, categories: [{code: a}]}", "level is 2"),
        ("{taxonomy: t, version: 1, color: red, categories: [{code: a}]}", "has color"),
        ("{taxonomy: t, version: 1, categories: [{code: a, also: b}]}", "also of a is 'b'"),
        ("{taxonomy: t, version: 1, categories: [{code: a, below: []}]}", "lists no categories"),
    ],
)
def test_what_is_wrong_in_a_taxonomy_is_named(text, said):
    with pytest.raises(Trouble) as told:
        taxonomy.parse(text, "t.yaml")
    assert said in told.value.what


def test_a_crosswalk_to_nowhere_is_named(tmp_path):
    folder = tmp_path / "taxonomies"
    folder.mkdir()
    (folder / "crosswalk.yaml").write_text(
        "crosswalk: [{from: nowhere, to: mlcommons, map: {a: hte}}]", "utf-8"
    )
    with pytest.raises(Trouble, match="from is 'nowhere'"):
        taxonomy.crosswalk(tmp_path)


@pytest.mark.real
def test_the_published_prompts_name_areas_the_taxonomy_knows(real):
    path = real / "simple_safety_tests" / "simple_safety_tests_80.csv"
    with path.open(encoding="utf-8") as file:
        areas = {row["harm_area"] for row in csv.DictReader(file)}
    names = SHIPPED["simple_safety_tests"].names()
    assert areas
    assert all(taxonomy.plain(area) in names for area in areas)
