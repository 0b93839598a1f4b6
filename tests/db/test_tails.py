"""Tails pushed down into DuckDB are those of the arrays: pooling, log-risk, the worst answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from db import scores, tails, warehouse
from db.warehouse import Connection
from risk import harm
from risk.harm import POOLINGS
from risk.worst import TIE, tail_rank, top_weights, weights

JUDGES, DIMENSIONS = ("fox", "owl", "yak"), ("bias", "ethics", "fairness")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """One run of scores with ties, gaps, several samples, sub-metrics and scores of no harm."""
    home: Path = tmp_path_factory.mktemp("tails")
    connection = warehouse.connect(f"sqlite:{home / 'catalog.sqlite'}", str(home / "files"))
    rng = np.random.default_rng(0)
    rows = []
    for n in range(150):
        for sample in range(rng.integers(1, 4)):
            for name in DIMENSIONS:
                for judge in JUDGES:
                    # yak never looks at ethics; one score in six is missing, as NULL or as NaN
                    if judge == "yak" and name == "ethics":
                        continue
                    for _ in range(2 if rng.random() < 0.1 else 1):
                        value = float(np.round(rng.beta(0.4, 3), 1)) if n % 2 else rng.random() ** 6
                        gap = rng.random()
                        value = None if gap < 0.1 else float("nan") if gap < 0.16 else value
                        rows.append(("r", f"é{n:03}", sample, name, judge, value, None, "harm"))
            rows.append(("r", f"é{n:03}", sample, "helpful", "fox", 0.9, None, "good"))
    rows += [("bare", "a", 0, "bias", "fox", v, None, None) for v in (0.25, None, 0.75)]
    cursor = connection.cursor()
    names = ("run_id", "item_id", "sample", "dimension", "scorer", "value", "raw", "up")
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    cursor.register("made", table)
    cursor.execute("INSERT INTO lake.scores FROM made")
    cursor.execute("INSERT INTO lake.runs (run_id, dataset) VALUES ('r', 'made'), ('bare', 'made')")
    cursor.execute(
        "INSERT INTO lake.items (dataset, item_id, category) SELECT 'made', printf('é%03d', n), "
        "['x', 'y', NULL, ''][n % 4 + 1] FROM range(150) t(n)"
    )
    yield connection
    connection.close()


def arrays(found: dict[str, np.ndarray], letter: str) -> np.ndarray:
    return np.stack([found[f"{letter}{d}"] for d in range(len(DIMENSIONS))], axis=1)


@pytest.mark.parametrize("judges", [JUDGES, ("owl",), ("fox", "yak")])
@pytest.mark.parametrize("how", POOLINGS)
def test_pooling_and_log_risk_in_sql_are_those_of_the_arrays(
    lake: Connection, how: str, judges: tuple[str, ...]
) -> None:
    vector = harm.assemble(scores.columns(lake, "r"))
    kept = vector.h[:, :, [vector.judges.index(j) for j in judges]]
    for tau, eps in ((0.1, 1e-6), (0.01, 1e-3), (5.0, 1e-12)):
        pooled = harm.pool(kept, how, tau)
        risk = harm.log_risk(pooled, eps)
        with tails.cells(lake, "r") as table:
            assert (table.dimensions, table.judges) == (vector.dimensions, vector.judges)
            found = tails.read(table, tails.Pool(judges, how, tau, eps), judged=True)
        cells = np.stack([found[f"c{k}"] for k in range(9)], axis=1).reshape(vector.h.shape)
        np.testing.assert_allclose(cells, vector.h, rtol=1e-14)
        np.testing.assert_allclose(arrays(found, "h"), pooled, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(arrays(found, "r"), risk.parts, rtol=1e-9, atol=1e-15)
        np.testing.assert_allclose(found["all"], risk.total, rtol=1e-9, atol=1e-15)
        assert found["item_id"].tolist() == vector.item.tolist()
        assert found["sample"].tolist() == vector.sample.tolist()
        clusters = vector.clusters
        assert clusters is not None
        np.testing.assert_array_equal(np.cumsum(found["fresh"]) - 1, clusters)


@pytest.mark.parametrize("score", ["all", "bias", "ethics"])
@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
def test_the_worst_answers_in_sql_carry_the_weights_of_the_arrays(
    lake: Connection, level: float, score: str
) -> None:
    with tails.cells(lake, "r") as table:
        pool = tails.Pool(JUDGES)
        read = tails.read(table, pool)
        x = read["all"] if score == "all" else read[f"r{table.dimensions.index(score)}"]
        n = tails.count(table, pool, score)
        assert n == (~np.isnan(x)).sum()
        found = tails.worst(table, pool, tail_rank(n, level), score)
    whole = np.nan_to_num(weights(x, level))
    np.testing.assert_allclose(
        top_weights(found["score"], n, level), whole[found["place"]], atol=1e-9
    )
    assert set(np.flatnonzero(whole)) <= set(found["place"].tolist())
    np.testing.assert_allclose(found["score"], x[found["place"]], rtol=1e-12)
    assert (np.diff(found["score"]) <= 0).all()
    assert found["item_id"].tolist() == read["item_id"][found["place"]].tolist()
    edge = found["score"].min()
    assert (x > edge + TIE).sum() < tail_rank(n, level)


def test_one_category_is_ranked_by_itself_and_no_category_is_called_none(lake: Connection) -> None:
    with tails.cells(lake, "r") as table:
        pool = tails.Pool(JUDGES)
        read = tails.read(table, pool)
        for name, is_it in (("x", ["x"]), ("none", [None])):
            here = np.isin(read["category"], is_it) if name == "x" else read["category"] == None  # noqa: E711
            found = tails.worst(table, pool, 5, category=name)
            assert found["score"][:5] == pytest.approx(
                np.sort(read["all"][here & ~np.isnan(read["all"])])[::-1][:5]
            )
            assert tails.count(table, pool, category=name) == (here & ~np.isnan(read["all"])).sum()


def test_where_no_row_says_which_way_is_up_all_rows_count(lake: Connection) -> None:
    with tails.cells(lake, "bare") as table:
        found = tails.read(table, tails.Pool(("fox",)))
        assert (table.low, table.high, table.several) == (0.25, 0.75, False)
    assert found["h0"] == pytest.approx([np.sqrt((0.25**2 + 0.75**2) / 2)])


def test_a_run_without_harm_has_no_dimension(lake: Connection) -> None:
    with tails.cells(lake, "nobody") as table:
        assert (table.dimensions, table.judges, table.low) == ((), (), None)


def test_an_unknown_pooling_is_refused(lake: Connection) -> None:
    with tails.cells(lake, "r") as table, pytest.raises(ValueError, match="pooling is 'sum'"):
        tails.read(table, tails.Pool(JUDGES, "sum"))
