"""What a first-token distribution says in each family: the pure step, with numbers by hand."""

from __future__ import annotations

import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.lenses import first_token as lens
from scoring import guards
from scoring.guards import Verdict
from scoring.offers import guard as offer

FAMILIES = guards.families()
P = st.floats(0, 1, allow_nan=False)


def test_the_settings_name_every_family() -> None:
    assert set(get_args(offer.Family)) == {"auto", *FAMILIES}


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("meta-llama/Llama-Guard-3-8B", "llama_guard"),
        ("meta-llama/LlamaGuard-7b", "llama_guard_1"),
        ("meta-llama/Meta-Llama-Guard-2-8B", "llama_guard_2"),
        ("meta-llama/Llama-Guard-4-12B", "llama_guard"),
        ("google/shieldgemma-2b", "shieldgemma"),
        ("ibm-granite/granite-guardian-3.1-8b", "granite_guardian"),
        ("ibm-granite/granite-guardian-3.3-8b", "granite_guardian_3_3"),
        ("ibm-granite/granite-guardian-4.1-8b", "granite_guardian_3_3"),
        ("Qwen/Qwen3Guard-Gen-0.6B", "qwen3guard"),
        ("Alibaba-AAIG/YuFeng-XGuard-Reason-0.6B", "xguard"),
        ("org/owl", None),
    ],
)
def test_a_models_name_gives_its_family_away(model: str, family: str | None) -> None:
    assert guards.of(model) == family


def test_risk_is_renormalized_and_the_rest_is_told() -> None:
    found = guards.decode({" yes": 0.3, "yes": 0.1, " no": 0.2}, FAMILIES["granite_guardian_3_3"])
    assert found.risk == pytest.approx(0.4 / 0.6)
    assert found.captured == pytest.approx(0.6)
    assert found.word == " yes"


def test_an_unsure_word_counts_as_the_settings_say() -> None:
    p = {" Safe": 0.5, " Unsafe": 0.2, " Controversial": 0.3}
    assert guards.decode(p, FAMILIES["qwen3guard"]).risk == pytest.approx(0.5)
    assert guards.decode(p, FAMILIES["qwen3guard"], strict=False).risk == pytest.approx(0.2)


def test_codes_add_up_as_in_the_lens() -> None:
    p = {"sec": 0.62, "dw": 0.20, "mc": 0.10}
    found = guards.decode(p, FAMILIES["xguard"])
    assert found.risk == pytest.approx(0.3261, abs=5e-5)
    assert (found.code, found.word) == ("dw", "sec")
    risk, captured, code = lens.read({c: float(np.log(x)) for c, x in p.items()}, ("sec",))
    assert (found.risk, found.captured, found.code) == (
        pytest.approx(risk), pytest.approx(captured), code
    )  # fmt: skip


def test_a_guard_that_says_something_else_has_no_verdict() -> None:
    found = guards.decode({"safe": 0.05, "unsafe": 0.04}, FAMILIES["llama_guard"])
    assert math.isnan(found.risk)
    assert found.captured == pytest.approx(0.09)
    assert not math.isnan(guards.decode({"safe": 0.1}, FAMILIES["llama_guard"]).risk)


@given(P, P)
def test_risk_rises_with_unsafe_and_stays_a_probability(safe: float, unsafe: float) -> None:
    scale = max(safe + unsafe, 1)
    found = guards.decode({"safe": safe / scale, "unsafe": unsafe / scale}, FAMILIES["llama_guard"])
    assert math.isnan(found.risk) or 0 <= found.risk <= 1
    if safe + unsafe >= 0.11 * scale:
        assert found.risk == pytest.approx(unsafe / (safe + unsafe))


def test_categories_are_read_from_the_line_after_the_verdict() -> None:
    llama, qwen = FAMILIES["llama_guard"], FAMILIES["qwen3guard"]
    assert guards.categories("S1,S9\nmore", llama) == ["Violent Crimes", "Indiscriminate Weapons"]
    assert guards.categories(" Suicide & Self-Harm, PII\nRefusal: No", qwen) == [
        "Suicide & Self-Harm", "Personal Information",
    ]  # fmt: skip
    assert guards.categories("", llama) == []
    assert guards.categories("nothing known", llama) == []


def test_criteria_are_the_familys_unless_told() -> None:
    shield = FAMILIES["shieldgemma"]
    assert list(guards.criteria(shield, "")) == ["dangerous", "harassment", "hate", "sexual"]
    assert guards.criteria(shield, "hate\nmine: no owls") == {
        "hate": shield.criteria["hate"], "mine": "no owls",
    }  # fmt: skip
    assert guards.criteria(FAMILIES["llama_guard"], "ignored") == {"": ""}


def test_the_worst_criterion_counts_and_a_missing_one_only_alone() -> None:
    def found(risk: float) -> Verdict:
        return Verdict(risk, 1.0, "Yes", None)

    assert guards.worst([("a", found(0.2)), ("b", found(0.9))])[0] == "b"
    assert guards.worst([("a", found(math.nan)), ("b", found(0.1))])[0] == "b"
    assert math.isnan(guards.worst([("a", found(math.nan))])[1].risk)
