"""Every pair of pixel format, kind of mask, background, container, rotation and pixel shape.

A block that flickers between two greens, before a blue screen, is what each kind of mask keeps. It
is off the middle, and the backgrounds have four corners of four colours, so that what is turned,
mirrored or shifted shows.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.filter import Graph

import fastvbg
from fastvbg.errors import OptionError, SinkError
from tests.support.asked import asked
from tests.support.onnxfile import one_by_one
from tests.support.pairwise import all_pairs
from tests.support.people import use_green_network

WIDTH, HEIGHT, FRAMES, EMPTY = 96, 64, 20, 15
RATE = 25
# As a viewer sees the clip: the block's rows and columns, and of those what the input's own alpha,
# where it has one, lets through.
BLOCK = np.s_[12:44, 10:42]
OPAQUE_ROWS = np.s_[12:32]
SCREEN, DARK, LIGHT = (200, 30, 20), (40, 150, 30), (70, 250, 60)
CORNERS = ((0, 0, 255), (255, 255, 255), (0, 0, 0), (255, 0, 255))
QUARTER = (0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30)
MIRROR = (-65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)

DEPTHS = (8, 10, 12)
FORMS = ("420", "422", "444", "gbr", "gray", "palette", "alpha")
KINDS = (
    "motion",
    "plate",
    "adaptive",
    "chroma",
    "depth",
    "matte",
    "person",
    "model",
    "mog2",
    "knn",
)
BACKGROUNDS = ("image", "video", "colour", "blur", "transparent")
CONTAINERS = (".mp4", ".mkv", ".mov", ".webm", ".png")
TURNS = ("upright", "quarter", "mirror")
SHAPES = ("square", "anamorphic")

H265 = {"x265-params": "lossless=1:log-level=error"}
ENCODERS: dict[tuple[int, str], tuple[str, str, dict[str, str]]] = {
    (8, "gbr"): ("libx264rgb", "bgr24", {"qp": "0"}),
    (8, "gray"): ("png", "gray", {}),
    (8, "palette"): ("png", "pal8", {}),
    (8, "alpha"): ("png", "rgba", {}),
    (10, "alpha"): ("prores_ks", "yuva444p10le", {"profile": "4444"}),
    (12, "alpha"): ("ffv1", "gbrap12le", {}),
    **{(depth, "gbr"): ("libx265", f"gbrp{depth}le", H265) for depth in (10, 12)},
    **{(depth, "gray"): ("libx265", f"gray{depth}le", H265) for depth in (10, 12)},
    **{(8, chroma): ("libx264", f"yuv{chroma}p", {"qp": "0"}) for chroma in FORMS[:3]},
    **{(10, chroma): ("libx264", f"yuv{chroma}p10le", {"qp": "0"}) for chroma in FORMS[:3]},
    **{(12, chroma): ("libx265", f"yuv{chroma}p12le", H265) for chroma in FORMS[:3]},
}


def possible(row) -> bool:
    depth, form, _, _, _, _, shape = row
    # FFV1 in Matroska, the one codec here of 12 bits with alpha, notes no shape of pixels.
    return (depth, form) in ENCODERS and (depth, form, shape) != (12, "alpha", "anamorphic")


ROWS = all_pairs((DEPTHS, FORMS, KINDS, BACKGROUNDS, CONTAINERS, TURNS, SHAPES), possible)


def shown_size(turn: str) -> tuple[int, int]:
    return (HEIGHT, WIDTH) if turn == "quarter" else (WIDTH, HEIGHT)


def scene(size: tuple[int, int], index: int, *, block: bool = True) -> np.ndarray:
    """A frame as a viewer sees it, BGR."""
    frame = np.full((size[1], size[0], 3), SCREEN, np.uint8)
    if block and index >= EMPTY:
        frame[BLOCK] = LIGHT if index % 2 else DARK
    return frame


def gray_of(frame: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)


def stored(shown: np.ndarray, turn: str) -> np.ndarray:
    """The picture that a player shows so when it carries out the turn."""
    if turn == "quarter":
        return np.ascontiguousarray(np.rot90(shown))
    return np.ascontiguousarray(shown[:, ::-1]) if turn == "mirror" else shown


def with_palette(frame: av.VideoFrame) -> av.VideoFrame:
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        name="source",
        time_base=Fraction(1, RATE),
    )
    split, sink = graph.add("split"), graph.add("buffersink")
    make, use = graph.add("palettegen", "stats_mode=single"), graph.add("paletteuse", "dither=none")
    source.link_to(split)
    split.link_to(make, 0, 0)
    split.link_to(use, 1, 0)
    make.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    graph.vpush(frame)
    graph.vpush(None)
    return graph.vpull()


def write(path: Path, pictures, codec: str, pixel_format: str, options, *, turn, shape) -> Path:
    """Write BGRA pictures, 25 a second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE, options=dict(options))
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = pixel_format
        if shape == "anamorphic":
            stream.codec_context.sample_aspect_ratio = Fraction(4, 3)
        if turn != "upright":
            stream.set_display_matrix(QUARTER if turn == "quarter" else MIRROR)
        for index, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="bgra")
            frame.pts, frame.time_base = index, Fraction(1, RATE)
            if pixel_format == "pal8":
                frame = with_palette(frame)
            else:
                frame = frame.reformat(format=pixel_format)
            frame.pts, frame.time_base = index, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def corners(width: int, height: int) -> np.ndarray:
    picture = np.empty((height, width, 3), np.uint8)
    for k, colour in enumerate(CORNERS):
        top, left = divmod(k, 2)
        rows = slice(top * height // 2, (top + 1) * height // 2)
        picture[rows, left * width // 2 : (left + 1) * width // 2] = colour
    return picture


class Bench:
    """The files that the rows share, each made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _made(self, name: str, make) -> Path:
        path = self._folder / name
        if not path.exists():
            make(path)
        return path

    def clip(self, depth: int, form: str, turn: str, shape: str) -> Path:
        codec, pixel_format, options = ENCODERS[depth, form]
        suffix = ".mkv" if codec == "ffv1" else ".mov"

        def make(path: Path) -> None:
            pictures = []
            for index in range(FRAMES):
                shown = cv2.cvtColor(scene(shown_size(turn), index), cv2.COLOR_BGR2BGRA)
                if form == "alpha":
                    shown[OPAQUE_ROWS.stop : BLOCK[0].stop, BLOCK[1], 3] = 0
                pictures.append(stored(shown, turn))
            write(path, pictures, codec, pixel_format, options, turn=turn, shape=shape)

        return self._made(f"clip-{depth}-{form}-{turn}-{shape}{suffix}", make)

    def background(self, kind: str) -> str:
        if kind == "image":
            make = lambda path: cv2.imwrite(str(path), corners(48, 40))  # noqa: E731
            return str(self._made("background.png", make))
        if kind == "video":
            still = cv2.cvtColor(corners(48, 40), cv2.COLOR_BGR2BGRA)

            def make_video(path: Path) -> None:
                options = {"turn": "quarter", "shape": "square"}
                pictures = [stored(still, "quarter")] * 3
                write(path, pictures, "png", "rgba", {}, **options)

            return str(self._made("background.mov", make_video))
        return {"colour": "#ff00ff"}.get(kind, kind)

    def asked(self, kind: str, turn: str, form: str) -> fastvbg.Settings:
        size = shown_size(turn)
        if kind == "plate":
            plate = gray_of(scene(size, 0)) if form == "gray" else scene(size, 0)
            return asked("plate", plate=plate, refine="none")
        if kind == "adaptive":
            return asked("adaptive", warm_up=EMPTY - 1, refine="none")
        if kind == "model":
            model = one_by_one([[-60.0, 60.0, 0.0]], (1, 3, "h", "w"), bias=[-9.0])
            path = self._made("green.onnx", lambda path: path.write_bytes(model))
            return asked("model", model=path, model_size=size, runtime="opencv", refine="none")
        if kind in ("depth", "matte"):
            name = f"{kind}-{turn}-%03d.png"
            for index in range(FRAMES):
                self._made(name % index, lambda path, i=index: self._map(path, kind, size, i))
            path = self._folder / name
            if kind == "matte":
                return asked("matte", matte=path)
            return asked("depth", depth=path, near=500, far=1500, refine="none")
        return asked(kind, refine="none")

    @staticmethod
    def _map(path: Path, kind: str, size: tuple[int, int], index: int) -> None:
        picture = np.full(size[::-1], 0 if kind == "matte" else 4000, np.uint16)
        if index >= EMPTY:
            picture[BLOCK] = 255 if kind == "matte" else 1000
        cv2.imwrite(str(path), picture.astype(np.uint8) if kind == "matte" else picture)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Bench:
    return Bench(tmp_path_factory.mktemp("matrix"))


class Shown:
    """A file as a viewer sees it: RGBA pictures, times, and the shape of a pixel."""

    def __init__(self, path: Path, suffix: str) -> None:
        self.times: list[float] | None = None
        self.aspect = Fraction(1)
        if suffix == ".png":
            files = sorted(path.parent.glob(path.name.replace("%03d", "[0-9][0-9][0-9]")))
            read = [cv2.imread(str(file), cv2.IMREAD_UNCHANGED) for file in files]
            opaque = np.full(read[0].shape[:2], 255, np.uint8)
            self.frames = [p if p.shape[2] == 4 else np.dstack([p, opaque]) for p in read]
            return
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            aspect = stream.sample_aspect_ratio
            if aspect:
                self.aspect = Fraction(aspect.numerator, aspect.denominator)
            # FFmpeg's own decoder of VP9 leaves alpha out.
            alpha = stream.metadata.get("alpha_mode") == "1"
            decoder = av.CodecContext.create("libvpx-vp9", "r") if alpha else stream
            frames = []
            for packet in container.demux(stream):
                frames += decoder.decode(packet if packet.size else None)
            assert all(frame.side_data.get("DISPLAYMATRIX") is None for frame in frames)
            base = float(stream.time_base)
            self.times = [frame.pts * base for frame in frames]
            self.frames = [frame.reformat(format="bgra").to_ndarray() for frame in frames]


def refused(depth: int, form: str, kind: str, background: str, suffix: str) -> str | None:
    """The words of the error with which a row ends, where it is to end with one."""
    if background == "transparent" and suffix == ".mp4":
        return "transparency"
    if form == "gray" and kind == "chroma":
        return "no screen"
    return None


def name_of(row) -> str:
    return "-".join(str(value).strip(".") for value in row)


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_kept_pixels_are_the_frames_and_the_others_the_backgrounds(
    row, made: Bench, tmp_path: Path, monkeypatch
) -> None:
    depth, form, kind, background, suffix, turn, shape = row
    if kind == "person":
        use_green_network(monkeypatch)
    output = tmp_path / ("out%03d.png" if suffix == ".png" else f"out{suffix}")
    words = refused(depth, form, kind, background, suffix)

    def run() -> fastvbg.Result:
        return fastvbg.process(
            made.clip(depth, form, turn, shape),
            output,
            background=made.background(background),
            settings=made.asked(kind, turn, form),
        )

    if words is not None:
        with pytest.raises((SinkError, OptionError), match=words):
            run()
        assert not list(tmp_path.iterdir())
        return
    result = run()
    assert result.frames == FRAMES
    assert result.lost == 0
    shown = Shown(output, suffix)
    assert len(shown.frames) == FRAMES
    size = shown_size(turn)
    assert shown.frames[0].shape[:2] == size[::-1]
    if suffix in (".mp4", ".mov") and shape == "anamorphic":
        assert shown.aspect == (Fraction(3, 4) if turn == "quarter" else Fraction(4, 3))
    if shown.times is not None:
        wanted = [index / RATE for index in range(FRAMES)]
        assert np.allclose(shown.times, wanted, atol=0.0011)
    # OpenCV's subtractors soon take the block for background.
    checked = 2 if kind in ("mog2", "knn") else FRAMES - EMPTY
    for index in range(EMPTY, EMPTY + checked):
        check(shown.frames[index], row, index, made)


def check(frame: np.ndarray, row, index: int, made: Bench) -> None:
    _, form, kind, background, _, turn, _ = row
    size = shown_size(turn)
    truth = scene(size, index)
    kept = np.zeros(size[::-1], np.uint8)
    # Of gray pictures the networks, made to find green, keep nothing.
    if not (form == "gray" and kind in ("person", "model")):
        kept[BLOCK] = 255
    if form == "gray":
        truth = gray_of(truth)
    # Soft edges and subsampled chroma may mix what lies this near to the border.
    near = np.ones((13, 13) if kind in ("person", "model") or ".webm" in row else (9, 9), np.uint8)
    inside, outside = cv2.erode(kept, near) > 0, cv2.dilate(kept, near) == 0
    if form == "alpha":
        hidden = kept.copy()
        hidden[: OPAQUE_ROWS.stop] = 0
        hidden = cv2.erode(hidden, near) > 0
        inside[OPAQUE_ROWS.stop - near.shape[0] // 2 :] = False
        if background == "blur":  # what is transparent is black there; its own green must not show
            assert frame[..., 1][hidden].max() <= 100
        else:
            outside |= hidden
    if background == "transparent":
        assert np.all(frame[..., 3][inside] >= 250)
        assert np.all(frame[..., 3][outside] <= (12 if ".webm" in row else 5))  # VP9 is lossy
    else:
        behind = {
            "image": lambda: cv2.resize(corners(48, 40), size, interpolation=cv2.INTER_LINEAR),
            "video": lambda: cv2.resize(corners(48, 40), size, interpolation=cv2.INTER_LINEAR),
            "colour": lambda: np.full_like(truth, (255, 0, 255)),
            "blur": lambda: scene(size, 0),
        }[background]()
        if form == "gray" and background == "blur":
            behind = gray_of(behind)
        middle = np.zeros_like(outside)  # the borders between the corners
        middle[size[1] // 2 - 5 : size[1] // 2 + 5] = True
        middle[:, size[0] // 2 - 5 : size[0] // 2 + 5] = True
        far = np.abs(frame[..., :3].astype(int) - behind).max(-1)
        assert far[outside & ~middle].max() <= 48, f"frame {index}: not the background's"
    if inside.any():
        off = np.abs(frame[..., :3].astype(int) - truth).max(-1)
        assert off[inside].max() <= 48, f"frame {index}: not the frame's"


def test_each_pair_that_can_be_is_there() -> None:
    assert 70 <= len(ROWS) <= 110
    for kind in KINDS:
        assert {row[1] for row in ROWS if row[2] == kind} == set(FORMS)
        assert {row[4] for row in ROWS if row[2] == kind} == set(CONTAINERS)
