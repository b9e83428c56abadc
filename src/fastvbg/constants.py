"""Numbers with their derivation; the arithmetic that uses them is in `fastvbg.kernels`."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

DEFAULT_THRESHOLD: Final = 3
"""Gray difference above which a pixel has moved: the tutorial's value."""

# Luma weights of ITU-R BT.601 (0.114 B + 0.587 G + 0.299 R) in 15-bit fixed point, as OpenCV's
# 8-bit BGR2GRAY has them. They sum to 32768, so gray of (v, v, v) is v.
GRAY_SHIFT: Final = 15
GRAY_HALF: Final = 1 << (GRAY_SHIFT - 1)
GRAY_B: Final = 3735  # round(0.114 * 32768) = 3736, less 1 so that the three sum to 32768
GRAY_G: Final = 19235  # round(0.587 * 32768) = 19235
GRAY_R: Final = 9798  # round(0.299 * 32768) = 9798

# The keying space: the full-range matrix of BT.601 as JPEG has it (ITU-T T.871 section 7), weights
# of B, G and R in steps of 1/256. Those of Y sum to 256, so that gray keeps its value, those of U
# and V to 0; 0.5 is 127/256, so that each sum fits a signed word and each weight of U and V a byte.
KEYSPACE_SHIFT: Final = 8
KEYSPACE_Y: Final = (29, 150, 77)
KEYSPACE_U: Final = (127, -84, -43)
KEYSPACE_V: Final = (-21, -106, 127)

YUV_UNIT: Final = 32
"""Parts of a gray level in which a planar difference is summed: 16-bit lanes hold 657 levels."""

YUV_SHIFT: Final = 9
"""A coefficient of `YuvGray` times a difference, shifted right by this, is in those parts."""


class YuvGray(NamedTuple):
    """The gray of a BGR difference, as linear forms of the differences of Y, U and V.

    Each coefficient is in `1 / (YUV_UNIT << YUV_SHIFT)`. `low` and `high` are the luma range that
    conversion to BGR does not clip; luma is held to it before the difference is taken.
    """

    low: int
    high: int
    red_y: int
    red_v: int
    green_y: int
    green_u: int
    green_v: int
    blue_y: int
    blue_u: int


def _yuv_gray(kr: float, kb: float, *, limited: bool) -> YuvGray:
    """Derive the coefficients of a matrix with luma weights `kr`, `1 - kr - kb` and `kb`.

    From Y = kr R + kg G + kb B, U = (B - Y) / (2 - 2 kb) and V = (R - Y) / (2 - 2 kr), scaled to
    219 and 224 steps in limited range and to 255 in full range, follow with the inverse scales y, c

        dR = y dY + c (2 - 2 kr) dV
        dB = y dY + c (2 - 2 kb) dU
        dG = y dY - c (2 - 2 kb) kb/kg dU - c (2 - 2 kr) kr/kg dV

    and gray is 0.299 |dR| + 0.587 |dG| + 0.114 |dB| whatever the matrix, as `GRAY_*` have it.
    """
    kg = 1 - kr - kb
    y, c = (255 / 219, 255 / 224) if limited else (1.0, 1.0)
    u, v = c * (2 - 2 * kb), c * (2 - 2 * kr)

    def fixed(value: float) -> int:
        return round(value * (YUV_UNIT << YUV_SHIFT))

    return YuvGray(
        16 if limited else 0,
        235 if limited else 255,
        fixed(0.299 * y),
        fixed(0.299 * v),
        fixed(0.587 * y),
        fixed(0.587 * -u * kb / kg),
        fixed(0.587 * -v * kr / kg),
        fixed(0.114 * y),
        fixed(0.114 * u),
    )


YUV_RGB_SHIFT: Final = 13
"""Coefficients of `YuvRgb` are in parts of 1 / 2**13."""


