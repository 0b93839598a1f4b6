"""One promptfoo result as an answer: its verdict, its scores, refusals, what a person said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from data import check
from data.answer import Act, Answer, Said, Score
from data.read import told

SCORER = "promptfoo"
PERSON = "reviewer"
"""Who gave a thumb or a comment: the log does not name the person."""
ASSERTED, BROKEN = 1, 2
"""failureReason: an assertion failed; the call or the grading did."""
FAILURES = {"none": 0, "assert": ASSERTED, "error": BROKEN}
MANUAL = "human"


def prompt_id(row: dict[str, Any]) -> str:
    """Tells one prompt template from another, whichever provider got it."""
    prompt = told.table(row.get("prompt"))
    for value in (row.get("promptId"), prompt.get("id"), prompt.get("label")):
        if found := check.text(value):
            return found
    return ""


def case_id(row: dict[str, Any]) -> int:
    """Tells one test case from another by what it asks and asserts, whatever its number."""
    test = told.table(row.get("testCase"))
    return hash(
        repr((test.get("description"), test.get("vars", row.get("vars")), test.get("assert")))
    )


def answer(row: dict[str, Any], number: int) -> Answer:
    """The answer in one result. Its id and its data set are the eval's to give.

    `pass` and `score` have no value where the call or the grading failed: that is an error, not a
    failed test, though a failed test fills `error` too.
    """
    response, test = told.table(row.get("response")), told.table(row.get("testCase"))
    provider, prompt = _provider(row.get("provider")), told.table(row.get("prompt"))
    variables = told.table(row.get("vars")) or told.table(test.get("vars"))
    about = told.table(test.get("metadata"))
    grading = told.table(row.get("gradingResult"))
    components = [told.table(c) for c in told.entries(grading.get("componentResults"))]
    tags = [("test", test.get("description")),
            ("plugin", about.get("pluginId")), ("strategy", about.get("strategyId"))]  # fmt: skip
    return Answer(
        item_id="",
        number=number,
        model=provider[0],
        revision=provider[1],
        prompt=told.prompt(prompt.get("raw", row.get("prompt"))),
        category=check.text(about.get("pluginId")),
        tags={name: text[:200] for name, value in tags if (text := check.text(value))},
        response=check.text(response.get("output")),
        finish=check.text(response.get("finishReason")),
        n_tokens=told.tokens(told.table(response.get("tokenUsage")).get("completion")),
        meta=_meta(row, response, grading, components, variables),
        scores=list(_scores(row, response, grading, components)),
        acts=list(_acts(row, response, components)),
        labels=list(_labels(grading, components)),
    )


def _provider(value: Any) -> tuple[str | None, str | None]:
    """The provider's id, and its label where that says more."""
    if not isinstance(value, dict):
        return check.text(value), None
    name, label = check.text(value.get("id")), check.text(value.get("label"))
    return (name or label, label if name and label != name else None)


def _broken(row: dict[str, Any], response: dict[str, Any], grading: dict[str, Any]) -> str | None:
    """Why there is no verdict; None where there is one."""
    reason = row.get("failureReason")
    if isinstance(reason, str):
        reason = FAILURES.get(reason.lower(), reason)
    error = check.text(row.get("error")) or check.text(response.get("error"))
    if told.flag(told.table(grading.get("metadata")).get("graderError")):
        return f"grader_failed: {check.text(grading.get('reason')) or error or 'no reason'}"
    # logs older than failureReason: an error without any grading is the call's
    if reason == BROKEN or (reason is None and error and not grading):
        return f"error: {error or 'not said'}"
    return None


def _scores(
    row: dict[str, Any], response: dict[str, Any], grading: dict[str, Any], parts: list[Any]
) -> Iterator[Score]:
    why = _broken(row, response, grading)
    if why:
        yield Score("pass", SCORER, None, why[:1000])
        yield Score("score", SCORER, None, why[:1000])
        return
    passed = told.flag(row.get("success"))
    if passed is None:
        passed = told.flag(grading.get("pass"))
    overruled = any(_kind(part) == MANUAL for part in parts)
    raw = "set by a person" if overruled else None
    yield Score("pass", SCORER, None if passed is None else float(passed), raw)
    value = told.number(row.get("score", grading.get("score")))
    yield Score("score", SCORER, value, raw)
    named = told.table(row.get("namedScores")) or told.table(grading.get("namedScores"))
    for name, given in named.items():
        if name not in ("pass", "score"):
            yield Score(name, SCORER, told.number(given), check.text(given), "neither")


def _kind(part: dict[str, Any]) -> str:
    return str(told.table(part.get("assertion")).get("type") or "")


def _acts(
    row: dict[str, Any], response: dict[str, Any], parts: list[dict[str, Any]]
) -> Iterator[Act]:
    """What the model did, as far as the log says: at most one act, refusal before the rest."""
    for part in parts:
        passed = told.flag(part.get("pass"))
        refusal = {"is-refusal": True, "not-is-refusal": False}.get(_kind(part))
        if refusal is not None and passed is refusal:
            yield Act("refused", "promptfoo:is-refusal", check.text(part.get("reason")))
            return
    if told.flag(response.get("isRefusal")):
        yield Act("refused", "promptfoo:provider", "the provider says that the model refused")
        return
    guard = told.table(response.get("guardrails"))
    empty = check.text(response.get("output")) is None
    if empty and any(told.flag(guard.get(n)) for n in ("flagged", "flaggedInput", "flaggedOutput")):
        why = check.text(guard.get("reason")) or "blocked by the provider"
        yield Act("could_not_act", "promptfoo:guardrails", why)
    elif empty and response and row.get("failureReason") in (0, ASSERTED):
        yield Act("could_not_act", "promptfoo:response", "the answer is empty")


def _labels(grading: dict[str, Any], parts: list[dict[str, Any]]) -> Iterator[Said]:
    for part in parts:
        passed = told.flag(part.get("pass"))
        if _kind(part) == MANUAL and passed is not None:
            yield Said(PERSON, "pass", "pass" if passed else "fail")
            break
    if comment := check.text(grading.get("comment")):
        yield Said(PERSON, "comment", comment)


def _meta(
    row: dict[str, Any],
    response: dict[str, Any],
    grading: dict[str, Any],
    parts: list[dict[str, Any]],
    variables: dict[str, Any],
) -> dict[str, Any]:
    checked = [
        told.small([("type", _kind(p)), ("pass", p.get("pass")), ("score", p.get("score")),
                    ("reason", p.get("reason"))])
        for p in parts
    ]  # fmt: skip
    return told.small(
        [("vars", variables), ("assertions", checked), ("reason", grading.get("reason")),
         ("error", row.get("error")), ("cost", row.get("cost", response.get("cost"))),
         ("latency_ms", row.get("latencyMs")), ("cached", response.get("cached")),
         ("guardrails", response.get("guardrails")), ("metadata", row.get("metadata")),
         ("result", row.get("id"))]
    )  # fmt: skip
