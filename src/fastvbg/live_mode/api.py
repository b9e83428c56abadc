"""Live mode in Python: a session that runs in a thread of its own."""

from __future__ import annotations

import atexit
import os
import threading
from typing import TYPE_CHECKING, Any

from fastvbg.checks import check_iterable, check_number
from fastvbg.errors import EndedError, OptionError, OptionTypeError, shown
from fastvbg.live_mode.asking.asked import Asked, hidden, make_session
from fastvbg.live_mode.asking.choosing import recorded_as
from fastvbg.live_mode.controls.switches import Switches
from fastvbg.live_mode.running import default_sinks
from fastvbg.live_mode.session.session import Session
from fastvbg.matting.run import unheard
from fastvbg.pipeline.asked import changed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from typing_extensions import Self

    from fastvbg import _types
    from fastvbg.live_mode.controls.controls import Nobody, State
    from fastvbg.settings import Settings

__all__ = ["Live", "live"]


class Live:
    """A live session that has begun, as `live` gives it. A context manager, which ends it.

    Once it is over, `settings` and `figures` are the last ones, `wait` and `end` return at once,
    and what would change it raises `EndedError`.

    Parameters
    ----------
    session : object
        What does the work. It has not begun yet: this makes it begin, in a thread of its own, and
        waits until its source and its sinks are open.
    """

    def __init__(self, session: Session) -> None:
        if not isinstance(session, Session):
            raise OptionTypeError(f"session: got {shown(session)}, wanted what `live` makes")
        self._session = session
        self._error: BaseException | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fastvbg live", daemon=True)
        # A program that ends without ending it: its thread would be cut off, and a recording lost.
        atexit.register(self._finish)
        self._thread.start()
        try:
            session.started.wait()
        except BaseException:  # Ctrl-C
            session.end()
            raise
        self._raise()

    def _run(self) -> None:
        try:
            self._session.run()
        except BaseException as error:
            self._error = error
        finally:
            atexit.unregister(self._finish)
            self._over.set()
            self._session.started.set()  # else who waits for it would wait for ever

    def _raise(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _going(self) -> Session:
        """Return the session, which can still be changed.

        Raises
        ------
        EndedError
            It has ended, or was told to.
        """
        if self._session.is_ended:
            raise EndedError(
                "live: the session has ended, so nothing of it can be changed; "
                "wanted one that runs: fastvbg.live begins another"
            ) from self._error
        return self._session

    def __repr__(self) -> str:
        """Return where pictures come from, and whether they do."""
        how = "ended" if self._session.is_ended else self._session.state
        return f"<fastvbg.Live of {shown(self._session.source.name)}: {how}>"

    @property
    def settings(self) -> Settings:
        """What is made of the frames now."""
        return self._session.settings

    def apply(self, settings: Settings | None = None, **changes: Any) -> None:
        """Work by other settings from the next frame on, without a restart.

        Parameters
        ----------
        settings : Settings, optional
            By default those of now. The background is blurred where none is named.
        **changes : object
            Single settings, such as `background="blur"`.

        Raises
        ------
        FastvbgError
            They cannot be used, or not live, or ask for another encoder, which is chosen when a
            session starts; the old ones stay. `EndedError` where it is over.
        """
        session, now = self._going(), self.settings
        made = hidden(changed(settings or now, changes))
        session.apply(recorded_as(now, made, changes))

    def set_state(self, state: State) -> None:
        """Choose what leaves.

        Parameters
        ----------
        state : {"live", "freeze", "card", "black"}
            The composite; the last one of it; a card; or nothing.

        Raises
        ------
        OptionError, OptionTypeError, EndedError
            It is none of these; or the session is over.
        """
        self._going().set_state(state)

    def switch(
        self,
        *,
        flip: bool | None = None,
        auto_frame: bool | None = None,
        nobody: Nobody | None = None,
        always: bool | None = None,
    ) -> None:
        """Change what is given, and leave the rest.

        Parameters
        ----------
        flip, auto_frame, always : bool, optional
            As `live` takes them.
        nobody : {"keep", "card", "blur"}, optional
            As `live` takes it.

        Raises
        ------
        OptionError, OptionTypeError, EndedError
            One is none of these, or the session is over; nothing is changed.
        """
        asked = {"flip": flip, "auto_frame": auto_frame, "nobody": nobody, "always": always}
        self._going().switch(**{k: v for k, v in asked.items() if v is not None})

    def take_plate(self, seconds: float = 5.0) -> None:
        """Take the empty room after a while, and key by it.

        Parameters
        ----------
        seconds : float, default 5
            Until then, 0 to 3600: time to step out of the picture.

        Raises
        ------
        OptionError, OptionTypeError, EndedError
            It is no such number; or the session is over.
        """
        self._going().take_plate(check_number("seconds", seconds, 0, 3600))

    def figures(self) -> dict[str, Any]:
        """Return rates, delays, drops and processor use of now, ready for JSON."""
        return self._session.figures()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is over. What went wrong in it is raised here.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait for that, 0 or more; as long as it takes by default.

        Returns
        -------
        bool
            Whether it is over.

        Raises
        ------
        FastvbgError
            What ended the session; or `timeout` is no such number.
        """
        most = threading.TIMEOUT_MAX
        over = self._over.wait(
            None if timeout is None else check_number("timeout", timeout, 0, most)
        )
        if over:
            self._raise()
        return over

    def end(self) -> dict[str, Any]:
        """End it; devices are released, recordings finished. Return its figures in all.

        Called by `tell`, which works in the session's own thread, it does not wait for that.
        """
        self._finish()
        self._raise()
        return self._session.summary()

    def _finish(self) -> None:
        self._session.end()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.end()


def live(  # noqa: PLR0913  (a session's whole description)
    source: str | os.PathLike[str] = "camera",
    to: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None = None,
    settings: Settings | None = None,
    *,
    size: tuple[int, int] | str | None = None,
    fps: _types.Number | str | None = None,
    format: str | None = None,
    loop: bool = False,
    card: _types.File | None = None,
    flip: bool = False,
    auto_frame: bool = False,
    nobody: Nobody = "keep",
    always: bool = False,
    seconds: float | None = None,
    overwrite: bool = False,
    tell: Callable[[str], None] = unheard,
    **changes: Any,
) -> Live:
    """Put a camera over another background, and out as a virtual camera, while the program goes on.

    Parameters
    ----------
    source : str or path-like, default "camera"
        `camera`, `camera:NAME` or `/dev/videoN`; `screen`; `demo`, a generated scene; `browser`,
        that scene until a page gives a browser's camera; the address of a stream; or a file,
        played at its own pace.
    to : str, path-like or sequence of them, optional
        `loopback`, `loopback:NAME` or `/dev/videoN`; `pipewire`; `virtualcam`; `window`; a stream;
        a file. By default the first virtual camera.
    settings : Settings, optional
        What is made of the frames; by default people by the mask "auto". The background is blurred
        where none is named.
    size : (int, int) or str, optional
        Width and height wished of the source, in pixels.
    fps : number or str, optional
        Frames a second wished of the source.
    format : str, optional
        A camera's pixel format, such as "MJPG".
    loop : bool, default False
        Whether a file begins anew at its end.
    card : str or path-like, optional
        A picture for when nothing else may leave.
    flip : bool, default False
        Whether the camera is mirrored.
    auto_frame : bool, default False
        Whether a crop follows who is in the picture.
    nobody : {"keep", "card", "blur"}, default "keep"
        What leaves while nobody is.
    always : bool, default False
        Whether to work while nobody watches.
    seconds : float, optional
        It ends after so long.
    overwrite : bool, default False
        Whether recordings may replace files.
    tell : callable, optional
        Called with lines that are worth knowing.
    **changes : object
        Single settings, as of `Settings`.

    Returns
    -------
    Live
        The session, once its source and its sinks are open; until the mask is ready a card leaves.

    Raises
    ------
    SourceError, SinkError
        The source, or a place where it goes, cannot be opened (also an `OSError`).
    OptionError, OptionTypeError
        An option is none of the above, or wants a whole file first (also a `ValueError` or a
        `TypeError`).
    ModelError, MissingLibraryError
        What the mask, the source or a sink needs is not there (also an `OSError` or an
        `ImportError`).
    """
    if settings is None:
        changes = {"mask": "auto", **changes}
    made = changed(settings, changes)
    places = default_sinks() if to is None else _some(to)
    switches = Switches(flip, auto_frame, nobody, always)
    asked = Asked(
        _text(source), places, size, fps, format, loop, card, seconds, overwrite, switches
    )
    return Live(make_session(asked, made, tell, tell))


def _some(to: object) -> list[str]:
    """Return the places of a session, of which there is one: nobody would see it else."""
    if isinstance(to, (str, os.PathLike)):
        return [_text(to)]
    places = [_text(each) for each in check_iterable("to", to)]
    if not places:
        raise OptionError(
            "to: got no place, wanted one or more, such as 'window' or the name of a file; left "
            "out, it is the first virtual camera"
        )
    return places


def _text(place: Any) -> str:
    """Return what a source or a place is called; what is neither text nor a path is told later."""
    text: str = os.fspath(place) if isinstance(place, os.PathLike) else place
    return text
