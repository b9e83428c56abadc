"""The networks that a person keyer may run: both person models, or one of the user's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastvbg.checks import check_size
from fastvbg.errors import ModelError, OptionError
from fastvbg.keyers.person.network import Network, scale_of
from fastvbg.models.fetch import ensure
from fastvbg.models.runtimes import open_model
from fastvbg.models.spec import read_spec
from fastvbg.models.store import KNOWN, LANDSCAPE, SQUARE, digest
from fastvbg.values import check_path, check_text
from fastvbg.values.words import parse_classes

if TYPE_CHECKING:
    from fastvbg._types import File
    from fastvbg.models.store import KnownModel

    Box = tuple[int, int, int, int]

_WIDE = 1.5
"""Proportion of width to height from which the landscape model is nearer than the square one."""


def _of_levels(levels: tuple[int, int], asked: str) -> Any:
    """Return the scale of a model that takes whole numbers of 8 bits, black to white."""
    if asked not in ("0:1", "0:255"):
        raise OptionError(
            f"model_range: got {asked}, and the model takes whole numbers, {levels[0]} to "
            f"{levels[1]}: leave it out"
        )
    return scale_of(f"{levels[0]}:{levels[1]}")


class Networks:
    """Opens models when they are first needed.

    Parameters
    ----------
    model, model_size, model_range, model_classes, runtime, threads
        As for `PersonKeyer`.
    space : (str, str)
        Matrix and range of planes.

    Raises
    ------
    ModelError
        The first model cannot be fetched, read or run.
    OptionError
        The range is none, or the classes are, or the model takes bytes and a range is given.
    """

    def __init__(
        self,
        model: File | None,
        *,
        model_size: tuple[int, int] | None,
        model_range: str,
        model_classes: str | None,
        runtime: str,
        space: tuple[str, str],
        threads: int,
    ) -> None:
        self._runtime, self._space, self._threads = runtime, space, threads
        model = None if model is None else Path(check_path("model", model))
        model_size = None if model_size is None else check_size("model_size", model_size)
        self._scale = scale_of(check_text("model_range", model_range))
        self._classes = (
            None
            if model_classes is None
            else parse_classes(check_text("model_classes", model_classes))
        )
        own = model_size is not None or model_range != "0:1" or self._classes is not None
        if model is None and own:
            raise OptionError(
                "model_size, model_range, model_classes: they go with a model of your own"
            )
        self._known: dict[KnownModel, Network] = {}
        self._own: Network | None = None
        self.of_people = model is None
        """Whether it is people that they find."""
        if model is None:
            self._network(SQUARE)
        else:
            spec = read_spec(model, size=model_size)
            if spec.levels is not None:
                self._scale = _of_levels(spec.levels, model_range)
            self._own = self._open(spec)
            known = {each.sha256 for each in KNOWN}
            self.of_people = digest(spec.path.read_bytes()) in known

    def _open(self, spec: Any) -> Network:
        net = open_model(spec, self._runtime, threads=self._threads)
        return Network(net, self._scale, self._space, self._classes)

    def _network(self, model: KnownModel) -> Network:
        """Return the network of a person model, the square one where the other does not run."""
        if model not in self._known:
            try:
                self._known[model] = self._open(read_spec(ensure(model)))
            except ModelError:
                # OpenCV before 4.9 has no mean layer, which the landscape model has.
                if model is SQUARE or SQUARE not in self._known:
                    raise
                self._known[model] = self._known[SQUARE]
        return self._known[model]

    @property
    def runtime(self) -> str:
        """What runs them, and its version."""
        return self.for_whole().name

    @property
    def recurrent(self) -> bool:
        """Whether the user's network takes what it said of the frame before."""
        return self._own is not None and self._own.recurrent

    def reset(self) -> None:
        """Forget the frames before."""
        if self._own is not None:
            self._own.reset()

    def for_whole(self) -> Network:
        """Return the network that looks for people in a whole frame."""
        return self._own or self._network(SQUARE)

    def beside(self, box: Box) -> Network | None:
        """Return the landscape network for a part that another one of people looks at."""
        if self._own is not None:
            return None
        wide = self._network(LANDSCAPE)
        return None if wide is self.for_part(box) else wide

    def for_part(self, box: Box) -> Network:
        """Return the network whose proportions are nearest to a part's."""
        if self._own is not None:
            return self._own
        _, _, width, height = box
        return self._network(LANDSCAPE if width >= _WIDE * height else SQUARE)
