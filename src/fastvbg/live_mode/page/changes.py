"""What the page asks to be changed, as settings: nothing of it is ever taken for a file's name."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.errors import OptionError, OptionTypeError, shown
from fastvbg.live_mode.making.work import takes_frames
from fastvbg.live_mode.page.describe import OWN, stands_alone
from fastvbg.live_mode.page.polygons import drawn, spelled
from fastvbg.masks.plate import Plate
from fastvbg.masks.registry import kind_of
from fastvbg.options import File, Integer, Number
from fastvbg.settings import Settings
from fastvbg.values.words import parse_colour

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastvbg.live_mode.page.gallery import Gallery
    from fastvbg.masks.base import Mask
    from fastvbg.options import Option

REGIONS = ("keep_region", "drop_region")
_NO_PLATE = "Not yet: it needs a picture of the empty room. Take the empty room first, below."
_BLUR = "blur"
_MOST_TEXT = 2000
_MASK = "mask."


class Changes:
    """Makes other settings of the ones in use.

    Parameters
    ----------
    gallery : Gallery
        The backgrounds that may be chosen.
    """

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._lock = threading.Lock()
        self._tuned: dict[str, Mask] = {}
        """Kinds as they were left: who comes back to one finds it as it was."""
        self._fit_is_chosen = False

    def changed(self, settings: Settings, about: Any, value: Any) -> Settings:
        """Return settings with one thing changed.

        Parameters
        ----------
        settings : Settings
            The ones in use.
        about : str
            `mask`, `mask.OPTION`, `background`, `keep_region`, `drop_region`, or one of `OWN`.
        value : object
            What the page's JSON says; None for what holds where nothing is said.

        Raises
        ------
        FastvbgError
            There is no such thing, or it may not be that.
        """
        if about in OWN:
            return self._own(settings, about, value)
        if about in REGIONS:
            return settings.replace(**{about: spelled(about, value)})
        if about == "background":
            return self._background(settings, value)
        if about == "mask":
            return self._kind(settings, value)
        if isinstance(about, str) and about.startswith(_MASK):
            return self._of_mask(settings, about.removeprefix(_MASK), value)
        raise OptionError(f"page: got {shown(about)}, which is nothing that can be changed here")

    def _own(self, settings: Settings, name: str, value: Any) -> Settings:
        if name == "fit":
            self._fit_is_chosen = value is not None
        if value is None:
            return settings.replace(**{name: Settings.default(name)})
        return settings.replace(**{name: plain(name, Settings.options()[name], value)})

    def _background(self, settings: Settings, value: Any) -> Settings:
        if value is None:
            return settings.replace(background=None, light_wrap=0)
        if not isinstance(value, dict) or len(value) != 1:
            raise OptionTypeError(f"background: got {shown(value)}, wanted one of those shown")
        form, what = next(iter(value.items()))
        if form == "colour":
            return settings.replace(background=_colour(what))
        if form == _BLUR:
            number = Number("", 0.1, 50).check("background: blur", what)
            return settings.replace(background=f"{_BLUR}:{number:g}", light_wrap=0)
        if form != "item":
            raise OptionError(f"background: got {shown(form)}, wanted item, colour or blur")
        chosen = self._gallery.value(self._gallery.item("background", what))
        stretched = settings.fit == "stretch" and not self._fit_is_chosen
        return settings.replace(background=chosen, fit="cover" if stretched else settings.fit)

    def _kind(self, settings: Settings, name: Any) -> Settings:
        if not isinstance(name, str):
            raise OptionTypeError(f"mask: got {shown(name)}, wanted the name of a kind")
        kind = kind_of(name)
        with self._lock:
            self._tuned[settings.kind.name] = settings.kind
            tuned = self._tuned.get(name)
        if tuned is None and issubclass(kind, Plate):
            plate = self._plate(settings)
            if plate is None:
                raise OptionError(f"mask: {name}: {_NO_PLATE}")
            return settings.replace(mask=kind(plate=plate))
        if tuned is None and not stands_alone(kind):
            raise OptionError(f"mask: {name} needs what only the command line can name")
        return settings.replace(mask=kind() if tuned is None else tuned)

    def lacking(self, settings: Settings) -> dict[str, str]:
        """Return the kinds of mask that cannot be chosen yet, and why."""
        return {Plate.name: _NO_PLATE} if self._plate(settings) is None else {}

    def _plate(self, settings: Settings) -> Any:
        """Return the picture of the empty room that a mask knows, or has known; None for none."""
        with self._lock:
            known = [settings.kind, *self._tuned.values()]
        for mask in known:
            plate = getattr(mask, "plate", None)
            if plate is not None and not (isinstance(plate, str) and takes_frames(plate)):
                return plate
        return None

    def _of_mask(self, settings: Settings, name: str, value: Any) -> Settings:
        mask = settings.kind
        described = mask.options().get(name)
        if described is None:
            raise OptionError(f"{name}: the mask {mask.name!r} does not have it")
        if value is None:
            given = type(mask).default(name)
        elif isinstance(value, dict) and isinstance(described, File):
            given = self._picture(name, described, value)
        else:
            given = plain(name, described, value)
        return settings.replace(mask=mask.replace(**{name: given}))

    def _picture(self, name: str, described: File, value: Mapping[str, Any]) -> Any:
        item = self._gallery.item(name, value.get("item"))
        if not described.picture or item.form != "picture":
            raise OptionError(f"{name}: got {item.label!r}, wanted a picture")
        return self._gallery.value(item)


def plain(name: str, described: Option, value: Any) -> Any:
    """Return the value of an option from JSON, if it names no file.

    Raises
    ------
    FastvbgError
        It is not what the option may be, or would be taken for the name of a file.
    """
    if isinstance(value, str) and len(value) > _MOST_TEXT:
        raise OptionError(f"{name}: got {len(value)} characters, wanted at most {_MOST_TEXT}")
    if isinstance(described, Integer) and isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (list, dict)):
        raise OptionTypeError(f"{name}: got {shown(value)}, wanted text or a number")
    if described.file(value) is not None:
        is_picture = getattr(described, "picture", False)
        remedy = "upload it" if is_picture else "name it where fastvbg is started"
        raise OptionError(f"{name}: a page names no files; {remedy}")
    return described.check(name, value)


def _colour(value: Any) -> str:
    if not isinstance(value, str) or not value.startswith("#"):
        raise OptionError(f"background: got {shown(value)}, wanted a colour as #rrggbb")
    parse_colour(value)
    return value


def view_of(settings: Settings, gallery: Gallery, size: tuple[int, int]) -> dict[str, Any]:
    """Return settings as the page is told them.

    Parameters
    ----------
    settings : Settings
        The ones in use.
    gallery : Gallery
        The backgrounds there are.
    size : (int, int)
        Width and height of the source, in which a region's corners may be.
    """
    mask = settings.kind
    values = {
        name: _told(option, getattr(mask, name), gallery) for name, option in mask.options().items()
    }
    return {
        "mask": {"kind": mask.name, "values": values},
        "background": _background_told(settings.background, gallery),
        **{name: getattr(settings, name) for name in OWN},
        **{name: _region_told(getattr(settings, name), size) for name in REGIONS},
    }


def _told(option: Option, value: Any, gallery: Gallery) -> Any:
    if isinstance(value, np.ndarray):
        return {"file": "a picture"}
    path = option.file(value)
    if path is not None:
        item = gallery.of_value(value)
        return {"file": item.label if item is not None else _last_part(path)}
    if isinstance(value, tuple):
        return _hex(value) if len(value) == 3 else option.dump("", value, None)
    return value


def _hex(colour: tuple[int, ...]) -> str:
    blue, green, red = colour
    return f"#{red:02x}{green:02x}{blue:02x}"


def _last_part(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or "a file"


def _background_told(value: Any, gallery: Gallery) -> dict[str, Any]:
    if value is None:
        return {"form": "none"}
    item = gallery.of_value(value)
    if item is not None:
        return {"form": "item", "item": item.id, "label": item.label}
    if isinstance(value, str):
        if value.partition(":")[0] == _BLUR:
            return {"form": _BLUR, "strength": float(value.partition(":")[2] or 0) or None}
        colour = parse_colour(value)
        if colour is not None:
            return {"form": "colour", "colour": _hex(colour)}
    return {"form": "other", "label": _last_part(str(value))}


def _region_told(value: Any, size: tuple[int, int]) -> dict[str, Any]:
    if value is None:
        return {"polygons": []}
    polygons = drawn(value, size) if isinstance(value, str) else None
    return {"polygons": [], "picture": True} if polygons is None else {"polygons": polygons}
