"""Every option of every mask with every value that it is not meant for, in a run of its own."""

from __future__ import annotations

from typing import Any

import pytest

import fastvbg
from fastvbg.masks.registry import own
from tests.support.asked import asked
from tests.support.nasty import VALUES, files_in, in_material, judged, material, strict

__all__ = ["in_material", "material"]

# What a mask cannot do without.
NEEDED: dict[str, dict[str, Any]] = {
    "depth": {"depth": "in%d.png", "near": 10, "far": 99},
    "stereo": {"depth": "stereo:clip.mp4", "near": 1, "far": 99, "focal": 9.0, "baseline": 9.0},
    "model": {"model": "model.onnx", "model_size": (12, 8), "runtime": "opencv"},
    "person": {"model": "model.onnx", "runtime": "opencv"},
    "matte": {"matte": "in%d.png"},
}
FOR_ALL = ("refine", "keep_region", "drop_region")
MASKS = (*(kind for kind in own() if kind != "auto"), "stereo")


def run(mask: str, options: dict[str, Any]) -> None:
    kind = "depth" if mask == "stereo" else mask
    settings = asked(kind, **options)
    fastvbg.process(
        "clip.mp4", "out/o.mp4", background="navy", settings=settings, preset="ultrafast", threads=1
    )


@pytest.mark.parametrize("mask", MASKS)
def test_only_errors_of_ours(mask: str, in_material) -> None:
    needed = NEEDED.get(mask, {})
    names = (*FOR_ALL, *own()["depth" if mask == "stereo" else mask].options())
    before = files_in(in_material)
    assert judged(lambda: run(mask, needed), in_material, before) is None
    wrong = []
    with strict():
        for name in names:
            for label, value in VALUES.items():
                options = needed | {name: value()}
                found = judged(lambda options=options: run(mask, options), in_material, before)
                if found is not None:
                    wrong.append(f"{mask}({name}={label}): {found}")
    assert not wrong, "\n".join(wrong)
