"""What cells of a table may look like: numbers of other languages, percents, conversations."""

from __future__ import annotations

import json

from app.service.loading import load as loading
from app.service.outputs import runs
from data.mapping import Mapping, Scale


def load(stores, path, **options):
    return loading.load(stores, path, by="test", **options)


def test_numbers_with_a_decimal_comma_are_numbers(stores, put, ask):
    """What could as well be thousands is not guessed."""
    body = "id;response;bias_j\n1;a;0,25\n2;b; 1,0\n3;c;,5\n4;d;1,000\n5;e;0.75\n"
    report = load(stores, put("a.csv", body))
    assert ask(stores, "SELECT value, raw FROM lake.scores ORDER BY item_id") == [
        (0.25, "0,25"), (1.0, " 1,0"), (0.5, ",5"), (None, "1,000"), (0.75, "0.75"),
    ]  # fmt: skip
    assert report.loaded[0].notes == []


def test_scores_that_are_mostly_no_numbers_are_told(stores, put):
    body = "id,response,bias_j,bias_k\n1,a,high,0.1\n2,b,low,high\n3,c,0.5,\n4,d,,0.2\n"
    report = load(stores, put("a.csv", body))
    (note,) = report.loaded[0].notes
    assert note.startswith("2 of 3 scores of bias by j are no number, such as ")
    (run,) = runs.every(stores)  # and it stays with the run
    assert run["notes"] == [note]
    assert runs.noted([run]) == [f"{run['run']}: {note}"]


def test_percents_are_shares_unless_a_scale_says_otherwise(stores, put, ask):
    body = 'id,response,bias_j\n1,a,85%\n2,b,2.5 %\n3,c,"7,5%"\n'
    load(stores, put("a.csv", body))
    assert ask(stores, "SELECT value FROM lake.scores ORDER BY item_id") == [
        (0.85,), (0.025,), (0.075,),
    ]  # fmt: skip
    scale = Scale(low=0, high=100)
    report = load(stores, put("b.csv", body), mapping=Mapping(item_id="id", scales={"bias": scale}))
    assert report.loaded[0].notes[0].startswith("3 of 3 scores of bias by j are no number")


def test_conversations_become_prompts_and_answers(stores, put, ask):
    talk = [
        [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}],
        [{"role": "system", "content": "Be brief"},
         {"role": "user", "content": [{"type": "text", "text": "Bomb?"}]},
         {"role": "assistant", "content": "No."}, {"role": "user", "content": "Why?"}],
        [{"from": "human", "value": "Still there?"}],
    ]  # fmt: skip
    lines = [json.dumps({"messages": one, "bias_j": 0.5, "model": "m"}) for one in talk]
    load(stores, put("chats.jsonl", "\n".join(lines)))
    found = """SELECT prompt, response, meta::VARCHAR FROM lake.outputs
               JOIN lake.items USING (item_id) ORDER BY prompt"""
    assert ask(stores, found) == [
        ("Hi", "Hello", None),
        ("Still there?", None, None),
        ("system: Be brief\n\nuser: Bomb?", "No.", '{"said_after":"Why?"}'),
    ]
    assert ask(stores, "SELECT count(value) FROM lake.scores") == [(3,)]


def test_a_file_with_prompts_keeps_its_messages_beside_them(stores, put, ask):
    line = {"prompt": "p", "response": "r", "messages": [{"role": "user", "content": "x"}]}
    load(stores, put("a.jsonl", json.dumps(line)))
    assert "messages" in ask(stores, "SELECT meta::VARCHAR FROM lake.outputs")[0][0]


