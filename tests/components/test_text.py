"""Untrusted text inside our own Markdown renders as the very same characters and nothing more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from components.widgets.text import APART, safe

RENDERED = MarkdownIt("gfm-like", {"linkify": False})  # the browser tests hold bare addresses
SIGNS = st.text(alphabet="\\`*_{}[]()#+-.!|~<>$:&@/ \n\rabc1;=\"'", max_size=40)


def shown(text: str) -> str:
    """What stands on the screen when `text` is put into a sentence of ours."""
    (paragraph,) = (t for t in RENDERED.parse(f"said {safe(text)} here") if t.type == "inline")
    kinds = {child.type for child in paragraph.children or ()}
    assert kinds <= {"text", "text_special"}, kinds
    words = "".join(child.content for child in paragraph.children or ()).replace(APART, "")
    return words.removeprefix("said ").removesuffix(" here")


def squeezed(text: str) -> str:
    return " ".join(text.replace(APART, "").split())


@given(SIGNS)
def test_signs_of_markdown_stay_the_characters_they_are(text: str) -> None:
    assert squeezed(shown(text)) == squeezed(text)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_any_text_stays_the_characters_it_is(text: str) -> None:
    assert squeezed(shown(text)) == squeezed(text)


@pytest.mark.parametrize(
    "text",
    [
        "![p](http://a.example/p.png)",
        "[a](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "<http://a.example>",
        "http://a.example/x",
        "me@a.example",
        "`code` **bold** ~~gone~~ $x^2$",
        ":material/home: :red[x] :smile:",
        "&lt;b&gt; &#60;",
        "# head\n\n---\n\n> quote\n\n| a |\n| --- |\n| b |",
        "    indented code",
    ],
)
def test_nothing_in_hostile_text_is_rendered(text: str) -> None:
    assert squeezed(shown(text)) == squeezed(text)


@pytest.mark.parametrize("text", ["# head", "1. one", "- item", "> quote", "+ item", "---", "1) a"])
def test_text_that_begins_a_line_begins_no_block(text: str) -> None:
    tokens = RENDERED.parse(safe(text))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
