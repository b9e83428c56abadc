"""What the file bench is to do: which mask, over what, encoded how, and who takes part then."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from fastvbg.checks import check_choice, check_integer
from fastvbg.errors import OptionError
from fastvbg.keyers.person.keyer import PersonKeyer
from fastvbg.masks.person import Person
from fastvbg.measure.fullhd import HEIGHT, WIDTH, draw_picture
from fastvbg.measure.usual import fetch_models
from fastvbg.media.image import write_image
from fastvbg.pipeline.backdrop import is_video
from fastvbg.settings import Settings
from fastvbg.values.words import parse_blur

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg.masks import Mask

ENCODER, PRESET, CRF = "libx264", "ultrafast", 23
PRESETS = (
    *("ultrafast", "superfast", "veryfast", "faster", "fast"),
    *("medium", "slow", "slower", "veryslow", "placebo"),
)
COLOUR = "navy"
"""What is behind the plain motion mask; the tutorial and the filter graph have it too."""

CONTENDERS = {
    "decode": "decode alone",
    "encode": "encode alone, of fastvbg's frames",
    "fastvbg": "fastvbg run",
    "libavfilter": "libavfilter graph",
    "cv2": "cv2 loop around the kernel",
    "tutorial": "the tutorial's loop",
    "usual": "usual Python loop, same model",
}
_ALWAYS = ("decode", "encode", "fastvbg")
_MOTION = (*_ALWAYS, "libavfilter", "cv2", "tutorial")


@dataclass(frozen=True)
class FileSetup:
    """What every contender gets.

    Parameters
    ----------
    settings : Settings
        The mask and its refinement, the background, libx264's preset, and how many frames count.
        Without a background it is navy for the motion mask, and a generated picture for others:
        most people's background is one, and a plain colour would cost the encoder too little.
    """

    settings: Settings = field(default_factory=partial(Settings, preset=PRESET))

    def __post_init__(self) -> None:
        check_choice("preset", self.preset, PRESETS)
        if self.max_frames is not None:
            check_integer("max_frames", self.max_frames, 3, 1 << 62)
        if self.settings.transparent:
            raise OptionError("background: libx264 holds no transparency; wanted another one")

    @property
    def mask(self) -> Mask:
        """The mask."""
        return self.settings.kind

    @property
    def background(self) -> str | None:
        """The background; None for the usual one."""
        given = self.settings.background
        return None if given is None else str(given)

    @property
    def preset(self) -> str:
        """Of libx264."""
        return self.settings.preset or PRESET

    @property
    def max_frames(self) -> int | None:
        """How many frames count."""
        return self.settings.max_frames

    @property
    def _masked(self) -> Settings:
        """What is said of the mask alone."""
        return self.settings.replace(background=None, preset=None, max_frames=None)

    @property
    def is_plain(self) -> bool:
        """Whether this is the tutorial's own job, which others have a way to do."""
        return self._masked == Settings() and self.background in (None, COLOUR)

    @property
    def is_default(self) -> bool:
        """Whether nothing was asked for."""
        return self == FileSetup()

    @property
    def contenders(self) -> tuple[str, ...]:
        """Who does the same job: some of `CONTENDERS`."""
        if self.is_plain:
            return _MOTION
        person = isinstance(self.mask, Person) and self.mask.model is None
        return (*_ALWAYS, "usual") if person and self._has_still_background else _ALWAYS

    @property
    def _has_still_background(self) -> bool:
        given = self.background
        return given is None or not (is_video(given) or parse_blur(given) is not None)

    @property
    def encoder(self) -> str:
        """Encoder and settings, for people."""
        return f"{ENCODER} {self.preset}, crf {CRF}"

    @property
    def words(self) -> str:
        """The mask and its options, for people."""
        given = {**self.mask.given(), **self._masked.replace(mask="motion").given()}
        return ", ".join([self.mask.name, *(f"{name} {value}" for name, value in given.items())])

    @property
    def background_words(self) -> str:
        """The background, for people."""
        return self.background or (COLOUR if self.is_plain else "a generated picture")

    def with_background(self, folder: Path) -> FileSetup:
        """Return the same with a background that is there: in `folder`, where it is generated."""
        if self.background is not None:
            return self
        if self.is_plain:
            return self._over(COLOUR)
        picture = folder / "background.png"
        write_image(picture, draw_picture(WIDTH, HEIGHT))
        return self._over(str(picture))

    def _over(self, background: str) -> FileSetup:
        return FileSetup(self.settings.replace(background=background))

    def opened_runtime(self) -> str | None:
        """Return what runs the person mask's network, fetched and opened to see; None for others.

        Raises
        ------
        ModelError
            It cannot be fetched, or does not run.
        """
        if self.mask.name != "person":
            return None
        names = "model", "model_size", "model_range", "model_classes", "runtime", "every"
        given = self.mask.given(*names)
        return _opened_runtime(tuple(given.items()))

    def save(self, path: Path) -> None:
        """Write it for a process of its own."""
        self.settings.save(path, overwrite=True)


def setup_of(path: Path) -> FileSetup:
    """Return what `FileSetup.save` wrote."""
    return FileSetup(Settings.load(path))


@lru_cache
def _opened_runtime(given: tuple[tuple[str, Any], ...]) -> str:
    options = dict(given)
    if "model" not in options:
        fetch_models()
    return PersonKeyer(**options).runtime
