"""Scenes with people whom a network made for tests finds: green discs before gray walls."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from fastvbg.keyers.person import further, networks
from fastvbg.keyers.person.network import Network
from fastvbg.measure import personlanes, usual
from fastvbg.models.spec import ModelSpec
from fastvbg.models.store import KNOWN
from tests.support.same_bytes import same_bytes

GREEN = (90, 250, 90)


class GreenNetwork:
    """A runtime whose foreground is what is green; it logs its runs and may be made to flicker."""

    name = "green"
    recurrent = False

    def __init__(self, height: int, width: int, log=None, noise: float = 0.0) -> None:
        self.input = np.zeros((height, width, 3), np.float32)
        self._log = [] if log is None else log
        self._rng, self._noise = np.random.default_rng(1), noise

    def reset(self) -> None:
        pass

    def __call__(self):
        self._log.append(self.input.shape[:2])
        red, green, blue = (self.input[..., c] for c in range(3))
        found = np.clip((green - np.maximum(red, blue) - 0.1) * 4, 0, 1)
        wrong = self._rng.normal(0, self._noise, found.shape) if self._noise else 0
        return np.clip(found + wrong, 0, 1).astype(np.float32)[None, :, :, None]


def use_green_network(monkeypatch, noise: float = 0.0) -> list[tuple[int, int]]:
    """Let person keyers run such a network in place of the models; return the log of its runs."""
    log: list[tuple[int, int]] = []
    sizes = {model.file: (model.height, model.width) for model in KNOWN}

    def opened(self, spec):
        net = GreenNetwork(spec.height, spec.width, log, noise)
        return Network(net, self._scale, self._space)

    def spec_of(path, size=None):
        return ModelSpec(path, "tflite", *sizes[str(path)], "nhwc")

    monkeypatch.setattr(networks, "ensure", lambda model: model.file)
    monkeypatch.setattr(networks, "read_spec", spec_of)
    monkeypatch.setattr(networks.Networks, "_open", opened)
    return log


def look_not_from_nearer(monkeypatch) -> None:
    """Let first frames' squares be, so that looks can be counted: they go by what is not sure."""
    monkeypatch.setattr(further, "squares", lambda *_: [])


def use_green_code(monkeypatch) -> list[tuple[int, int]]:
    """Let the benches' usual code run such a network, too; return the log of its runs."""
    log: list[tuple[int, int]] = []
    sizes = {model.file: (model.height, model.width) for model in KNOWN}

    def opened(spec, runtime, *, threads=1, respell=True):
        assert threads == 1
        return GreenNetwork(*sizes[spec], log)

    for module in (usual, personlanes):
        monkeypatch.setattr(module, "ensure", lambda model: model.file)
        monkeypatch.setattr(module, "read_spec", lambda path: path)
        monkeypatch.setattr(module, "open_model", opened)
    return log


def wall(height: int = 180, width: int = 320, seed: int = 0) -> np.ndarray:
    """A wall with some pattern, so that motion can be told."""
    small = np.random.default_rng(seed).integers(
        90, 150, (height // 12 + 2, width // 12 + 2), np.uint8
    )
    gray = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.repeat(gray[..., np.newaxis], 3, axis=2)


def with_person(background: np.ndarray, x: int, y: int, radius: int = 40) -> np.ndarray:
    frame = background.copy()
    cv2.circle(frame, (x, y), radius, GREEN, -1)
    cv2.circle(frame, (x - radius // 3, y - radius // 4), radius // 8, (40, 150, 40), -1)
    for k in range(-2, 3):  # a striped jersey, so that motion can be told
        cv2.circle(frame, (x + k * radius // 4, y + radius // 2), radius // 10, (90, 190, 90), -1)
    return frame


def disc(shape, x: int, y: int, radius: int = 40) -> np.ndarray:
    mask = np.zeros(shape[:2], np.uint8)
    cv2.circle(mask, (x, y), radius, 255, -1)
    return mask


def iou(first: np.ndarray, second: np.ndarray) -> float:
    a, b = first >= 128, second >= 128
    return float((a & b).sum() / max(1, (a | b).sum()))


def to_planes(frame: np.ndarray):
    """Y, U and V of a frame, BT.601 limited range, chroma halved both ways."""
    packed = cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420)
    height, width = frame.shape[:2]
    u, v = packed[height:].reshape(2, height // 2, width // 2)
    return packed[:height], u, v


def write_clip(path: Path, frames, pixel_format: str = "yuv420p") -> Path:
    with av.open(str(path), "w") as container:
        video = container.add_stream(
            "libx264", rate=24, options=same_bytes("libx264", {"crf": "8"})
        )
        video.height, video.width = frames[0].shape[:2]
        video.pix_fmt = pixel_format
        for k, picture in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = k, Fraction(1, 24)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    return path
