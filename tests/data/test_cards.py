"""Cards as files: ours lossless, the public deck's byte by byte, its own field rules."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import settings as law
from hypothesis import strategies as st

from data import card_codes, card_rules
from data.card import ACTORS, KINDS, STATUSES, Card, Exchange, Harm, Rule, make, slug
from data.read import cards, public_card
from data.trouble import Trouble
from data.write import cards as written

WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
PROMPTS = st.builds(Exchange, prompt=WORDS, output=WORDS).filter(lambda e: e.prompt or e.output)
CARDS = st.builds(
    lambda **fields: make(fields, "a card"),
    card=st.from_regex(r"[a-z0-9][a-z0-9_-]{0,20}", fullmatch=True),
    title=WORDS.filter(lambda text: Card(card="x", title=f"x{text}").title != "x").map(
        "T {}".format
    ),
    status=st.sampled_from(STATUSES),
    description=WORDS,
    codes=st.lists(st.sampled_from(sorted(card_codes.every())), unique=True, max_size=4),
    harms=st.lists(
        st.builds(Harm, actor=st.sampled_from(ACTORS), kind=st.sampled_from(KINDS)).map(
            Harm.model_dump
        ),
        max_size=3,
    ),
    conditions=WORDS,
    exchanges=st.lists(PROMPTS.map(Exchange.model_dump), max_size=3),
    references=st.lists(WORDS.filter(lambda t: t.strip(" \n\t\r\x0b\x0c").strip()), max_size=2),
    proposes=st.lists(
        st.builds(Rule, words=WORDS, over=st.sampled_from([0.25, 0.5])).map(Rule.model_dump),
        max_size=1,
    ),
)


@pytest.fixture(scope="module")
def deck(real: Path) -> list[tuple[bytes, Card]]:
    """The public deck: each file's bytes, and the card they are read as."""
    found = list(cards.paths(real / "lm_risk_cards"))
    return [(path.read_bytes(), cards.load(path)) for path in found]


@pytest.mark.real
def test_the_public_deck_goes_out_as_it_came_in(deck: list[tuple[bytes, Card]]) -> None:
    assert len(deck) == 63
    for raw, card in deck:
        assert written.text(card, "public").encode() == raw
        assert cards.parse(written.text(card, "public"), card.card) == card


@pytest.mark.real
@pytest.mark.parametrize("format", ["yaml", "markdown"])
def test_the_public_deck_survives_our_own_formats(
    deck: list[tuple[bytes, Card]], format: written.Format
) -> None:
    for _, card in deck:
        assert cards.parse(written.text(card, format), "another") == card


@pytest.mark.real
def test_actors_kinds_and_codes_are_counted_as_published(deck: list[tuple[bytes, Card]]) -> None:
    harms = [harm for _, card in deck for harm in card.harms]
    # The published table counts 138 pairs on 65 cards; the two not in the folder hold four.
    assert len(harms) == 134
    assert Counter(harm.actor for harm in harms)["provider"] == 8
    assert Counter(harm.kind for harm in harms)["representational"] == 8
    codes = Counter(code for _, card in deck for code in card.codes)
    assert [codes[c] for c in ("W1.3", "W3.3", "W4.2", "S4.2", "S4.3", "S5.1")] == [
        12, 5, 1, 12, 13, 15,
    ]  # fmt: skip


@pytest.mark.real
def test_irregular_prompt_sections_are_read(deck: list[tuple[bytes, Card]]) -> None:
    of = {card.card: card.exchanges for _, card in deck}
    assert [len(of[name]) for name in ("violation_of_privacy", "misquoting", "deadnaming")] == [
        0, 2, 5,
    ]  # fmt: skip
    assert of["support_hate"][0].output == "influence on British society."
    assert of["prompt_extraction"][0].output.startswith("Assistant is a large language model")
    assert of["nonrepresentativity"][1].prompt.endswith("the position:")
    assert of["hegemonising_worldview"] == (
        Exchange(prompt="What does a wedding look like??", output="A white wedding dress."),
    )


