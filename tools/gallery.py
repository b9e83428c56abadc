"""Draw the gallery of masks, `docs/gallery.png`, from generated scenes.

    python tools/gallery.py
    python tools/gallery.py --clips DIR OUT_DIR

The second line draws contact sheets of real clips instead, each mask on its clip, into OUT_DIR.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import av
import cv2
import numpy as np

import fastvbg
from fastvbg import masks
from fastvbg.media.image import write_image
from fastvbg.media.model import CopiedPacket, ReadOptions
from fastvbg.pipeline.preview import preview
from fastvbg.pipeline.sheet import Labelled, contact_sheet
from fastvbg.scenes.clips import GreenScreen, depth_map, write_clip
from fastvbg.scenes.speaker import Scene, draw_backdrop, draw_room
from fastvbg.source import open_source

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame

OUT = Path("docs/gallery.png")
SCENE = Scene(width=1280, height=720, frames=84, empty=1.25)
"""Four times the size at which it is shown, which averages its grain away."""
_CELL = 320
_SAMPLES = 40_000  # pixels from which the palette is made
_GRAIN = 1.2
_SMALL = 240, 135  # of the matte from elsewhere


class Example(NamedTuple):
    """A row of the gallery."""

    title: str
    input: Path
    mask: masks.Mask
    place: int
    """Of the frame that is shown."""


def examples(folder: Path, scene: Scene = SCENE) -> list[Example]:
    """Draw the scenes into a folder and return the rows of the gallery.

    Parameters
    ----------
    folder : Path
        Where the scenes and what belongs to them are written.
    scene : Scene
        Size and length.

    Returns
    -------
    list of Example
        A row for each mask.
    """
    size, rate = (scene.width, scene.height), scene.rate
    green = GreenScreen(scene.width, scene.height, scene.frames, rate, scene.seed, scene.empty)
    room, screen = folder / "room.mp4", folder / "green.mp4"
    items = list(scene)
    write_clip((item.frame for item in items), room, size=size, rate=rate)
    write_clip((item.frame for item in green), screen, size=size, rate=rate)
    plate = folder / "plate.png"
    write_image(plate, draw_room(*size, np.random.default_rng(scene.seed)))
    rng = np.random.default_rng(scene.seed)
    for place, item in enumerate(items):
        cv2.imwrite(str(folder / f"depth{place:04d}.png"), depth_map(item.truth, rng))
        small = cv2.resize(item.truth, _SMALL, interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(folder / f"matte{place:04d}.png"), small)
    depths, mattes = folder / "depth%04d.png", folder / "matte%04d.png"
    last = scene.frames - 1
    return [
        Example("motion: what moves", room, masks.Motion(), last),
        Example("plate: a picture of the empty room", room, masks.Plate(plate=plate), last),
        Example("adaptive: the room learned on the way", room, masks.Adaptive(), last),
        Example("chroma: key colour found", screen, masks.Chroma(), last),
        Example(
            "depth: a map for each frame",
            room,
            masks.Depth(depth=depths, near=500, far=1800, softness=100),
            last,
        ),
        Example("matte: made elsewhere, 240x135", room, masks.Matte(matte=mattes), last),
    ]


def people(room: Path, scene: Scene) -> Example:
    """Return the row of the person mask, whose models its first use fetches."""
    title = "person: found by a network"
    return Example(title, room, masks.Person(), scene.frames - 1)


def strip(example: Example, background: Path, scratch: Path) -> list[Labelled]:
    """Return source frame, matte and composite of an example, by files as a user makes them."""
    matte, result = scratch / "matte.mkv", scratch / "result.mkv"
    fastvbg.matte(example.input, matte, mask=example.mask, overwrite=True)
    fastvbg.process(
        example.input,
        result,
        background=background,
        mask=example.mask,
        codec="ffv1",
        overwrite=True,
    )
    return [
        Labelled(example.title, _frame(example.input, example.place)),
        Labelled("matte", _frame(matte, example.place)),
        Labelled("composite", _frame(result, example.place)),
    ]


def _frame(path: Path, place: int) -> Frame:
    with open_source(path, options=ReadOptions(pixels="bgr")) as source:
        frames = (item.frame for item in source if not isinstance(item, CopiedPacket))
        return np.asarray(next(islice(frames, place, None)), np.uint8)


def draw_gallery(path: Path, scene: Scene = SCENE, *, find_people: bool = True) -> None:
    """Draw the gallery into an image file.

    Parameters
    ----------
    path : Path
        The file; it is replaced.
    scene : Scene
        Size and length of the scenes.
    find_people : bool
        Whether there is a row for the person mask, which needs its models.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        background = folder / "background.png"
        write_image(background, draw_backdrop(scene.width, scene.height))
        drawn = examples(folder, scene)
        if find_people:
            drawn.insert(1, people(folder / "room.mp4", scene))
        rows = [strip(example, background, folder) for example in drawn]
    write_small(path, contact_sheet(rows, cell_width=_CELL))


