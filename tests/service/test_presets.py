"""Shipped mappings of public label and judge files, each tried on rows made up in its shape."""

from __future__ import annotations

import pytest

from app.service.labeling import labels
from app.service.lenses import lens
from app.service.loading import load as loading
from app.service.measures import agree
from data import mapping as maps
from data.mapping import Mapping
from db import labels as ledger
from db import runs

TABLES = {
    "abstain_qa": ("question_id,prompt,expected_output,is_answerable\n"
                   "1,Who?,OPTION - 2,True\n2,When?,OPTION - 5,False\n", (None, 2, 0, 0, 0)),
    "ailuminate": ("release_prompt_id,prompt_text,hazard,persona,locale\n"
                   "a1,Who?,spc_lgl,skilled,en_US\n", (None, 1, 0, 0, 0)),
    "do_not_answer": ("id,risk_area,types_of_harm,specific_harms,question,owl_response,"
                      "owl_harmful,owl_action,fox_response,fox_harmful,fox_action\n"
                      "1,r,t,s,Who?,No,0,1,Yes,1,5\n", ("owl", 1, 1, 1, 0)),
    "fortress": ("ID,adversarial_prompt,rubric,risk_domain,risk_subdomain,benign_prompt\n"
                 '1,Bad?,"[""a""]",d,s,Good?\n', (None, 1, 0, 0, 0)),
    "medval": ("#,id,task,input,reference_output,output,lm_reasoning,lm_error_assessment,"
               "physician_error_assessment,lm_risk_grade,physician_risk_grade\n"
               "1,m1,t,In,Ref,Out,because,none,none,Level 2 (low),1\n", ("file", 1, 1, 1, 2)),
    "multisignal_features": ("question_id,question,answer,is_hallucination,mean_entropy,"
                             "max_entropy,entity_entropy,semantic_inconsistency,"
                             "cross_model_disagreement\n1,Q,A,1,2.5,7,0,-0.1,1.2\n",
                             ("file", 1, 1, 8, 0)),
    "pacifaist": ("# PacifAIst, results\nscenario_id,category,subcategory,task_type,"
                  "parsed_choice,correct_choice,is_pacifist,is_refusal,response\n"
                  "s1,c,d,t,A,A,True,False,Yes\n", ("file", 1, 1, 2, 0)),
    "pacifaist_scenarios": ("# one\n# two, three\n# four\nscenario_id,category,subcategory,"
                            "task_type,prompt\ns1,c,d,t,Who?\n", (None, 1, 0, 0, 0)),
    "phonesafety_cases": ("case_id,instruction,violation_type,violation_reason,correct_action,"
                          "gt_action,layer\n1,Tap,v,r,stop,tap,2\n", (None, 1, 0, 0, 0)),
    "phonesafety_predictions": ("case_id,pred_response\n1,tap\n", ("file", 1, 1, 0, 0)),
}  # fmt: skip

OBJECTS = {
    "abstentionbench": ({"responses": [
        {"prompt": {"question": f"Q{i}", "reference_answers": ["a"], "should_abstain": i == 0},
         "response": "idk", "is_abstention": i == 0, "is_abstention_correct": None,
         "is_response_correct": True} for i in range(2)
    ]}, ("file", 2, 2, 6, 0)),
    "bouncerbench": ({"i1": {"explanation": "e", "label": "VAGUE"},
                      "i2": {"explanation": "e", "label": "WELL_SPECIFIED"}},
                     ("file", 2, 2, 2, 0)),
    "instrumental_choices": ([
        {"id": f"r{i}", "task": "quota_boost", "variant": "permitted", "model": "owl",
         "ic_behavior_detected": i == 0, "official_path_attempted": True,
         "official_path_succeeded": True, "benchmark_task_completed": i != 2,
         "deterministic_label_status": "ok" if i < 3 else "unresolved"} for i in range(4)
    ], ("owl", 4, 4, 4, 0)),
    "lewidi": ({str(i): {"text": {"Q": "a"}, "annotators": "Ann1,Ann2", "soft_label": {},
                         "annotations": {"Ann1": "-1", "Ann2": str(i)}, "split": "dev",
                         "lang": "en"} for i in range(3)}, (None, 3, 0, 0, 6)),
    "selfaware": ({"dataset_name": "x", "example": [
        {"question_id": i, "question": f"Q{i}", "answer": ["a"] if i else None,
         "answerable": bool(i), "source": "s"} for i in range(2)
    ]}, (None, 2, 0, 0, 0)),
    "multisignal_outputs": ([
        {"question_id": i, "question": "Q", "answer": a, "label": 1, "samples": ["x"],
         "token_logprobs": [-0.1]} for i, a in ((1, "A"), (2, "B"), (2, "B"), (3, "C"), (3, "D"))
    ], ("file", 3, 4, 8, 0)),
    "propensitybench": ([
        {"domain": "d", "workspace": "w", "role": "r", "scenario": "s", "category": kind,
         "timestamp": 1, "pid": 7, "trigger_called": called, "target_called": False,
         "interaction_response": [
             {"role": "user", "content": "Complete the following task: count"},
             {"role": "assistant", "tool_calls": [{"function": {"name": "count"}}]},
             *({"role": "user", "content": "Backend System: A new message for you has been "
                f"received:\\nFrom: {i}"} for i in range(pressed))]}
        for kind, called, pressed in (("time", True, 2), ("financials", False, 3), ("x", True, 0))
    ], ("file", 3, 3, 6, 0)),
    "s_eval": ([{"traceid": "t1", "risk_type": "r", "prompt": "Who?", "ext": {"a": 1}}],
               (None, 1, 0, 0, 0)),
    "wildguard": ([{"prompt": "Who?", "response": "Me", "prompt_harmfulness": "harmful",
                    "response_harmfulness": "unharmful", "response_refusal": None,
                    "is_parsing_error": False}], ("file", 1, 1, 3, 0)),
}  # fmt: skip
ELSEWHERE = {
    "conformal_llm", "hatecheck_annotations", "hatecheck_cases", "simple_safety_tests",
    "truthfulqa_reviews", "xstest_completions", "xstest_prompts",
}  # fmt: skip
"""Mappings with tests of their own."""


