"""Schemes: the questions annotators answer and the guideline they go by, version by version."""

import streamlit as st

from app.service.labeling import passages, rescheme, schemes
from app.service.labeling.schemes import Kept
from app.web import cached, gate
from components.widgets import chips, scheme, text
from data.read.scheme import Scheme

KINDS: tuple[schemes.Kind, ...] = ("scheme", "guideline")


def draw() -> None:
    """The page: choose a scheme or guideline and a version, then edit it."""
    st.title("Schemes and guidelines")
    stores = cached.stores()
    titles = {one.name: one.title for one in schemes.every(stores)}
    first, second, third = st.columns([2, 4, 2], vertical_alignment="bottom")
    with first:
        kind = chips.choice("Edit", "kind", KINDS)
    with second:
        name = chips.choice("Of", "scheme", list(titles), titles.__getitem__)
    listed = schemes.versions(stores, name, kind)
    shown = {one.version: said(one) for one in reversed(listed)} or {0: "none yet"}
    with third:
        version = st.selectbox("Version", list(shown), format_func=shown.__getitem__)
    now = next((one for one in listed if one.version == version), Kept(name, 0, "", "", ""))
    st.caption(
        "A saved version never changes: saving adds the next one, and campaigns stay at theirs "
        "until you take them along. Another name after `scheme:` makes another scheme."
        if kind == "scheme"
        else "Markdown: headings, lists with bold leads, bold and italic. A line "
        "`<!-- fits: word, word -->` under a heading says which cases a section is for."
    )
    edit(kind, now, listed)


def said(one: Kept) -> str:
    """A version in the list."""
    return f"{one.version} · {one.made_by}, {one.made_at[:10]}"


def edit(kind: str, now: Kept, listed: list[Kept]) -> None:
    """The text, its preview, what changed, and the campaigns that go by it."""
    stores, key = cached.stores(), f"{kind}-{now.name}-{now.version}"
    what = "as YAML" if kind == "scheme" else "as Markdown"
    written = scheme.write(f"{kind.capitalize()} {now.name} {now.version}, {what}", now.text, key)
    found, why = rescheme.read(written) if kind == "scheme" else current(now.name)
    scheme.wrong(why)
    beside = newest(now.name, "guideline")
    guideline = written if kind == "guideline" else beside.text
    preview, changed, again = st.tabs(["Preview", "What changed", "Labels asked for again"])
    with preview:
        if found is not None:
            scheme.form(found, passages.split(guideline), beside.version, f"preview-{kind}")
        else:
            st.caption("— nothing to show until it can be read")
    former = next((one.text for one in reversed(listed) if one.version < now.version), "")
    edited = written != now.text
    lines = rescheme.difference(now.text if edited else former, written)
    with changed:
        since = f"since version {now.version}" if edited else f"what version {now.version} changed"
        scheme.changed(lines, since)
    with again:
        if kind == "guideline":
            st.caption("A new guideline asks for no label again.")
        elif found is not None:
            rows = rescheme.flagged(stores, now.name, found)
            scheme.asked_again(rescheme.words(stores, now.name, found, rows), rows, f"again-{key}")
    last = max((one.version for one in listed), default=0)
    new = found is not None and kind == "scheme" and found.scheme != now.name
    as_what = f"a new scheme, {found.scheme}" if new and found else f"version {last + 1}"
    if scheme.save(as_what, disabled=why is not None or not edited):
        keep(kind, now.name, written)
    campaigns(now.name)


def current(name: str) -> tuple[Scheme | None, tuple[str, str] | None]:
    """The newest version of a scheme, to show a guideline beside."""
    return rescheme.read(newest(name, "scheme").text)


def newest(name: str, kind: schemes.Kind) -> Kept:
    """The newest version of a scheme or guideline; an empty one where there is none."""
    found = schemes.versions(cached.stores(), name, kind)
    return found[-1] if found else Kept(name, 0, "", "", "")


def keep(kind: str, name: str, written: str) -> None:
    """Saves the text as the next version."""
    stores = cached.stores()
    if kind == "scheme":
        kept = schemes.keep(stores, written, gate.person())
    else:
        kept = schemes.keep_guideline(stores, name, written, gate.person())
    st.toast(text.safe(f"{kept.name} {kept.version} is kept"))
    st.rerun()


def campaigns(name: str) -> None:
    """The campaigns that go by the scheme, to be taken to the newest versions."""
    stores = cached.stores()
    scheme_now, guideline_now = newest(name, "scheme"), newest(name, "guideline")
    after = schemes.parsed(scheme_now.text, name)

    def again(campaign: str) -> int:
        return len(rescheme.touched(stores, campaign, after))

    taken = scheme.move(
        rescheme.uses(stores, name), scheme_now.version, guideline_now.version, again
    )
    if taken is not None:
        rescheme.move(stores, taken, gate.person(), scheme_now.version, guideline_now.version)
        st.rerun()


draw()
