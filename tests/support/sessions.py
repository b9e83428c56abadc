"""A live session that runs meanwhile, and what is asked of it."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

import numpy as np

from fastvbg.live_mode.session.session import Session
from fastvbg.settings import Settings
from tests.support.live import SQUARE, FakeCamera, Kept

WHITE = Settings(mask="motion", background="white")
MOTION = Settings(mask="motion", background="navy")


def eventually(asked, seconds: float = 10.0) -> bool:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if asked():
            return True
        time.sleep(0.005)
    return False


@contextmanager
def running(camera, *kept, settings=MOTION, **more):
    """Run a session meanwhile; yield it and the lines that it tells."""
    lines: list[str] = []
    made = Session(
        camera,
        [lambda _, each=each: each for each in kept],
        settings,
        tell=lines.append,
        note=lines.append,
        **more,
    )
    failed: list[BaseException] = []

    def run() -> None:
        try:
            made.run()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield made, lines
    finally:
        made.end()
        thread.join(20)
        assert not thread.is_alive()
        assert not failed


def live_ones(kept: Kept) -> list[int]:
    """Which pictures hold the square that moves."""
    return [i for i, picture in enumerate(kept.pictures) if squares(picture).sum() > 60]


def squares(picture: np.ndarray) -> np.ndarray:
    """Where a picture shows the square that moves."""
    return np.abs(picture.astype(int) - SQUARE) < 3


def empty_room() -> FakeCamera:
    camera = FakeCamera()
    read = camera.read

    def still(timeout):
        grab = read(timeout)
        if grab is not None:
            from fastvbg.media.planes import planes_of

            planes_of(grab.picture)[0][:] = 200
        return grab

    camera.read = still  # type: ignore[method-assign]
    return camera
