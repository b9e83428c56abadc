"""A live session without a camera: a generated speaker, keyed by the truth of the scene."""

from __future__ import annotations

import threading
import time
from itertools import islice
from typing import Any

import cv2
import numpy as np

import fastvbg
from fastvbg.backgrounds import load_background
from fastvbg.errors import OptionError
from fastvbg.keyers.region import region_mask
from fastvbg.live_mode.controls.controls import Shown
from fastvbg.live_mode.page.gallery import Gallery, first_picture
from fastvbg.scenes.speaker import Scene
from fastvbg.settings import Settings

_RATE = 20.0


class FakeSession:
    """`Controls` over generated frames, as fast as they are asked for.

    Parameters
    ----------
    settings : Settings
        To begin with.
    width, height : int
        Of a shown frame.
    frames : int
        Of the scene, which goes to and fro.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        width: int = 64,
        height: int = 36,
        frames: int = 3,
        empty: float = 0.0,
    ) -> None:
        self._settings = settings or Settings(mask="person", background="#204060")
        scene = Scene(width, height, frames + 40, 10, empty=empty)
        self._scene = list(islice(scene, 40, None))
        self._size = width, height
        self._state: Any = "live"
        self.crop = (0.0, 0.0, 1.0, 1.0)
        self._switches: dict[str, Any] = {
            "flip": False,
            "auto_frame": False,
            "nobody": "keep",
            "always": False,
        }
        self._behind: tuple[Any, Any] = (None, None)
        self._begun = time.monotonic()
        self._plate_at: float | None = None
        self.lookers: set[object] = set()
        self.source: object = None
        self.applied: list[Settings] = []
        self.failing: Exception | None = None
        self.encoded = 0
        self._lock = threading.Lock()

    @property
    def settings(self) -> Settings:
        return self._settings

    def apply(self, settings: Settings) -> None:
        if self.failing is not None:
            raise self.failing
        plate = getattr(settings.kind, "plate", None)
        if isinstance(plate, str) and plate == "auto":
            raise OptionError(
                "plate: auto looks at a whole clip, which a camera has not; wanted a picture, or "
                "the empty room taken now"
            )
        background = self._loaded(settings)
        for name in ("keep_region", "drop_region"):
            if getattr(settings, name) is not None:
                region_mask(getattr(settings, name), self._size, name=name)
        with self._lock:
            self._behind = (settings.background, background)
            self._settings = settings
            self.applied.append(settings)

    def _loaded(self, settings: Settings) -> Any:
        background: Any = settings.background
        if background is None or str(background).startswith("blur"):
            return None
        if isinstance(background, np.ndarray) or Gallery.is_word(background):
            return load_background(background, self._size, fit=settings.fit)
        picture = first_picture(background)
        return fastvbg.fit_background(picture, self._size, fit=settings.fit)

    @property
    def state(self) -> Any:
        return self._state

    def set_state(self, state: Any) -> None:
        self._state = state

    def switch(self, **switches: Any) -> None:
        self._switches.update({k: v for k, v in switches.items() if v is not None})

    def take_plate(self, seconds: float = 5.0) -> None:
        self._plate_at = time.monotonic() + seconds

    def figures(self) -> dict[str, Any]:
        counted = None
        if self._plate_at is not None:
            counted = max(0.0, self._plate_at - time.monotonic())
            if not counted:
                self._plate_at = counted = None
                plate = fastvbg.masks.Plate(plate=self._scene[0].frame)
                self._settings = self._settings.replace(mask=plate)
        return {
            "state": self._state,
            "doing": {
                "live": f"keying by {self._settings.kind.name}",
                "freeze": "frozen: the last picture stays",
                "card": "a card is shown",
                "black": "black is sent",
            }[self._state],
            "source": {
                "name": "Integrated Camera",
                "width": 1280,
                "height": 720,
                "format": "MJPG",
                "rate": 30.0,
            },
            "fps_in": 29.97,
            "fps_out": 29.9,
            "dropped": 3,
            "delay_ms": {"p50": 11.2, "p95": 15.8},
            "cpu": 17.4,
            "budget": 0.36,
            "stages_ms": {"read": 3.9, "key": 4.6, "composite": 1.2, "write": 2.3},
            "reduced": "",
            "countdown": counted,
            "switches": dict(self._switches),
            "crop": self.crop,
            "sinks": [{"name": "/dev/video10", "watched": True, "status": "read by a call"}],
            "seconds": time.monotonic() - self._begun,
            "odd": float("nan"),
        }

    def look(self, watcher: object, *, wants: bool) -> None:
        (self.lookers.add if wants else self.lookers.discard)(watcher)

    def shown(self, after: int, timeout: float) -> Shown | None:
        if isinstance(self.failing, RuntimeError):
            raise self.failing
        number = 1 + int((time.monotonic() - self._begun) * _RATE)
        if number <= after:
            time.sleep(min(timeout, 1 / _RATE))
            number = 1 + int((time.monotonic() - self._begun) * _RATE)
            if number <= after:
                return None
        self.encoded += 1
        frame, truth = self._scene[number % len(self._scene)]
        if self._switches["flip"]:
            frame, truth = frame[:, ::-1].copy(), truth[:, ::-1].copy()
        truth = self._regions(truth)
        return Shown(number, frame, truth, self._result(frame, truth))

    def _regions(self, truth: Any) -> Any:
        for name, value in (("keep_region", 255), ("drop_region", 0)):
            region = getattr(self._settings, name)
            if region is not None:
                truth = np.where(region_mask(region, self._size) > 0, value, truth).astype(np.uint8)
        return truth

    def _result(self, frame: Any, truth: Any) -> Any:
        if self._state == "black":
            return np.zeros_like(frame)
        if self._state == "card":
            return _card(frame)
        background = self._settings.background
        if background is None:
            return frame
        with self._lock:
            if self._behind[0] is not background and self._behind[1] is None:
                self._behind = (background, self._loaded(self._settings))
            behind = self._behind[1]
        if behind is None:
            behind = cv2.GaussianBlur(frame, (0, 0), frame.shape[0] * 0.03)
        return fastvbg.blend(frame, truth, np.ascontiguousarray(behind, np.uint8))


def _card(frame: Any) -> Any:
    card = np.full_like(frame, (60, 48, 40))
    height, width = card.shape[:2]
    scale = height / 360
    text = "be right back"
    (wide, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, 2)
    cv2.putText(
        card, text, ((width - wide) // 2, height // 2), 0, scale, (225, 225, 225), 2, cv2.LINE_AA
    )
    return card
