"""Check that a processed video kept what its source had: frames, times, audio, colour tags.

    python tools/compare_media.py SOURCE OUTPUT [--frames N]

Every frame of both files is decoded. Prints a line each check and ends with 1 if one fails.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from typing import Any

import av


def describe(path: str) -> dict[str, Any]:
    """Decode a file and return what is compared."""
    with av.open(path) as container:
        video = container.streams.video[0]
        rate = float(video.average_rate or 25)
        times, frame = [], None
        for decoded in container.decode(video):
            frame = decoded
            times.append(float((decoded.pts or 0) * decoded.time_base))
    with av.open(path) as container:
        audio = {stream.index: hashlib.sha256() for stream in container.streams.audio}
        for packet in container.demux(*container.streams.audio) if audio else ():
            audio[packet.stream.index].update(bytes(packet))
    if frame is None:
        raise SystemExit(f"{path}: no frame can be decoded")
    return {
        "frames": len(times),
        "times": times,
        "size": (frame.width, frame.height),
        "audio": [track.hexdigest()[:16] for track in audio.values()],
        "matrix": int(frame.colorspace),
        "range": int(frame.color_range),
        "rate": rate,
    }


def main() -> int:
    """Compare two files and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source")
    parser.add_argument("output")
    parser.add_argument("--frames", type=int, help="demand this count as well")
    options = parser.parse_args()
    source, output = describe(options.source), describe(options.output)
    step = 1 / source["rate"]
    shift = [abs(a - b) for a, b in zip(source["times"], output["times"], strict=False)]
    checks = {
        f"frames {source['frames']} -> {output['frames']}": source["frames"] == output["frames"]
        and options.frames in (None, output["frames"]),
        f"largest time shift {max(shift) * 1e3:.3f} ms": max(shift) < step / 2,
        f"size {source['size']} -> {output['size']}": source["size"] == output["size"],
        f"audio tracks {len(source['audio'])} -> {len(output['audio'])}, same packets": source[
            "audio"
        ]
        == output["audio"],
        f"matrix {source['matrix']} -> {output['matrix']}": source["matrix"] == output["matrix"],
    }
    for line, good in checks.items():
        print("ok  " if good else "FAIL", line)
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
