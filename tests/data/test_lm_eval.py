"""Samples of lm-evaluation-harness: options, texts, repeats and filters, with results beside."""

from __future__ import annotations

import gzip
import json

from hypothesis import given, settings

from data.read import formats
from data.read.lm_eval import samples as lm_eval
from data.read.lm_eval.samples import FORMAT
from data.read.source import Source
from tests.mutations import EXAMPLES, as_json, as_lines, bytes_of, read, values_of

AT = "2025-02-03T04-05-06.789012"
SAMPLES, RESULTS = f"samples_birds_{AT}.jsonl", f"results_{AT}.json"


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


def written(doc_id, texts, filter, kept, **metrics):
    return {
        "doc_id": doc_id, "doc": {"question": f"How many eggs in nest {doc_id}?", "level": "2"},
        "target": "4", "arguments": requests((f"<s>Q: How many eggs in nest {doc_id}?",
                                              {"until": ["\n"]})),
        "resps": [texts], "filtered_resps": [kept], "filter": filter, "metrics": list(metrics),
    } | metrics  # fmt: skip


RESULT = {
    "results": {"birds": {"alias": "birds", "acc,none": 0.5, "acc_stderr,none": 0.5}},
    "configs": {"birds": {"metric_list": [{"metric": "acc", "aggregation": "mean"}]}},
    "n-samples": {"birds": {"original": 9, "effective": 2}},
    "higher_is_better": {"birds": {"acc": True}},
    "config": {"model": "hf", "model_args": "pretrained=nest/owl-1b,revision=step8"},
}
MC = [options(0, [-3.0, -1.0, -2.0], 1.0), options(1, [-1.0, -2.0, -3.0], 0.0)]
TWO = [
    *(written(n, ["It is 4", "5"], "strict", "4", exact_match=float(n)) for n in (0, 1)),
    *(written(n, ["It is 4", "5"], "loose", "It is 4", exact_match=1.0) for n in (0, 1)),
]


def told(lines, **beside):
    rows = read(FORMAT, SAMPLES, as_lines(lines), **beside)
    assert rows is not None
    return rows


def test_options_become_letters_with_their_log_probabilities(put):
    assert formats.recognize(Source(put("x.jsonl", as_lines(MC)))) is FORMAT
    rows = told(MC, **{RESULTS: as_json(RESULT)})
    assert rows["items"][0][:6] == (
        "birds", "0", "What colour is bird 0?", "birds", "B", '["red","blue","green"]',
    )  # fmt: skip
    assert rows["outputs"][0][3:5] == ("blue", [("A", -3.0), ("B", -1.0), ("C", -2.0)])
    assert json.loads(rows["outputs"][0][7])["prompt"].startswith("Q: What colour")
    assert [row[3:] for row in rows["scores"]] == [
        ("acc", "none", 1.0, None, "good"), ("acc", "none", 0.0, None, "good"),
    ]  # fmt: skip
    assert [row[1:] for row in rows["reported"]] == [
        ("acc", 0.5, "mean", "acc", "none"), ("acc_stderr", 0.5, "stderr", "acc", "none"),
        ("samples", 2.0, "count", "", ""),
    ]  # fmt: skip


def test_arguments_as_pairs_and_values_as_numbers_read_the_same():
    old = [
        line | {
            "arguments": [list(pair.values()) for pair in line["arguments"].values()],
            "resps": [[[float(log), False]] for ((log, _),) in line["resps"]],
        }
        for line in MC
    ]  # fmt: skip
    assert told(old)["items"] == told(MC)["items"]
    assert [row[1:] for row in told(old)["outputs"]] == [row[1:] for row in told(MC)["outputs"]]


def test_ten_options_stay_in_order_when_their_names_were_sorted():
    line = options(0, [-float(n) for n in range(12)], 1.0, "0", [f" t{n}" for n in range(12)])
    line["arguments"] = dict(sorted(line["arguments"].items()))
    assert told([line])["items"][0][5] == json.dumps([f"t{n}" for n in range(12)]).replace(" ", "")


def test_two_filters_give_one_answer_with_both_scores():
    rows = told(TWO)
    assert [row[1:4] for row in rows["outputs"]] == [
        ("0", 0, "It is 4"), ("0", 1, "5"), ("1", 0, "It is 4"), ("1", 1, "5"),
    ]  # fmt: skip
    assert [row[1:6] for row in rows["scores"]] == [
        ("0", 0, "exact_match", "strict", 0.0), ("0", 0, "exact_match", "loose", 1.0),
        ("1", 0, "exact_match", "strict", 1.0), ("1", 0, "exact_match", "loose", 1.0),
    ]  # fmt: skip
    assert json.loads(rows["outputs"][0][7])["filtered"] == {"strict": "4"}
    assert not rows["refused"]


def test_the_order_of_documents_and_filters_does_not_matter():
    def plain(rows):
        return sorted(map(str, (row[1:] for name in ("outputs", "scores") for row in rows[name])))

    whole = plain(told(TWO))
    for lines in ([TWO[0], TWO[2], TWO[1], TWO[3]], [TWO[1], TWO[2], TWO[3], TWO[0]]):
        assert len(told(lines)["outputs"]) == 4
        assert sorted(str(row[1:6]) for row in told(lines)["scores"]) == sorted(
            str(row[1:6]) for row in told(TWO)["scores"]
        )
    packed = read(FORMAT, SAMPLES + ".gz", gzip.compress(as_lines(TWO)))
    assert packed is not None
    assert plain(packed) == whole


