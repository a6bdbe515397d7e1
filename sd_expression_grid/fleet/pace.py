"""The speed of the WebUIs, and how long the rest takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Pace:
    """Counts the cells and denoiser rows of the finished units, and the seconds that the WebUIs took for them."""

    cells: int = 0
    rows: float = 0
    seconds: float = 0

    def note(self, cells: int, rows: float, seconds: float) -> None:
        """Adds a finished unit."""
        self.cells += cells
        self.rows += rows
        self.seconds += seconds

    @property
    def cells_a_minute(self) -> float:
        """The mean rate of one WebUI; 0 before the first unit is finished."""
        return 60 * self.cells / self.seconds if self.seconds else 0

    @property
    def rows_a_second(self) -> float:
        """The mean rate of one WebUI in denoiser rows; 0 before the first unit is finished."""
        return self.rows / self.seconds if self.seconds else 0

    def left_of(self, rows: float, seconds: float) -> float:
        """The rows that are left of a unit after so many seconds; all of them before the first unit is finished."""
        return max(0.0, rows - self.rows_a_second * seconds)

    def seconds_for(self, rows: float, webuis: int) -> float | None:
        """The time that so many WebUIs take for so many rows; None before the first unit is finished."""
        return rows / (self.rows_a_second * webuis) if self.rows_a_second and webuis else None


def in_words(seconds: float) -> str:
    """A time in words: 40 s, 12 min, 3 h 5 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
