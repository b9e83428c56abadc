"""Kernels that a session needs, and those that it may be switched to."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from fastvbg.kernels import _cache
from fastvbg.masks.registry import own
from fastvbg.preparing import Worker, can_hand_over
from fastvbg.warmup import all_kernels

if TYPE_CHECKING:
    from fastvbg.masks.base import Mask
    from fastvbg.settings import Settings

BESIDE = ("matte", "depth")
"""Masks that take what lies beside a file."""
_OVER = "composite.apart.i420", "composite.planar.blend_i420"
_MATTES = {
    "person": ("person.edges.apply",),
    "plate": ("keying.shift.shift",),
    "motion": ("composite.planes_any.mask_u8", "composite.planes_any.select_u8"),
}
"""Kernels for what files seldom need: mattes beside composites, for previews, framing and blur;
and the plate elsewhere, once somebody nudges the camera."""
_WRAP = "refine.feather.box", "composite.light.weigh"
_AFTER_SECONDS = 2.0
"""The first pictures have the processors for themselves."""


def kernels_for(settings: Settings, kind: Mask) -> list[str]:
    """Return the kernels that settings need, whose kind of mask is chosen."""
    estimates = settings.foreground == "estimated"
    keying = *kind.needs(settings.refine, estimates=estimates), *kind.uses()
    wrap = _WRAP if settings.light_wrap else ()
    return list(dict.fromkeys((*keying, *_OVER, *_MATTES.get(kind.name, ()), *wrap)))


def switchable() -> list[str]:
    """Return the kernels that any settings need which a session may be switched to."""
    kinds = [kind for name, kind in own().items() if name not in BESIDE]
    keying = [
        name
        for kind in kinds
        for estimates in (True, False)
        for name in (*kind.needs(estimates=estimates), *_MATTES.get(kind.name, ()))
    ]
    refining = [name for name in all_kernels() if name.startswith("refine.")]
    return list(dict.fromkeys((*_OVER, *_WRAP, *keying, *refining)))


class Ahead:
    """Has a process of low priority compile what the cache lacks of `switchable`.

    A context manager; at its end the process stops after the kernel that it is at.
    """

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._worker: Worker | None = None
        self._thread = threading.Thread(target=self._begin, name="fastvbg ahead", daemon=True)

    def __enter__(self) -> Ahead:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ended.set()
        self._thread.join()
        if self._worker is not None:
            self._worker.end()

    def _begin(self) -> None:
        if self._ended.wait(_AFTER_SECONDS) or not can_hand_over():
            return
        missing = [name for name in switchable() if not _cache.keeps(name)]
        if not missing or self._ended.is_set():
            return
        try:
            self._worker = Worker(gently=True)
        except OSError:  # no memory for another process: each is compiled when it is called
            return
        for name in missing:
            self._worker.ask(name)
        self._worker.no_more()
