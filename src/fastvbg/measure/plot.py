"""The bench as a picture: bars for each size, the roofline drawn across."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastvbg.errors import MissingLibraryError, OptionError, SinkError
from fastvbg.measure.bench import MEMORY, check_record

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg.measure.bench import Figures, Row

SUFFIXES = (".png", ".svg")
_COLOURS = {"fastvbg": "#2a9d8f", "numba": "#e9c46a", "opencv": "#f4a261", "tutorial": "#b5b5b5"}


def check_plot(path: Path) -> None:
    """Demand that a plot can be drawn to a path, before anything is measured for it.

    Raises
    ------
    OptionError
        The path ends neither in .png nor in .svg.
    MissingLibraryError
        matplotlib is not installed.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise OptionError(f"plot: got {path.name}, wanted a name that ends in .png or .svg")
    check_record("plot", path)
    try:
        import matplotlib as mpl
    except ImportError:
        raise MissingLibraryError(
            "plot: matplotlib is not installed; pip install 'fastvbg[bench]' brings it"
        ) from None
    mpl.use("Agg")


def _shown(figures: Figures, operation: str) -> list[Row]:
    """Return an operation's rows of frames from memory, and of sizes without those all."""
    rows = [row for row in figures.rows if row.operation == operation]
    sizes = {row.size for row in rows if row.regime == MEMORY}
    return [row for row in rows if row.regime == MEMORY or row.size not in sizes]


def plot(figures: Figures, path: Path) -> None:
    """Draw the figures: a panel an operation, milliseconds on a logarithmic scale.

    Parameters
    ----------
    figures : Figures
        Of a run of the bench.
    path : Path
        The picture, .png or .svg; it is replaced.

    Raises
    ------
    OptionError, MissingLibraryError
        As for `check_plot`.
    SinkError
        The picture cannot be written.
    """
    check_plot(path)
    from matplotlib import pyplot as plt

    operations = list(dict.fromkeys(row.operation for row in figures.rows))
    figure, axes = plt.subplots(
        len(operations), 1, figsize=(8, 1 + 2.6 * len(operations)), squeeze=False
    )
    for axis, operation in zip(axes[:, 0], operations, strict=True):
        _draw(axis, operation, _shown(figures, operation))
    facts = figures.conditions
    figure.suptitle(
        f"{facts['cpu']}, {facts['vector features'][0]}, one thread, {facts['date'][:10]}",
        fontsize=9,
    )
    figure.tight_layout()
    try:
        figure.savefig(path, dpi=110)
    except OSError as error:
        raise SinkError(f"plot: cannot write {path}: {error.strerror}") from None
    finally:
        plt.close(figure)


def _draw(axis: Any, operation: str, rows: list[Row]) -> None:
    sizes = list(dict.fromkeys(row.size for row in rows))
    shown = [name for name in _COLOURS if any(_is(row, name) for row in rows)]
    width = 0.8 / len(shown)
    for place, library in enumerate(shown):
        times = {row.size: row.timing.median_ms for row in rows if _is(row, library)}
        lefts = [sizes.index(size) + (place - len(shown) / 2 + 0.5) * width for size in times]
        bars = axis.bar(lefts, times.values(), width, label=library, color=_COLOURS[library])
        axis.bar_label(bars, [f"{value:.3g}" for value in times.values()], fontsize=6)
    for index, size in enumerate(sizes):
        roofs = [r.timing.median_ms for r in rows if r.size == size and r.is_roofline]
        if roofs:
            label = "roofline" if index == 0 else None
            axis.hlines(min(roofs), index - 0.45, index + 0.45, colors="#c1121f", label=label)
    axis.set_yscale("log")
    axis.margins(y=0.15)
    axis.set_xticks(range(len(sizes)), sizes)
    axis.set_ylabel("ms a frame", fontsize=8)
    axis.set_title(operation, fontsize=9, loc="left")
    axis.tick_params(labelsize=8)
    axis.legend(fontsize=7, ncols=5, loc="upper left")


def _is(row: Row, library: str) -> bool:
    return row.library == library and row.threads == 1