class YuvRgb(NamedTuple):
    """Red, green and blue as linear forms of luma above `low` and of chroma about 128."""

    low: int
    y: int
    red_v: int
    green_u: int
    green_v: int
    blue_u: int


def _yuv_rgb(kr: float, kb: float, *, limited: bool) -> YuvRgb:
    """Derive the coefficients of a matrix; the formulas are those of `_yuv_gray`."""
    kg = 1 - kr - kb
    y, c = (255 / 219, 255 / 224) if limited else (1.0, 1.0)
    u, v = c * (2 - 2 * kb), c * (2 - 2 * kr)
    parts = (y, v, -u * kb / kg, -v * kr / kg, u)
    return YuvRgb(16 if limited else 0, *(round(part * (1 << YUV_RGB_SHIFT)) for part in parts))


# Luma weights from the recommendations: ITU-R BT.601-7 2.5.1, BT.709-6 item 3.2, BT.2020-2 table 4
# (non-constant luminance). For BT.601 in limited range the forms above are the familiar
# dR = 1.164 dY + 1.596 dV, dG = 1.164 dY - 0.392 dU - 0.813 dV, dB = 1.164 dY + 2.017 dU.
_SPACES: Final = {
    (matrix, extent): (kr, kb, extent == "limited")
    for matrix, kr, kb in (
        ("bt601", 0.299, 0.114),
        ("bt709", 0.2126, 0.0722),
        ("bt2020", 0.2627, 0.0593),
    )
    for extent in ("limited", "full")
}
YUV_GRAY: Final = {
    name: _yuv_gray(kr, kb, limited=limited) for name, (kr, kb, limited) in _SPACES.items()
}
"""By matrix (`bt601`, `bt709`, `bt2020`) and range (`limited`, `full`)."""
YUV_RGB: Final = {
    name: _yuv_rgb(kr, kb, limited=limited) for name, (kr, kb, limited) in _SPACES.items()
}
"""By matrix and range, as `YUV_GRAY`."""


class AdaptiveSettings(NamedTuple):
    """How the adaptive keyer decides and learns; `reference.adaptive` has the formulas.

    The defaults serve all scenes. They come from a search over a still road camera, a shaking one
    and a talking person; around them scores are flat.
    """

    threshold: int = 80
    """Mean evidence above which a pixel is foreground, in 1/8 gray level; 1 to 254."""
    rate: int = 4
    """A mean moves by 1/2**rate of its error a frame."""
    warm_up: int = 32
    """For so many frames every pixel teaches, foreground or not."""
    absorb: int = 0
    """Every so many frames every pixel teaches; never for 0."""
    spread_start: int = 2 * 128
    spread_rise: int = 5
    """A spread rises by 1/2**spread_rise of what it lacks a frame."""
    spread_fall: int = 6
    """A spread falls by 1/2**spread_fall of what it has too much."""
    spread_top: int = 32 * 128
    swing: int = 16
    """What one swing adds to the count, from which each frame takes 1."""
    swing_bound: int = 80
    """Count from which on a pixel's spread learns even in foreground."""
    swing_top: int = 96
    """Where the count ends; at most 127."""


ADAPTIVE: Final = AdaptiveSettings()

ADAPTIVE_ANEW: Final = (24, 3)
"""Warming up begins anew where more than 3/4 of some pixels differ from its means by more than 24
levels, luma once and chroma twice: the first frames were black, a slate, or a fade's beginning."""

ADAPTIVE_SLOWEST: Final = 2.0**-12
"""The lowest learning rate: a mean's smallest step is 1/128 gray level, which less rounds away."""

ADAPTIVE_ROWS: Final = 18
"""Those pixels are every Nth of every Nth row, with N so that at least this many rows are left."""

ROOM_SIDE: Final = 480
"""Pixels of the longer side below which halved chroma is too coarse for a room to be remembered."""

LIVE_JPEG_QUALITY: Final = 90
"""Of the live bench's camera: its scene's frames have 148 kB at 720p then, and 313 kB at 1080p."""