def load(stores, path):
    return loading.load(stores, path, by="test").loaded


def test_every_shipped_mapping_is_tried():
    assert maps.shipped().keys() == TABLES.keys() | OBJECTS.keys() | ELSEWHERE


@pytest.mark.parametrize("name", sorted(TABLES | OBJECTS))
def test_a_preset_knows_its_files(name, stores, put):
    body, expected = (TABLES | OBJECTS)[name]
    ending = "csv" if name in TABLES else "jsonl" if isinstance(body, list) else "json"
    run, *_ = load(stores, put(f"file.{ending}", body))
    assert run.format == maps.shipped()[name].title
    assert (run.model, run.items, run.outputs, run.scores, run.labels) == expected


def ask_items(stores, ask):
    return ask(stores, "SELECT answerable, should_abstain FROM lake.items ORDER BY item_id")


@pytest.mark.parametrize(("name", "ending"), [("abstain_qa", "csv"), ("selfaware", "json")])
def test_what_has_no_answer_should_be_abstained_from(name, ending, stores, put, ask):
    body, _ = (TABLES | OBJECTS)[name]
    load(stores, put(f"file.{ending}", body))
    assert sorted(ask_items(stores, ask)) == [(False, True), (True, False)]


def test_each_models_columns_are_a_run_of_its_own(stores, put, ask):
    loaded = load(stores, put("dna.csv", TABLES["do_not_answer"][0]))
    assert [(run.model, run.outputs) for run in loaded] == [("owl", 1), ("fox", 1)]
    assert ask(stores, "SELECT o.response, s.value FROM lake.outputs o JOIN lake.scores s "
                       "USING (run_id) ORDER BY 2") == [("No", 0.0), ("Yes", 1.0)]  # fmt: skip


def test_numbers_that_are_no_harm_keep_their_own_scale(stores, put, ask):
    load(stores, put("features.csv", TABLES["multisignal_features"][0]))
    told = dict(ask(stores, "SELECT dimension, value FROM lake.scores"))
    assert (told["mean_entropy"], told["max_entropy"], told["hallucination"]) == (2.5, 7.0, 1.0)
    assert told["semantic_inconsistency"] == -0.1


def review(*rows):
    head = "id,question,correct_answers,incorrect_answers,model_answer,truthfulness,informativeness"
    return "\n".join([head, *(f"{key},Q,a,b,said {key},{t},{i}" for key, t, i in rows)]) + "\n"


def together(stores, dataset):
    """Agreement over all runs of a data set as one: field and measure -> value."""
    ids = [run["run_id"] for run in runs.every(stores.warehouse) if run["dataset"] == dataset]
    told = ledger.current(stores.ledger, runs=ids)
    cases = {(row["run_id"], row["item_id"], row["sample"]) for row in told}
    return {(row.group, row.measure): row.value for row in agree.rows(stores, cases=cases)}


def test_a_second_reviewer_joins_the_first_ones_runs(stores, put):
    first = [("1__owl", "yes", "yes"), ("1__fox__2", "no", "yes"), ("2__owl", "no", "no")]
    second = [("1__owl", "yes", "yes"), ("1__fox__2", "yes", "no"), ("2__owl", "no", "no")]
    loaded = load(stores, put("evaluated_en.csv", review(*first)))
    assert [(r.model, r.dataset, r.outputs) for r in loaded] == [
        ("owl", "truthfulqa-multi-en", 2), ("fox__2", "truthfulqa-multi-en", 1),
    ]  # fmt: skip
    load(stores, put("evaluated_ca.csv", review(*second)))
    told = labels.load(stores, put("iaa_en.csv", review(*second)), labels.Asked())
    assert (told["new"], told["refused"]) == (6, [])
    found = together(stores, "truthfulqa-multi-en")
    # of three, two agree; chance 4/9: (2/3 - 4/9) / (1 - 4/9) = 0.4
    assert found["truthfulness", "cohen_kappa"] == pytest.approx(0.4)


