"""One contender of the file bench in a process of its own: `python -m fastvbg.measure.fileworker`.

Prints one line of JSON: frames, wall and CPU seconds, peak memory. What is not the contender's own
work (imports, compilation, reading frames for the encoder) is not in its times.
"""

from __future__ import annotations

import json
import re
import sys
import time
from fractions import Fraction
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import av
import cv2
import numpy as np
from av.video.frame import PictureType

import fastvbg
from fastvbg import reference
from fastvbg.backgrounds import load_background
from fastvbg.errors import FastvbgError
from fastvbg.masks.adaptive import Adaptive
from fastvbg.masks.person import Person
from fastvbg.measure.files import solid_background
from fastvbg.measure.filesetup import COLOUR, CRF, ENCODER, FileSetup, setup_of
from fastvbg.measure.usual import usual_code_for
from fastvbg.models.runtimes import AUTO
from fastvbg.pipeline.process import process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastvbg._types import Frame

# Enough of a path that takes a tenth of a second for each.
_SLOW_FRAMES = 100
_WARM_FRAMES = 5


class Task(NamedTuple):
    """What a contender is to do."""

    clip: Path
    folder: Path
    """For outputs."""
    setup: FileSetup
    """With a background."""

    def process(self, output: str, **options: Any) -> int:
        """Run fastvbg; return the frames."""
        settings = self.setup.settings.replace(preset=None).replace(**options)
        return process(self.clip, self.folder / output, settings, overwrite=True).frames

    def add_encoder(self, output: Any, rate: Any, size: tuple[int, int], form: str) -> Any:
        """Return a stream of an output, encoded as a run does."""
        options = {"crf": str(CRF), "preset": self.setup.preset}
        video = output.add_stream(ENCODER, rate=rate, options=options)
        video.codec_context.thread_type = "AUTO"
        (video.width, video.height), video.pix_fmt = size, form
        return video

    def captured(self, most: int | None = None) -> Iterator[Frame]:
        """Yield frames as OpenCV reads them."""
        limits = [limit for limit in (most, self.setup.max_frames) if limit is not None]
        capture = cv2.VideoCapture(str(self.clip))
        try:
            for _ in range(min(limits)) if limits else count():
                more, frame = capture.read()
                if not more:
                    return
                yield np.asarray(frame, np.uint8)
        finally:
            capture.release()


def _decode(task: Task) -> Callable[[], int]:
    def work() -> int:
        with av.open(str(task.clip)) as container:
            container.streams.video[0].thread_type = "AUTO"
            return sum(1 for _ in islice(container.decode(video=0), task.setup.max_frames))

    return work


def _fastvbg(task: Task) -> Callable[[], int]:
    encoding = {"codec": ENCODER, "crf": CRF, "preset": task.setup.preset}
    if task.setup.is_plain:
        fastvbg.warm_up("composite_planar")
    else:
        mask = task.setup.mask
        if isinstance(mask, Adaptive):
            mask = mask.replace(save_model=None)
        task.process("warm.mkv", **encoding, max_frames=_WARM_FRAMES, mask=mask)
    return lambda: task.process("fastvbg.mkv", **encoding)


