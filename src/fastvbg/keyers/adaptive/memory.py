"""The scenes that an adaptive keyer knows: the present one, and those that may come back.

A few hundred samples of a frame tell whether it is of a scene: whether most are near its means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.constants import ADAPTIVE_ANEW
from fastvbg.kernels.keying.adaptive_plan import ONE
from fastvbg.keyers._arrays import differences, sampled
from fastvbg.keyers.adaptive.scene import Scene, scene_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from fastvbg._types import Frame, Planes
    from fastvbg.constants import AdaptiveSettings
    from fastvbg.keyers.adaptive.scene import Form

    Samples = npt.NDArray[np.int64]

_UNIT = 128
_MOST = 2
"""Scenes that are kept beside the present one, 7 bytes a pixel each."""
_NEAR, _BACK = 12, 0.6
"""A frame is of a scene where this share of it differs by no more than so many levels."""
_EVERY = 8
"""Frames from one that is looked at to the next, once a scene is learned, ..."""
_LOST = 0.85
"""... of which more than this differs by much ..."""
_TIMES = 6
"""... so often that the scene is lost, ..."""
_STILL = 0.75
"""... while so much of the picture stands still: it is another scene's, and no passer-by."""


class Memory:
    """Scenes of one video.

    Parameters
    ----------
    present : Scene, optional
        The scene to begin with; without one the first frame begins it.
    """

    def __init__(self, present: Scene | None = None) -> None:
        self.present = present
        self._others: list[Scene] = []
        self._before: Any = None
        self._lost = 0

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return all that is known, by name, for `restore`."""
        scenes = {"present": self.present, **{str(k): s for k, s in enumerate(self._others)}}
        named = {
            f"{name}.{part}": array
            for name, scene in scenes.items()
            if scene is not None
            for part, array in scene.arrays().items()
        }
        named["lost"] = np.array(self._lost)
        return named if self._before is None else {**named, "before": self._before}

    def restore(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Know what another memory knew when it gave its `arrays`."""
        scenes: dict[str, dict[str, Any]] = {}
        for name, array in arrays.items():
            scene, dot, part = name.partition(".")
            if dot:
                scenes.setdefault(scene, {})[part] = array
        present = scenes.pop("present", None)
        self.present = None if present is None else scene_of(present)
        self._others = [scene_of(scenes[name]) for name in sorted(scenes)]
        self._lost, self._before = int(arrays["lost"]), arrays.get("before")

    def cut(self, settings: AdaptiveSettings) -> None:
        """Leave the present scene: the next frame is of another one, or of one left before."""
        self._before, self._lost = None, 0
        self._leave(settings)

    def scene_of(
        self, form: Form, picture: Frame | Planes, settings: AdaptiveSettings, *, learns: bool
    ) -> Scene:
        """Return the scene that the next frame is of.

        Parameters
        ----------
        form : (str, (int, int), (int, int))
            Of the frame, as a scene has it.
        picture : ndarray or tuple of 3 ndarray, uint8
            The frame.
        settings : AdaptiveSettings
            Of the keyer.
        learns : bool
            Whether it learns; else the present scene stays.
        """
        if self.present is not None:
            self.present.check_form(form)
        elif self._others:
            self._others[0].check_form(form)
        if self.present is not None and (not learns or 0 in form[1]):
            return self.present
        if self.present is None or self._is_lost(picture, settings):
            self._leave(settings)
            self.present = self._known(picture) or _begun(form, picture, settings)
        return self.present

    def _is_lost(self, picture: Frame | Planes, settings: AdaptiveSettings) -> bool:
        """Tell whether a frame is of another scene than the present one."""
        scene = self.present
        assert scene is not None  # noqa: S101
        learned, due = scene.frames >= settings.warm_up, scene.frames % _EVERY == 0
        if learned and not due and not self._others:
            return False
        seen = sampled(picture)
        far = _distances(scene, seen) > _UNIT * ADAPTIVE_ANEW[0]
        share = np.count_nonzero(far) / far.size
        if not learned:
            parts = ADAPTIVE_ANEW[1]
            return bool(share > parts / (parts + 1))
        if due:
            before, self._before = self._before, seen
            still = 0.0 if before is None else _share_within(differences(seen, before), _NEAR)
            self._lost = self._lost + 1 if share > _LOST and still >= _STILL else 0
        if self._lost < _TIMES and (share <= _LOST or self._best_of(seen) is None):
            return False
        self._before, self._lost = None, 0
        return True

    def _leave(self, settings: AdaptiveSettings) -> None:
        """Keep the present scene for when it comes back, if it was learned."""
        scene, self.present = self.present, None
        if scene is not None and scene.frames >= settings.warm_up:
            self._others = [scene, *self._others][:_MOST]

    def _known(self, picture: Frame | Planes) -> Scene | None:
        """Take the scene left before that a frame is of; None where it is of none."""
        best = self._best_of(sampled(picture)) if self._others else None
        return None if best is None else self._others.pop(best)

    def _best_of(self, seen: Samples) -> int | None:
        """Return the number of the scene left before that samples are of."""
        shares = [_share_within(_distances(scene, seen), _UNIT * _NEAR) for scene in self._others]
        best = int(np.argmax(shares)) if shares else 0
        return best if shares and shares[best] >= _BACK else None


def _begun(form: Form, picture: Frame | Planes, settings: AdaptiveSettings) -> Scene:
    scene = Scene(form, settings.spread_start)
    scene.begin(picture)
    return scene


def _distances(scene: Scene, seen: Samples) -> Samples:
    """Return by how much samples differ from a scene's means, at its gain."""
    middle = np.array([[[0]], [[128]], [[128]]])
    lit = _UNIT * middle + (_UNIT * scene.gain) * (seen - middle) // ONE
    return differences(lit, sampled(scene.means))


def _share_within(distances: Samples, most: int) -> float:
    return float(np.count_nonzero(distances <= most)) / max(1, distances.size)
