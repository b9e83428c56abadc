"""Settings for smaller pictures than those they were made for: what is in pixels goes along."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.errors import ShapeError
from fastvbg.keyers.region import region_mask
from fastvbg.masks.person import Person
from fastvbg.masks.plate import Plate
from fastvbg.media.image import read_frame

if TYPE_CHECKING:
    from fastvbg._types import Frame, Size
    from fastvbg.settings import Settings


def smaller(settings: Settings, size: Size, small: Size) -> Settings:
    """Return settings for pictures of a size as they are for pictures of another one.

    Parameters
    ----------
    settings : Settings
        For pictures of `size`.
    size, small : (int, int)
        Width and height.

    Raises
    ------
    FastvbgError
        A region or a plate cannot be read, or is of another size.
    """
    changes: dict[str, Any] = {}
    for name in ("keep_region", "drop_region"):
        region = getattr(settings, name)
        if region is not None:
            mask = region_mask(region, size, name=name.replace("_", "-"))
            changes[name] = _reduced(mask, small, whole=name == "keep_region")
    kind = settings.kind
    if isinstance(kind, Plate):
        changes["mask"] = replace(kind, plate=_plate(kind.plate, size, small))
    elif isinstance(kind, Person) and kind.plate is not None:
        plate = _plate(kind.plate, size, small) if kind.knows(small) else None
        changes["mask"] = replace(kind, plate=plate)
    return replace(settings, **changes)


def _reduced(mask: Any, small: Size, *, whole: bool) -> Any:
    """Return a region in fewer pixels: of those that are inside in part what is kept loses them."""
    shares = cv2.resize(mask, small, interpolation=cv2.INTER_AREA)
    inside = np.where(shares == 255 if whole else shares > 0, 255, 0).astype(np.uint8)
    # A region too thin for that is kept where most of it lies.
    return inside if inside.any() else np.where(shares == shares.max(), 255, 0).astype(np.uint8)


def _plate(plate: Any, size: Size, small: Size) -> Frame:
    picture = plate if isinstance(plate, np.ndarray) else read_frame(plate, "plate")[0]
    got = picture.shape[1], picture.shape[0]
    if got != size:
        pair = "got {}x{}, wanted {}x{}".format(*got, *size)
        raise ShapeError(f"plate: {pair} like the frames")
    return np.asarray(cv2.resize(picture, small, interpolation=cv2.INTER_AREA), np.uint8)