def _encode(task: Task) -> Callable[[], int]:
    lossless = task.folder / "frames.mkv"
    if not lossless.exists():
        task.process(lossless.name, codec="ffv1")
    with av.open(str(lossless)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        rate, frames = stream.average_rate, list(container.decode(stream))
    size = frames[0].width, frames[0].height

    def work() -> int:
        with av.open(str(task.folder / "encoded.mkv"), "w") as container:
            video = task.add_encoder(container, rate, size, frames[0].format.name)
            video.codec_context.time_base = frames[0].time_base
            for frame in frames:
                frame.pict_type = PictureType.NONE  # as decoded they would demand key frames
                container.mux(video.encode(frame))
            container.mux(video.encode(None))
        return len(frames)

    return work


def _graph(stream: Any) -> tuple[Any, Any, Any]:
    """Return the usual recipe: difference, gray, threshold, merged by the mask in RGB planes."""
    graph = av.filter.Graph()
    source = graph.add_buffer(template=stream)
    size = f"{stream.width}x{stream.height}"
    nodes = {
        "split": graph.add("split"),
        "difference": graph.add("tblend", "all_mode=difference"),
        "gray": graph.add("format", "gray"),
        "threshold": graph.add("lut", "y='if(gt(val,3),255,0)'"),
        "mask": graph.add("format", "gbrp"),
        "frame": graph.add("format", "gbrp"),
        "colour": graph.add("color", f"c={COLOUR}:s={size}:r={stream.average_rate}"),
        "background": graph.add("format", "gbrp"),
        "merge": graph.add("maskedmerge"),
        "out": graph.add("format", "yuv420p"),
    }
    sink = graph.add("buffersink")
    source.link_to(nodes["split"])
    nodes["split"].link_to(nodes["difference"], 0, 0)
    nodes["difference"].link_to(nodes["gray"])
    nodes["gray"].link_to(nodes["threshold"])
    nodes["threshold"].link_to(nodes["mask"])
    nodes["split"].link_to(nodes["frame"], 1, 0)
    nodes["colour"].link_to(nodes["background"])
    nodes["background"].link_to(nodes["merge"], 0, 0)
    nodes["frame"].link_to(nodes["merge"], 0, 1)
    nodes["mask"].link_to(nodes["merge"], 0, 2)
    nodes["merge"].link_to(nodes["out"])
    nodes["out"].link_to(sink)
    graph.configure()
    return graph, source, sink


def _libavfilter(task: Task) -> Callable[[], int]:
    def work() -> int:
        done = 0
        with (
            av.open(str(task.clip)) as container,
            av.open(str(task.folder / "filtered.mkv"), "w") as output,
        ):
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            _, source, sink = _graph(stream)
            size = stream.width, stream.height
            video = task.add_encoder(output, stream.average_rate, size, "yuv420p")
            for frame in islice(container.decode(stream), task.setup.max_frames):
                source.push(frame)
                while True:
                    try:
                        picture = sink.pull()
                    except (av.error.BlockingIOError, av.error.EOFError):
                        break
                    picture.pts, picture.time_base = done, 1 / stream.average_rate
                    picture.pict_type = PictureType.NONE  # `color` demands key frames
                    output.mux(video.encode(picture))
                    done += 1
            output.mux(video.encode(None))
        return done

    return work


def _cv2(task: Task) -> Callable[[], int]:
    fastvbg.warm_up("composite")

    def work() -> int:
        rate, (width, height) = _rate_and_size(task.clip)
        four = cv2.VideoWriter.fourcc(*"mp4v")
        writer = cv2.VideoWriter(str(task.folder / "cv2.mp4"), four, rate, (width, height))
        compositor = fastvbg.Compositor(solid_background(width, height))
        done = 0
        for frame in task.captured():
            writer.write(compositor(frame))
            done += 1
        writer.release()
        return done

    return work


def _rate_and_size(clip: Path) -> tuple[float, tuple[int, int]]:
    """Return frames a second, width and height, as OpenCV has them."""
    capture = cv2.VideoCapture(str(clip))
    rate, width, height = (
        capture.get(key)
        for key in (cv2.CAP_PROP_FPS, cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
    )
    capture.release()
    return rate, (int(width), int(height))


def _tutorial(task: Task) -> Callable[[], int]:
    def work() -> int:
        done = 0
        background = solid_background(1920, 1080)
        results = reference.tutorial_sequence(task.captured(), background)
        for number, result in islice(results, _SLOW_FRAMES):
            cv2.imwrite(str(task.folder / f"output{number}.jpg"), result)
            done += 1
        return done

    return work


def _runtime_of(setup: FileSetup) -> str:
    return setup.mask.runtime if isinstance(setup.mask, Person) else AUTO


def _usual(task: Task) -> Callable[[], int]:
    rate, size = _rate_and_size(task.clip)
    background = load_background(str(task.setup.background), size)
    code = usual_code_for(*size, _runtime_of(task.setup))
    for frame in task.captured(_WARM_FRAMES):
        code.composite(frame, background)

    def work() -> int:
        done = 0
        with av.open(str(task.folder / "usual.mkv"), "w") as output:
            nominal = Fraction(rate).limit_denominator(1001)
            video = task.add_encoder(output, nominal, size, "yuv420p")
            for frame in task.captured(_SLOW_FRAMES):
                result = code.composite(frame, background)
                output.mux(video.encode(av.VideoFrame.from_ndarray(result, format="bgr24")))
                done += 1
            output.mux(video.encode(None))
        return done

    return work


CONTENDERS: dict[str, Callable[[Task], Callable[[], int]]] = {
    "decode": _decode,
    "encode": _encode,
    "fastvbg": _fastvbg,
    "libavfilter": _libavfilter,
    "cv2": _cv2,
    "tutorial": _tutorial,
    "usual": _usual,
}


def _peak_mib() -> float | None:
    """Return this program's own peak; `getrusage` would give that of who started it too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
    return int(peak[1]) / 1024 if peak else None


def main(name: str, task: Task) -> None:
    """Measure one contender and print what it took."""
    work = CONTENDERS[name](task)
    wall, cpu = time.perf_counter(), time.process_time()
    frames = work()
    cost = {
        "frames": frames,
        "wall_seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mib": _peak_mib(),
    }
    sys.stdout.write(json.dumps(cost) + "\n")


if __name__ == "__main__":
    try:
        main(sys.argv[1], Task(Path(sys.argv[2]), Path(sys.argv[3]), setup_of(Path(sys.argv[4]))))
    except FastvbgError as error:
        sys.exit(str(error))