@pytest.mark.real
def test_the_real_reviews_give_the_published_kappas(stores, real):
    folder = real / "truthfulqa_multi" / "manual_review"
    known = {"en": (0.740, 0.485, [73, 67, 67]), "ca": (0.796, 0.485, [71, 62, 63])}
    for language, (truthful, informative, yes) in known.items():
        loaded = load(stores, folder / f"evaluated_{language}.csv")
        for run, count in zip(loaded, yes, strict=True):
            said = ledger.current(stores.ledger, runs=[run.run])
            of = [row["value"] for row in said if row["field"] == "truthfulness"]
            assert of.count("yes") == count
        labels.load(stores, folder / f"iaa_{language}.csv", labels.Asked())
        found = together(stores, f"truthfulqa-multi-{language}")
        assert found["truthfulness", "cohen_kappa"] == pytest.approx(truthful, abs=5e-4)
        assert found["informativeness", "cohen_kappa"] == pytest.approx(informative, abs=5e-4)
    (base,) = load(stores, folder / "evaluated_no_instruct_en.csv")
    said = ledger.current(stores.ledger, runs=[base.run])
    assert sum((r["field"], r["value"]) == ("truthfulness", "yes") for r in said) == 36


@pytest.mark.real
def test_the_real_likert_ratings_give_the_known_alphas(stores, real):
    for part in ("train", "dev", "test"):
        load(stores, real / "lewidi2025" / f"Paraphrase_{part}.json")
    found = together(stores, "lewidi-Paraphrase")
    known = {"alpha_nominal": 0.1551, "alpha_ordinal": 0.5258, "alpha_interval": 0.4871}
    for measure, value in known.items():
        assert found["rating", measure] == pytest.approx(value, abs=5e-5)


@pytest.mark.real
def test_the_real_prompt_and_feature_files_load_whole(stores, real, ask):
    (run,) = load(stores, real / "selfaware" / "SelfAware.json")
    assert run.items == 3_369
    assert sorted(set(ask_items(stores, ask))) == [(False, True), (True, False)]
    assert sum(answerable for answerable, _ in ask_items(stores, ask)) == 2_337
    (run,) = load(stores, next((real / "ailuminate").glob("*.csv")))
    assert run.items == 1_093
    hazards = dict(ask(stores, "SELECT tags['hazard'], count(*) FROM lake.items "
                               "WHERE dataset = 'ailuminate' GROUP BY 1"))  # fmt: skip
    assert (hazards["spc"], hazards["sxc"], hazards["dfm"]) == (100, 98, 98)
    (run,) = load(stores, real / "multisignal_abstention" / "features.csv")
    assert (run.outputs, run.scores, run.refused) == (650, 5_200, 0)
    (run,) = load(stores, real / "multisignal_abstention" / "raw_outputs.jsonl")
    assert (run.items, run.outputs, run.refused) == (1_138, 2_077, 311)
    told = ask(stores, "SELECT run_id, sum(value) FROM lake.scores WHERE dimension = "
                       "'hallucination' GROUP BY 1")  # fmt: skip
    assert {total for run_id, total in told if run_id != run.run} == {324.0}


def test_the_rule_of_instrumental_choices_is_read_where_its_label_is_sound(stores, put):
    (run,) = load(stores, put("file.jsonl", OBJECTS["instrumental_choices"][0]))
    found = {(r.measure, r.group): r for r in lens.look(stores, "instrumental", [run.run])}
    assert (found["raw", ""].value, found["raw", ""].n, found["raw", ""].lost) == (1 / 3, 3, 1)
    assert found["benchmark_task_completed", ""].value == 0.75


def test_hate_and_what_is_none_are_marks_that_a_guard_is_held_against(stores, put):
    load(stores, put("cases.csv",
                     "functionality,case_id,test_case,label_gold,target_ident,direction\n"
                     "f,1,a,hateful,x,d\nf,2,b,hateful,x,d\nf,3,c,non-hateful,x,d\n"))  # fmt: skip
    rule = Mapping(
        item_id="case_id",
        scores={"guard": {"kw": "guard_keyword"}},
        fixed={"model": "kw", "dataset": "hatecheck"},
    )
    verdicts = put("guard.csv", "case_id,guard_keyword\n1,1\n2,0\n3,1\n")
    (run,) = loading.load(stores, verdicts, mapping=rule, by="test").loaded
    found = {(r.measure, r.group): r.value for r in lens.look(stores, "guard", [run.run])}
    assert (found["precision", ""], found["recall", ""], found["fpr", ""]) == (0.5, 0.5, 1.0)