def write_small(path: Path, picture: Frame) -> None:
    """Write a PNG file of 256 colours, a third of the size; some grain hides the steps."""
    rng = np.random.default_rng(0)
    pixels = picture.reshape(-1, 3).astype(np.float32)
    some = pixels[rng.integers(0, len(pixels), _SAMPLES)]
    cv2.setRNGSeed(0)
    stop = cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 12, 0.5
    unused = np.empty(0, np.int32)
    colours = cv2.kmeans(some, 256, unused, stop, 1, cv2.KMEANS_PP_CENTERS)[2]
    colours = colours[np.argsort(colours.sum(axis=1))]  # like indices for like colours
    pixels += rng.normal(0, _GRAIN, pixels.shape).astype(np.float32)
    nearest = [_nearest(block, colours) for block in np.array_split(pixels, 64)]
    indices = np.concatenate(nearest).reshape(picture.shape[:2])
    opaque = np.full((256, 1), 255)
    palette = np.hstack([opaque, colours[:, ::-1].round()]).astype(np.uint8)
    coloured: Any = indices, palette
    frame = av.VideoFrame.from_ndarray(coloured, format="pal8")
    frame.pts, frame.time_base = 0, Fraction(1)
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height = frame.width, frame.height
    encoder.pix_fmt, encoder.time_base = "pal8", Fraction(1)
    encoder.options = {"pred": "none", "compression_level": "9"}
    packets = encoder.encode(frame) + encoder.encode(None)
    path.write_bytes(b"".join(bytes(packet) for packet in packets))


def _nearest(pixels: npt.NDArray[np.float32], colours: Any) -> npt.NDArray[np.uint8]:
    far = (colours**2).sum(axis=1) - 2 * pixels @ colours.T
    return np.asarray(far.argmin(axis=1), np.uint8)


def clip_masks(clips: Path, scratch: Path) -> dict[str, tuple[Path, masks.Mask]]:
    """Return a real clip and a mask for each of the sheets."""
    derived = clips / "gt_derived"
    talk, green = derived / "talk_on_plate_640x360.mp4", derived / "talk_on_green_640x360.mp4"
    road = clips / "gt_surveillance/cdnet_highway/highway_full_1700f.avi"
    plane = clips / "greenscreen/plane_green_720p.mp4"
    pair = clips / "depth/oakd_stereo"
    for side in ("left", "right"):
        shutil.copyfile(pair / f"selfie_{side}.png", scratch / f"{side}0000.png")
    facts = json.loads((pair / "stereodemo_calibration.json").read_text(encoding="utf-8"))
    stereo = masks.Depth(
        depth=f"stereo:{scratch / 'right%04d.png'}",
        near=200,
        far=800,
        softness=60,
        focal=facts["fx"],
        baseline=1000 * facts["baseline_meters"],
    )
    return {
        "motion": (talk, masks.Motion()),
        "plate": (talk, masks.Plate(plate=derived / "plate.png")),
        "plate-first": (talk, masks.Plate(plate="first:2s")),
        "plate-auto-road": (road, masks.Plate(plate="auto")),
        "adaptive": (talk, masks.Adaptive()),
        "adaptive-road": (road, masks.Adaptive()),
        "chroma": (green, masks.Chroma()),
        "chroma-plane": (plane, masks.Chroma()),
        "depth": (scratch / "left%04d.png", stereo),
        "matte": (talk, masks.Matte(matte=derived / "talk_alpha_gray_ffv1.mkv")),
        "mog2": (talk, masks.MOG2()),
        "knn": (talk, masks.KNN()),
    }


def draw_clips(clips: Path, folder: Path) -> None:
    """Draw a contact sheet of each mask on its real clip.

    Parameters
    ----------
    clips : Path
        The folder of real clips.
    folder : Path
        Where the sheets go; it is made if need be.
    """
    folder.mkdir(parents=True, exist_ok=True)
    background = draw_backdrop(1280, 720)
    with tempfile.TemporaryDirectory() as scratch:
        for name, (clip, mask) in clip_masks(clips, Path(scratch)).items():
            sheet = preview(clip, background=background, mask=mask)
            write_image(folder / f"{name}.png", sheet)
            print(folder / f"{name}.png")


def main() -> None:
    """Draw what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", nargs=2, type=Path, metavar=("DIR", "OUT_DIR"))
    given = parser.parse_args()
    if given.clips:
        draw_clips(*given.clips)
    else:
        draw_gallery(OUT)


if __name__ == "__main__":
    main()
