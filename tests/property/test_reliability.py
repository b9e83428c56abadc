"""Kills, full disks, bombs, mutated files, long clips: nothing half, nothing hung, no traceback."""

from __future__ import annotations

import random
import re
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import av
import pytest

import fastvbg
from fastvbg.cli import run_command_line
from fastvbg.pipeline.process import process
from tests.support.media import Clip, make_clip, read_times

FASTVBG = [sys.executable, "-m", "fastvbg"]


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    folder = tmp_path_factory.mktemp("long")
    return make_clip(folder / "long.mp4", count=600, width=320, height=240)


def start(folder: Path, clip: Clip, *more: object) -> subprocess.Popen[str]:
    """Start a run and wait until it has begun to write."""
    command = [
        *FASTVBG,
        "run",
        "-q",
        clip.path,
        "-b",
        "red",
        "--mask",
        "motion",
        "-o",
        folder / "o.mp4",
        *more,
    ]
    child = subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not any(folder.iterdir()) and child.poll() is None:
        time.sleep(0.005)
    return child


@pytest.mark.parametrize(
    "first", [0, *(pytest.param(k, marks=pytest.mark.long) for k in range(4, 20, 4))]
)
def test_a_kill_at_any_moment_leaves_no_half_file(long: Clip, tmp_path: Path, first: int) -> None:
    def check_killed(number: int) -> None:
        moment = random.Random(number).random() * 0.6  # noqa: S311
        sent = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)[number % 3]
        folder = tmp_path / str(number)
        folder.mkdir()
        child = start(folder, long)
        time.sleep(moment)
        child.send_signal(sent)
        _, said = child.communicate(timeout=30)
        if (folder / "o.mp4").exists():  # it was done before
            assert len(read_times(folder / "o.mp4")) == long.frames
            return
        assert child.returncode != 0
        if sent is signal.SIGKILL:
            assert all(path.name.startswith(".fastvbg-") for path in folder.iterdir())
        else:
            assert child.returncode == 128 + sent
            assert said == "fastvbg: stopped by a signal; no output was left behind\n"
            assert list(folder.iterdir()) == []

    with ThreadPoolExecutor(4) as pool:  # else a worker does nothing but wait
        list(pool.map(check_killed, range(first, first + 4)))


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_can_keep_what_there_is(long: Clip, tmp_path: Path, sent: int) -> None:
    child = start(tmp_path, long, "--keep-partial", "--codec", "ffv1")
    while (
        child.poll() is None and sum(path.stat().st_size for path in tmp_path.iterdir()) < 300_000
    ):
        time.sleep(0.01)
    child.send_signal(sent)
    _, said = child.communicate(timeout=30)
    if child.returncode == 0:
        return
    assert child.returncode == 128 + sent
    assert said == "fastvbg: stopped by a signal; the output holds what was done\n"
    assert 0 < len(read_times(tmp_path / "o.mp4")) < long.frames
    assert [path.name for path in tmp_path.iterdir()] == ["o.mp4"]


