"""The numbers of a data card: what is missing, and the tail over prompts, counted again by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.service.exports import export, facts
from app.service.exports.recipe import Recipe
from app.service.stores import Stores
from db import labels
from db.labels import Label
from risk import tail
from tests.service.answers import answer, put


def rows(n: int, prompts: int) -> list[dict[str, object]]:
    """n answers to some prompts: the second judge of every tenth said nothing."""
    harm = np.random.default_rng(2).random(n).round(3).tolist()
    return [
        answer(str(i % prompts), one, None if i % 10 == 0 else one / 2, 0.1, sample=i // prompts)
        for i, one in enumerate(harm)
    ]


@pytest.mark.parametrize("large", [False, True])
def test_the_card_counts_what_is_missing_and_answers_to_one_prompt_together(
    stores: Stores, large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = rows(300, 100)
    monkeypatch.setattr(facts, "LARGE", 1 if large else 10_000)
    put(stores, made, "m", sample="sample")
    put(stores, [answer("only", 0.4, 0.4, None), answer("0", 0.5, 0.5, 0.1)], "other")
    told = export.told(stores, Recipe())
    assert told["gaps"]["scores have no value: the judge gave none"] == 30 + 1
    assert told["gaps"]["outputs have no score at all"] == 0
    assert told["categories"] == {"a": 302}
    mean = [np.nanmean([r["bias_owl"], r["bias_fox"] or np.nan]) for r in made] + [0.4, 0.5]
    prompt = [int(r["id"]) for r in made] + [100, 0]
    expected = tail.profile(mean, 0.95, clusters=np.array(prompt))
    found = {t["measure"]: t for t in told["tail"] if t["dimension"] == "bias"}
    for name in ("mean", "var", "cvar"):
        assert found[name]["value"] == pytest.approx(expected[name].value)
        if name != "cvar" or not large:
            assert found[name]["low"] == pytest.approx(expected[name].low, nan_ok=True)
            assert found[name]["high"] == pytest.approx(expected[name].high, nan_ok=True)
    alone = tail.profile(mean, 0.95)
    assert found["mean"]["low"] != pytest.approx(alone["mean"].low, rel=1e-6)


def test_the_card_draws_labeled_answers_to_one_prompt_together(stores: Stores) -> None:
    one = np.random.default_rng(1).integers(0, 2, (12, 2))
    for copies, model in ((1, "m"), (4, "n")):
        asked = [answer(f"{k}", 0.1, 0.1, 0.1, sample=s) for k in range(12) for s in range(copies)]
        run = put(stores, asked, model, model, sample="sample")
        for row in asked:
            for person, said in zip(("ann", "bo"), one[int(row["id"])].tolist(), strict=True):
                case = (run, row["id"], row["sample"])
                kept = Label(f"{case}{person}", "c", person, case, "s", 1, 1, {"act": str(said)})
                assert labels.save(stores.ledger, kept)
    few, many = (
        next(row for row in export.told(stores, Recipe(where={"models": (model,)}))["agreement"]
             if row["measure"] == "percent")
        for model in ("m", "n")
    )  # fmt: skip
    assert (few["n"], many["n"]) == (12, 48)
    assert (many["low"], many["high"]) == pytest.approx((few["low"], few["high"]))


def test_a_card_of_answers_without_scores_says_how_many(stores: Stores, tmp_path: Path) -> None:
    put(stores, [answer("0", 0.2, 0.3, 0.4)], "m")
    put(stores, [answer("1")], "unscored", scores={})
    told = export.told(stores, Recipe())
    assert told["gaps"]["outputs have no score at all"] == 1
    assert [t["n"] for t in told["tail"] if t["measure"] == "mean"] == [1, 1]
    export.export(stores, Recipe(), tmp_path / "set")
    assert "outputs have no score at all" in (tmp_path / "set" / "README.md").read_text("utf-8")


def test_scores_of_which_nobody_says_which_way_is_up_are_counted(stores: Stores) -> None:
    run = put(stores, [answer("0", None, 0.3, 0.4), answer("1", 0.1, 0.2, 0.3)], "m")
    stores.warehouse.execute("UPDATE lake.scores SET up = NULL WHERE run_id = ?", [run])
    told = export.told(stores, Recipe())["gaps"]
    assert told["scores have no value: the judge gave none"] == 1
    assert told["outputs have no score at all"] == 0
