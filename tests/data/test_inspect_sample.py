"""Samples of Inspect logs: prompts, answers, conversations, attachments, options."""

from __future__ import annotations

import hashlib
import math

import pytest

from data.answer import Act, Step
from tests.data.inspect_logs import answers, entries, head, members, packed, sample, written

IMAGE = "data:image/png;base64,iVBORw0KGgo="
USED = {"function": "add", "arguments": {"x": 1}, "id": "c1"}


def told(put, *samples, **top):
    return answers(entries(put("a.json", written(head(**top), list(samples)))))


def one(put, **more):
    return told(put, sample(**more))[0]


def test_epochs_are_samples_of_one_item(put):
    found = told(put, sample(1, 1), sample(1, 2), sample("b", 1))
    assert [(told.item_id, told.sample) for told in found] == [("1", 0), ("1", 1), ("b", 0)]


@pytest.mark.parametrize(
    ("spec", "dataset"),
    [
        ({}, "rivers"),
        ({"task_args": {"lang": "en", "hard": True}}, "rivers (hard=true, lang=en)"),
        ({"task_args": {"lang": "en"}, "task_args_passed": {}}, "rivers"),
        ({"task": None}, "maps"),
        ({"task": None, "dataset": None}, None),
    ],
)
def test_the_data_set_is_the_task_with_the_arguments_it_was_given(put, spec, dataset):
    assert told(put, sample(1), eval=spec)[0].dataset == dataset


def test_long_arguments_are_told_apart_by_a_hash(put):
    names = {told(put, sample(1), eval={"task_args": {"a": "x" * n}})[0].dataset for n in (90, 91)}
    assert len(names) == 2
    assert all(len(name) < 40 for name in names)


def test_a_single_user_message_is_the_prompt_and_several_have_roles(put):
    single = [{"role": "user", "content": "Hi"}]
    assert one(put, input=single).prompt == "Hi"
    several = [{"role": "system", "content": "Be brief."}, *single]
    assert one(put, input=several).prompt == "system: Be brief.\n\nuser: Hi"


def test_images_are_named_and_never_inlined(put):
    parts = [{"type": "text", "text": "See"}, {"type": "image", "image": "attachment://1f"},
             {"type": "image", "image": "https://x.y/a.png"},
             {"type": "document", "document": IMAGE, "filename": "a.pdf"}]  # fmt: skip
    found = one(put, input=[{"role": "user", "content": parts}], attachments={"1f": IMAGE})
    mark = f"sha256 {hashlib.sha256(IMAGE.encode()).hexdigest()[:8]}"
    assert found.prompt == (
        f"See\n[image: image/png, {mark}]\n[image: https://x.y/a.png]\n[document: a.pdf, {mark}]"
    )


@pytest.mark.parametrize(
    "older",
    [{"attachments": {"1f": "long"}}, {"transcript": {"content": {"1f": "long"}, "events": []}}],
)
@pytest.mark.parametrize("mark", ["attachment", "tc"])
def test_attachments_are_put_back_in_old_logs_and_new(put, older, mark):
    more = {"attachments": None, "input": f"{mark}://1f", "target": [f"{mark}://1f", "b"]} | older
    found = one(put, **more)
    assert (found.prompt, found.target) == ("long", '["long","b"]')


def test_an_attachment_that_is_not_there_stays_a_reference(put):
    assert one(put, input="attachment://99").prompt == "attachment://99"


def test_what_the_solver_added_to_the_question_is_kept(put):
    spoken = [{"type": "reasoning", "reasoning": "hm"}, {"type": "text", "text": "the Rhine"}]
    messages = [{"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Answer with a letter: which river?"},
                {"role": "assistant", "content": spoken}]  # fmt: skip
    found = one(put, messages=messages)
    assert found.meta["system"] == "Be brief."
    assert found.meta["asked"] == "Answer with a letter: which river?"
    assert found.meta["reasoning"] == "hm"
    assert found.steps == []


def test_tool_calls_and_their_answers_are_steps(put):
    messages = [
        {"role": "user", "content": "Add"},
        {"role": "assistant", "content": [{"type": "reasoning", "reasoning": "I add"}],
         "tool_calls": [USED]},
        {"role": "tool", "content": "", "function": "add", "tool_call_id": "c1",
         "error": {"type": "timeout", "message": "too slow"}},
        {"role": "assistant", "content": [
            {"type": "tool_use", "name": "web", "arguments": "q", "result": "found"},
            {"type": "text", "text": "attachment://1f"}]},
    ]  # fmt: skip
    found = one(put, messages=messages, attachments={"1f": "three"})
    assert found.steps == [
        Step("user", "Add"),
        Step("reasoning", "I add"),
        Step("tool call: add", 'add({"x":1})'),
        Step("tool: add", "too slow", flags=("error: timeout",)),
        Step("assistant", "three"),
        Step("tool call: web", "web(q)"),
        Step("tool: web", "found"),
    ]


def test_a_conversation_of_several_turns_is_steps_too(put):
    turns = [{"role": role, "content": role[0]} for role in ("user", "assistant") * 2]
    assert [s.content for s in one(put, messages=turns).steps] == ["u", "a", "u", "a"]


