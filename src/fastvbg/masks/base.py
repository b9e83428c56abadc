"""What every kind of mask is: options, a default refinement, and the making of its keyer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from fastvbg.errors import OptionError
from fastvbg.masks.memory import WHOLE
from fastvbg.options import Described

if TYPE_CHECKING:
    from fastvbg.masks.memory import Memory
    from fastvbg.matting.keyer import RunKeyer
    from fastvbg.matting.run import Run


_OVER = "composite.apart.i420", "composite.planar.blend_i420"
"""The kernels that lay frames over backgrounds by mattes."""


class Mask(Described):
    """One kind of mask: a frozen dataclass of its options, which makes a run's keyer.

    The first line of a kind's docstring is its help. A module of a kind loads no heavy library:
    what keys is imported where it is made.
    """

    name: ClassVar[str]
    """By which it is asked for."""
    refinement: ClassVar[str] = "none"
    """The refinement that suits it, as `Refiner` takes it."""
    value: ClassVar[str | None] = None
    """The option that VALUE sets in the short form `name:VALUE`."""
    wants: ClassVar[str | None] = None
    """The option that it cannot do without."""

    kernels: ClassVar[tuple[str, ...]] = ()
    """The kernels that key frames of 8-bit 4:2:0, as most files have: `warmup` prepares them."""

    deciding: ClassVar[tuple[str, ...]] = ()
    """The kernels that decide soft edges after the refinement that suits it."""
    estimates: ClassVar[bool] = False
    """Whether the foreground's own colours are to be estimated at its soft edges."""
    owns: ClassVar[tuple[str, ...]] = ("foreground.colours.estimate",)
    """The kernels that find such colours."""
    networks: ClassVar[bool] = False
    """Whether a network makes it, so that its bytes may be those of one runtime."""
    estimating: ClassVar[tuple[str, ...]] = ()
    """The kernels that key such frames where colours are estimated, if they are not the same."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.wants is not None and getattr(self, self.wants) is None:
            raise OptionError(f"{self.wants}: wanted a file for the mask {self.name!r}, got none")

    def chosen(self, run: Run) -> Mask:  # noqa: ARG002
        """Return the kind that makes the mattes of a run: itself, unless it only chooses one."""
        return self

    def memory(self) -> Memory:
        """Return what a part of a job needs of the frames before it: all, unless a kind says less.

        A kind of `snapshot` makes keyers that have `state` and `go_on`.
        """
        return WHOLE

    @property
    def learns(self) -> bool:
        """Whether `learn` finds out something of a whole file."""
        return False

    def learn(self, run: Run) -> dict[str, Any]:  # noqa: ARG002
        """Return what is found out of a job as a whole, as arrays: in its parts, `run.learned`."""
        return {}

    def keyer(self, run: Run) -> RunKeyer:
        """Return what gives each frame of a run its matte.

        `run.keyed(keyer)` makes one of an object with `key(frame, *, out)`, which writes the matte
        of a BGR frame into `out`, and `reset()`, which forgets the scene; with `key_planes(planes,
        *, out)` too, frames need not be converted.
        """
        raise NotImplementedError

    @classmethod
    def needs(cls, refine: str | None = None, *, estimates: bool = True) -> tuple[str, ...]:
        """Return the kernels for 8-bit 4:2:0.

        With those of a refinement, its own by default; and with those that estimate colours, if it
        has them estimated at all.
        """
        from fastvbg.refine.spec import kernels_of

        refining = kernels_of(cls.refinement if refine is None else refine)
        refining += cls.deciding if refine is None else ()
        if estimates and cls.estimates:
            keying = cls.estimating or cls.kernels
            return tuple(dict.fromkeys((*keying, *refining, *cls.owns, *_OVER)))
        over = _OVER if refining else ()
        return tuple(dict.fromkeys((*cls.kernels, *refining, *over)))

    def uses(self) -> tuple[str, ...]:
        """Return the kernels that its options take beside those that its kind needs."""
        return ()

    @classmethod
    def summary(cls) -> str:
        """Return its help: the first line of its docstring."""
        return (cls.__doc__ or cls.name).strip().splitlines()[0]

    def identity(self) -> dict[str, Any]:
        """Return its name, and what is not as where nothing is said, as JSON holds it."""
        return {"kind": self.name, **super().identity()}

    def data(self, folder: Any = None) -> dict[str, Any]:
        """Return its name, and what is not as where nothing is said, as TOML and JSON hold it."""
        return {"kind": self.name, **super().data(folder)}
