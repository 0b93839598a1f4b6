"""Export: choose answers, see what each step keeps, edit the card, take the set away."""

import json

import streamlit as st

from app.service.exports import choosable, curate, recipes
from app.service.exports import export as exporting
from app.service.exports import recipe as asked
from app.service.outputs import licensed, runs
from app.web import cached, gate, nav, state
from components.figures import frame
from components.widgets import chips, curating, empty, take, text

if not cached.ask(runs.answering):
    empty.show(
        "There is nothing to export yet",
        "Bring in a file of model outputs first.",
        nav.page("load"),
        "Load a file",
    )
    st.stop()

state.arrive()
st.title("Export")
saved = cached.ask(recipes.every)
done = st.session_state.get("exported")
chosen = state.filters()
more = curating.where(
    cached.ask(choosable.licenses), cached.ask(choosable.formats), cached.ask(choosable.drawn),
    cached.ask(choosable.fields), lambda field: cached.ask(choosable.values, field),
    lambda name: cached.ask(choosable.measures, name), choosable.lenses(),
)  # fmt: skip
steps = curating.steps(choosable.RULES)
body = choosable.recipe(chosen, more, steps, {})
seen = cached.ask(curate.preview, body)
st.markdown(f"##### {frame.count(seen.rows)} outputs: {text.safe(asked.words(asked.read(body)))}")
left, right = st.columns([3, 2], gap="large")
with left:
    curating.walk(seen.steps)
with right:
    curating.groups({k: v for k, v in seen.groups.items() if len(v) > 1 or k == "model"})
    st.caption(text.safe(curate.chances(seen)))
if not seen.rows:
    st.info("No output fits all of this. Take a filter out.", icon=":material/filter_alt_off:")

name, kind, license = st.columns([3, 3, 2], vertical_alignment="bottom")
with name:
    called = st.text_input("Name of the data set", "tailscope-export", max_chars=80)
with kind:
    format = chips.choice("Format", "format", list(choosable.FORMATS),
                          choosable.FORMATS.__getitem__)  # fmt: skip
with license:
    own = st.text_input("License of the set", "", placeholder="as the sources", max_chars=60)
card = st.session_state.setdefault("card", {})
ready = bool(seen.rows and exporting.slug(called))
if ready:
    with st.expander("The card", icon=":material/description:"):
        card = st.session_state["card"] = curating.card(cached.ask(choosable.sections, body), card)
    with st.expander("Licenses of the data sets", icon=":material/balance:"):
        if (said := curating.licenses(cached.ask(licensed.every))) is not None:
            licensed.state(cached.stores(), *said, gate.person())
            st.rerun()
head = {"title": called, "format": format, "license": own.strip(), "card": card}
recipe = asked.read(json.loads(body) | head)
go, keep = st.columns([1, 4])
wanted = None
if go.button("Export", type="primary", icon=":material/package_2:", disabled=not ready):
    wanted = (recipe, ("", 0))
with keep:
    if ready and (kept := curating.keep(exporting.slug(called))):
        version = recipes.save(cached.stores(), kept, recipe, gate.person())
        st.toast(f"Kept as {text.safe(kept)}, version {version}.", icon=":material/bookmark:")
        saved = cached.ask(recipes.every)
if saved:
    st.subheader("Recipes")
    if again := take.recipes([one.json() for one in saved]):
        found = recipes.named(cached.stores(), again)
        wanted = (found.recipe, (found.name, found.version))
if wanted:
    with take.progress("Exporting") as tell:
        done = st.session_state["exported"] = recipes.bundle(
            cached.stores(), wanted[0], gate.person(), wanted[1], tell
        )
if done:
    take.show(done.name, done.archive.read_bytes, done.facts)
if past := cached.ask(recipes.past):
    st.subheader("Taken so far")
    take.past(past)
