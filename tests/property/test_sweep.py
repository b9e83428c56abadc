"""Every public function and class with every value that it is not meant for: only errors of ours.

What is public is enumerated, so that something new is swept by itself; it needs a sample of what it
is meant for in `SAMPLES`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import fastvbg
from fastvbg.keyers.chroma.screen import Shown
from fastvbg.live_mode.session.session import Session
from fastvbg.live_mode.sources.files import FileSource
from tests.support.arrays import random_frame, random_plane
from tests.support.inline import Inline
from tests.support.nasty import VALUES, files_in, in_material, judged, material, strict

__all__ = ["in_material", "material"]

Arguments = dict[str, Any]

SHAPE = 4, 6


def frame() -> np.ndarray:
    return random_frame(*SHAPE)


def plane() -> np.ndarray:
    return random_plane(*SHAPE)


def planes() -> tuple[np.ndarray, ...]:
    return plane(), random_plane(2, 3, 1), random_plane(2, 3, 2)


def i420() -> fastvbg.I420:
    return fastvbg.I420(*planes())


def nv12() -> fastvbg.NV12:
    return fastvbg.NV12(plane(), random_frame(2, 3)[..., :2].copy())


def a_session() -> Session:
    settings = fastvbg.Settings(mask="motion", background="navy")
    return Session(FileSource("clip.mp4"), [], settings, tell=str, seconds=0.0)


def a_plan() -> Arguments:
    settings = fastvbg.Settings(mask="motion", background="navy")
    whole = fastvbg.farm.Border(0, None, None, None, None, None, 3)
    return {
        "input": "clip.mp4",
        "output": "out/p.mp4",
        "settings": settings,
        "borders": (whole,),
        "origin": 0,
        "threads": 1,
        "seconds": 20.0,
        "inputs": (),
        "versions": {},
        "why": "",
        "work": None,
    }


def depth() -> np.ndarray:
    return np.full(SHAPE, 500, np.uint16)


def over_planes() -> Arguments:
    return {"planes": planes(), "background": planes(), "out": planes()}


# Of each public function and class, and of each method, arguments that it is meant for.
SAMPLES: dict[str, Callable[[], Arguments]] = {
    "I420": lambda: i420()._asdict(),
    "NV12": lambda: nv12()._asdict(),
    "AdaptiveKeyer": dict,
    "AdaptiveKeyer.composite": lambda: {"frame": frame(), "background": frame(), "out": frame()},
    "AdaptiveKeyer.composite_planes": over_planes,
    "AdaptiveKeyer.key": lambda: {"frame": frame(), "out": plane()},
    "AdaptiveKeyer.key_planes": lambda: {"planes": planes(), "out": plane()},
    "AdaptiveKeyer.load": lambda: {"path": "none.npz"},
    "AdaptiveKeyer.save": lambda: {"path": "model.npz"},
    "CameraMotion": dict,
    "CameraMotion.add": lambda: {"frame": frame()},
    "ChromaKeyer": lambda: {"key": (0, 255, 0)},
    "ChromaKeyer.composite": lambda: {"frame": frame(), "background": frame(), "out": frame()},
    "ChromaKeyer.composite_planes": over_planes,
    "ChromaKeyer.decide_edges": lambda: {"picture": frame(), "matte": plane(), "out": plane()},
    "ChromaKeyer.despill": lambda: {"frame": frame(), "matte": plane(), "out": frame()},
    "ChromaKeyer.despill_planes": lambda: {
        "planes": planes(),
        "matte": plane(),
        "out": planes()[1:],
    },
    "ChromaKeyer.expect": lambda: {"screens": [Shown(9.0, -60.0, 0.5)]},
    "ChromaKeyer.foreground": lambda: {"frame": frame(), "matte": plane(), "out": frame()},
    "ChromaKeyer.foreground_planes": lambda: {
        "planes": planes(),
        "matte": plane(),
        "out": planes(),
    },
    "ChromaKeyer.key": lambda: {"frame": frame(), "out": plane()},
    "ChromaKeyer.key_planes": lambda: {"planes": planes(), "out": plane()},
    "Compositor": lambda: {"background": frame()},
    "Compositor.__call__": lambda: {"frame": frame(), "out": frame()},
    "DepthKeyer": lambda: {"near": 300, "far": 800},
    "DepthKeyer.composite": lambda: {
        "depth": depth(),
        "frame": frame(),
        "background": frame(),
        "out": frame(),
    },
    "DepthKeyer.key_depth": lambda: {"depth": depth(), "out": plane()},
    "Hold": dict,
    "Hold.__call__": lambda: {"matte": plane(), "out": plane()},
    "LightWrap": lambda: {"background": frame()},
    "LightWrap.__call__": lambda: {"frame": frame(), "matte": plane(), "out": frame()},
    "LightWrap.relight": lambda: {"background": frame()},
    "Settings": dict,
    "Settings.data": lambda: {"folder": "."},
    "Settings.default": lambda: {"name": "fit"},
    "Settings.load": lambda: {"path": "settings.toml"},
    "Settings.replace": lambda: {"background": "navy"},
    "Settings.save": lambda: {"path": "out/settings.toml"},
    "MatteFeed": lambda: {"mattes": [(plane(), 0.0), (plane(), 0.5)]},
    "MatteFeed.matte_for": lambda: {"index": 0, "seconds": 0.0},
    "PersonKeyer": lambda: {"model": "model.onnx", "runtime": "opencv"},
    "PersonKeyer.composite": lambda: {"frame": frame(), "background": frame(), "out": frame()},
    "PersonKeyer.composite_planes": over_planes,
    "PersonKeyer.key": lambda: {"frame": frame(), "out": plane()},
    "PersonKeyer.key_planes": lambda: {"planes": planes(), "out": plane()},
    "PersonKeyer.key_small": lambda: {"picture": frame()},
    "PersonKeyer.look": lambda: {"picture": frame()},
    "Plan": a_plan,
    "Plan.data": lambda: {"folder": "."},
    "Plan.from_data": lambda: {"data": fastvbg.Plan(**a_plan()).data(), "folder": "."},
    "Plan.load": lambda: {"path": "job.json"},
    "Plan.save": lambda: {"path": "out/job.json"},
    "PlateEstimator": dict,
    "PlateEstimator.add": lambda: {"frame": frame()},
    "PlateKeyer": lambda: {"plate": frame(), "noise": plane()},
    "PlateKeyer.composite": lambda: {"frame": frame(), "background": frame(), "out": frame()},
    "PlateKeyer.composite_planes": over_planes,
    "PlateKeyer.decide_edges": lambda: {
        "picture": frame(),
        "keyed": plane(),
        "matte": plane(),
        "out": plane(),
    },
    "PlateKeyer.key": lambda: {"frame": frame(), "out": plane()},
    "PlateKeyer.key_planes": lambda: {"planes": planes(), "out": plane()},
    "PlateKeyer.mistaken": lambda: {"picture": frame()},
    "PlateKeyer.register": lambda: {"picture": frame()},
    "Rendered": lambda: {
        "index": 0,
        "frames": 1,
        "bytes": 2,
        "digest": "",
        "warnings": (),
        "lost": 0,
        "missing": 0,
        "seconds": 1.0,
        "found": False,
    },
    "Refiner": lambda: {"steps": "despeckle,guided"},
    "Refiner.apply": lambda: {"matte": plane(), "guide": plane(), "out": plane()},
    "StereoDepth": lambda: {"focal": 400, "baseline": 75},
    "StereoDepth.depth": lambda: {"left": frame(), "right": frame()},
    "StereoDepth.disparity": lambda: {"left": plane(), "right": plane()},
    "SubtractorKeyer": lambda: {"kind": "mog2"},
    "SubtractorKeyer.composite": lambda: {"frame": frame(), "background": frame(), "out": frame()},
    "SubtractorKeyer.key": lambda: {"frame": frame(), "out": plane()},
    "SubtractorKeyer.key_planes": lambda: {"planes": planes(), "out": plane()},
    "apply_regions": lambda: {"matte": plane(), "keep": plane(), "drop": plane(), "out": plane()},
    "as_depth": lambda: {"depth": depth().astype(np.float32)},
    "as_matte": lambda: {"picture": random_frame(2, 12).reshape(4, 6, 3)},
    "batch": lambda: {
        "inputs": "clip.mp4",
        "output": "out/b.mp4",
        "background": "navy",
        "executor": Inline(),
        "overwrite": True,
    },
    "blend": lambda: {"frame": frame(), "matte": plane(), "bg": frame(), "out": frame()},
    "blend_planar": lambda: {"frame": i420(), "matte": plane(), "bg": i420(), "out": i420()},
    "choke": lambda: {"matte": plane(), "radius": 1, "out": plane()},
    "composite": lambda: {"prev": frame(), "next": frame(), "bg": frame(), "out": frame()},
    "composite_planar": lambda: {"prev": nv12(), "next": nv12(), "bg": nv12(), "out": nv12()},
    "depth_matte": lambda: {"depth": depth(), "near": 3, "far": 8, "out": plane()},
    "despeckle": lambda: {"mask": plane(), "out": plane()},
    "despill": lambda: {"frame": frame(), "matte": plane(), "key": (0, 255, 0), "out": frame()},
    "despill_planes": lambda: {
        "planes": planes(),
        "matte": plane(),
        "key": (0, 255, 0),
        "out": planes()[1:],
    },
    "disparity_to_depth": lambda: {
        "disparity": np.full(SHAPE, 64, np.int16),
        "focal": 400,
        "baseline": 75,
    },
    "drop_specks": lambda: {"mask": plane(), "min_area": 3, "out": plane()},
    "estimate_foreground": lambda: {
        "frame": frame(),
        "matte": plane(),
        "plate": frame(),
        "out": frame(),
    },
    "estimate_foreground_planes": lambda: {
        "planes": planes(),
        "matte": plane(),
        "plate": planes(),
        "out": planes(),
    },
    "estimate_plate": lambda: {"frames": [frame(), frame()]},
    "feather": lambda: {"matte": plane(), "radius": 1, "out": plane()},
    "fill_holes": lambda: {"mask": plane(), "max_area": 3, "out": plane()},
    "fit_background": lambda: {"image": frame(), "size": (6, 4)},
    "hold": lambda: {"matte": plane(), "held": plane(), "out": plane()},
    "hysteresis": lambda: {"matte": plane(), "low": 9, "high": 99, "out": plane()},
    "light_wrap": lambda: {
        "frame": frame(),
        "matte": plane(),
        "background": frame(),
        "out": frame(),
    },
    "Live": lambda: {"session": a_session()},
    "live": lambda: {
        "source": "clip.mp4",
        "to": "out/l.mkv",
        "mask": "motion",
        "background": "navy",
        "seconds": 0,
        "overwrite": True,
    },
    "matte": lambda: {"input": "clip.mp4", "output": "out/m.mkv"},
    "merge": lambda: {"plan": fastvbg.Plan(**a_plan())},
    "motion_mask": lambda: {"prev": frame(), "next": frame(), "out": plane()},
    "pick_key": lambda: {"frame": np.full((8, 8, 3), (60, 200, 40), np.uint8)},
    "plan": lambda: {"input": "clip.mp4", "output": "out/o.mp4", "background": "navy"},
    "process": lambda: {"input": "clip.mp4", "output": "out/o.mp4", "background": "navy"},
    "region_mask": lambda: {"region": "0,0 9,0 9,9", "size": (6, 4)},
    "render": lambda: {"plan": fastvbg.Plan(**a_plan()), "index": 0},
    "smooth_guided": lambda: {"matte": plane(), "guide": plane(), "out": plane()},
    "spread": lambda: {"matte": plane(), "radius": 1, "out": plane()},
    "warm_up": lambda: {"operations": "depth_matte"},
}
SHARING = ("matte", "live", "plan", "batch")
LONG = ("process", "matte", "live", "plan", "batch")
# What takes no more than what another method has checked, or names of the class's own.
UNCHECKED = {
    "Settings.given",
    # Of a session that runs; tests/live_mode has them.
    *(f"Live.{name}" for name in ("apply", "set_state", "switch", "take_plate", "wait")),
    "PersonKeyer.finish",
    "PersonKeyer.finish_frame_over",
    "PersonKeyer.finish_planes_over",
}
# More of the same functions.
ALSO: dict[str, list[Callable[[], Arguments]]] = {
    "process": [lambda: {"input": "in%d.png", "output": "out/o%d.png", "background": frame()}],
    "matte": [lambda: {"input": "in%d.png", "output": "out/m.mp4", "fps": 30}],
    "PlateKeyer": [lambda: {"plate": planes(), "noise": plane()}],
    "StereoDepth.depth": [lambda: {"left": plane(), "right": plane()}],
    "CameraMotion.add": [lambda: {"frame": planes()}],
    "PlateEstimator.add": [lambda: {"frame": planes()}],
    "composite_planar": [
        lambda: {"prev": i420(), "next": i420(), "bg": i420(), "out": i420()},
    ],
    "estimate_plate": [lambda: {"frames": [planes()]}],
}


class Public(NamedTuple):
    """Something to be called: a function, a class, or a method of an object made for each call."""

    name: str
    parameters: tuple[str, ...]
    spread: frozenset[str]
    """Parameters that take any number of values."""
    make: Callable[[], Callable[..., Any]]


def everything() -> Iterator[Public]:
    for name in fastvbg.__all__:
        value = getattr(fastvbg, name)
        if not callable(value) or (inspect.isclass(value) and issubclass(value, Exception)):
            continue
        yield public(name, value, lambda value=value: value)
        if inspect.isclass(value) and not issubclass(value, tuple):
            yield from methods(name, value)


def methods(name: str, owner: type) -> Iterator[Public]:
    for member, function in inspect.getmembers(owner, callable):
        if member.startswith("_") and member != "__call__":
            continue
        found = public(
            f"{name}.{member}",
            function,
            lambda member=member: getattr(owner(**SAMPLES[name]()), member),
        )
        if found.parameters and found.name not in UNCHECKED:
            yield found


def public(name: str, function: Callable[..., Any], make: Callable[..., Any]) -> Public:
    given = inspect.signature(function).parameters.values()
    spread = frozenset(each.name for each in given if each.kind is each.VAR_POSITIONAL)
    names = [p.name for p in given if p.name != "self" and p.kind is not p.VAR_KEYWORD]
    if any(p.kind is p.VAR_KEYWORD for p in given):  # options of settings
        names += fastvbg.Settings.options()
    return Public(name, tuple(names), spread, make)


PUBLIC = {each.name: each for each in everything()}


def call(public: Public, arguments: Arguments) -> Any:
    positional = [arguments.pop(name) for name in public.parameters if name in public.spread]
    result = public.make()(*positional, **arguments)
    if isinstance(result, fastvbg.Live):
        return result.end()
    if public.name == "MatteFeed":  # reads its mattes later
        return [result.matte_for(index, index / 2) for index in range(3)]
    return result


def swept(
    public: Public, sample: Callable[[], Arguments], folder: Path, *, again: bool
) -> list[str]:
    """Return what is wrong, a line each; `again` after another sample of the same function."""
    wrong, before = [], files_in(folder)
    for parameter in public.parameters:
        # Options of settings are swept by `Settings` and `process`; others share their checks.
        if parameter not in fastvbg.Settings.options():
            shared = slice(None)
        elif public.name in SHARING:
            shared = slice(SHARING.index(public.name), None, 5)
        else:
            shared = slice(4, None, 5) if again else slice(None)
        for label, value in list(VALUES.items())[shared]:
            arguments = sample() | {parameter: value()}
            found = judged(lambda arguments=arguments: call(public, arguments), folder, before)
            if found is not None:
                wrong.append(f"{public.name}({parameter}={label}): {found}")
    return wrong


def test_everything_public_has_a_sample() -> None:
    assert set(SAMPLES) == set(PUBLIC)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.long] * (name in LONG)) for name in PUBLIC]
)
def test_only_errors_of_ours(name: str, in_material) -> None:
    public = PUBLIC[name]
    for k, sample in enumerate((SAMPLES[name], *ALSO.get(name, []))):
        with strict():
            before = files_in(in_material)
            assert judged(lambda sample=sample: call(public, sample()), in_material, before) is None
            wrong = swept(public, sample, in_material, again=k > 0)
        assert not wrong, "\n".join(wrong)
