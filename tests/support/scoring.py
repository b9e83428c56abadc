"""Clips with exact mattes, decoded, and how near a keyer comes to these."""

from __future__ import annotations

import av
import numpy as np

FIRST = 48
"""The composed talks begin with so many empty frames."""


def decoded(path, form):
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if form == "planes":
                yield planes_of(frame)
            else:
                yield frame.to_ndarray(format="gray" if form == "gray" else "bgr24")


def planes_of(frame):
    return tuple(
        np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
        for plane in frame.planes
    )


def scores(mattes, truth):
    """IoU, mean absolute error and dtSSD of mattes."""
    both = either = 0
    errors, flicker, before = [], [], None
    for matte, true in zip(mattes, truth, strict=True):
        said, is_so = matte >= 128, true >= 128
        both, either = both + (said & is_so).sum(), either + (said | is_so).sum()
        error = (matte.astype(float) - true) / 255
        errors.append(abs(error).mean())
        if before is not None:
            flicker.append(np.sqrt(((error - before) ** 2).mean()))
        before = error
    return both / either, np.mean(errors), np.mean(flicker)
