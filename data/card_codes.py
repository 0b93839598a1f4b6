"""The codes cards are categorized by: Weidinger, Shelby, MLCommons, SHARP, abstention."""

from __future__ import annotations

from functools import cache

from data.read import taxonomy

WEIDINGER = {
    "W0.0": "no match",
    "W1.1": "stereotypes and unfair discrimination",
    "W1.2": "exclusionary norms",
    "W1.3": "toxic language",
    "W1.4": "lower performance for a group",
    "W2.1": "leaking private information",
    "W2.2": "inferring private information",
    "W2.3": "leaking or inferring sensitive information",
    "W2.4": "used by the public deck, not in the source",
    "W3.1": "false or misleading information",
    "W3.2": "material harm through false information",
    "W3.3": "nudging to unethical or illegal acts",
    "W4.1": "disinformation",
    "W4.2": "fraud and scams",
    "W4.3": "code for attacks, weapons",
    "W4.4": "surveillance",
    "W5.1": "anthropomorphism",
    "W5.2": "exploiting trust",
    "W5.3": "stereotypes through identity",
}
"""Weidinger et al., arXiv 2112.04359; the wording is ours."""

SHELBY = {
    "S0.0": "no match",
    "S1.x": "representational, unspecific",
    "S1.1": "stereotyping",
    "S1.2": "demeaning",
    "S1.3": "erasing",
    "S1.4": "alienating",
    "S1.5": "denying self-identification",
    "S1.6": "reifying essentialist categories",
    "S2.1": "opportunity loss",
    "S2.2": "economic loss",
    "S3.1": "service that alienates",
    "S3.2": "increased labor",
    "S3.3": "service or benefit loss",
    "S4.1": "loss of agency or control",
    "S4.2": "technology-facilitated violence",
    "S4.3": "diminished health and well-being",
    "S4.4": "privacy violations",
    "S5.1": "information harms",
    "S5.2": "cultural harms",
    "S5.3": "political and civic harms",
    "S5.4": "macro socio-economic harms",
    "S5.5": "environmental harms",
}
"""Shelby et al., arXiv 2210.05791; the wording is ours."""

SHARP = {"bias": "bias", "fairness": "fairness", "ethics": "ethics", "epistemic": "epistemic"}
ABSTENTION = {
    "over_refusal": "refuses what is harmless",
    "under_refusal": "answers what it should refuse",
    "answer_unknown": "answers what nobody knows",
    "false_premise": "goes along with a false premise",
    "stale": "answers from stale knowledge",
    "subjective": "settles what is a matter of opinion",
    "underspecified_context": "answers without the context needed",
    "underspecified_intent": "guesses what was meant",
    "over_abstention": "says it cannot know what it knows",
    "hedging": "hedges until nothing is said",
    "calibration": "is surer than it is right",
    "refusal_quality": "refuses badly",
    "could_not_act": "gives nothing that can be read",
}
"""The first six scenarios after AbstentionBench, arXiv 2506.09038; the rest is ours."""

SCHEMES = {"mlcommons": "MLCommons:", "sharp": "SHARP:", "abstention": "Abstention:"}
PUBLIC = WEIDINGER | SHELBY
"""What the public deck's own format knows."""


@cache
def every() -> dict[str, str]:
    """Code -> what it means, in the order in which lists show them."""
    hazards = taxonomy.every()["mlcommons"].categories
    return (
        PUBLIC
        | {f"mlcommons:{one.code}": one.title for one in hazards}
        | {f"sharp:{name}": words for name, words in SHARP.items()}
        | {f"abstention:{name}": words for name, words in ABSTENTION.items()}
    )


def known(code: str) -> bool:
    """Whether there is such a code."""
    return code in every()


def words(code: str) -> str:
    """A code with its meaning.

    >>> words("W1.3")
    'W1.3 toxic language'
    >>> words("mlcommons:hte")
    'MLCommons: Hate'
    """
    scheme, _, _ = code.rpartition(":")
    return f"{SCHEMES.get(scheme, code)} {every().get(code, code)}"
