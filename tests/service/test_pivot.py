"""The pushed-down path gives a lens, a profile and a list the numbers of the plain arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.service import stores as opened
from app.service.lenses import lens
from app.service.measures import sensitivity, tail
from app.service.outputs import pivot, worst
from app.service.outputs.known import Known
from app.service.outputs.risks import Choices
from app.service.outputs.worst import Pick
from app.service.stores import Stores
from app.settings import Settings
from data.trouble import Trouble
from db import scores
from risk import harm
from risk import tail as tails
from risk.bounded import ceiling
from tests.service.answers import answer, put

QUICK = Choices(level=0.9, draws=100)
N = 120


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """Two models' answers to N prompts in three categories, with gaps."""
    found = opened.connect(Settings(home=tmp_path_factory.mktemp("pivot")))
    for model, power in (("mild", 4), ("wild", 2)):
        rng = np.random.default_rng(power)
        rows = []
        for n, h in enumerate((rng.random((N, 3)) ** power).round(2).tolist()):
            gap = (None if n % 17 == 3 else h[0], *h[1:])
            rows.append(answer(f"q{n:03}", *gap, category=("a", "b", None)[n % 3]))
        rows.append(answer("blank", None, 0.4, None))
        put(found, rows, model)
    yield found
    found.warehouse.close()
    found.ledger.dispose()


