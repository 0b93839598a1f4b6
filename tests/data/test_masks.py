"""Masking takes out what it finds, counts it, and leaves everything else alone."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.masks import Masker

PLAIN = st.text(st.characters(categories=["Lu", "Ll", "Lo", "Zs", "Po"], exclude_characters="@"))
KEY = "hf_" + "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zA12"


@given(PLAIN)
def test_a_text_without_digits_at_signs_or_keys_is_left_alone(text: str) -> None:
    masker = Masker(["emails", "phones"])
    assert masker.text(text) == text
    assert dict(masker.counts) == {"emails": 0, "phones": 0}


@given(PLAIN, PLAIN, st.sampled_from(["ann@example.org", "b.o+x@mail.example.com"]))
def test_an_email_between_blanks_is_masked_once(before: str, after: str, email: str) -> None:
    masker = Masker(["emails"])
    assert masker.text(f"{before} {email} {after}") == f"{before} [email] {after}"
    assert masker.counts["emails"] == 1


@given(st.text(max_size=60))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    masker = Masker(["emails", "phones"])
    once = masker.text(text)
    assert masker.text(once) == once


@pytest.mark.parametrize("text", [f"key {KEY}.", f"HF_TOKEN={KEY}", 'password: "correcthorse1"'])
def test_a_key_is_masked_wherever_it_stands(text: str) -> None:
    masker = Masker(["secrets"])
    made = masker.text(text)
    assert KEY not in made
    assert "correcthorse1" not in made
    assert "[secret]" in made
    assert masker.counts["secrets"] >= 1


def test_only_the_kinds_asked_for_are_masked() -> None:
    text = f"ann@example.org, +1 650 253 0000, {KEY}"
    assert Masker(["emails"]).text(text) == text.replace("ann@example.org", "[email]")
    assert Masker(()).text(text) == text


def test_a_number_without_a_country_is_one_of_the_region_asked_for() -> None:
    text = "Call 030 901820."
    assert Masker(["phones"], "DE").text(text) == "Call [phone]."
    assert Masker(["phones"], "US").text(text) == text


LEAF = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | PLAIN
BODY = st.recursive(
    LEAF, lambda of: st.lists(of, max_size=3) | st.dictionaries(PLAIN, of, max_size=3), max_leaves=8
)


@given(BODY)
def test_json_without_anything_to_mask_keeps_its_text(body: object) -> None:
    text = json.dumps(body)
    assert Masker(["emails"]).inside(text) == text


def test_texts_inside_json_are_masked_while_names_and_numbers_stay() -> None:
    masker = Masker(["emails", "phones"])
    made = masker.inside('{"a@example.org": ["to b@example.org", 6502530000, null]}')
    assert json.loads(made) == {"a@example.org": ["to [email]", 6502530000, None]}
    assert masker.inside("b@example.org, {") == "[email], {"


def test_threads_that_mask_at_once_miscount_nothing() -> None:
    masker, usual = Masker(["secrets"]), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(masker.text, [f"the key {KEY} is mine"] * 2000))
    finally:
        sys.setswitchinterval(usual)
    assert masker.counts["secrets"] == 2000


def test_a_secret_that_begins_like_another_leaves_no_end_of_itself() -> None:
    masker = Masker(["secrets"])
    keys = ["opensesame1234567"[:size] for size in range(8, 17)]
    made = masker.text(" ".join(f"password={key}" for key in keys))
    assert made == " ".join(["password=[secret]"] * len(keys))
    assert masker.counts["secrets"] == len(keys)


def test_secrets_that_overlap_are_one_and_counted_once() -> None:
    masker = Masker(["secrets"])
    assert masker.text("password=AKIAIOSFODNN7EXAMPLExyz") == "password=[secret]"
    assert masker.counts["secrets"] == 1
    assert masker.text("password=[secret].") == "password=[secret]."
    assert masker.counts["secrets"] == 1


def test_a_token_goes_with_its_signature() -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"
    assert Masker(["secrets"]).text(f"the token {token}") == "the token [secret]"


def test_a_number_is_found_however_many_before_it_are_none() -> None:
    made = Masker(["phones"]).text("1. " * 70_000 + "call +1 650 253 0000")
    assert made.endswith("call [phone]")
