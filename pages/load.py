"""Load: bring outputs in; look first, correct the columns, then all of it or nothing."""

import streamlit as st

from app.service.labeling import campaigns, labels, schemes
from app.service.loading import columns, load, maps, preview
from app.service.outputs import runs
from app.web import cached, gate, incoming, nav, state
from components.figures import frame
from components.widgets import bring, labeled, table, text

st.title("Load")
st.markdown(
    "Drop in a log of an evaluation tool (Inspect, lm-evaluation-harness, HELM, lighteval, "
    "promptfoo and others), or a table: CSV, TSV, JSONL, JSON, Parquet or Arrow, plain or gzipped. "
    "Nothing is written until you say so. A folder loads from the shell: `tailscope load FOLDER`."
)
upload = bring.file()
if upload is not None:
    path, key = incoming.keep(upload), upload.file_id
    settings = cached.stores().settings
    saved = maps.saved(settings)
    seen = preview.preview(path, upload.name)
    if seen.mapping is not None and (way := bring.way(list(saved), key)):
        seen, key = preview.preview(path, upload.name, saved[way]), f"{key}-{way}"
    st.subheader(f"{text.safe(upload.name)}: {text.safe(seen.format)}")
    bring.rows(seen.rows, seen.refused)
    mapping = seen.mapping
    if mapping is not None:
        corrected = bring.columns(columns.table(seen), columns.HOLDS, key)
        mapping = columns.mapping(mapping, corrected)
        if name := bring.keep(maps.written(mapping), key):
            maps.save(settings, name, mapping)
            bring.kept(name)
    named = bring.names(seen.model, seen.dataset, key)
    if st.button("Load this file", type="primary", icon=":material/upload:"):
        with bring.progress(upload.name) as step:
            report = load.load(
                cached.stores(), path, name=upload.name, named=named, by=gate.person(),
                mapping=mapping, progress=step,
            )  # fmt: skip
        bring.report(report.json(), nav.page("tail"), nav.page("cases"))

loaded = cached.ask(runs.every)


def bring_labels() -> None:
    """Labels of answers that are loaded: look at the file, put its names right, keep them."""
    known = {one.name: one.title for one in cached.ask(schemes.every)}
    told = labeled.asked(
        known | {"imported": "none that is known here"}, cached.ask(campaigns.names)
    )
    if told is None:
        return
    upload, how = told
    path, stores = incoming.keep(upload, "labels"), cached.stores()
    asked = labels.Asked(None, how["scheme"], how["campaign"] or None, how["person"], how["field"])
    found = labels.read(stores, path, asked, upload.name)
    labeled.found(len(found.said), found.total, found.refused)
    people, values = labeled.names(found.people, found.values, found.unknown, upload.file_id)
    if st.button("Load these labels", type="primary", icon=":material/label:"):
        labeled.kept(labels.load(stores, path, labels.renamed(asked, people, values), upload.name))


if loaded:
    with st.expander("Labels made elsewhere, of answers that are loaded", icon=":material/label:"):
        bring_labels()
    many = "runs" if len(loaded) > 1 else "run"
    st.subheader(f"Loaded so far: {frame.count(len(loaded))} {many}")
    row = table.pick(runs.loaded(loaded), state.picker("loaded"), height=320)
    if row is not None and loaded[row]["model"]:
        state.open_run(loaded[row])
    bring.notes(loaded)
    bring.checks(loaded)
refused = cached.ask(runs.refused)
if refused:
    st.subheader(f"Rows that could not be read: {frame.count(len(refused))}")
    bring.aside(refused)
