"""The usual Python way to put a person over a picture: the same models, and everything in floats.

It is what tutorials and examples of segmentation models do with their answers: the frame to RGB,
resized and scaled for the model, its answer resized to the frame, and NumPy's blend in float32. The
model is run as its file has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from fastvbg.errors import ModelError
from fastvbg.models.fetch import ensure
from fastvbg.models.runtimes import AUTO, open_model
from fastvbg.models.spec import read_spec
from fastvbg.models.store import KNOWN, LANDSCAPE, SQUARE

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame
    from fastvbg.models.store import KnownModel

    Floats = npt.NDArray[np.float32]

MODELS = {"landscape": LANDSCAPE, "square": SQUARE}
_WIDE = 1.5  # from this proportion on the landscape model is nearer


class UsualCode:
    """One model, and the usual code around it, which remembers nothing from frame to frame.

    Parameters
    ----------
    model : KnownModel
        Which of the person models; fetched first where it is not kept yet.
    runtime : str
        What runs it, as for `PersonKeyer`; on one thread.

    Raises
    ------
    ModelError
        It cannot be fetched, or does not run.
    """

    def __init__(self, model: KnownModel, runtime: str = AUTO) -> None:
        self._net = open_model(read_spec(ensure(model)), runtime, threads=1, respell=False)
        height, width = self._net.input.shape[:2]
        self._size = width, height

    @property
    def runtime(self) -> str:
        """What runs the model, and its version."""
        return self._net.name

    def matte(self, frame: Frame) -> Floats:
        """Return the matte of a frame, (H, W) float32, 0 to 1."""
        rgb = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
        small = cv2.resize(rgb, self._size)
        self._net.input[...] = small.astype(np.float32) / 255
        answer = np.squeeze(self._net())
        return np.asarray(cv2.resize(answer, (frame.shape[1], frame.shape[0])), np.float32)

    def composite(self, frame: Frame, bg: Frame) -> Frame:
        """Return a frame over a background of its size."""
        m = self.matte(frame)[:, :, np.newaxis]
        return (frame * m + bg * (1 - m)).astype(np.uint8)


def fetch_models() -> None:
    """Obtain the person models where they are not kept yet, after a line on standard error.

    Raises
    ------
    ModelError
        One cannot be fetched, or the file there is another.
    """
    for model in KNOWN:
        ensure(model)


def usual_code_for(width: int, height: int, runtime: str = AUTO) -> UsualCode:
    """Return the usual code with the model of a frame's proportions, else with the square one.

    Raises
    ------
    ModelError
        Neither runs.
    """
    if width >= _WIDE * height:
        try:
            return UsualCode(LANDSCAPE, runtime)
        except ModelError:  # OpenCV before 4.9 does not run it
            pass
    return UsualCode(SQUARE, runtime)