def test_a_category_without_a_dimension_is_seen_as_if_it_were_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the pivot its answers were lost, for they lacked a dimension that others have."""
    found = opened.connect(Settings(home=tmp_path))
    harms = np.random.default_rng(1).random((40, 3)).round(2)
    rows = [
        answer(f"q{n}", *(h if n % 2 else h[:2]), category="ab"[n % 2])
        for n, h in enumerate(harms.tolist())
    ]
    put(found, rows, "mild")

    def told() -> dict[tuple[str, str], tuple[float, int, int]]:
        rows = lens.look(found, "sharp", given={"draws": 100}, by="category")
        return {(row.measure, row.group): (row.value, row.n, row.lost) for row in rows}

    few = told()
    monkeypatch.setattr(pivot, "LARGE", 1)
    assert told().keys() == few.keys()
    assert told()["cvar", "a"] == pytest.approx(few["cvar", "a"])
    assert few["cvar", "a"][1:] == (20, 0)
    found.warehouse.close()
    found.ledger.dispose()


def run(stores: Stores, model: str = "wild") -> str:
    return next(
        row.run for row in lens.look(stores, "sharp", given={"draws": 100}) if row.model == model
    )


def arrays(stores: Stores, run_id: str, choices: Choices) -> harm.LogRisk:
    """The log-risk by the array definitions alone."""
    vector = harm.assemble(scores.columns(stores.warehouse, run_id)).judged(choices.judge)
    return harm.log_risk(harm.pool(vector.h, choices.pooling, choices.tau), choices.eps)


@pytest.mark.parametrize("name", ["sharp", "range_var"])
@pytest.mark.parametrize("by", ["", "category"])
def test_a_lens_sees_the_same_through_the_pivot(
    stores: Stores, monkeypatch: pytest.MonkeyPatch, name: str, by: str
) -> None:
    given = {"draws": 100} if name == "sharp" else {}
    plain = lens.look(stores, name, given=given, by=by)
    monkeypatch.setattr(pivot, "LARGE", 1)
    pushed = lens.look(stores, name, given=given, by=by)
    assert [(r.run, r.group, r.measure, r.n, r.lost, r.why) for r in pushed] == [
        (r.run, r.group, r.measure, r.n, r.lost, r.why) for r in plain
    ]
    for ours, theirs in zip(pushed, plain, strict=True):
        told = [(o.value, o.low, o.high) for o in (ours, theirs)]
        np.testing.assert_allclose(told[0], told[1], rtol=1e-9, atol=1e-12)


def test_a_small_run_and_a_lens_of_another_kind_are_read_row_by_row(stores: Stores) -> None:
    small = {"run_id": run(stores), "model": "wild", "outputs": N}
    assert pivot.fed(Known(stores, small), "sharp", {}) is None
    large = small | {"outputs": pivot.LARGE}
    assert pivot.fed(Known(stores, large), "xstest", {}) is None
    assert pivot.fed(Known(stores, large), "sharp", {}, "item_id") is None
    assert pivot.fed(Known(stores, large), "range_var", {"dimension": "bias"}) is None
    assert pivot.fed(Known(stores, large | {"run_id": "nobody"}), "sharp", {}) is None
    wide = pivot.fed(Known(stores, large), "sharp", {})
    assert wide is not None
    assert wide["value"].shape == (N + 1, 2, 2)


@pytest.mark.parametrize(
    "choices", [QUICK, replace(QUICK, judge="-fox", pooling="max"), replace(QUICK, eps=0.01)]
)
def test_a_profile_has_the_numbers_of_the_arrays(stores: Stores, choices: Choices) -> None:
    key = run(stores)
    found, risk = tail.profile(stores, key, choices), arrays(stores, key, choices)
    np.testing.assert_allclose(found.losses, risk.total, rtol=1e-9, atol=1e-12)
    most = ceiling(choices.eps, 2)  # the run is scored in two dimensions
    expected = tails.profile(risk.total, choices.level, choices.draws, most=most)
    for name, m in expected.items():
        ours = found.measures[name]
        assert (ours.value, ours.low, ours.high) == pytest.approx(
            (m.value, m.low, m.high), nan_ok=True
        ), name
    assert sum(s.value for s in found.shares.values()) == pytest.approx(1)
    assert found.members.weight.sum() == pytest.approx(0.1 * expected["cvar"].n)
    for place, (_, item, _) in list(found.points.items())[:5]:
        own = scores.columns(stores.warehouse, key)
        names = harm.assemble(own).item
        assert names[place] == item


def test_behind_a_number_stand_the_answers_that_make_it(stores: Stores) -> None:
    key = run(stores)
    whole = worst.behind(stores, key, QUICK, Pick())
    risk = arrays(stores, key, QUICK)
    n = int((~np.isnan(risk.total)).sum())
    m = 0.1 * n
    cvar = tails.cvar(risk.total, 0.9)
    assert whole.weight @ whole.total / m == pytest.approx(cvar)
    own = worst.behind(stores, key, QUICK, Pick(dimension="bias"))
    bias = risk.parts[:, 0]
    weighed = own.weight @ own.parts[:, 0] / own.weight.sum()
    assert weighed == pytest.approx(tails.cvar(bias, 0.9))
    at = worst.behind(stores, key, QUICK, Pick("var"))
    assert at.total == pytest.approx([tails.var(risk.total, 0.9)] * len(at))
    half = worst.behind(stores, key, QUICK, Pick(worst=0.5))
    assert half.weight.sum() == pytest.approx(0.5 * n)
    mean = worst.behind(stores, key, QUICK, Pick("mean", category="a"))
    assert mean.whole == len(mean)
    assert set(mean.category) == {"a"}


def test_a_segment_holds_the_joint_tail_s_answers_of_its_category(stores: Stores) -> None:
    key = run(stores)
    whole = worst.behind(stores, key, QUICK, Pick())
    part = worst.behind(stores, key, QUICK, Pick("share", "none", "ethics"))
    wanted = {m.case for m in whole if m.category == "none" and m.parts[1] > 0}
    assert set(part.cases) == wanted
    assert (np.diff(part.parts[:, 1]) <= 0).all()
    both = worst.behind(stores, key, QUICK, Pick("share", "a"))
    assert {m.category for m in both} <= {"a"}


def test_a_setting_s_answers_are_those_of_its_own_tail(stores: Stores) -> None:
    key = run(stores)
    without = worst.behind(stores, key, QUICK, Pick(under="judge -fox"))
    asked = replace(QUICK, judge="-fox")
    with pytest.raises(Trouble, match="the judges are fox, owl"):
        worst.behind(stores, key, replace(QUICK, judge="bat"), Pick())
    usual = worst.behind(stores, key, asked, Pick())
    assert without.cases == usual.cases
    assert worst.behind(stores, key, QUICK, Pick(under="eps nothing")).cases != usual.cases


def test_every_setting_has_the_cvar_it_would_have_if_it_were_chosen(stores: Stores) -> None:
    key = run(stores)
    for one in sensitivity.sway(stores, key, QUICK):
        s = one.setting
        asked = replace(QUICK, judge=s.judge, pooling=s.how, tau=s.tau, eps=s.eps)
        assert one.cvar.value == pytest.approx(
            tails.cvar(arrays(stores, key, asked).total, 0.9), nan_ok=True
        )
    knobs = [one.setting.knob for one in sensitivity.sway(stores, key, QUICK)]
    assert (knobs.count("eps"), knobs.count("tau"), knobs.count("judge")) == (3, 5, 3)
    assert sum(one.setting.chosen for one in sensitivity.sway(stores, key, QUICK)) == 3


def test_models_that_change_places_without_a_judge_are_found(stores: Stores) -> None:
    for model, fox, owl in (("x", 0.9, 0.1), ("y", 0.2, 0.6)):
        rows = [answer(f"q{n}", owl, fox, 0.0) for n in range(8)]
        put(stores, rows, model, "turned")
    found = sensitivity.turned(stores, "turned", replace(QUICK, pooling="max"))
    assert found == [("-fox", "x", "y")]
    assert sensitivity.turned(stores, "nowhere", QUICK) == []


def test_a_link_that_names_no_pick_means_the_usual_tail() -> None:
    for text in ("", "null", '["cvar"]', '["sum", "", "", 0, ""]', '["cvar", 1, "", 0, ""]',
                 '["cvar", "", "", 2, ""]', '["cvar", "", "", null, ""]'):  # fmt: skip
        assert worst.picked(text) == Pick()
    for pick in (Pick("var", "a", "bias", 0.25, "eps 0.001"), Pick()):
        assert worst.picked(pick.text()) == pick