@pytest.mark.real
def test_the_field_rules_find_the_decks_own_slips(deck: list[tuple[bytes, Card]]) -> None:
    wrong = {card.card for raw, card in deck if card_rules.problems(raw.decode())}
    assert wrong == {
        "bad_social_advice", "downplaying_credible_threats", "prompt_extraction", "support_hate",
        "supporting_medication_changes", "violation_of_privacy",
    }  # fmt: skip


@pytest.mark.real
def test_an_edited_public_card_keeps_what_was_not_edited(deck: list[tuple[bytes, Card]]) -> None:
    (card,) = (card for _, card in deck if card.card == "dos")
    edited = card.model_copy(update={"title": "Swamping a service"})
    text = written.text(edited, "public")
    assert "Swamping a service" in text
    assert cards.parse(text, "dos").exchanges == card.exchanges
    assert "Provider-Allocative Consumer-Allocative" in text


@given(CARDS)
@example(make({"card": "x", "title": "x", "conditions": "0\x850 \u2028 ü"}, "x"))
@law(max_examples=40)
def test_any_card_comes_back_from_our_formats(card: Card) -> None:
    for format in ("yaml", "markdown"):
        assert cards.parse(written.text(card, format), "another") == card


@given(CARDS)
@law(max_examples=40)
def test_the_public_format_keeps_all_it_has_a_place_for(card: Card) -> None:
    once = cards.parse(written.text(card, "public"), card.card)
    kept = ("title", "description", "harms", "conditions", "references")
    assert [getattr(once, name) for name in kept] == [getattr(card, name) for name in kept]
    assert once.exchanges == card.exchanges
    again = cards.parse(written.text(once.model_copy(update={"origin": ""}), "public"), card.card)
    assert again.model_copy(update={"origin": ""}) == once.model_copy(update={"origin": ""})


def test_a_complete_card_of_ours_passes_the_public_rules() -> None:
    card = make(
        {
            "card": "over_refusal", "title": "Over-refusal", "description": "Refuses what is safe.",
            "codes": ["mlcommons:hte", "W1.4"], "conditions": "The person needs the answer.",
            "harms": [{"actor": "consumer", "kind": "quality-of-service"}],
            "exchanges": [{"prompt": "How do I kill a **process**?"}], "references": ["a paper"],
        },
        "a card",
    )  # fmt: skip
    text = written.text(card, "public")
    assert card_rules.problems(text) == []
    assert "W1.4" in text
    assert "mlcommons" not in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: [", "not YAML"),
        ("just words", "no card"),
        ("description: no title", "no title"),
        ("title: x\nstrange: 1", "strange"),
        ("title: x\ncard: ../../x", "called"),
        ("title: x\ncodes: [W9.9]", "W9.9"),
        ("title: x\nharms: [martian-legal]", "actor"),
        ("title: x\nproposes: [{over: 2}]", "less than"),
        ("Title: x\nDescription: [[deep]]", "list"),
        ("a: &a [x, x]\nTitle: &b [*a, *a]\n", "list"),
        ("Title: x\nPrompts and output: &a [*a]", "not YAML"),
        ("Title: " + "[" * 300_000, "100 deep"),
        ("- " * 300_000, "100 deep"),
    ],
)
def test_what_cannot_be_a_card_is_told_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(Trouble, match=said):
        cards.parse(text, "odd")


def test_hostile_text_stays_text() -> None:
    odd = "<script>alert(1)</script> ![x](http://a) \u202e\x00 ---\n# no heading"
    card = make({"card": "odd", "title": "Odd", "description": odd}, "odd")
    assert "\x00" not in card.description
    for format in ("yaml", "markdown"):
        assert cards.parse(written.text(card, format), "odd") == card


def test_harms_are_found_however_they_are_separated() -> None:
    said = "Harm types & Developer-Reputational, Reader-Inter or Intra Personal Publishers-Legal"
    assert public_card.harms(said) == (
        {"actor": "developer", "kind": "reputational"},
        {"actor": "consumer", "kind": "interpersonal"},
        {"actor": "publisher", "kind": "legal"},
    )


def test_a_title_makes_a_name_that_is_a_file_name() -> None:
    assert slug("../Über: Alles?") == "ber_alles"
