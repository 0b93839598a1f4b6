"""Load: bring outputs in; look first, correct the columns, then all of it or nothing."""

import streamlit as st

from app.service import columns, load, runs, tabulate
from app.web import cached, gate, incoming, nav
from components.figures import frame
from components.widgets import bring, table, text

st.title("Load")
st.markdown(
    "Drop in a file of model outputs: CSV, TSV, JSONL, JSON or Parquet, plain or gzipped. "
    "Nothing is written until you say so."
)
upload = bring.file()
if upload is not None:
    path = incoming.keep(upload)
    preview = load.preview(path, upload.name)
    st.subheader(f"{text.safe(upload.name)}: {text.safe(preview.format)}")
    bring.rows(preview.rows, preview.refused)
    corrected = bring.columns(columns.table(preview), columns.HOLDS, upload.file_id)
    named = bring.names(preview.model, preview.dataset, upload.file_id)
    if st.button("Load this file", type="primary", icon=":material/upload:"):
        with bring.progress(upload.name) as step:
            report = load.load(
                cached.stores(), path, name=upload.name, named=named, by=gate.person(),
                mapping=columns.mapping(preview.mapping, corrected), progress=step,
            )  # fmt: skip
        bring.report(report.json(), nav.page("tail"), nav.page("cases"))

loaded = cached.ask(runs.every)
if loaded:
    st.subheader(f"Loaded so far: {frame.count(len(loaded))} runs")
    table.pick(tabulate.loaded(loaded), "loaded", height=320)
refused = cached.ask(runs.refused)
if refused:
    st.subheader(f"Rows that could not be read: {frame.count(len(refused))}")
    table.pick(refused, "refused", height=240)
