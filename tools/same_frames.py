"""Tell whether two videos hold the same frames at the same times; ends with 1 if they do not.

Called as `python tools/same_frames.py one.mkv other.mkv`.
"""

from __future__ import annotations

import argparse
from itertools import zip_longest
from typing import Any

import av
import numpy as np
import numpy.typing as npt


def samples(frame: av.VideoFrame) -> npt.NDArray[Any]:
    """Return what a frame holds; padding in place of alpha is left out."""
    return (
        frame.to_ndarray(format="bgr24")
        if frame.format.name in ("bgr0", "rgb0", "0bgr", "0rgb")
        else frame.to_ndarray()
    )


def same_frames(one: str, other: str) -> int:
    """Return how many frames two videos have, all alike.

    Raises
    ------
    SystemExit
        They differ.
    """
    count = 0
    with av.open(one) as left, av.open(other) as right:
        for a, b in zip_longest(left.decode(video=0), right.decode(video=0)):
            same = a is not None and b is not None and a.time == b.time
            if not same or not np.array_equal(samples(a), samples(b)):
                raise SystemExit(f"{one} and {other} differ in frame {count}")
            count += 1
    return count


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("one")
    parser.add_argument("other")
    asked = parser.parse_args()
    print(f"{same_frames(asked.one, asked.other)} frames, all alike")
