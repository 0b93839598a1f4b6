"""Writes the README's table of lenses from risk/lenses: python -m tests.lens_table."""

from __future__ import annotations

from pathlib import Path

from risk import lenses

README = Path(__file__).parents[1] / "README.md"
OPEN, CLOSE = "<!-- lenses -->", "<!-- /lenses -->"
COMMAND = ".venv/bin/python -m tests.lens_table"
UP = {"harm": "more is worse", "good": "more is better", "neither": "neither"}


def table() -> str:
    """The lenses as a Markdown table, one a line, by name."""
    lines = [
        "| lens | what it shows | source | direction | needs |",
        "| --- | --- | --- | --- | --- |",
    ]
    for lens in lenses.every().values():
        needs = ", ".join(f"`{name}`" for name in lens.needs)
        cells = (f"`{lens.name}`", lens.title, lens.source, UP[lens.up], needs)
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join(lines)


def between(text: str) -> str:
    """What stands between the two marks of a text."""
    return text.partition(OPEN)[2].partition(CLOSE)[0].strip()


def fresh(text: str) -> str:
    """The text with the table of today between its marks."""
    before, _, rest = text.partition(OPEN)
    return f"{before}{OPEN}\n{table()}\n{CLOSE}{rest.partition(CLOSE)[2]}"


if __name__ == "__main__":
    README.write_text(fresh(README.read_text("utf-8")), "utf-8")
