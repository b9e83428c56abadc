"""The talk about format and rate with a driver, which may give what it likes instead."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from fastvbg.devices.v4l2 import abi
from fastvbg.devices.v4l2.offers import rate_of
from fastvbg.devices.v4l2.picture import Picture, picture_of

if TYPE_CHECKING:
    from fastvbg.devices.v4l2.choose import Choice
    from fastvbg.devices.v4l2.device import Device


def set_format(device: Device, choice: Choice) -> Picture:
    """Ask a camera for a format; return the one that its driver took, which may be another."""
    answer = abi.Format(type=abi.CAPTURE)
    pix = answer.pix
    pix.width, pix.height = choice.width, choice.height
    pix.pixelformat, pix.field = abi.fourcc(choice.fourcc), abi.FIELD_NONE
    what = f"give {choice.width}x{choice.height} as {choice.fourcc}"
    device.order(abi.S_FMT, answer, what)
    return picture_of(answer.pix)


def set_rate(device: Device, kind: int, rate: Fraction) -> Fraction | None:
    """Ask for a rate, of `abi.CAPTURE` or `abi.OUTPUT`; return what the driver took, if it says."""
    answer = abi.StreamParameters(type=kind)
    if kind == abi.CAPTURE and (
        device.ask(abi.G_PARM, answer) or not answer.frames.capability & abi.CAP_TIME_PER_FRAME
    ):
        return next(rate_of(answer.frames.time_per_frame), None)
    interval = answer.frames.time_per_frame
    interval.numerator, interval.denominator = rate.denominator, rate.numerator
    if device.ask(abi.S_PARM, answer):
        return None
    return next(rate_of(answer.frames.time_per_frame), None)


class SteadyRate:
    """Holds a camera's rate in dim light, where exposure would take twice as long and halve it.

    Parameters
    ----------
    device : Device
        A camera, open.
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        before = abi.Control(id=abi.EXPOSURE_DYNAMIC_FRAMERATE)
        self._before: int | None = None
        if not device.ask(abi.G_CTRL, before) and self._set(0):
            self._before = before.value

    @property
    def held(self) -> bool:
        """Tell whether the camera has this control, and took it."""
        return self._before is not None

    def release(self) -> None:
        """Leave the control as it was found, for it outlives the program."""
        if self._before:
            self._set(self._before)

    def _set(self, value: int) -> bool:
        answer = abi.Control(id=abi.EXPOSURE_DYNAMIC_FRAMERATE, value=value)
        return self._device.ask(abi.S_CTRL, answer) == 0
