"""One contender of the file bench in a process of its own: `python -m fastvbg.measure.fileworker`.

Prints one line of JSON: frames, wall and CPU seconds, peak memory. What is not the contender's own
work (imports, compilation, reading frames for the encoder) is not in its times.
"""

from __future__ import annotations

import json
import re
import sys
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import cv2
from av.video.frame import PictureType

import fastvbg
from fastvbg import reference
from fastvbg.measure.files import (
    BACKGROUND,
    CRF,
    ENCODER,
    PRESET,
    solid_background,
)
from fastvbg.pipeline.process import process

if TYPE_CHECKING:
    from collections.abc import Callable

# Enough of a path that takes a tenth of a second for each.
_TUTORIAL_FRAMES = 100
_OPTIONS = {"crf": str(CRF), "preset": PRESET}


def _decode(clip: Path, _folder: Path) -> Callable[[], int]:
    def work() -> int:
        with av.open(str(clip)) as container:
            container.streams.video[0].thread_type = "AUTO"
            return sum(1 for _ in container.decode(video=0))

    return work


def _fastvbg(clip: Path, folder: Path) -> Callable[[], int]:
    output = folder / "fastvbg.mkv"

    def work() -> int:
        result = process(
            clip,
            output,
            background=BACKGROUND,
            codec=ENCODER,
            crf=CRF,
            preset=PRESET,
            overwrite=True,
        )
        return result.frames

    fastvbg.warm_up("composite_planar")
    return work


def _encode(clip: Path, folder: Path) -> Callable[[], int]:
    lossless = folder / "frames.mkv"
    if not lossless.exists():
        process(clip, lossless, background=BACKGROUND, codec="ffv1")
    with av.open(str(lossless)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        rate, frames = stream.average_rate, list(container.decode(stream))

    def work() -> int:
        with av.open(str(folder / "encoded.mkv"), "w") as container:
            video: Any = container.add_stream(ENCODER, rate=rate, options=dict(_OPTIONS))
            video.codec_context.thread_type = "AUTO"  # as in a run
            video.width, video.height = frames[0].width, frames[0].height
            video.pix_fmt = frames[0].format.name
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
        "colour": graph.add("color", f"c={BACKGROUND}:s={size}:r={stream.average_rate}"),
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


def _libavfilter(clip: Path, folder: Path) -> Callable[[], int]:
    def work() -> int:
        count = 0
        with (
            av.open(str(clip)) as container,
            av.open(str(folder / "filtered.mkv"), "w") as output,
        ):
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            _, source, sink = _graph(stream)
            video: Any = output.add_stream(
                ENCODER, rate=stream.average_rate, options=dict(_OPTIONS)
            )
            video.codec_context.thread_type = "AUTO"
            video.width, video.height, video.pix_fmt = stream.width, stream.height, "yuv420p"
            for frame in container.decode(stream):
                source.push(frame)
                while True:
                    try:
                        picture = sink.pull()
                    except (av.error.BlockingIOError, av.error.EOFError):
                        break
                    picture.pts, picture.time_base = count, 1 / stream.average_rate
                    picture.pict_type = PictureType.NONE  # `color` demands key frames
                    output.mux(video.encode(picture))
                    count += 1
            output.mux(video.encode(None))
        return count

    return work


def _cv2(clip: Path, folder: Path) -> Callable[[], int]:
    fastvbg.warm_up("composite")

    def work() -> int:
        capture = cv2.VideoCapture(str(clip))
        width, height = (int(capture.get(key)) for key in (3, 4))
        writer = cv2.VideoWriter(
            str(folder / "cv2.mp4"),
            cv2.VideoWriter.fourcc(*"mp4v"),
            capture.get(cv2.CAP_PROP_FPS),
            (width, height),
        )
        compositor = fastvbg.Compositor(solid_background(width, height))
        count = 0
        while True:
            more, frame = capture.read()
            if not more:
                break
            writer.write(compositor(frame))  # type: ignore[arg-type]
            count += 1
        writer.release()
        return count

    return work


def _tutorial(clip: Path, folder: Path) -> Callable[[], int]:
    def frames() -> Any:
        capture = cv2.VideoCapture(str(clip))
        while True:
            more, frame = capture.read()
            if not more:
                return
            yield frame

    def work() -> int:
        count = 0
        background = solid_background(1920, 1080)
        for number, result in islice(
            reference.tutorial_sequence(frames(), background), _TUTORIAL_FRAMES
        ):
            cv2.imwrite(str(folder / f"output{number}.jpg"), result)
            count += 1
        return count

    return work


CONTENDERS = {
    "decode": _decode,
    "encode": _encode,
    "fastvbg": _fastvbg,
    "libavfilter": _libavfilter,
    "cv2": _cv2,
    "tutorial": _tutorial,
}


def _peak_mib() -> float | None:
    """Return this program's own peak; `getrusage` would give that of who started it too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
    return int(peak[1]) / 1024 if peak else None


def main(name: str, clip: Path, folder: Path) -> None:
    """Measure one contender and print what it took."""
    work = CONTENDERS[name](clip, folder)
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
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
