"""Trajectories: steps as runs, states as a person writes them, times, and the absorbing chain."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from risk import chain, trajectory
from risk.trajectory import coded, highest, states, times, walks
from tests.risk.walked import runs

TURNS = "safe safe safe risky risky violated violated"


def test_only_the_agents_steps_are_moves_and_what_stood_before_is_the_start():
    found = walks(runs(TURNS, roles=True))
    assert found.at.tolist() == [0, 1, 2, 3]
    assert found.state.tolist() == ["safe", "safe", "risky", "violated"]
    assert (found.length.tolist(), found.size.tolist()) == ([3], [4])


def test_every_step_is_a_move_where_no_step_is_the_agents():
    columns = runs(TURNS)
    columns["role"][:] = None
    assert walks(columns).at.tolist() == list(range(1, 8))


def test_rows_may_come_in_any_order():
    columns = runs("safe risky violated", "safe", "risky safe", violated=[1, 0, 0])
    mixed = np.random.default_rng(0).permutation(6)
    one, two = walks(columns), walks({name: c[mixed] for name, c in columns.items()})
    assert (one.names, one.state.tolist()) == (two.names, two.state.tolist())
    assert two.violated.tolist() == [1, 0, 0]


def test_a_run_is_timed_by_its_first_violating_step_and_censored_without_one():
    found = times(walks(runs("safe violated violated", "safe safe safe", "violated")))
    assert found.time.tolist() == [2, 3, 1]
    assert found.event.tolist() == [True, False, True]


def test_a_violation_at_no_known_step_has_no_time_unless_dated_at_the_end():
    found = walks(runs("safe safe", "safe", "violated", violated=[1, 0, 1]))
    lost = times(found)
    assert math.isnan(lost.time[0])
    assert (lost.unplaced, lost.lost, lost.event.tolist()) == (1, 1, [False, False, True])
    late = times(found, at_end=True)
    assert (late.time.tolist(), late.event.tolist()) == ([2, 1, 1], [True, False, True])


def test_the_unbroken_runs_alone_say_nothing_of_when_the_others_broke_the_rule():
    lost = times(walks(runs("safe safe", "safe", violated=[1, 0])))
    assert (lost.unplaced, lost.lost) == (1, 2)


def test_a_person_defines_states_from_states_and_flags():
    columns = runs("safe idle!odd idle violated", "safe other")
    found = walks(columns)
    code = coded(found, states("calm = safe + idle, watch = odd, violated"))
    assert code.tolist() == [0, 1, 0, 2, 0, -1]
    with pytest.raises(ValueError, match="'calm' is given twice"):
        states("calm, calm = safe")


def test_flags_tell_states_apart_where_there_are_no_states():
    found = walks(runs("- -!odd -!violated"))
    code = coded(found, trajectory.usual(found))
    assert code.tolist() == [0, 1, 2]


def test_a_monotone_state_never_goes_back():
    code = np.array([0, 2, 1, -1, 0, -1, 1, 0])
    run = np.array([0, 0, 0, 0, 1, 2, 2, 2])
    assert highest(code, run).tolist() == [0, 2, 2, 2, 0, -1, 1, 1]


WORKED = [[0.8, 0.15, 0.05], [0, 0.7, 0.3], [0, 0, 1]]


def test_the_worked_chain_is_absorbed_as_printed():
    found = chain.within(WORKED, 5)
    assert found[[0, 1, 4], :2].round(4).tolist() == [[0.05, 0.3], [0.135, 0.51], [0.4329, 0.8319]]
    assert chain.expected(WORKED).round(4).tolist() == [7.5, 3.3333, 0]


@given(some.integers(0, 10_000), some.integers(2, 6), some.integers(1, 12))
def test_the_chance_is_that_of_the_matrix_power_and_never_falls(seed, size, moves):
    p = np.random.default_rng(seed).dirichlet(np.ones(size), size)
    p[-1] = np.eye(size)[-1]
    found = chain.within(p, moves)
    assert np.allclose(found[-1], np.linalg.matrix_power(p, moves)[:, -1])
    assert (np.diff(found, axis=0) > -1e-12).all()
    q = p[:-1, :-1]
    assert np.allclose(chain.expected(p)[:-1], np.linalg.inv(np.eye(size - 1) - q).sum(axis=1))


def test_a_state_that_is_never_left_takes_forever():
    stuck = [[0.5, 0.4, 0.1], [0, 1, 0], [0, 0, 1]]
    assert chain.expected(stuck).tolist() == [math.inf, math.inf, 0]
    assert chain.within(stuck, 3)[-1, 1] == 0


def test_transitions_are_counted_up_to_the_violation_and_smoothed():
    found = walks(runs("safe safe risky violated safe", "safe risky safe", "risky"))
    fitted = chain.fit(found, "safe, risky, violated")
    assert fitted.counts.tolist() == [[1, 2, 0], [1, 0, 1], [0, 0, 0]]
    assert fitted.p.round(4).tolist() == [[0.3333, 0.5, 0.1667], [0.4, 0.2, 0.4], [0, 0, 1]]
    assert fitted.start.tolist() == [2, 1, 0]
    bare = chain.fit(found, "safe, risky, violated", smoothing=0)
    assert bare.p[1].tolist() == [0.5, 0, 0.5]


def test_a_step_without_a_state_breaks_the_pair_and_is_counted():
    fitted = chain.fit(walks(runs("safe - safe violated")), "safe, violated")
    assert (fitted.counts.tolist(), fitted.lost) == ([[0, 1], [0, 0]], 2)


def test_a_state_no_move_starts_from_has_no_estimate():
    fitted = chain.fit(walks(runs("safe odd", "safe violated", "safe safe")), "safe, odd, violated")
    safe, odd, violated, start = (column[4] for column in fitted.curve(5, draws=50))
    assert not odd.known
    assert odd.why == chain.NEVER
    assert violated.value == 1
    assert 0 <= safe.low < safe.value == start.value < safe.high <= 1


@pytest.mark.parametrize("smoothing", [1.0, 0.0])
def test_the_interval_holds_the_chance_and_not_what_smoothing_makes_of_it(smoothing):
    """Twelve short runs that rarely break the rule; smoothed percentiles alone held it in none."""
    p = np.array([[0.9, 0.08, 0.02], [0.4, 0.5, 0.1], [0, 0, 1]])
    truth, rng, held = chain.within(p, 5)[-1, 0], np.random.default_rng(4), []
    for seed in range(60):
        told = []
        for _ in range(12):
            at = [0]
            while at[-1] < 2 and len(at) < 6:
                at.append(rng.choice(3, p=p[at[-1]]))
            told.append(" ".join(("safe", "risky", "violated")[state] for state in at))
        fitted = chain.fit(walks(runs(*told)), "safe, risky, violated", smoothing=smoothing)
        safe = fitted.curve(5, 100, seed)[0][-1]
        held.append(safe.low <= truth <= safe.high)
        assert safe.low <= safe.value <= safe.high
    assert np.mean(held) > (0.9 if smoothing else 0.6), "never seen, it is 0 without smoothing"


def test_states_without_an_order_are_ordered_by_their_chance():
    told = ["b a violated"] * 6 + ["b b b"] * 6 + ["a a"]
    assert chain.fit(walks(runs(*told))).names == ("b", "a", "violated")


def test_monotone_chains_only_climb():
    found = walks(runs("safe risky safe violated", "safe safe"))
    fitted = chain.fit(found, "safe, risky, violated", monotone=True)
    assert np.tril(fitted.p, -1).sum() == 0
    assert fitted.counts.tolist() == [[1, 1, 0], [0, 1, 1], [0, 0, 0]]


def test_states_that_are_none_of_the_runs_are_told():
    with pytest.raises(ValueError, match="there are safe, violated"):
        chain.fit(walks(runs("safe safe")), "good, bad")
    with pytest.raises(ValueError, match="name two or more"):
        chain.fit(walks(runs("safe safe")), "safe")


def test_a_run_that_broke_the_rule_at_no_marked_step_teaches_nothing():
    mixed = walks(runs("safe safe", "safe violated", "safe safe", violated=[1, 1, 0]))
    fitted = chain.fit(mixed)
    assert (fitted.counts.tolist(), fitted.lost) == ([[1, 1], [0, 0]], 1)
    with pytest.raises(ValueError, match="no step is marked 'violated' though 1 runs"):
        chain.fit(walks(runs("safe safe", "safe safe", violated=[1, 0])))


def test_the_interval_of_runs_drawn_from_a_known_chain_holds_its_chance():
    draw = np.random.default_rng(3)
    names = np.array(["safe", "risky", "violated"])
    told = []
    for _ in range(300):
        state, words = 0, ["safe"]
        for _ in range(8):
            state = int(draw.choice(3, p=WORKED[state]))
            words.append(str(names[state]))
        told.append(" ".join(words))
    curve = chain.fit(walks(runs(*told)), "safe, risky, violated").curve(5, draws=300)
    for measured, true in zip(curve[:2], (0.4329, 0.8319), strict=True):
        assert measured[4].low < true < measured[4].high
        assert measured[4].high - measured[4].low < 0.2
