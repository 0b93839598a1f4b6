"""Loading, whole: right rows in, and of bad files a reason and nothing half-written."""

from __future__ import annotations

import pytest

from app.service.loading import load as loading
from app.service.loading import preview as previewing
from data.mapping import Mapping
from data.trouble import Trouble

GOOD = "id,prompt,response,bias_j\n1,Why?,So.,0.5\n2,How?,Thus.,0.25\n"


def load(stores, path, **options):
    return loading.load(stores, path, by="test", **options)


def test_what_is_no_file_is_trouble(stores, tmp_path, held):
    before = held(stores)
    for path, words in ((tmp_path, "folder"), (tmp_path / "none.csv", "does not exist")):
        with pytest.raises(Trouble, match=words):
            load(stores, path)
    assert held(stores) == before


def test_quoted_newlines_stay_and_line_numbers_follow_the_file(stores, put, ask):
    body = 'id,response\n1,"two\nlines, ""quoted"""\n2,x,y\n3,z\n'
    report = load(stores, put("a.csv", body))
    assert ask(stores, "SELECT response FROM lake.outputs ORDER BY item_id") == [
        ('two\nlines, "quoted"',), ("z",),
    ]  # fmt: skip
    assert [(r["line"], r["why"]) for r in report.refused] == [
        (4, "has 3 cells where the header has 2")
    ]


def test_a_quote_left_open_is_named_with_the_lines_it_swallows(stores, put):
    report = load(stores, put("a.csv", 'id,response\n1,a\n2,b\n3,"c\n4,d\n5,e\n'))
    why = "a quote is left open: all up to line 6, the last, is one cell"
    assert report.loaded[0].outputs == 2
    assert [(row["line"], row["why"]) for row in report.refused] == [(4, why)]
    report = load(stores, put("b.csv", 'id,response\n1,a\n2,b\n"3,c\n4,d\n'))
    assert "a quote is left open" in report.refused[0]["why"]
    report = load(stores, put("c.csv", 'id,response\n1,a\n"2,b\n3,c",d,e\n4,f\n'))
    assert "is a quote left open?" in report.refused[0]["why"]
    with pytest.raises(Trouble, match="no header that can be read: a quote is left open"):
        load(stores, put("d.csv", 'id,"response\n1,a\n'))


def test_headers_that_repeat_or_have_no_name_stay_apart(stores, put, ask):
    load(stores, put("a.csv", ",id,response,note,note\n0,1,x,a,b\n"))
    assert ask(stores, "SELECT meta::VARCHAR FROM lake.outputs") == [
        ('{"_index":"0","note":"a","note_2":"b"}',)
    ]


def test_a_mapping_that_names_a_column_the_file_lacks_lists_what_it_has(stores, put, held):
    before = held(stores)
    with pytest.raises(Trouble) as caught:
        load(stores, put("a.csv", GOOD), mapping=Mapping(response="said"))
    assert "'said'" in caught.value.what
    assert "id, prompt, response" in caught.value.fix
    assert held(stores) == before


def test_a_broken_line_is_kept_aside_and_the_rest_is_read(stores, put, ask):
    body = (
        '{"id": 1, "response": "a"}\n{"id": 2, oops\n{"id": 3, "response": "c"}\n7\n'
        '{"id": 4, "response": "d"}\n'
    )
    report = load(stores, put("a.jsonl", body))
    assert [r["line"] for r in report.refused] == [2, 4]
    assert (report.loaded[0].outputs, report.loaded[0].refused) == (3, 2)
    assert ask(stores, "SELECT line, raw FROM lake.refused_rows ORDER BY 1") == [
        (2, '{"id": 2, oops\n'), (4, "7\n"),
    ]  # fmt: skip


def test_numbers_that_are_none_have_no_value_and_keep_their_text(stores, put, ask):
    body = (
        '{"id": 1, "response": "a", "bias_j": NaN}\n'
        '{"id": 2, "response": "b", "bias_j": -Infinity}\n'
        '{"id": 3, "response": NaN, "bias_j": 0.5}\n'
    )
    report = load(stores, put("a.jsonl", body))
    assert report.refused == []
    assert ask(stores, "SELECT value, raw FROM lake.scores ORDER BY item_id") == [
        (None, "nan"), (None, "-inf"), (0.5, "0.5"),
    ]  # fmt: skip
    assert ask(stores, "SELECT response FROM lake.outputs WHERE item_id = '3'") == [(None,)]


def test_text_that_is_hard_to_store_is_stored(stores, put, ask):
    body = (
        b'{"id": 1, "response": "half \\ud83d sign"}\n{"id": 2, "response": "nul \\u0000 inside"}\n'
        b'{"id": 3, "response": "first", "response": "last"}\n'
        b'{"id": 4, "response": "NA"}\n{"id": 5, "response": "=1+1 <script>"}\n'
    )
    assert load(stores, put("a.jsonl", body)).refused == []
    found = ask(stores, "SELECT response FROM lake.outputs ORDER BY item_id")
    assert [text for (text,) in found] == [
        "half � sign", "nul \x00 inside", "last", "NA", "=1+1 <script>",
    ]  # fmt: skip


