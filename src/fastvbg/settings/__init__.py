"""A job as data: what is made of a video, whichever video it is and wherever the result goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastvbg.constants import BackgroundEnd, Fit, ForegroundName, PairingName, PixelPath
from fastvbg.errors import OptionError
from fastvbg.masks.base import Mask
from fastvbg.masks.motion import Motion
from fastvbg.media.model import MAX_PIXELS
from fastvbg.options import (
    Becomes,
    Choice,
    Described,
    Integer,
    Number,
    Pairs,
    Rate,
    Seconds,
    Size,
    Text,
    digest_of,
    option,
)
from fastvbg.settings.kinds import TRANSPARENT, Background, Kind, Region, Steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from fractions import Fraction

    from fastvbg import _types

__all__ = ["Settings"]


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Settings(Described):
    """What `process`, `matte` and `preview` are to do, but for input and output.

    A value: compared and hashed by what it says, written as TOML by `save` and read by `load`.
    Every option may be left out.

    Parameters
    ----------
    mask : Mask or str, default "motion"
        Which keyer makes the mask or matte, and its options: `fastvbg.masks.Chroma(tolerance=20)`;
        a kind's name; or in short "chroma:green", "plate:FILE", "matte:FILE", "model:FILE".
    refine : str, optional
        Steps of refinement, see `Refiner`; "none" for none; by default what suits the mask.
    keep_region, drop_region : str, path-like or ndarray, optional
        What is always in, and always out, whatever the keyer says; see `region_mask`. What is in
        both is out.
    background : str, path-like or ndarray of shape (any, any, 3), uint8, optional
        A colour (`#rrggbb` or a basic CSS name), an image file, a picture in BGR, a video or image
        sequence, `blur` or `blur:strength` (percent of the height) for the frame itself blurred, or
        `transparent` for none (.webm, .mov, .mkv or .png). A file called `red` or `blur` is named
        `./red`.
    fit : {"stretch", "cover", "contain"}, default "stretch"
        How a background of another size is fitted; see `fit_background`.
    background_end : {"loop", "hold", "trim"}, default "loop"
        What follows the last frame of a background video: its first, nothing but that one, or the
        output's end.
    light_wrap : int, default 0
        How much of the background's light falls around the foreground's edge, 0 (none) to 255; see
        `light_wrap`. Not with `blur` and `transparent`.
    foreground : {"estimated", "frame"}, default "estimated"
        Which colours are kept at soft edges, where frames show the old background too: "estimated"
        takes the foreground's own, as `estimate_foreground` does, for the masks person, model,
        adaptive, depth and matte, and from its plate for plate; "frame" takes the frame's. Frames
        that have alpha keep theirs.
    fps : number or str, optional
        Frames a second of an image sequence, 25 when absent: any number, or a text such as
        "30000/1001". 29.97, 23.976 and such stand for television's 30000/1001, 24000/1001.
    start, end : number or str, optional
        Seconds from the input's beginning, or a text such as "1:02:03.5"; the output begins where
        the input does.
    max_frames : int, optional
        The output ends after so many frames.
    scale : (int, int) or str, optional
        Width and height to work at, or a text such as "1280x-1"; 0 or -1 for one of them keeps the
        proportions.
    codec : str, optional
        FFmpeg's name of an encoder, such as `libx265` or `ffv1`.
    crf : float, optional
        The encoder's quality number, 0 to 255: lower is better.
    preset : str, optional
        The encoder's name for a speed.
    encoder_options : mapping of str to str or number, optional
        Other options of the encoder.
    pairing : {"neighbours", "tutorial"}, default "neighbours"
        "neighbours": each frame against the one before it, as many frames out as in; the first
        frame of a scene against the one after it. "tutorial": the tutorial's own sequence, see
        `reference.tutorial_sequence`.
    pixel_path : {"native", "bgr"}, default "native"
        "native": frames are worked on as they are decoded, and kept pixels stay as they are.
        "bgr": they are converted to BGR and back, for the tutorial's exact arithmetic.
    threads : int, optional
        How many threads decode, composite and encode each, 1 to 256; by default as many as gain.
    max_pixels : int, default 268435456
        Frames of more pixels are refused before any memory is taken for them.

    Raises
    ------
    OptionError, OptionTypeError
        An option is none of the above (also a `ValueError` or a `TypeError`).
    DTypeError, ShapeError
        A background is an array of another form (also a `TypeError` or a `ValueError`).
    """

    mask: Becomes[Mask, Mask | str] = option(Motion, Kind("The kind of mask.", metavar="KIND"))
    refine: str | None = option(
        None, Steps("Steps such as despeckle=5,fill,feather=1, or none.", metavar="STEPS")
    )
    keep_region: _types.File | _types.Mask | _types.Frame | None = option(
        None,
        Region(
            "Always in: polygons 10%,20% 90%,20% 50%,90%; or an image.",
            metavar="REGION",
        ),
    )
    drop_region: _types.File | _types.Mask | _types.Frame | None = option(
        None,
        Region("Always out; wins over --keep-region.", metavar="REGION"),
    )
    background: _types.File | _types.Frame | None = option(
        None,
        Background(
            "An image, a video, a colour (#rrggbb or a CSS name), blur[:strength], transparent.",
            metavar="BACKGROUND",
            group="background",
            picture=True,
        ),
    )
    fit: Fit = option(
        "stretch", Choice("How the background is fitted.", Fit, metavar="FIT", group="background")
    )
    background_end: BackgroundEnd = option(
        "loop",
        Choice(
            "After a background video's last frame.",
            BackgroundEnd,
            metavar="END",
            group="background",
        ),
    )
    light_wrap: int = option(
        0,
        Integer(
            "Light of the background around the foreground's edge.",
            0,
            255,
            metavar="N",
            group="background",
        ),
    )
    foreground: ForegroundName = option(
        "estimated",
        Choice(
            "Colours at soft edges: the foreground's own, or the frame's.",
            ForegroundName,
            metavar="COLOURS",
            group="background",
        ),
    )
    fps: Fraction | _types.Number | None = option(
        None,
        Rate(
            "Frames a second of an image sequence: 25, 29.97, 30000/1001.",
            metavar="RATE",
            group="range",
        ),
    )
    start: Fraction | _types.Number | None = option(
        None, Seconds("Begin there: seconds, or 1:02:03.5.", metavar="TIME", group="range")
    )
    end: Fraction | _types.Number | None = option(
        None, Seconds("End before that.", metavar="TIME", group="range")
    )
    max_frames: int | None = option(
        None, Integer("End after so many frames.", 1, 1 << 62, metavar="N", group="range")
    )
    scale: tuple[int, int] | str | None = option(
        None,
        Size(
            "Size to work at; -1 keeps the proportions.",
            metavar="WxH",
            group="range",
            follows=True,
        ),
    )
    codec: str | None = option(
        None,
        Text(
            "FFmpeg's name of an encoder: libx265, ffv1, h264_nvenc, ...",
            metavar="NAME",
            group="encoder",
        ),
    )
    crf: float | None = option(
        None,
        Number(
            "The encoder's quality number; lower is better.", 0, 255, metavar="N", group="encoder"
        ),
    )
    preset: str | None = option(
        None, Text("The encoder's name for a speed.", metavar="NAME", group="encoder")
    )
    encoder_options: Mapping[str, str | float] | None = option(
        None,
        Pairs(
            "Another option of the encoder; may be repeated.", metavar="KEY=VALUE", group="encoder"
        ),
    )
    pairing: PairingName = option(
        "neighbours",
        Choice(
            "Each frame against the one before it, or the sequence of the tutorial.",
            PairingName,
            metavar="PAIRING",
            group="work",
        ),
    )
    pixel_path: PixelPath = option(
        "native",
        Choice(
            "Work on frames as they are decoded, or by the tutorial's exact arithmetic.",
            PixelPath,
            metavar="PATH",
            group="work",
        ),
    )
    threads: int | None = option(
        None,
        Integer(
            "Threads that decode, composite and encode each.", 1, 256, metavar="N", group="work"
        ),
    )
    max_pixels: int = option(
        MAX_PIXELS,
        Integer("Refuse frames of more pixels than this.", 1, 1 << 40, metavar="N", group="work"),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.pairing == "tutorial" and self.kind.name != "motion":
            raise OptionError(
                f"pairing: the tutorial's goes with the mask 'motion' only, got {self.kind.name!r}"
            )
        if self.light_wrap and not self._has_light():
            raise OptionError(
                f"light_wrap: the background {self.background!r} has no light of its own; wanted "
                "another background, or 0"
            )
        if self.codec is not None:
            from fastvbg.values.encoders import check_words

            words: Any = {"preset": self.preset, **(self.encoder_options or {})}
            check_words(self.codec, words)
        start: Any = self.start or 0
        end: Any = self.end
        if end is not None and end <= start:
            raise OptionError(
                f"end: got {float(end):g}, wanted more seconds than the start's {float(start):g}"
            )

    def _has_light(self) -> bool:
        """Tell whether the background is one whose light can fall on what is before it."""
        from fastvbg.values.words import parse_blur

        blurs = isinstance(self.background, str) and parse_blur(self.background) is not None
        return not (self.transparent or blurs)

    @property
    def kind(self) -> Mask:
        """The mask, whatever it was given as."""
        assert isinstance(self.mask, Mask)  # noqa: S101  (made of a text by then)
        return self.mask

    @property
    def transparent(self) -> bool:
        """Whether the output has alpha and no background."""
        return isinstance(self.background, str) and self.background == TRANSPARENT

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield the option's name and the file's for each file that is named."""
        yield from super().files()
        yield from self.kind.files()

    @property
    def digest(self) -> str:
        """What tells these settings from others, the same on every machine: SHA-256 in hex.

        Of what they say, and of pictures in memory; not of what lies in files, which are told by
        their whole names.
        """
        return digest_of(self.identity())

    @classmethod
    def load(cls, path: _types.File) -> Settings:
        """Read settings from a TOML file; names of files in it are relative to its folder.

        Parameters
        ----------
        path : str or path-like
            The file's name.

        Returns
        -------
        Settings
            What it says, and the defaults of what it leaves out.

        Raises
        ------
        SourceError
            It cannot be read (also an `OSError`).
        OptionError, OptionTypeError
            It is no TOML, of a newer version, or says what no option is; the message names the
            file, the key, and what was wanted.
        """
        from fastvbg.settings.file import read_settings, settings_of

        return settings_of(path, read_settings(path))

    def save(self, path: _types.File, *, overwrite: bool = False) -> None:
        """Write a TOML file that `load` reads back equal; names of files are kept relative to it.

        Parameters
        ----------
        path : str or path-like
            The file's name.
        overwrite : bool, default False
            Whether a file of that name is replaced.

        Raises
        ------
        SinkError
            It cannot be written, or exists and `overwrite` is not set (also an `OSError`).
        OptionTypeError
            A picture in memory is among the settings, which no file can name (also a `TypeError`).
        """
        from fastvbg.settings.file import write_settings

        write_settings(self, path, overwrite=overwrite)
