"""Steps written as text: `despeckle=5,fill,specks=0.0005,feather=1`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fastvbg.errors import OptionError, OptionTypeError, shown
from fastvbg.refine.guided import Guided
from fastvbg.refine.regions import DropSpecks, FillHoles, Hysteresis
from fastvbg.refine.shape import Choke, Despeckle, Spread
from fastvbg.refine.soften import Feather
from fastvbg.refine.temporal import HoldStep

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg.refine._step import Step

NONE = "none"


class Form(NamedTuple):
    """How a step is written.

    Parameters
    ----------
    make : callable
        Makes the step from its values.
    names : tuple of str
        What the values mean, in order.
    kernel : str
        What does it.
    needed : int
        How many of the values have no default.
    """

    make: Callable[..., Step]
    names: tuple[str, ...]
    kernel: str
    needed: int = 0

    def usage(self, name: str) -> str:
        """Return the step as it may be written, what may be left out in brackets."""
        text = name
        for k, word in enumerate(self.names):
            part = ("=" if k == 0 else ":") + word.upper()
            text += part if k < self.needed else f"[{part}"
        return text + "]" * (len(self.names) - self.needed)


STEPS: dict[str, Form] = {
    "despeckle": Form(Despeckle, ("size",), "refine.morphology.despeckle"),
    "fill": Form(FillHoles, ("max_area",), "refine.regions.fill_holes"),
    "specks": Form(DropSpecks, ("min_area",), "refine.regions.drop_specks"),
    "hysteresis": Form(Hysteresis, ("low", "high"), "refine.regions.hysteresis", 2),
    "choke": Form(Choke, ("radius",), "refine.morphology.extreme", 1),
    "spread": Form(Spread, ("radius",), "refine.morphology.extreme", 1),
    "feather": Form(Feather, ("radius", "passes"), "refine.feather.box"),
    "guided": Form(Guided, ("radius", "contrast", "gain"), "refine.guided.smooth"),
    "hold": Form(HoldStep, ("decay",), "refine.temporal.hold"),
}
"""By name, the steps that a text may name."""


def parse(text: str) -> list[tuple[str, Step]]:
    """Return the steps that a text names, each as it was written and made.

    Parameters
    ----------
    text : str
        Steps with commas between them, each `name`, `name=value` or `name=value:value`; or `none`.

    Returns
    -------
    list of (str, Step)
        In order; empty for `none`.

    Raises
    ------
    OptionError
        There is no such step, or a value is not what it may be.
    """
    if not isinstance(text, str):
        raise OptionTypeError(f"refine: got {shown(text)}, wanted text such as despeckle=5,fill")
    if text.strip() == NONE:
        return []
    return [_step(part.strip()) for part in text.split(",")]


def kernels_of(text: str) -> list[str]:
    """Return the kernels that the steps of a text need."""
    return [STEPS[step.partition("=")[0]].kernel for step, _ in parse(text)]


def frames_of(text: str) -> int | None:
    """Return by how many frames before it the steps of a text refine a matte; None for all."""
    frames = [step.frames for _, step in parse(text)]
    known = [each for each in frames if each is not None]
    return sum(known) if len(known) == len(frames) else None


def _step(text: str) -> tuple[str, Step]:
    name, given, rest = text.partition("=")
    if name not in STEPS:
        wanted = ", ".join(form.usage(step) for step, form in STEPS.items())
        raise OptionError(f"refine: got step {shown(name)}, wanted {NONE} or of {wanted}")
    form = STEPS[name]
    values = rest.split(":") if given else []
    if not form.needed <= len(values) <= len(form.names):
        raise OptionError(f"refine: got {shown(text)}, wanted {form.usage(name)}")
    numbers = [_number(text, value, form.usage(name)) for value in values]
    try:
        return text, form.make(*numbers)
    except (OptionError, OptionTypeError) as error:
        raise OptionError(f"refine: {name}: {error}") from None


def _number(text: str, value: str, usage: str) -> int | float:
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    raise OptionError(f"refine: got {shown(value)} in {shown(text)}, wanted a number: {usage}")
