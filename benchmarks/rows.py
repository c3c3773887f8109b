"""What a benchmark yields: one number of ours beside its floor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. `ours` and `floor` were measured in the same run, in `unit`.

    `target` is the ratio that we hold ourselves to: the most there may be, or, of a speed
    (`more_is_better`), the least.
    """

    name: str
    unit: str
    ours: float
    floor: float
    target: float | None = None
    more_is_better: bool = False

    @property
    def ratio(self) -> float:
        """Ours in floors."""
        return self.ours / self.floor

    @property
    def met(self) -> bool:
        """Whether the target is reached; a row without one always is."""
        if self.target is None:
            return True
        return self.ratio >= self.target if self.more_is_better else self.ratio <= self.target


def table(rows: Iterable[Row]) -> str:
    """Rows as a Markdown table whose columns are aligned."""
    cells = [["what", "ours", "floor", "ratio", "target"]]
    cells += [
        [
            f"{row.name} ({row.unit})",
            _number(row.ours),
            _number(row.floor),
            f"{row.ratio:.2f}",
            _target(row),
        ]
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [_line(line, widths) for line in cells]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines.insert(1, _line(rule, widths))
    return "\n".join(lines)


def in_turns(rounds: int, *runs: Callable[[], float]) -> list[list[float]]:
    """What each run returned in each round. They take turns, so that a busy machine slows all
    alike."""
    measured: list[list[float]] = [[] for _ in runs]
    for _ in range(rounds):
        for run, values in zip(runs, measured, strict=True):
            values.append(run())
    return measured


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _target(row: Row) -> str:
    if row.target is None:
        return ""
    bound = "at least" if row.more_is_better else "at most"
    return f"{bound} {row.target:g}" + ("" if row.met else ": MISSED")


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    parts = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return f"| {' | '.join(parts)} |"
