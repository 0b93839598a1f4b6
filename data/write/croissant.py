"""Croissant 1.1: the files and columns of an export as JSON-LD, with responsible-AI properties."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from data.tables import STRUCTS, Field

NAME = "croissant.json"
VERSION = "http://mlcommons.org/croissant/1.1"
RAI = "http://mlcommons.org/croissant/RAI/1.0"
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
TYPES = {"integer": "cr:Int64", "number": "cr:Float64", "flag": "sc:Boolean"}
ENCODED = {
    "parquet": "application/x-parquet", "jsonl": "application/jsonlines", "csv": "text/csv",
}  # fmt: skip


def body(
    about: Mapping[str, Any], files: Mapping[str, str], columns: Mapping[str, tuple[Field, ...]]
) -> bytes:
    """The description as JSON.

    `about` is that of the card; `files` are the data files with their SHA-256; `columns` those of
    each table. A property without facts behind it is left out.
    """
    told: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [VERSION, RAI],
        "name": about["name"],
        "description": f"Model outputs with scores and labels: {about['words']}.",
        "license": about["license"] or sorted(set(about["licenses"])) or ["unknown"],
        "version": f"{about['snapshot']}.0.0",
        "datePublished": about["as_of"],
        "dateCreated": about["as_of"],
        "creator": {"@type": "sc:Organization", "name": about["by"]},
        "citeAs": f"{about['name']}, exported by Tailscope as of {about['as_of']}",
        "keywords": ["model outputs", "risk", "safety"],
        **({"inLanguage": list(about["language"])} if about["language"] else {}),
        **_responsible(about),
        "distribution": [],
        "recordSet": [],
    }
    for table, fields in columns.items():
        mine = {path: sha for path, sha in files.items() if _of(path) == table}
        told["distribution"] += [_file(path, sha) for path, sha in mine.items()]
        source = {"fileObject": {"@id": next(iter(mine))}}
        if len(mine) > 1:
            kind = next(iter(mine)).rpartition(".")[2]
            told["distribution"].append({
                "@type": "cr:FileSet", "@id": f"{table}-files", "name": f"{table}-files",
                "encodingFormat": ENCODED[kind], "includes": f"data/{table}/*.{kind}",
            })  # fmt: skip
            source = {"fileSet": {"@id": f"{table}-files"}}
        told["recordSet"].append({
            "@type": "cr:RecordSet", "@id": table, "name": table,
            "field": [one for field in fields for one in _fields(table, field, source)],
        })  # fmt: skip
    return orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n"


def _of(path: str) -> str:
    """The table a data file belongs to.

    >>> _of("data/outputs.parquet"), _of("data/scores/train-00000-of-00001.parquet")
    ('outputs', 'scores')
    """
    return path.split("/")[1].partition(".")[0]


def _file(path: str, sha256: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject", "@id": path, "name": path, "contentUrl": path,
        "encodingFormat": ENCODED[path.rpartition(".")[2]], "sha256": sha256,
    }  # fmt: skip


def _id(name: str) -> str:
    """A name as an identifier, which may hold no blank; two names never become one.

    >>> _id("outputs/label_harm level")
    'outputs/label_harm~20level'
    """
    return re.sub(r"[\s~]", lambda found: f"~{ord(found[0]):02x}", name)


def _fields(table: str, field: Field, source: dict[str, Any]) -> list[dict[str, Any]]:
    """A column as a field; a list of pairs as one repeated field for each part."""
    extract = {**source, "extract": {"column": field.name}}
    base = {"@type": "cr:Field", "description": field.meaning}
    listed = field.kind in STRUCTS and "csv" not in str(source)  # a CSV holds lists as JSON text
    if not listed:
        name = f"{table}/{field.name}"
        return [{**base, "@id": _id(name), "name": name, "source": extract,
                 "dataType": TYPES.get(field.kind, "sc:Text")}]  # fmt: skip
    found = []
    for part, kind in STRUCTS[field.kind]:
        name = f"{table}/{field.name}.{part}"
        found.append({
            **base, "@id": _id(name), "name": name, "dataType": TYPES.get(kind, "sc:Text"),
            "repeated": True, "source": {**extract, "transform": {"jsonPath": part}},
        })  # fmt: skip
    return found


def _responsible(about: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of the responsible-AI extension that there are facts for."""
    labeled = bool(about["people"])
    gaps = [f"{n:,} {what}" for what, n in about["gaps"].items() if n]
    judges = sorted({t["dimension"] for t in about["tail"]})
    agreed = [
        f"{a['group']}: {a['measure']} {a['value']:.3g} ({a['low']:.3g} to {a['high']:.3g})"
        for a in about["agreement"]
        if a["value"] is not None and a["low"] is not None and a["high"] is not None
    ]
    held = {
        "rai:dataCollection": "Answers of language models to prompts, read from: "
        + "; ".join(f"{r['model']} on {r['dataset']} ({r['source']})" for r in about["runs"]),
        "rai:dataCollectionType": ["Machine generated"],
        "rai:dataCollectionMissingData": "; ".join(gaps) or "nothing is missing",
        "rai:dataPreprocessingProtocol": [
            f"{what}: {kept:,} kept, {removed:,} removed" for what, kept, removed in about["steps"]
        ],
        "rai:dataAnnotationPlatform": ["Tailscope"] if labeled else None,
        "rai:dataAnnotationProtocol": "Schemes and guidelines: "
        + ", ".join((*about["schemes"], *about["guidelines"])) if labeled else None,
        "rai:annotationsPerItem": f"{about['rows']['labels'] / max(about['labeled'], 1):.3g} label "
        "rows a labeled output" if labeled else None,
        "rai:dataAnnotationAnalysis": agreed or None,
        "rai:machineAnnotationTools": judges or None,
        "rai:dataLimitations": ["Model outputs can be wrong, offensive or unsafe."],
        "rai:personalSensitiveInformation": [
            ", ".join(f"{n:,} {kind} masked" for kind, n in about["masked"].items())
            or "Nothing was masked: texts may hold personal data."
        ],
        "rai:dataUseCases": ["Measuring the risk of language models"],
    }  # fmt: skip
    return {name: value for name, value in held.items() if value}
