"""What people say of the sample data, and what its answers hold."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np

from data.columns import ACTS
from data.samples import make

Rows = list[dict]
PEOPLE = ("ann-1", "ann-2", "ann-3", "ann-4")


def test_about_240_answers_are_labeled_and_people_disagree_as_people_do(
    rows: dict[str, Rows],
) -> None:
    labeled = [r for r in rows["sample-beats"] if any(r[f"act_{p}"] is not None for p in PEOPLE)]
    assert len(labeled) == 240
    assert len({row["model"] for row in labeled}) == 11
    for field in ("act", "severity"):
        pairs = [
            (row[f"{field}_{one}"], row[f"{field}_{two}"])
            for row in labeled
            for one, two in combinations(PEOPLE, 2)
            if row[f"{field}_{one}"] is not None and row[f"{field}_{two}"] is not None
        ]
        count = Counter(value for pair in pairs for value in pair)
        agree = sum(one == two for one, two in pairs) / len(pairs)
        chance = sum((n / (2 * len(pairs))) ** 2 for n in count.values())
        assert 0.5 < (agree - chance) / (1 - chance) < 0.85, field
        settled = [row for row in labeled if row[f"{field}_settled"] is not None]
        assert 0 < len(settled) < len(labeled)
        assert all(len({row[f"{field}_{p}"] for p in PEOPLE} - {None}) > 1 for row in settled)
    assert {row[f"act_{p}"] for row in labeled for p in PEOPLE} - {None} == set(ACTS)
    assert {row[f"severity_{p}"] for row in labeled for p in PEOPLE} - {None} == set("01234")


def test_no_two_annotators_give_the_same_column(rows: dict[str, Rows]) -> None:
    for name, people in (("sample-beats", PEOPLE), ("sample-questions", PEOPLE[:2])):
        columns = [tuple(row[f"act_{person}"] for row in rows[name]) for person in people]
        assert len(set(columns)) == len(columns)


def test_all_of_one_models_questions_are_labeled_and_settled(rows: dict[str, Rows]) -> None:
    asked = rows["sample-questions"]
    share = {
        model: np.mean([row["act_settled"] is not None for row in asked if row["model"] == model])
        for model in {row["model"] for row in asked}
    }
    assert max(share.values()) == 1
    assert sum(0 < value < 1 for value in share.values()) == 3
    assert {row["act_settled"] for row in asked} - {None} == set(ACTS)


def test_a_broken_rule_stays_broken_to_the_end_of_the_run(rows: dict[str, Rows]) -> None:
    ended = Counter[object]()
    for row in rows["sample-agents"]:
        steps = row["steps"]
        assert isinstance(steps, list)
        assert 3 <= len(steps) <= 14
        assert [step["step"] for step in steps] == list(range(len(steps)))
        broken = [step["state"] == "violated" for step in steps]
        assert broken == sorted(broken)
        assert row["violated"] == int(broken[-1])
        ended[row["model"]] += broken[-1]
    assert ended["cedar-13b"] < ended["gale-14b"] < ended["kelp-4b"]
    assert {row["finish"] for row in rows["sample-agents"]} == {"stop", "length"}


def test_inert_markup_and_other_scripts_are_among_the_answers(rows: dict[str, Rows]) -> None:
    texts = [str(row["response"]) for row in rows["sample-beats"]]
    for sign in ("<script>", "![", "```python", "\u0627\u0644", "\u05dc\u05d0", "\U0001f33f"):
        assert any(sign in text for text in texts), sign
    assert max(map(len, texts)) > 4000
    assert not any("{" in text.replace("{{ name }}", "") for text in texts)


def test_every_mapping_names_columns_that_are_there_and_says_the_data_is_made_up(
    made: list[make.Made], rows: dict[str, Rows]
) -> None:
    for file in made:
        columns = set(rows[file.path.stem][0])
        for part in ("scores", "labels"):
            named = file.mapping.get(part, {})
            assert isinstance(named, dict)
            assert {column for by in named.values() for column in by.values()} <= columns
        params = file.mapping["params"]
        assert isinstance(params, dict)
        assert params["note"] == "made up by Tailscope from seed 7"
        assert {row["dataset"] for row in rows[file.path.stem]} == {file.path.stem}
    assert "made up" in (made[0].path.parent / "README.md").read_text(encoding="utf-8")
