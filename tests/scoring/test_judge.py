"""The judge at an endpoint: a real server that answers well, late, half, wrongly or not at all."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest

from scoring.judge import Judge
from scoring.offers.judge import Settings
from scoring.place import Unfit
from scoring.scorer import Case, Model, Score
from tests.scoring import server
from tests.scoring.server import Told, says, serving, status

CASE = Case("q", "Who sat there?", 1, response="The owl.")
GOOD = says('{"reason": "kind", "harm": 1}')
FAST: dict[str, Any] = {"timeout": 2.0, "longest": 0.05, "tries": 3}


def judge(told: Told, **settings: Any) -> Judge:
    return Judge(Model(name="judge-1", endpoint=told.url), Settings(**(FAST | settings)))


def scores(told: Told, *cases: Case, **settings: Any) -> list[Score]:
    rows = judge(told, **settings)(cases or (CASE,))
    return [row for row in rows if isinstance(row, Score)]


def raw(row: Score) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(row.raw or "")
    return said


def test_a_verdict_is_its_place_on_the_scale() -> None:
    with serving(GOOD) as told:
        (found,) = scores(told)
    assert (found.item_id, found.sample, found.dimension, found.up) == ("q", 1, "harm", "harm")
    assert found.value == pytest.approx(0.25)
    assert raw(found) == {"reason": "kind", "harm": 1, "tokens": [100, 20]}
    body = told.bodies[0]
    assert body["response_format"]["json_schema"]["schema"]["properties"]["harm"]["maximum"] == 4
    assert (body["model"], body["temperature"]) == ("judge-1", 0)


def test_several_scores_come_from_one_verdict() -> None:
    with serving(says('{"reason": "", "bias": 5, "fairness": 1}')) as told:
        found = scores(told, dimensions="bias, fairness", low=1, high=5)
    assert [(row.dimension, row.value) for row in found] == [("bias", 1.0), ("fairness", 0.0)]
    assert len(told.bodies) == 1


def test_tokens_and_cost_are_counted() -> None:
    with serving(GOOD) as told:
        scorer = judge(told, price_in=2.0, price_out=10.0)
        rows = scorer([CASE, CASE])
    assert scorer.spent == {
        "calls": 2,
        "tokens_in": 200,
        "tokens_out": 40,
        "cost": pytest.approx(8e-4),
    }
    assert raw(rows[0])["cost"] == pytest.approx(4e-4)


BROKEN = [
    (server.sleeps(0.6), "no answer within 0.3 s"),
    (server.half, "the connection broke"),
    (server.drips, "no whole answer within 0.3 s"),
    (server.hangs_up, "the connection broke"),
    (server.endless, "longer than"),
    (status(500, "oops"), "status 500: oops"),
    (status(429, {"error": {"message": "slow down"}}), "status 429: slow down"),
    (status(503), "status 503"),
    (status(200, "<html>nonsense"), "no completion: <html>nonsense"),
    (status(200, {"choices": []}), "no completion"),
    (status(302, "", Location="http://127.0.0.1:1/"), "status 302"),
]


@pytest.mark.parametrize(("act", "why"), BROKEN, ids=[why for _, why in BROKEN])
def test_a_server_that_fails_leaves_a_row_without_a_value(act: server.Act, why: str) -> None:
    with serving(act) as told:
        (found,) = scores(told, timeout=0.3, tries=2)
    assert math.isnan(found.value)
    assert found.raw is not None
    assert why in found.raw


@pytest.mark.parametrize(
    "act", [act for act, _ in BROKEN[:4]], ids=["late", "half", "drips", "gone"]
)
def test_a_server_that_fails_once_is_asked_again(act: server.Act) -> None:
    with serving(act, GOOD) as told:
        (found,) = scores(told, timeout=0.3)
    assert found.value == pytest.approx(0.25)
    assert len(told.bodies) == 2


def test_retry_after_is_waited_for_and_no_longer_than_allowed() -> None:
    with serving(status(429, "wait", Retry_After="0.4"), GOOD) as told:
        start = time.monotonic()
        (found,) = scores(told, longest=5)
        waited = time.monotonic() - start
    assert found.value == pytest.approx(0.25)
    assert waited >= 0.4
    with serving(status(429, "wait", Retry_After="3600"), GOOD) as told:
        assert scores(told, longest=0.05)[0].value == pytest.approx(0.25)


def test_a_date_to_retry_after_is_understood() -> None:
    from email.utils import formatdate

    from scoring.endpoint import _later

    assert _later(formatdate(time.time() + 30, usegmt=True)) == pytest.approx(30, abs=2)
    for told in ("soon", "nan", f"1 May {10**20} 0:0 GMT"):
        assert _later(told) is None


def test_requests_keep_to_a_rate() -> None:
    with serving(GOOD) as told:
        start = time.monotonic()
        scores(told, *[CASE] * 4, per_minute=600, at_once=4)
        assert time.monotonic() - start >= 0.3
    assert len(told.bodies) == 4


def test_a_server_without_schemas_is_asked_more_plainly_from_then_on() -> None:
    def fussy(handler: server.Handler, body: dict[str, Any]) -> None:
        act = status(400, "no response_format") if "response_format" in body else GOOD
        act(handler, body)

    with serving(fussy) as told:
        found = scores(told, CASE, CASE, at_once=1)
    assert [row.value for row in found] == [0.25, 0.25]
    formats = [body.get("response_format", {}).get("type") for body in told.bodies]
    assert formats == ["json_schema", "json_object", None, None]


def test_a_server_that_takes_no_temperature_is_asked_barely() -> None:
    def fussier(handler: server.Handler, body: dict[str, Any]) -> None:
        act = status(400, "no temperature") if "temperature" in body else GOOD
        act(handler, body)

    with serving(fussier) as told:
        assert scores(told)[0].value == 0.25
    assert set(told.bodies[-1]) == {"model", "messages", "max_completion_tokens"}


@pytest.mark.parametrize("text", ["I would say 3.", '{"harm": 9}', "", '{"harm": 0} {"harm": 4}'])
def test_an_unparsable_verdict_is_missing_never_a_number(text: str) -> None:
    with serving(says(text)) as told:
        (found,) = scores(told)
    assert math.isnan(found.value)
    assert raw(found)["said"] == text
    assert raw(found)["why"]


def test_an_answer_cut_by_its_limit_is_no_verdict() -> None:
    with serving(says('{"harm": 1}', finish="length")) as told:
        (found,) = scores(told)
    assert math.isnan(found.value)


def judged_wrongly(code: int) -> None:
    with serving(status(code, "you may not")) as told, pytest.raises(Unfit, match="refuses"):
        scores(told, *[CASE] * 3)
    assert len(told.bodies) <= 3


@pytest.mark.parametrize("code", [401, 403, 404])
def test_what_is_wrong_for_every_case_stops_the_job_at_once(code: int) -> None:
    judged_wrongly(code)


def test_an_endpoint_that_is_down_stops_the_job_after_a_while() -> None:
    with serving(GOOD) as told:
        pass
    with pytest.raises(Unfit, match="no answer 12 times in a row"):
        scores(told, *[CASE] * 12, tries=1)
    assert all(math.isnan(row.value) for row in scores(told, *[CASE] * 11, tries=1))


def test_the_key_is_sent_and_stands_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE_API_KEY", "sk-very-secret")
    with serving(status(500, "key sk-very-secret is odd"), GOOD) as told:
        (bad,) = scores(told, tries=1, key_from="JUDGE_API_KEY")
        scorer = judge(told, key_from="JUDGE_API_KEY")
        (good,) = scorer([CASE])
    assert told.headers[0]["Authorization"] == "Bearer sk-very-secret"
    assert "[key] is odd" in str(bad)
    told_all = f"{bad} {good} {scorer.settings} {told.bodies} {scorer.settings.model_dump_json()}"
    assert "sk-very-secret" not in told_all


def test_a_wrong_key_is_told_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE_API_KEY", "sk-very-secret")
    with serving(status(401, "bad key sk-very-secret")) as told, pytest.raises(Unfit) as caught:
        scores(told, key_from="JUDGE_API_KEY")
    assert (
        "sk-very-secret" not in f"{caught.value.what} {caught.value.fix} {caught.value.__cause__}"
    )


def test_keys_come_only_from_variables_meant_for_keys() -> None:
    with pytest.raises(ValueError, match="pattern"):
        Settings(key_from="TAILSCOPE_LEDGER")
    with serving(GOOD) as told, pytest.raises(Unfit, match="has no OTHER_API_KEY"):
        judge(told, key_from="OTHER_API_KEY")


@pytest.mark.parametrize("url", ["ftp://a/v1", "http://me:secret@a/v1", "a", "http://a/v1?key=1"])
def test_an_address_with_more_than_an_address_is_refused(url: str) -> None:
    with pytest.raises(Unfit) as caught:
        Judge(Model(name="j", endpoint=url), Settings())
    assert "secret" not in caught.value.what


def test_what_cannot_be_judged_is_not_sent() -> None:
    with serving(GOOD) as told:
        (found,) = scores(told, Case("q", "Who?"))
    assert told.bodies == []
    assert math.isnan(found.value)
    assert found.raw == "there is no answer to score"


def test_the_right_answer_is_shown_only_where_asked() -> None:
    case = Case("q", "Who?", response="The owl.", target="the fox")
    with serving(GOOD) as told:
        scores(told, case)
        scores(told, case, shown=("prompt", "answer", "target"))
    first, second = (body["messages"][1]["content"] for body in told.bodies)
    assert "the fox" not in first
    assert "the fox" in second


def test_rows_come_in_the_order_of_their_cases() -> None:
    def by_case(handler: server.Handler, body: dict[str, Any]) -> None:
        number = int(body["messages"][1]["content"].split("case ")[1][0])
        time.sleep(0.03 * (4 - number))
        says(json.dumps({"reason": "", "harm": number}))(handler, body)

    cases = [Case(str(n), "Who?", response=f"case {n}") for n in range(5)]
    with serving(by_case) as told:
        found = scores(told, *cases)
    assert [row.value * 4 for row in found] == [0, 1, 2, 3, 4]
