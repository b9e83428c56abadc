"""What a session measures of itself: rates, delays, processor use."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any


class Rate:
    """How often something happens, over the last seconds."""

    def __init__(self, seconds: float = 2.0) -> None:
        self._seconds = seconds
        self._times: deque[float] = deque(maxlen=1000)

    def add(self, now: float) -> None:
        """Say that it happened."""
        self._times.append(now)

    def value(self, now: float) -> float:
        """Return how often it happened a second."""
        while self._times and now - self._times[0] > self._seconds:
            self._times.popleft()
        if len(self._times) < 2:
            return 0.0
        return (len(self._times) - 1) / max(now - self._times[0], 1e-9)


class Figures:
    """The figures of a session; kept under a lock, since several threads add to them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in, self._out = Rate(), Rate()
        self._delays: deque[float] = deque(maxlen=300)
        self._stages: dict[str, float] = {}
        self._start = self._checked = time.monotonic()
        self._used = time.process_time()
        self._first = self._used
        self._cpu = 0.0
        self.frames_in = self.frames_out = 0
        self.worst = 0.0

    def came(self, now: float) -> None:
        """Take in that a frame came."""
        with self._lock:
            self._in.add(now)
            self.frames_in += 1

    def went(self, now: float, captured: float, stages: dict[str, float]) -> None:
        """Take in that a composite left; `stages` are seconds."""
        delay = max(0.0, now - captured)
        with self._lock:
            self._out.add(now)
            self._delays.append(delay)
            self.frames_out += 1
            self.worst = max(self.worst, delay)
            for name, seconds in stages.items():
                old = self._stages.get(name, seconds)
                self._stages[name] = old + 0.1 * (seconds - old)

    def stage(self, name: str) -> float:
        """Return about how many seconds a stage takes."""
        return self._stages.get(name, 0.0)

    def cpu(self, now: float) -> float:
        """Return this process's use of processors since about a second, in percent of one core."""
        if now - self._checked >= 1.0:
            used = time.process_time()
            self._cpu = 100 * (used - self._used) / (now - self._checked)
            self._used, self._checked = used, now
        return self._cpu

    def snapshot(self) -> dict[str, Any]:
        """Return them, ready for JSON."""
        now = time.monotonic()
        with self._lock:
            delays = sorted(self._delays)
            return {
                "fps_in": round(self._in.value(now), 1),
                "fps_out": round(self._out.value(now), 1),
                "delay_ms": {
                    "p50": _milliseconds(delays, 0.5),
                    "p95": _milliseconds(delays, 0.95),
                    "max": round(1000 * self.worst, 1),
                },
                "cpu": round(self.cpu(now), 1),
                "stages_ms": {k: round(1000 * v, 2) for k, v in self._stages.items()},
                "frames_in": self.frames_in,
                "frames_out": self.frames_out,
                "seconds": round(now - self._start, 1),
            }

    def cpu_of_all(self) -> float:
        """Return the use of processors since the start, in percent of one core."""
        passed = time.monotonic() - self._start
        return 100 * (time.process_time() - self._first) / max(passed, 1e-9)


def _milliseconds(delays: list[float], share: float) -> float | None:
    if not delays:
        return None
    return round(1000 * delays[min(len(delays) - 1, int(share * len(delays)))], 1)