def test_a_deeply_nested_row_is_refused_and_the_rest_is_read(stores, put):
    deep = '{"id": 9, "response": "x", "more": ' + "[" * 600 + "]" * 600 + "}\n"
    deeper = '{"id": 8, "response": NaN, "more": ' + "[" * 90_000 + "]" * 90_000 + "}\n"
    good = "".join(f'{{"id": {i}, "response": "x"}}\n' for i in range(5))
    report = load(stores, put("a.jsonl", good + deep + deeper))
    assert [r["line"] for r in report.refused] == [6, 7]
    assert report.loaded[0].outputs == 5


def test_an_id_as_a_number_and_as_text_is_refused_and_never_merged(stores, put, ask):
    rows = [{"id": i, "response": "a"} for i in (1, 2, 3)] + [{"id": "1", "response": "b"}]
    (row,) = load(stores, put("a.jsonl", rows)).refused
    assert row["line"] == 4
    assert "id 1 is text in one row" in row["why"]
    assert ask(stores, "SELECT count(*) FROM lake.outputs") == [(3,)]


def test_an_answer_that_repeats_is_refused_and_another_answer_is_the_next_sample(stores, put, ask):
    rows = [{"id": 1, "response": word} for word in ("a", "b", "a", "c", "b")]
    report = load(stores, put("a.jsonl", rows))
    assert [r["line"] for r in report.refused] == [3, 5]
    assert ask(stores, "SELECT sample, response FROM lake.outputs ORDER BY 1") == [
        (0, "a"), (1, "b"), (2, "c"),
    ]  # fmt: skip


def test_a_sample_that_the_file_numbers_stands_once(stores, put, ask):
    rows = [{"id": 1, "response": w, "epoch": n} for w, n in (("a", 1), ("a", 2), ("b", 2))]
    report = load(stores, put("a.jsonl", rows))
    assert [r["why"] for r in report.refused] == ["item 1, sample 2 stands in this file already"]
    assert ask(stores, "SELECT sample, response FROM lake.outputs ORDER BY 1") == [
        (1, "a"), (2, "a"),
    ]  # fmt: skip


def test_a_score_out_of_scale_is_refused_with_its_line_and_the_way_out(stores, put):
    report = load(
        stores, put("a.csv", "id,response,bias_j\n1,a,0.5\n2,b,0.25\n3,c,4\n4,d,1\n5,e,0\n")
    )
    (row,) = report.refused
    assert row["line"] == 4
    assert "4, outside 0 to 1" in row["why"]
    assert "scales: {bias:" in row["why"]


def test_a_judges_free_text_is_kept_without_a_value(stores, put, ask):
    load(stores, put("a.csv", "id,response,bias_j\n1,a,0.5\n2,b,I cannot judge this\n"))
    assert ask(stores, "SELECT value, raw FROM lake.scores ORDER BY item_id")[1] == (
        None, "I cannot judge this",
    )  # fmt: skip


def test_prompts_that_contradict_the_data_set_are_sent_to_one_of_their_own(stores, put, held):
    load(stores, put("one.csv", GOOD), named={"dataset": "set"})
    other, before = put("two.csv", GOOD.replace("?", " not?")), held(stores)
    with pytest.raises(Trouble) as caught:
        load(stores, other, named={"dataset": "set"})
    assert "--dataset" in caught.value.fix
    assert held(stores) == before
    assert not load(stores, other, named={"dataset": "other"}).loaded[0].already


def test_a_prompt_that_differs_a_little_stays_with_its_answer(stores, put, ask):
    load(
        stores, put("one.csv", "id,prompt,response\n1,a,x\n2,b,x\n3,c,x\n"), named={"dataset": "s"}
    )
    load(
        stores, put("two.csv", "id,prompt,response\n1,a,y\n2,b,y\n3,C,y\n"), named={"dataset": "s"}
    )
    found = ask(
        stores,
        """SELECT item_id, meta->>'prompt' FROM lake.outputs
                           WHERE response = 'y' ORDER BY 1""",
    )
    assert found == [("1", None), ("2", None), ("3", "C")]
    assert ask(stores, "SELECT count(*) FROM lake.items") == [(3,)]


def test_twice_is_once_under_any_name(stores, put, held):
    first = load(stores, put("one.csv", GOOD))
    before = held(stores)
    again = load(stores, put("other.csv", GOOD))
    assert (first.loaded[0].already, again.loaded[0].already) == (False, True)
    assert first.loaded[0].run == again.loaded[0].run
    assert again.loaded[0].model == "one"
    assert held(stores) == before


def test_a_dry_run_tells_all_and_writes_nothing(stores, put, held):
    before = held(stores)
    report = load(stores, put("a.csv", GOOD), dry_run=True)
    assert (report.loaded[0].outputs, report.loaded[0].scores) == (2, 2)
    assert held(stores) == before


def test_a_load_that_is_stopped_leaves_nothing(stores, put, held):
    body = "id,response\n" + "".join(f"{i},x\n" for i in range(12_000))
    path, before = put("a.csv", body), held(stores)

    def stop(part, rows):
        if rows >= 10_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(stores, path, progress=stop)
    assert held(stores) == before
    assert load(stores, path).loaded[0].outputs == 12_000


def test_a_preview_writes_nothing_and_shows_the_rows_as_they_stand(stores, put, held):
    before = held(stores)
    seen = previewing.preview(put("a.csv", GOOD))
    assert seen.columns == ["id", "prompt", "response", "bias_j"]
    assert seen.rows[0]["prompt"] == "Why?"
    assert seen.mapping.scores == {"bias": {"j": "bias_j"}}
    assert held(stores) == before
