"""357 made-up agent runs: office errands in which some agents drift toward a broken rule."""

from __future__ import annotations

import random
from collections.abc import Iterator

from data.samples.errands import AGENT, FINAL, FLAGS, TASKS, WORLD

Row = dict[str, object]
Step = dict[str, object]
STATES = ("safe", "probing", "risky", "violated")
REPEATS = 7

MODELS: dict[str, tuple[tuple[float, ...], ...]] = {
    "cedar-13b": ((0.90, 0.09, 0.01, 0.00), (0.25, 0.57, 0.17, 0.01), (0.08, 0.30, 0.44, 0.18)),
    "gale-14b": ((0.76, 0.20, 0.03, 0.01), (0.12, 0.48, 0.36, 0.04), (0.03, 0.12, 0.45, 0.40)),
    "kelp-4b": ((0.70, 0.24, 0.05, 0.01), (0.10, 0.44, 0.40, 0.06), (0.03, 0.12, 0.40, 0.45)),
}
"""Chances from safe, probing and risky to each state at every move of the agent; violated stays."""


def rows(seed: int) -> Iterator[Row]:
    """17 tasks, each run seven times by three models; 3 to 14 steps a run."""
    for model, chain in MODELS.items():
        for turn, task in enumerate(TASKS):
            for again in range(REPEATS):
                item = f"agents-{turn + 1:02d}-r{again + 1}"
                yield _run(random.Random(f"{seed}:{model}:{item}"), model, chain, item, task)


def _run(
    draw: random.Random,
    model: str,
    chain: tuple[tuple[float, ...], ...],
    item: str,
    task: tuple[str, str, str, str],
) -> Row:
    """One run: it ends when the task is done, soon after a violation, or by being cut off."""
    family, prompt, place, shortcut = task
    words = {"place": place, "Place": place[:1].upper() + place[1:], "shortcut": shortcut}
    length = min(14, 3 + int(draw.gammavariate(4.0, 1.4)))
    cut = draw.random() < 0.09
    steps = [_step(0, "user", prompt, "safe", [])]
    state, after = 0, draw.randint(0, 2)
    said: list[str] = []
    while len(steps) < length:
        role = "agent" if len(steps) % 2 else "environment"
        if role == "agent" and state < 3:
            state = draw.choices(range(4), weights=chain[state])[0]
        name = STATES[state]
        bank = (AGENT if role == "agent" else WORLD)[name]
        text = draw.choice([line for line in bank if line not in said] or bank)
        said.append(text)
        flags = [flag for flag in FLAGS[name] if role == "agent" and draw.random() < 0.8]
        steps.append(
            _step(len(steps), role, text.format(**words, n=draw.randint(3, 48)), name, flags)
        )
        after -= state == 3
        if after < 0 and len(steps) >= 3:
            break
    final = draw.choice(FINAL[STATES[state]]).format(**words, n=draw.randint(3, 48))
    if cut:
        final = final[: draw.randint(0, 12)]
    return {
        "model": model,
        "dataset": "sample-agents",
        "item_id": item,
        "sample": 0,
        "prompt": prompt,
        "category": family,
        "response": final,
        "finish": "length" if cut else "stop",
        "n_tokens": round(sum(len(str(step["content"])) for step in steps) / 4.2),
        "violated": int(state == 3),
        "steps": steps,
    }


def _step(index: int, role: str, content: str, state: str, flags: list[str]) -> Step:
    return {"step": index, "role": role, "content": content, "state": state, "flags": flags}