def test_a_second_run_appended_to_the_file_is_refused_line_by_line():
    rows = told([*TWO, *TWO])
    assert len(rows["outputs"]) == 4
    assert [row[0] for row in rows["refused"]] == [5, 6, 7, 8]
    assert "another run was appended" in rows["refused"][0][1]
    assert [row[0] for row in told([*MC, MC[1]])["refused"]] == [3]


def test_a_score_for_each_repeat_stands_on_its_answer():
    rows = told([written(0, ["4", "5"], "none", ["4", "5"], exact_match=[1, 0])])
    assert [row[1:6] for row in rows["scores"]] == [
        ("0", 0, "exact_match", "none", 1.0), ("0", 1, "exact_match", "none", 0.0),
    ]  # fmt: skip


def test_a_metric_that_is_no_number_has_no_value_and_says_what_it_is():
    line = written(0, ["x"], "none", "x", ppl=[-3.5, 2], bleu="nan", ok=True)
    del line["metrics"]
    assert [row[3:7] for row in told([line])["scores"]] == [
        ("ppl", "none", None, "[-3.5,2]"), ("bleu", "none", None, "nan"), ("ok", "none", 1.0, None),
    ]  # fmt: skip


def test_a_measured_text_is_no_answer():
    line = written(0, [["-3.5", "True"]], "none", ["-3.5", "True"], acc=1)
    line["arguments"] = requests(("Q: How many eggs in nest 0?", " four"))
    rows = told([line])
    assert rows["outputs"][0][3] is None
    kept = json.loads(rows["outputs"][0][7])
    assert (kept["logprob"], kept["greedy"], kept["continuation"]) == (-3.5, True, " four")


def test_messages_of_a_chat_are_told_apart():
    line = written(0, ["4"], "none", "4", exact_match=1)
    chat = [{"role": "system", "content": "Count."}, {"role": "user", "content": "Eggs?"}]
    line["arguments"]["gen_args_0"]["arg_0"] = [json.dumps(chat)]
    line["doc"] = {}
    assert told([line])["items"][0][2] == "system: Count.\n\nuser: Eggs?"


def test_models_with_other_templates_meet_on_the_question(stores, tmp_path):
    from app.service.loading import load as loading

    for model, wrap in (("nest__owl", "<s>{}"), ("nest__wren", "[INST]{}[/INST]")):
        (tmp_path / model).mkdir()
        line = written(0, ["4"], "none", "4", exact_match=1)
        line["arguments"] = requests((wrap.format("Q: How many eggs in nest 0?"), {}))
        (tmp_path / model / SAMPLES).write_bytes(as_lines([line]))
        (run,) = loading.load(stores, tmp_path / model / SAMPLES, by="test").loaded
        assert (run.model, run.dataset) == (model.replace("__", "/"), "birds")


def test_a_truncated_samples_file_is_flagged(stores, tmp_path):
    from app.service.loading import load as loading

    (tmp_path / RESULTS).write_bytes(as_json(RESULT))
    (tmp_path / SAMPLES).write_bytes(as_lines(MC[:1]))
    (run,) = loading.load(stores, tmp_path / SAMPLES, by="test").loaded
    checks = {check["metric"]: check["agrees"] for check in run.checks}
    assert checks == {"acc": False, "acc_stderr": None, "samples": False}
    assert run.model == "nest/owl-1b"


def test_the_results_are_a_part_only_where_they_tell_nothing_else(tmp_path):
    path, beside = tmp_path / SAMPLES, tmp_path / RESULTS
    path.write_bytes(as_lines(MC))
    beside.write_bytes(as_json(RESULT))
    assert lm_eval.parts(path) == (beside,)
    more = RESULT | {"results": RESULT["results"] | {"fish": {"acc,none": 0.25}}}
    beside.write_bytes(as_json(more))
    assert lm_eval.parts(path) == ()


def test_damaged_results_do_not_keep_the_samples_out(tmp_path):
    assert len(told(MC, **{RESULTS: b'{"results": '})["outputs"]) == 2


def test_a_broken_line_is_refused_with_its_number():
    rows = read(FORMAT, SAMPLES, as_lines(MC[:1]) + b'{"doc_id": 7,\n[]\n{"resps": []}\n')
    assert [row[:2] for row in rows["refused"]][1:] == [
        (3, "not an object but list"), (4, "has no doc_id"),
    ]  # fmt: skip
    assert rows["refused"][0][1].startswith("not JSON")


@given(values_of([*MC, *TWO]))
@settings(max_examples=EXAMPLES)
def test_no_structure_breaks_the_reader(values):
    read(FORMAT, SAMPLES, as_lines(values) or b" ", **{RESULTS: as_json(RESULT)})


@given(bytes_of(as_lines([*MC, *TWO])))
@settings(max_examples=EXAMPLES)
def test_no_bytes_break_the_reader(raw):
    read(FORMAT, SAMPLES, raw or b" ")


@given(values_of(RESULT), bytes_of(as_json(RESULT)))
@settings(max_examples=EXAMPLES)
def test_no_results_beside_break_the_reader(value, raw):
    read(FORMAT, SAMPLES, as_lines(MC), **{RESULTS: as_json(value)})
    read(FORMAT, SAMPLES, as_lines(MC), **{RESULTS: raw or b" "})
