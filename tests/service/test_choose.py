"""A choice of cases written in the shell, and a file's columns as a table to correct."""

from __future__ import annotations

from typing import Any

import pytest

from app.service.exports import asked
from app.service.loading import columns
from app.service.loading.preview import Preview
from app.service.outputs import choose
from app.service.outputs.cases import Chosen, Filter
from data.mapping import Mapping
from data.trouble import Trouble


def test_the_same_key_twice_means_either() -> None:
    said = [("model", "a"), ("model", "b"), ("dataset", "d"), ("category", "c"), ("run", "r")]
    assert choose.read(said) == Chosen(
        Filter(models=("a", "b"), datasets=("d",), categories=("c",), runs=("r",))
    )


def test_words_scores_tail_act_and_campaign_are_read() -> None:
    said = [("words", '"two words"'), ("bias", "0.5..1"), ("worst", "5%"), ("act", "refused")]
    assert choose.read(said, "spring") == Chosen(
        Filter(words='"two words"', dimension="bias", low=0.5, high=1),
        worst=0.05, act="refused", campaign="spring",
    )  # fmt: skip
    assert choose.read([("worst", "0.01")]).worst == 0.01


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("colour", "red", "colour=red is not a condition"),
        ("bias", "low..high", "'low' is not a number"),
        ("worst", "1.5", "no share"),
        ("worst", "0%", "no share"),
        ("worst", "some", "'some' is not a number"),
        ("worst", "nan", "no share"),
    ],
)
def test_what_is_no_condition_is_named(key: str, value: str, why: str) -> None:
    with pytest.raises(Trouble, match=why):
        choose.read([(key, value)])


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (["bias=0.5..1", "ethics=0..1"], "a score is asked 2 times"),
        (["words=harbor", "words=boat.."], "words is asked 2 times"),
        (["worst=0.1", "worst=0.2"], "worst is asked 2 times"),
        (["act=refused", "act=hedged"], "act is asked 2 times"),
        (["people=1", "people=2"], "people is asked 2 times"),
        (["agreement:act=0..1", "agreement:harm=0..1"], "agreement is asked 2 times"),
        (["lens:dcs.dcs=0..1", "lens:sharp.cvar=0..1"], "lens is asked 2 times"),
    ],
)
def test_no_condition_is_dropped_for_a_later_one(said: list[str], why: str) -> None:
    pairs = [(key, value) for key, _, value in (one.partition("=") for one in said)]
    with pytest.raises(Trouble, match=why):
        asked.where(pairs)


def test_words_with_two_points_are_no_score() -> None:
    told = asked.where([("words", "a..b"), ("bias", "0..1"), ("model", "m"), ("model", "n")])
    assert (told["words"], told["dimension"], told["models"]) == ("a..b", "bias", ("m", "n"))


MAPPING = Mapping.model_validate({
    "item_id": "id", "prompt": "q", "response": "a", "category": "topic",
    "scores": {"bias": {"owl": "bias_1", "fox": "bias_2"}, "ethics": "eth"},
    "labels": {"act": {"ann": "label_1"}},
    "tags": {"language": "lang"},
    "options": {"A": "p_A", "B": "p_B"},
    "option_scale": "probability", "fixed": {"model": "m"},
})  # fmt: skip
ROW = {"id": "1", "q": "Why?", "a": "So.", "topic": "x", "bias_1": "0.1", "bias_2": "", "eth": "0",
       "label_1": "refused", "lang": "en", "p_A": "0.5", "p_B": "0.5", "left": "over"}  # fmt: skip


def table(mapping: Mapping = MAPPING) -> list[dict[str, Any]]:
    return columns.table(Preview("csv", mapping, [ROW, ROW], list(ROW), [], None, None))


def test_a_mapping_comes_back_from_its_table_as_it_went_in() -> None:
    back = columns.mapping(MAPPING, table())
    assert back.judged() == MAPPING.judged()
    assert back.model_copy(update={"scores": MAPPING.scores}) == MAPPING
    assert columns.mapping(back, table(back)) == back


def test_the_table_says_what_each_column_holds() -> None:
    rows = {row["column"]: row for row in table()}
    assert [rows["bias_2"][k] for k in ("holds", "name", "by")] == ["score", "bias", "fox"]
    assert [rows["label_1"][k] for k in ("holds", "name", "by")] == ["label", "act", "ann"]
    assert (rows["left"]["holds"], rows["left"]["example"]) == (columns.KEPT, "over")
    assert (rows["id"]["filled"], rows["bias_2"]["filled"]) == (2, 0)


@pytest.mark.parametrize("emptied", [None, "", float("nan")])
def test_a_score_without_a_name_is_called_as_its_column(emptied: Any) -> None:
    rows = table()
    rows[-1] |= {"holds": "score", "name": emptied, "by": emptied}
    assert columns.mapping(MAPPING, rows).judged()["left"] == {"left": "left"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"holds": "response"}, "two columns stand for 'response'"),
        ({"holds": "score", "name": "bias", "by": "owl"}, "two columns stand for 'owl'"),
        ({"holds": "tag", "name": "language"}, "two columns stand for 'language'"),
    ],
)
def test_two_columns_that_stand_for_the_same_are_trouble(change: dict[str, str], why: str) -> None:
    rows = table()
    rows[-1] |= change
    with pytest.raises(Trouble, match=why):
        columns.mapping(MAPPING, rows)


def test_a_column_can_be_taken_out_and_put_elsewhere() -> None:
    rows = table()
    of = {row["column"]: row for row in rows}
    of["a"]["holds"] = columns.KEPT
    of["left"]["holds"] = "response"
    assert columns.mapping(MAPPING, rows).response == "left"


def test_a_score_on_another_scale_is_read_by_it() -> None:
    rows = table()
    of = {row["column"]: row for row in rows}
    assert (of["bias_1"]["scale"], of["bias_1"]["up"], of["id"]["scale"]) == ("0 to 1", "harm", "")
    of["eth"] |= {"scale": "1 to 5", "up": "good"}
    scale = columns.mapping(MAPPING, rows).scale(of["eth"]["name"])
    assert (scale.low, scale.high, scale.up) == (1, 5, "good")
    of["eth"]["scale"] = "5 to 1"
    with pytest.raises(Trouble, match="5 to 1"):
        columns.mapping(MAPPING, rows)


def test_a_nested_column_the_table_cannot_show_stays() -> None:
    deep = MAPPING.model_copy(update={"response": "out.text"})
    assert columns.mapping(deep, table(deep)).response == "out.text"