def limited() -> None:
    """Let no file grow beyond 40 kB, and writing beyond that be an error, not a signal."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))


@pytest.mark.parametrize(
    "name",
    ["o.mp4", "o.mkv", *(pytest.param(f"o.{k}", marks=pytest.mark.long) for k in ("webm", "gif"))],
)
def test_a_disk_that_takes_no_more_is_one_line(long: Clip, tmp_path: Path, name: str) -> None:
    command = [*FASTVBG, "run", "-q", long.path, "-b", "red", "--mask", "motion"]
    codec = ["--codec", "ffv1"] if name == "o.mkv" else []
    done = subprocess.run(
        [*command, "-o", tmp_path / name, *codec],
        preexec_fn=limited,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2, done.stderr
    assert re.fullmatch(r"fastvbg: output: cannot write \S+: File too large\n", done.stderr)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_of_standard_output_that_goes_away_is_one_line(long: Clip) -> None:
    with subprocess.Popen(
        [*FASTVBG, "run", "-q", str(long.path), "-b", "red", "--mask", "motion", "-o", "-"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        child.stdout.read(1000)
        child.stdout.close()
        said = child.stderr.read().decode()
        assert child.wait(30) == 2
    assert said == "fastvbg: output: what reads standard output has gone away\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--encoder-option", "nothing=1"], "the encoder libx264 has no option nothing"),
        (["--codec", "libvpx-vp9", "--preset", "fast"], "libvpx-vp9 has no option preset"),
        (["--codec", "nothing"], "codec: FFmpeg's libraries here have no encoder 'nothing'"),
        (["--codec", "aac"], "codec: 'aac' encodes audio, wanted a video encoder"),
        (["--encoder-option", "level=99"], "cannot start encoding o.mp4 by libx264"),
    ],
)
def test_an_encoder_that_cannot_is_one_line(clip: Clip, tmp_path, capfd, options, words) -> None:
    arguments = [
        "run",
        str(clip.path),
        "-b",
        "red",
        "--mask",
        "motion",
        "-o",
        str(tmp_path / "o.mp4"),
        *options,
    ]
    assert run_command_line(arguments) == 2
    assert words in capfd.readouterr().err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


def test_a_bomb_takes_no_memory(tmp_path: Path) -> None:
    """The sample description claims 65000x65000, which would take 6 GB a frame."""
    clip = make_clip(tmp_path / "small.mp4", count=3)
    content = bytearray(clip.path.read_bytes())
    entry = content.index(b"avc1", content.index(b"stsd"))
    content[entry + 28 : entry + 32] = (65000).to_bytes(2, "big") * 2
    bomb = tmp_path / "bomb.mp4"
    bomb.write_bytes(content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # FFmpeg's libraries may have seen through it by H.264's own header, which says 64x48.
    with suppress(fastvbg.SourceError):
        process(bomb, tmp_path / "o.mp4", background="navy")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 200_000


def test_the_limit_of_pixels_can_be_set(clip: Clip, tmp_path: Path) -> None:
    with pytest.raises(fastvbg.SourceError, match="64x48, wanted at most 3071 pixels a frame"):
        process(clip.path, tmp_path / "o.mp4", background="navy", max_pixels=64 * 48 - 1)
    process(clip.path, tmp_path / "o.mp4", background="navy", max_pixels=64 * 48)


PEAK = """
import sys, fastvbg
fastvbg.process(sys.argv[1], sys.argv[2], background="navy", preset="ultrafast")
print(next(line.split()[1] for line in open("/proc/self/status") if "VmHWM" in line))
"""


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peaks are read from /proc")
def test_memory_is_flat_however_long_the_clip(tmp_path: Path) -> None:
    peaks = []
    for count in (90, 900):
        clip = make_clip(tmp_path / f"{count}.mp4", count=count, width=320, height=180, audio=True)
        done = subprocess.run(
            [sys.executable, "-c", PEAK, clip.path, tmp_path / f"o{count}.mp4"],
            capture_output=True,
            text=True,
            check=True,
        )
        peaks.append(int(done.stdout))
    assert peaks[1] <= 1.1 * peaks[0]


def small_clips(folder: Path) -> list[Path]:
    """H.264 with sound in MP4, VP9 in WebM, and H.264 with sound in MPEG-TS."""
    first = make_clip(folder / "a.mp4", count=12, audio=True).path
    process(first, folder / "b.webm", background="navy")
    with av.open(str(first)) as source, av.open(str(folder / "c.ts"), "w") as target:
        new = {s: target.add_stream_from_template(s) for s in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = new[packet.stream]
                target.mux(packet)
    return [first, folder / "b.webm", folder / "c.ts"]


MUTATE = """
import faulthandler, random, sys
from pathlib import Path
import fastvbg
folder, source, first, count = Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:])
content = source.read_bytes()
done = refused = 0
for seed in range(first, first + count):
    rng = random.Random(seed)
    bad = bytearray(content)
    for _ in range(rng.choice((1, 2, 8, 40))):
        reach = len(bad) if rng.random() < 0.6 else min(len(bad), 800)
        bad[rng.randrange(reach)] = rng.randrange(256)
    if rng.random() < 0.2:
        del bad[rng.randrange(len(bad)):]
    path = folder / f"{source.stem}{seed}{source.suffix}"
    path.write_bytes(bad)
    print(seed, flush=True)
    faulthandler.dump_traceback_later(30, exit=True)
    try:
        fastvbg.process(
            path, folder / f"{source.stem}{seed}.mkv", background="navy", preset="ultrafast",
            max_pixels=1 << 22,
        )
        done += 1
    except fastvbg.FastvbgError as error:
        assert "\\n" not in str(error)
        refused += 1
    faulthandler.cancel_dump_traceback_later()
    for made in folder.glob(f"*{source.stem}{seed}.*"):
        made.unlink()
print("all", done, refused)
"""


@pytest.mark.long
def test_mutated_files_neither_crash_nor_hang(tmp_path: Path) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", MUTATE, tmp_path, source, "0", "170"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for source in small_clips(tmp_path)
    ]
    for child in children:
        out, err = child.communicate(timeout=300)
        last = out.splitlines()[-1].split()
        assert child.returncode == 0, f"variant {last}: {err[-3000:]}"
        assert last[0] == "all"
        assert int(last[1]) > 20
