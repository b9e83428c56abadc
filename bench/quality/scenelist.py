"""The list of scenes."""

from __future__ import annotations

from bench.quality.people import PEOPLE
from bench.quality.scenes import SceneSpec, generated, highway, talk, traffic

SCENES: dict[str, SceneSpec] = {
    "highway": SceneSpec("road, still camera", "gt_surveillance/cdnet_highway", highway),
    "traffic": SceneSpec("road, shaking camera", "gt_surveillance/cdnet_traffic", traffic),
    "talk_plate": SceneSpec(
        "speaker in a room", "gt_derived", talk("talk_on_plate_640x360.mp4", "plate.png")
    ),
    "talk_green": SceneSpec(
        "speaker, green screen", "gt_derived", talk("talk_on_green_640x360.mp4", "green_plate.png")
    ),
    "generated": SceneSpec(
        "the demo's own scene", "", lambda name, _clips, scratch: generated(name, scratch)
    ),
    **PEOPLE,
}
"""By name, every scene."""
