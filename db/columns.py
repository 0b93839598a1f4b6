"""The columns of an export as the lake's own expressions, and which of them hold people's text."""

from __future__ import annotations

# maps become lists and JSON becomes text: every file format then holds the same columns, and every
# reader takes them, also those that know no maps or want one type a column
OPTIONS = """list_transform(map_entries(o.option_logprobs), e -> {'option': e.key,
  'logprob': CASE WHEN isfinite(e.value) THEN e.value END})"""
"""Option log-probabilities with null for minus infinity, which JSON cannot write."""
TAGS = "list_transform(map_entries(i.tags), e -> {'name': e.key, 'value': e.value})"

OUTPUTS = {
    "dataset": "f.dataset", "run_id": "f.run_id", "item_id": "o.item_id",
    "sample": "o.sample::BIGINT", "model": "f.model", "revision": "f.revision",
    "category": "i.category", "prompt": "coalesce(o.meta->>'prompt', i.prompt)",
    "item_prompt": "CASE WHEN o.meta->>'prompt' <> i.prompt THEN i.prompt END",
    "response": "o.response", "target": "i.target", "choices": "i.choices::VARCHAR",
    "answerable": "i.answerable", "should_abstain": "i.should_abstain",
    "option_logprobs": OPTIONS, "finish": "o.finish", "n_tokens": "o.n_tokens", "tags": TAGS,
    "meta": "o.meta::VARCHAR", "license": "f.license", "source_sha256": "f.source_sha256",
    "probability": "p.probability", "split": "p.split", "annotations": "l.annotations",
    "scores": "scores.told",
    "steps": "list_transform(steps.told, e -> {'role': e.role, 'content': e.content})",
}  # fmt: skip
CASE = {"run_id": "f.run_id", "item_id": "t.item_id", "sample": "t.sample::BIGINT"}
OTHERS: dict[str, dict[str, str]] = {
    "scores": {**CASE, **{n: f"t.{n}" for n in ("dimension", "scorer", "value", "raw", "up")}},
    "labels": {
        **CASE, "run_id": "t.run_id",
        **{
            n: f"t.{n}"
            for n in ("event", "what", "undoes", "holds", "campaign", "person", "scheme",
                      "scheme_version", "guideline_version", "field", "value", "shown", "seconds",
                      "made_at")
        },
    },
    "steps": {
        **CASE, "step": "t.step::BIGINT", "role": "t.role", "content": "t.content",
        "state": "t.state", "flags": "to_json(t.flags)::VARCHAR",
    },
    "acts": {**CASE, "act": "t.act", "origin": "t.origin", "why": "t.why"},
}  # fmt: skip

MASKED: dict[str, tuple[str, ...]] = {
    "outputs": ("prompt", "item_prompt", "response", "target", "choices", "tags", "meta", "steps"),
    "scores": ("raw",), "labels": (), "steps": ("content", "state", "flags"), "acts": ("why",),
}  # fmt: skip
"""What masking looks through; labels are masked where they are gathered."""
MASKED_PART = {"tags": "e.value", "steps": "e.content"}
"""Column that is a list of pairs -> the part of each that is masked."""
KEPT_BACK: dict[str, tuple[str, ...]] = {
    "outputs": ("prompt", "item_prompt", "response", "target", "choices", "tags", "meta", "steps"),
    "scores": ("raw",), "labels": (), "steps": ("content", "state"), "acts": ("why",),
}  # fmt: skip
"""What is not passed on where the license forbids it."""
JSON: dict[str, tuple[str, ...]] = {
    "outputs": ("choices", "meta"), "scores": (), "labels": (), "steps": ("flags",), "acts": (),
}  # fmt: skip
WEIGHT = {
    "outputs": "250 + coalesce(strlen(response), 0) + coalesce(strlen(meta), 0)",
    "scores": "150 + coalesce(strlen(raw), 0)",
    "labels": "400 + strlen(value)",
    "steps": "150 + coalesce(strlen(content), 0) + coalesce(strlen(state), 0)",
    "acts": "150 + coalesce(strlen(why), 0)",
}
"""Bytes of a row in memory, roughly."""
LISTS = ("option_logprobs", "tags", "annotations")
"""Columns that are lists: JSON in a CSV, as are shares of labels."""


def columns(table: str) -> dict[str, str]:
    """Column -> its expression, for a table of the export."""
    return OUTPUTS if table == "outputs" else OTHERS[table]


def label_column(kind: str, field: str) -> str:
    """The column of `said` for a field: in digits, since DuckDB takes `Act` and `act` for one name.

    >>> label_column("label", "act"), label_column("label", "Act")
    ('label_616374', 'label_416374')
    """
    return f"{kind}_{field.encode().hex()}"