def test_what_else_messages_hold_is_kept_and_what_cannot_be_read_costs_a_row(stores, put, ask):
    deep = '{"a":' * 300 + "1" + "}" * 300
    lines = [
        f'{{"messages": [{{"role": "user", "content": {deep}}}]}}',
        json.dumps({"messages": [{"role": "user", "content": "Weather?"},
                                 {"role": "assistant", "content": "Wet.", "tool_calls": ["w"]}]}),
        json.dumps({"messages": [{"role": "user", "content": "Hi"}]}),
    ]  # fmt: skip
    report = load(stores, put("chats.jsonl", "\n".join(lines)))
    assert [(row["line"], "cannot be kept" in row["why"]) for row in report.refused] == [(1, True)]
    found = ask(stores, "SELECT response, meta::VARCHAR FROM lake.outputs ORDER BY response")
    assert [row[0] for row in found] == ["Wet.", None]
    assert '"tool_calls":["w"]' in found[0][1]
    assert found[1][1] is None


def test_a_prompt_asked_otherwise_stays_with_its_answer_and_takes_nothing_from_beside_it(
    stores, put, ask
):
    beside = {"more": {"a": None, "b": [{"c": None}], "n": 1e300, "big": 2**63}}
    rows = [{"id": f"q{n}", "prompt": f"asked {n}", "response": f"said {n}"} for n in range(5)]
    named = {"model": "m", "dataset": "d"}
    load(stores, put("a.jsonl", "\n".join(map(json.dumps, rows))), named=named)
    other = [row | beside | ({"prompt": '"asked"\notherwise'} if n < 2 else {})
             for n, row in enumerate(rows)]  # fmt: skip
    del other[1]["more"]
    again = put("b.jsonl", "\n".join(map(json.dumps, other)))
    run = load(stores, again, named=named | {"model": "n"}).loaded[0].run
    found = ask(
        stores,
        f"""SELECT item_id, meta::VARCHAR FROM lake.outputs
                            WHERE run_id = '{run}' ORDER BY item_id""",
    )
    own = {"prompt": '"asked"\notherwise'}
    assert [(item, meta and json.loads(meta)) for item, meta in found] == [
        ("q0", own | beside), ("q1", own), ("q2", beside), ("q3", beside), ("q4", beside),
    ]  # fmt: skip


def test_ids_too_long_to_be_told_apart_as_numbers_are_refused(stores, put, ask):
    """As floating numbers two of them would be one item, with two answers."""
    rows = [{"id": n, "prompt": f"asked {n}", "response": "said"} for n in range(9)]
    long = [10**22 + n for n in range(2)]
    lines = [json.dumps(row | {"id": n}) for row, n in zip(rows, [*range(7), *long], strict=True)]
    report = load(stores, put("a.jsonl", "\n".join(lines)))
    assert [one["why"] for one in report.refused] == [
        "id 1e+22 is too long to be kept as a number: write ids as text"
    ] * 2
    assert ask(stores, "SELECT count(*), max(sample) FROM lake.outputs") == [(7, 0)]
    text = [json.dumps(row | {"id": str(10**22 + n)}) for n, row in enumerate(rows)]
    assert load(stores, put("b.jsonl", "\n".join(text))).loaded[0].outputs == 9


def test_what_a_prompt_that_was_there_is_not_given_is_told(stores, put, ask):
    rows = [{"id": f"q{n}", "prompt": f"asked {n}", "response": f"said {n}"} for n in range(5)]
    first = [row | ({"category": "a"} if n else {}) for n, row in enumerate(rows)]
    named = {"dataset": "d", "model": "one"}
    assert (
        load(stores, put("a.jsonl", "\n".join(map(json.dumps, first))), named=named).loaded[0].notes
        == []
    )
    more = [row | {"category": "b", "gold": "A", "answerable": True} for row in rows]
    again = put("b.jsonl", "\n".join(map(json.dumps, more)))
    (note,) = load(stores, again, named=named | {"model": "two"}).loaded[0].notes
    assert note.startswith(
        "Prompts that the data set had already stay as they were: 1 had no category, "
        "4 had another category, 5 had no target, 5 had no answerable."
    )
    assert ask(stores, "SELECT DISTINCT category, target FROM lake.items ORDER BY ALL") == [
        ("a", None), (None, None),
    ]  # fmt: skip
    other = load(stores, again, named={"dataset": "e", "model": "two"}).loaded[0]
    assert other.notes == []