OPENING_THREAD: Final = "fastvbg opening"
"""Name of threads that open sources and networks of live mode."""

GAIN_PARTS: Final = 4
"""How much steeper the person keyer makes its edges is in so many parts of one."""

TEXTURE_PITCH: Final = 2
"""Of so many pixels of the canvas, each way, one tells how the background varies within it."""

ROOM_TURNS: Final = 4
"""Rows of the person keyer's canvas are learned in turns: each in one frame of so many."""
ROOM_GRID: Final = 4
"""Colours of the foreground, and noise, are measured in squares of so many cells of the canvas."""
ROOM_COLOURS: Final = 8, 3
"""Of so many squares at most, the nearest up to so far, colours of the foreground are taken."""
ROOM_REACH: Final = 2
"""Noise is a mean over so many squares each way."""
ROOM_FEWEST: Final = 8, 2
"""Cells that there have to be: half of a square, and of what noise is heard in half a percent."""

PLATE_TOLERANCE: Final = 6
PLATE_FALLOFF: Final = 12
CHROMA_TOLERANCE: Final = 26
CHROMA_FALLOFF: Final = 166
"""Up to the tolerance a matte is 0, and the falloff further on it is 255; in gray levels of what a
plate differs by, and of 255 of a screen's strength. From searches over the scenes of the bench."""

MOST_DEPTH: Final = 65535
"""Depth maps are of 16 bits."""
MOST_DEPTH_HOLD: Final = 254
"""Ages are bytes, and one beyond the hold means none."""
DEPTH_HOLD: Final = 5
MOST_HOLD: Final = 1 << 30
"""Frames; a year of them, whatever the rate."""
MOST_EVERY: Final = 1000
RUNTIMES: Final = ("auto", "litert", "onnx", "opencv")
QUALITIES: Final = ("fine", "fast")
EDGES: Final = ("key", "colours")
ROOMS: Final = ("remembered", "off")
"""What runs a network; "auto" takes the fastest that is installed."""

Order: TypeAlias = Literal["bgr", "rgb", "bgra", "rgba"]
"""The channels of frames, in their order. A fourth one is not read, and 255 in every result."""
Fit: TypeAlias = Literal["stretch", "cover", "contain"]
BackgroundEnd: TypeAlias = Literal["loop", "hold", "trim"]
PairingName: TypeAlias = Literal["neighbours", "tutorial"]
ForegroundName: TypeAlias = Literal["estimated", "frame"]

PixelPath: TypeAlias = Literal["native", "bgr"]


FOREGROUND_CELL: Final = 8
"""Pixels across and down of the smallest squares whose surely covered colours are averaged."""

FOREGROUND_LEVELS: Final = 5
"""How often squares are doubled where nothing is sure, less one: up to 128 pixels a side."""

FOREGROUND_REACH: Final = 1
"""How many squares beyond a soft one are looked at."""

FOREGROUND_SURE: Final = 32
"""How far from 0 or 255 coverage still counts, the less the farther.

So a column of eight products, 32 * 255 each, just fits an unsigned word.
"""

FOREGROUND_UNIT: Final = 8
"""Parts of a level in which means are kept: in the largest squares their sums fit 32 bits."""

FOREGROUND_PARENT: Final = 32
"""The weight of the larger square's mean: that of one surely covered pixel."""

FOREGROUND_GAIN_SHIFT: Final = 18
"""Of `FOREGROUND_GAINS`, with which what they are multiplied with still fits 32 bits."""

_NOISE: Final = 0.02
FOREGROUND_GAINS: Final = tuple(
    round((1 << FOREGROUND_GAIN_SHIFT) / 255 * a / (a * a + (1 - a) * (1 - a) + _NOISE))
    for a in (step / 255 for step in range(256))
)
"""By coverage, which share of what the means leave of a sample belongs to the foreground, / 255."""
