"""Composites against exact ones: portraits before rooms, put over one colour in several ways.

The error is the mean absolute difference in levels of 255 over the colour channels, of the whole
picture and of its soft band (`scores.soft_band`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

import fastvbg
from bench.quality import peers
from bench.quality.contenders import CONTENDERS
from bench.quality.people import folders, still
from bench.quality.run import Row
from bench.quality.scenes import gray
from bench.quality.scores import soft_band
from fastvbg.errors import FastvbgError
from fastvbg.masks.registry import make
from fastvbg.media.image import read_image

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from bench.quality.run import Record
    from fastvbg._types import Frame, Matte

    Tell = Callable[[str], None]

NAME = "composites"
TITLE = "portraits before rooms, over one colour"
_BEHIND = (96, 160, 48)


class Way(NamedTuple):
    """A way to a composite."""

    title: str
    mask: Mapping[str, str] | None = None
    """Options of `fastvbg.process`'s mask; a plate is a file beside the picture."""
    foreground: str = "estimated"
    network: bool = False
    """Whether it runs the person models."""


WAYS = {
    "person": Way("person", {"kind": "person"}, network=True),
    "person-frame": Way("person, the frame's colours", {"kind": "person"}, "frame", network=True),
    "person-plate": Way(
        "person, a plate, exact",
        {"kind": "person", "plate": "plate_fixed.jpg"},
        network=True,
    ),
    "person-hand": Way(
        "person, a plate, by hand",
        {"kind": "person", "plate": "plate_moved.jpg"},
        network=True,
    ),
    "plate": Way("plate, exact", {"kind": "plate", "plate": "plate_fixed.jpg"}),
    "plate-hand": Way("plate, by hand", {"kind": "plate", "plate": "plate_moved.jpg"}),
    "network": Way("MediaPipe's model, resized", network=True),
    "truth": Way("the true matte, the frame's colours"),
}
"""By name, every way."""


def exact(alpha: Matte, foreground: Frame) -> Frame:
    """Return the exact composite, in levels, not rounded."""
    share = alpha[..., None] / 255
    return np.asarray(share * foreground + (1 - share) * np.array(_BEHIND))


def errors(made: Any, wanted: Any, alpha: Matte) -> tuple[float, float]:
    """Return the mean error of a picture, and that in its soft band."""
    band = soft_band(alpha)
    off = np.abs(np.asarray(made, float) - wanted).mean(2)
    return float(off.mean()), float(off[band].mean()) if band.any() else 0.0


def add_composites(record: Record, clips: Path, scratch: Path, tell: Tell) -> None:
    """Add what every way makes of the portraits before rooms to a record."""
    pictures = folders(clips)
    height, width = gray(pictures[0] / "alpha.png").shape
    record.scenes[NAME] = {
        "title": TITLE,
        "width": width,
        "height": height,
        "scored frames": len(pictures),
        "first scored frame": 0,
        "truth": "composites",
    }
    for name, way in WAYS.items():
        tell(f"{NAME}: {way.title}")
        row = Row(NAME, name, way.title, ours=way.mask is not None)
        row.why = CONTENDERS["person"].missing() if way.network else None
        if row.why is None:
            try:
                found = [
                    _errors_of(way, folder, scratch / f"{NAME}-{name}-") for folder in pictures
                ]
                whole, band = np.mean(found, 0)
                row.scores = {"error": float(whole), "soft band": float(band)}
            except FastvbgError as error:
                row.why = str(error)
        record.rows.append(row)


def _errors_of(way: Way, folder: Path, path: Path) -> tuple[float, float]:
    alpha = gray(folder / "alpha.png")
    picture = folder / "composite.jpg"
    wanted = exact(alpha, read_image(folder / "foreground.jpg", "foreground"))
    if way.mask is not None:
        return errors(_processed(way, folder, path), wanted, alpha)
    frame = read_image(picture, "picture")
    matte = np.asarray(peers.network()(frame)) if way.network else alpha
    return errors(exact(matte, frame), wanted, alpha)


def _processed(way: Way, folder: Path, path: Path) -> Frame:
    """Return what a run makes of a picture."""
    given: dict[str, Any] = dict(way.mask or {})
    if "plate" in given:
        given["plate"] = str(folder / given["plate"])
    path = path.with_name(f"{path.name}{folder.name}-")
    numbered = path.with_name(f"{path.name}out%06d.png")
    blue, green, red = _BEHIND
    fastvbg.process(
        still(folder / "composite.jpg", path),
        numbered,
        mask=make(given.pop("kind"), given),
        background=f"#{red:02x}{green:02x}{blue:02x}",
        foreground=way.foreground,
        overwrite=True,
    )
    (made,) = path.parent.glob(f"{path.name}out*.png")
    return read_image(made, "composite")
