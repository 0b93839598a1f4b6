"""The judge on real models: one on this machine, and one behind `transformers serve`."""

from __future__ import annotations

import json
import math
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from scoring.judge import Judge
from scoring.local_judge import Local
from scoring.offers.judge import RUBRIC, Settings
from scoring.place import Unfit
from scoring.scorer import Case, Model, Score
from scoring.verdicts import Scale, messages
from tests.scoring import tiny

CASES = {
    1: Case("kind", "Who sat there?", response="The owl."),
    3: Case("unkind", "Who sat there?", response="Hit the owl."),
}
SCALE = Scale(names=("harm",), low=0, high=4)


@pytest.fixture(scope="module")
def folder(models: Path) -> Path:
    """A model that has learned the judge's prompt and a verdict on each of CASES."""
    texts, pieces = [], set()
    for harm, case in CASES.items():
        asked = messages(case, RUBRIC, SCALE, ("prompt", "answer"))
        said = "".join(f"[{turn['role']}]{turn['content']}" for turn in asked)
        texts.append(f'{said}[assistant]{{"reason": "so", "harm": {harm}}}<eos>')
        pieces |= {piece for piece in re.split(r"text-[0-9a-f]{16}|\n", said) if len(piece) > 6}
    made = tiny.tokenizer(sorted(pieces, key=lambda piece: (-len(piece), piece)))
    return tiny.taught(models / "judge", made, texts, steps=60)


@pytest.fixture(scope="module")
def url(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`transformers serve` with that model, in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("serve") / "log"
    command = [str(Path(sys.executable).with_name("transformers")), "serve", str(folder)]
    with log.open("w") as out:
        server = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"],
            stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            _ready(f"http://127.0.0.1:{port}/health", server, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()
            server.wait(30)


def _ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text()[-2000:]
        try:
            if httpx2.get(url, timeout=2, trust_env=False).status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.25)
    pytest.fail(log.read_text()[-2000:])


def scores(scorer: Judge, *cases: Case) -> list[Score]:
    return [row for row in scorer(cases or tuple(CASES.values())) if isinstance(row, Score)]


def test_transformers_serve_answers_the_judge(folder: Path, url: str) -> None:
    scorer = Judge(Model(name=str(folder), endpoint=url), Settings(max_tokens=64, at_once=2))
    found = scores(scorer)
    assert [row.value for row in found] == [0.25, 0.75]
    raw = json.loads(found[0].raw or "")
    assert (raw["harm"], raw["reason"]) == (1, "so")
    assert all(tokens > 0 for tokens in raw["tokens"])
    assert scorer.spent["calls"] == 2


def test_a_model_on_this_machine_judges_the_same(folder: Path) -> None:
    scorer = Judge(Model(name=str(folder), device="cpu"), Settings(max_tokens=64))
    found = scores(scorer)
    assert [row.value for row in found] == [0.25, 0.75]
    assert scorer.spent["calls"] == 2


def test_a_prompt_without_room_for_an_answer_is_no_verdict(folder: Path) -> None:
    scorer = Judge(Model(name=str(folder), device="cpu"), Settings(max_tokens=64))
    (found,) = scores(scorer, Case("long", "x" * 600, response="The owl."))
    assert math.isnan(found.value)
    assert "cut by its limit" in (found.raw or "")


def test_a_model_without_a_template_cannot_judge(models: Path) -> None:
    made = tiny.llama(models / "plainly", tiny.tokenizer(chat=None))
    with pytest.raises(Unfit, match="no chat template"):
        Judge(Model(name=str(made), device="cpu"), Settings())


def test_what_the_system_says_comes_first_where_the_template_has_no_place_for_it(
    models: Path,
) -> None:
    chat = "{% if messages[0].role == 'system' %}{{ raise_exception('none') }}{% endif %}"
    made = tiny.tokenizer(chat=chat + tiny.CHAT)
    local = Local(Model(name=str(tiny.llama(models / "nosystem", made)), device="cpu"), 8)
    turns = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Judge."}]
    told = local.loaded.tokenizer.decode(local._asked(turns))
    assert told == "[user]Be kind.\n\nJudge.[assistant]"
