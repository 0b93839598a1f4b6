"""Options of lm-evaluation-harness: their letters, which is right, what the model gave each."""

from __future__ import annotations

import json
import math

import pytest

from data.read.lm_eval.samples import FORMAT
from tests.mutations import as_lines, read


def requests(*pairs):
    return {f"gen_args_{n}": {"arg_0": a, "arg_1": b} for n, (a, b) in enumerate(pairs)}


def options(doc_id, logs, acc, target="1", texts=(" red", " blue", " green"), **more):
    prompt = f"Q: What colour is bird {doc_id}?\nA:"
    return {
        "doc_id": doc_id, "doc": {"question": f"What colour is bird {doc_id}?", "subject": "birds"},
        "target": target, "arguments": requests(*((prompt, text) for text in texts)),
        "resps": [[[str(log), "False"]] for log in logs],
        "filtered_resps": [[str(log), "False"] for log in logs], "filter": "none",
        "metrics": ["acc"], "doc_hash": "d", "prompt_hash": "p", "target_hash": "t", "acc": acc,
    } | more  # fmt: skip


def told(lines):
    rows = read(FORMAT, "samples_birds_2025-02-03T04-05-06.jsonl", as_lines(lines))
    assert rows is not None
    return rows


def test_letters_of_the_log_stay_and_the_document_says_what_they_mean():
    doc = {"question": "Which?", "choices": ["wren", "owl"]}
    line = options(0, [-1, -2], 1.0, "0", (" A", " B"), doc=doc)
    assert told([line])["items"][0][4:6] == ("A", '["wren","owl"]')
    assert told([line])["outputs"][0][3] == "A"


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 1, 3)])  # 0.4.2 wrote them in turn
def test_unconditional_requests_are_no_options(order):
    line = options(0, [-3.0, -1.0], 1.0, "1", (" red", " blue"))
    line["arguments"] |= {
        f"gen_args_{n + 2}": {"arg_0": "", "arg_1": text}
        for n, text in enumerate((" red", " blue"))
    }
    line["resps"] += [[["-9", "False"]], [["-0.1", "False"]]]
    asked = list(line["arguments"].values())
    line["arguments"] = {f"gen_args_{n}": asked[place] for n, place in enumerate(order)}
    line["resps"] = [line["resps"][place] for place in order]
    assert told([line])["outputs"][0][4] == [("A", -3.0), ("B", -1.0)]


def test_where_the_contexts_are_the_options_the_prompt_has_a_gap():
    line = options(0, [-3.0, -1.0], 0.0, "won.", doc={})
    line["arguments"] = requests(("The owl met a wren. The owl", " won."),
                                 ("The owl met a wren. The wren", " won."))  # fmt: skip
    rows = told([line])
    assert rows["items"][0][2] == "The owl met a wren. The ___ won."
    assert rows["items"][0][5] == '["owl","wren"]'
    assert rows["items"][0][4] == "A"  # of two options the other one, as acc says


@pytest.mark.parametrize(
    ("target", "acc", "key"),
    [
        ("1", 1.0, "B"),
        ("blue", 1.0, "B"),
        ("2", 0.0, "C"),
        ("1", 0.0, None),  # contradicts acc
        ("[0, 2]", 0.0, None),  # several are right
        ("0", 0.31, None),  # a mass over several
        ("7", 0.0, None),
        ("1", "nan", None),
    ],
)
def test_the_right_option_is_read_in_agreement_with_acc(target, acc, key):
    rows = told([options(0, [-3.0, -1.0, -2.0], acc, target)])
    assert rows["items"][0][4] == key


def test_infinity_is_a_log_probability_and_nan_is_none():
    rows = told([options(0, ["-inf", "-1.5"], 1.0, "1", ("a", "b")),
                 options(1, ["nan", "-1.5"], 0.0, "1", ("a", "b"))])  # fmt: skip
    assert rows["outputs"][0][4] == [("a", -math.inf), ("b", -1.5)]
    assert rows["outputs"][1][3:5] == (None, None)
    assert json.loads(rows["outputs"][1][7])["logprobs"] == ["nan", "-1.5"]