@pytest.mark.parametrize("where", ["pool", "data"])
def test_a_sample_without_messages_takes_its_last_call_of_the_model(put, where):
    pool = [{"role": "user", "content": "Add"},
            {"role": "assistant", "content": "", "tool_calls": [USED]},
            {"role": "user", "content": "not of it"}, {"role": "tool", "content": "2"}]  # fmt: skip
    said = {"choices": [{"message": {"role": "assistant", "content": "two"}}]}
    call = {"event": "model", "input": []}
    events = [call | {"input_refs": [[0, 1]], "output": {}},
              call | {"input_refs": [[0, 2], [3, 4]], "output": said}]  # fmt: skip
    kept = {"message_pool": pool} if where == "pool" else {"events_data": {"messages": pool}}
    more = {"messages": None, "events": events, "output": None, **kept}
    for name, body in (
        ("a.json", written(head(), [sample(**more)])),
        ("a.eval", packed(members(head(), [sample(**more)]))),
    ):
        found = answers(entries(put(name, body)))[0]
        assert [s.content for s in found.steps] == ["Add", 'add({"x":1})', "2", "two"]
        assert found.response == "two"


def test_metadata_gives_the_category_and_tags_and_the_rest_is_kept(put):
    more = {"hazard": "fire", "level": 3, "answerable": False, "long": "x" * 200, "list": [1]}
    found = one(put, metadata=more)
    assert found.category == "fire"
    assert found.tags == {"hazard": "fire", "level": "3", "answerable": "false"}
    assert found.answerable is False
    assert found.meta["metadata"] == {"long": "x" * 200, "list": [1]}
    assert one(put, metadata={"blob": "x" * 9000}).meta["metadata"].startswith("left out: 9,0")


def test_how_an_answer_ended_is_told(put):
    found = one(put)
    assert (found.finish, found.n_tokens) == ("stop", 3)
    cut = {"choices": [{"message": {"content": "the"}, "stop_reason": "length"}]}
    assert one(put, output=cut).finish == "max_tokens"
    limit = {"type": "message", "limit": 8}
    found = one(put, limit=limit)
    assert (found.finish, found.meta["stop_reason"]) == ("message limit", "stop")
    assert found.meta["limit"] == limit


@pytest.mark.parametrize("count", [-1, 2**40, True, "3", None, 1.5])
def test_tokens_that_are_no_count_are_missing(put, count):
    output = sample()["output"] | {"usage": {"output_tokens": count}}
    assert one(put, output=output).n_tokens is None


def test_an_answer_that_the_provider_blocked_could_not_act(put):
    choice = {"message": {"content": ""}, "stop_reason": "content_filter",
              "stop_details": {"explanation": "too risky"}}  # fmt: skip
    found = one(put, output={"choices": [choice]}, scores=None)
    why = "content_filter: too risky"
    assert found.acts == [Act("could_not_act", "inspect:stop_reason", why)]
    assert found.response is None


def test_an_answer_marked_as_a_refusal_is_one(put):
    message = {"content": [{"type": "text", "text": "I will not", "refusal": True}]}
    choice = {"message": message, "stop_reason": "content_filter"}
    found = one(put, output={"choices": [choice]}, scores=None)
    assert [act.act for act in found.acts] == ["refused"]
    assert found.response == "I will not"


def token(letter, **top):
    return {"token": letter, "logprob": top.get(letter, -0.1),
            "top_logprobs": [{"token": t, "logprob": v} for t, v in top.items()]}  # fmt: skip


def chosen(put, *tokens, answer="B", explanation="", said="ANSWER: B"):
    choice = {"message": {"content": said}, "logprobs": {"content": list(tokens)}}
    score = {"value": "C", "answer": answer, "explanation": explanation}
    return one(put, choices=["one", "two"], target="B", scores={"choice": score},
               output={"choices": [choice], "completion": said})  # fmt: skip


def test_log_probabilities_at_the_answers_letter_are_those_of_the_options(put):
    first = token("A", A=-0.2, B=-5.0)  # a word of the sentence before the answer
    found = chosen(put, first, token("ANSWER"), token(" B", **{" B": -0.5, "A": -1.5, " A": -1.5}))
    both = -1.5 + math.log(2)
    assert found.option_logprobs == {"A": pytest.approx(both), "B": -0.5}
    assert (found.choices, found.target) == (["one", "two"], "B")


def test_log_probabilities_of_some_letters_are_no_distribution(put):
    found = chosen(put, token("B", B=-0.1, x=-3.0))
    assert found.option_logprobs is None
    assert found.meta["some_option_logprobs"] == {"B": -0.1}


def test_letters_that_were_shuffled_are_not_those_of_the_options(put):
    why = "Choices were shuffled before generating a response, the following was sent: …"
    assert chosen(put, token("B", B=-0.1, A=-2.0), explanation=why).option_logprobs is None


def test_without_a_letter_read_only_a_single_one_can_be_the_answer(put):
    fitting = token("A", A=-0.1, B=-3.0)
    assert chosen(put, fitting, answer="").option_logprobs == {"A": -0.1, "B": -3.0}
    assert chosen(put, fitting, token("B", A=-1, B=-1), answer="").option_logprobs is None
