"""The figures of a campaign show what they are handed, and say so where there is nothing."""

from __future__ import annotations

from components.figures import progress


def test_the_parts_of_the_bar_add_to_all_cases() -> None:
    fig = progress.cases(12, 8, 40)
    assert [bar.x[0] for bar in fig.data] == [12, 8, 40]
    assert tuple(fig.layout.xaxis.range) == (0, 60)
    assert "12 complete" in {note.text for note in fig.layout.annotations}
    assert "8 of 60 cases" in fig.data[1].hovertext[0]


def test_the_line_ends_at_the_last_label_however_many_there_are() -> None:
    times = [f"2026-01-01T{k // 3600:02}:{k // 60 % 60:02}:{k % 60:02}+00:00" for k in range(5000)]
    line = progress.pace(times, 6000).data[0]
    assert line.y[-1] == 5000
    assert len(line.x) <= progress.POINTS + 100
    assert progress.pace(times[:1], None).data[0].mode == "markers"


def test_people_come_by_their_labels_with_their_quotas() -> None:
    fig = progress.people(["ann", "<b>bo</b>"], [3, 9], [5, None])
    assert list(fig.data[0].x) == [9, 3]
    assert list(fig.layout.yaxis.ticktext) == ["&lt;b&gt;bo&lt;/b&gt;", "ann"]
    assert (list(fig.data[1].x), list(fig.data[1].y)) == ([5], [1])
    assert "3 labels of 5" in fig.data[0].hovertext[1]


def test_chances_fall_from_the_likeliest_past_an_even_draw() -> None:
    fig = progress.chances([0.1, 0.9, 0.5], 30)
    assert list(fig.data[0].y) == [0.9, 0.5, 0.1]
    assert fig.layout.shapes[0].y0 == 0.1


def test_nothing_to_draw_is_said() -> None:
    for fig in (
        progress.cases(0, 0, 0), progress.pace([], 5), progress.people([], [], []),
        progress.chances([], 5),
    ):  # fmt: skip
        assert not fig.data
        assert fig.layout.annotations[0].text
