"""A live session: what the pictures of a source become, and where they go."""

from __future__ import annotations

import math
import threading
import time
from contextlib import ExitStack
from dataclasses import asdict, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

from fastvbg.checks import check_choice
from fastvbg.errors import FastvbgError
from fastvbg.live_mode.controls.controls import Shown
from fastvbg.live_mode.controls.figures import Figures
from fastvbg.live_mode.controls.switches import Switches
from fastvbg.live_mode.making.ahead import Ahead
from fastvbg.live_mode.making.making import Making
from fastvbg.live_mode.making.opencv import threads_of_opencv
from fastvbg.live_mode.making.work import Wanted
from fastvbg.live_mode.outlets.outlets import Outlets
from fastvbg.live_mode.pictures.grab import FORM, seen_as
from fastvbg.live_mode.session.failing import Failing
from fastvbg.live_mode.session.fitting import ASTRAY, Fitting
from fastvbg.live_mode.session.idle import Idle
from fastvbg.live_mode.session.leaving import Stills
from fastvbg.live_mode.session.opening import done_before
from fastvbg.live_mode.session.plates import PlateTaking
from fastvbg.live_mode.session.presence import DOING, Presence
from fastvbg.live_mode.session.tap import Tap
from fastvbg.live_mode.sources.reader import Reader
from fastvbg.live_mode.terminal.keys import heed
from fastvbg.matting.run import unheard
from fastvbg.media.model import StreamInfo
from fastvbg.pixels import make_pixels
from fastvbg.threads.collector import settled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import av

    from fastvbg.live_mode.controls.controls import Nobody, State
    from fastvbg.live_mode.outlets.outlets import MakesSink
    from fastvbg.live_mode.pictures.grab import Grab, Source
    from fastvbg.live_mode.session.presence import Leaving
    from fastvbg.settings import Settings

STILL_RATE, IDLE_RATE = 5.0, 1.0
"""Pictures a second of a card, of black and of a frozen picture: watched, and not."""
_GONE_SECONDS = 1.0
"""Without a new picture a card leaves, unless that is the source's own pace."""
_WAIT = 0.1


class Session:
    """Reads a source, makes composites and hands them to sinks; controlled while it runs.

    Parameters
    ----------
    source : Source
        Where pictures come from; it is opened and closed by the session, and again where it was
        gone.
    sinks : sequence of callable
        Each makes one of the places where they go, once the colours are known.
    settings : Settings
        What is made of them.
    card : str or Path, optional
        A picture file for when nothing else may leave.
    tell : callable
        Takes lines of what goes wrong.
    note : callable, optional
        Takes lines of what goes as it should; nothing does by default.
    seconds : float, optional
        How long to work.
    switches : Switches, optional
        What can be turned while it runs.

    Notes
    -----
    `run` works in the thread that calls it. Nothing but `_send` hands pictures to sinks, and it
    gets composites, cards and black only: a picture of the room can leave by mistake nowhere.
    Settings without a background ask for the room as it is.
    """

    def __init__(
        self,
        source: Source,
        sinks: Sequence[MakesSink],
        settings: Settings,
        *,
        tell: Callable[[str], None],
        note: Callable[[str], None] = unheard,
        card: str | Path | None = None,
        seconds: float | None = None,
        switches: Switches | None = None,
    ) -> None:
        self._source, self._tell, self._note = source, tell, note
        self._outlets = Outlets(sinks, tell)
        self._making = Making(settings, tell, note)
        self._card, self._seconds, self._switches = card, seconds, switches or Switches()
        self._state: State = "live"
        self._ended = threading.Event()
        self.started = threading.Event()
        """Set once source and sinks are open, or never will be."""
        self._info: StreamInfo | None = None
        self._tap = Tap()
        self._figures = Figures()
        self._doing = "starting"
        self._plate: PlateTaking | None = None
        self._failing = Failing(tell, note)
        self._presence, self._fitting = Presence(), Fitting()
        self._shown: State | Leaving = "card"
        self._sent = self._left = 0.0
        self._skipped = 0

    # What is asked for from elsewhere.

    @property
    def settings(self) -> Settings:
        """What is being made of the frames now."""
        return self._making.settings

    def apply(self, settings: Settings) -> None:
        """Work by other settings from the next frame on; the old ones hold until then."""
        self._making.apply(settings)
        self._failing.begin_anew()

    @property
    def source(self) -> Source:
        """Where pictures come from."""
        return self._source

    def set_state(self, state: State) -> None:
        """Let something else leave from the next frame on."""
        states = "live", "freeze", "card", "black"
        self._state = cast("State", check_choice("state", state, states))

    @property
    def state(self) -> State:
        """What leaves."""
        return self._state

    def switch(self, **turned: bool | Nobody) -> None:
        """Turn what is named; see `Switches`."""
        self._switches = replace(self._switches, **cast("Any", turned))

    def take_plate(self, seconds: float = 5.0) -> None:
        """Count down, take the empty room, and key by it."""
        self._plate = PlateTaking(time.monotonic() + seconds)

    def look(self, watcher: object, *, wants: bool) -> None:
        """Say whether somebody looks at previews now."""
        self._tap.look(watcher, wants=wants)

    def shown(self, after: int, timeout: float) -> Shown | None:
        """Return the newest frame whose number is above `after`, or None."""
        return self._tap.shown(after, timeout)

    def end(self) -> None:
        """Let `run` come to its end."""
        self._ended.set()

    @property
    def is_ended(self) -> bool:
        """Whether `run` has come to its end, or soon will."""
        return self._ended.is_set()

    def figures(self) -> dict[str, Any]:
        """Return the newest figures, ready for JSON."""
        source, plate = self._source, self._plate
        now = time.monotonic()
        used = self._figures.stage("key")
        return {
            **self._figures.snapshot(),
            "state": self._state,
            "shown": self._shown,
            "doing": self._doing,
            "source": {
                name: getattr(source, name) for name in ("name", "width", "height", "rate", "told")
            },
            "dropped": self._dropped(),
            "budget": round(used * (source.rate or 30) / self._making.reduced.rate, 3),
            "reduced": str(self._making.reduced),
            "countdown": None if plate is None else round(max(0.0, plate.due - now), 1),
            "switches": asdict(self._switches),
            "crop": tuple(self._making.sight.crop),
            "sinks": self._outlets.told(),
        }

    def summary(self) -> dict[str, Any]:
        """Return what was done in all, ready for JSON."""
        more = {"dropped": self._dropped(), "cpu_of_all": round(self._figures.cpu_of_all(), 1)}
        sinks = {"failed": self._outlets.failed, "not_taken": self._outlets.not_taken()}
        return {**self._figures.snapshot(), **more, **sinks}

    def _dropped(self) -> int:
        reader = getattr(self, "_reader", None)
        waiting = reader.slot.dropped if reader is not None else 0
        return self._source.dropped + waiting + self._skipped

    # What is done.

    def run(self) -> None:
        """Work until `end` is called or the source is over; raise what makes that impossible."""
        with ExitStack() as stack:
            stack.callback(self._close)
            stack.enter_context(threads_of_opencv(self.settings.threads or 1))
            stack.callback(self._source.close)
            opening = self._source.open
            if not done_before(self._ended, opening, undo=self._source.close):
                return
            self._info = info = self._described()
            self._note(f"{self._source.name}: {self._source.told}")
            self._pixels = make_pixels(info, 1, in_one_piece=True)
            self._stills = Stills(self._pixels, info, self._card)
            self._outlets.open(info, stack, lambda sink: heed(sink, self))
            self._send(self._stills.card, time.monotonic())
            self.started.set()
            begun = done_before(
                self._ended,
                lambda: self._making.begin(info),
                meanwhile=lambda: self._still(time.monotonic(), "work"),
                undo=self._making.close,
            )
            if not begun:
                return
            stack.callback(self._making.close)
            stack.enter_context(settled())
            stack.enter_context(Ahead())
            self._outlets.admit_waiting()
            self._reader = stack.enter_context(Reader(self._source, self._tell, self._note))
            self._loop()

    def _close(self) -> None:
        """Say that it is over, however it came to that."""
        self._ended.set()
        self._doing = "ended"

    def _described(self) -> StreamInfo:
        source = self._source
        rate = Fraction(source.rate or 30).limit_denominator(1001)
        return StreamInfo(
            source.width,
            source.height,
            rate,
            Fraction(1, 90_000),
            None,
            source.colour,
            pixel_format=FORM,
        )

    def _loop(self) -> None:
        start = time.monotonic()
        idle, end = Idle(start), math.inf if self._seconds is None else start + self._seconds
        while not self._ended.is_set():
            now = time.monotonic()
            if now >= end:
                return
            if self._source.is_whole and not self._outlets.have_room(_WAIT):
                self._doing = "waiting for whoever reads"
                continue
            effort = idle.effort(watched=self._is_watched(), now=now)
            self._reader.want(wanted=effort != "sleep")
            grab = self._reader.take(_WAIT)
            now = time.monotonic()
            if grab is None:
                if self._reader.over:
                    return
                self._without(now, effort)
                continue
            self._figures.came(now)
            if effort != "work" or self._state != "live":
                self._doing = "nobody watches" if effort != "work" else f"showing: {self._state}"
                if self._plate is not None:  # it may be taken behind a card
                    self._take(grab.picture, now)
                self._making.forget()  # what comes next may be in another light
                self._source.recycle(grab.picture)
                self._still(now, effort)
            elif (
                self._making.reduced.rate > 1
                and self._figures.frames_in % self._making.reduced.rate
            ):
                self._skipped += 1
                self._source.recycle(grab.picture)
            else:
                self._composite(grab, now)

    def _is_watched(self) -> bool:
        watched = self._outlets.are_watched()
        return watched or self._switches.always or self._tap.is_watched or self._plate is not None

    def _without(self, now: float, effort: str) -> None:
        """Do what is due while no picture comes."""
        if effort == "sleep" or self._state != "live":
            self._making.forget()
        if effort == "sleep":
            self._doing = "nobody watches: the camera is closed"
            self._still(now, effort)
        elif self._state != "live":
            self._still(now, effort)
        elif self._reader.is_gone and now - self._left > _GONE_SECONDS:
            self._doing = f"waiting for the {'file' if self._source.is_paced else 'camera'}"
            self._making.forget()
            self._still(now, effort)

    def _still(self, now: float, effort: str) -> None:
        """Send a still picture, if it is time for one."""
        rate = STILL_RATE if effort == "work" else IDLE_RATE
        if now - self._sent < 1 / rate:
            return
        self._shown, picture = self._stills.of(self._state, watched=effort == "work")
        self._send(picture, now)
        self._tap.offer_still(picture, now)

    def _composite(self, grab: Grab, now: float) -> None:
        """Make the composite of a picture and send it; a card where that goes wrong."""
        if now < self._failing.until:
            self._source.recycle(grab.picture)
            self._still(now, "work")
            return
        try:
            self._compose(grab, now)
        # Whatever a keyer, a library or a plug-in raises: no picture of the room may leave.
        except Exception as error:
            self._failing.add(error, time.monotonic())
            self._doing, self._shown = "the mask failed; trying again", "card"
            self._send(self._stills.card, time.monotonic())
            self._making.drop()

    def _compose(self, grab: Grab, now: float) -> None:
        switches = self._switches
        picture = grab.picture
        wants = self._tap.is_due(now) or switches.nobody != "keep"
        self._making.turn_to(grab.scene, grab.since)
        spare = grab.spare and self._plate is None
        wanted = Wanted(wants, switches.auto_frame, spare, switches.flip)
        composed = self._making(picture, grab.captured, wanted)
        somebody = self._making.somebody
        leaving = self._presence.leaving(switches.nobody, somebody=somebody, now=now)
        doing = DOING[leaving]
        if not self._fitting.check(fits=self._making.fits, now=now):
            leaving, doing = "card", ASTRAY
        result = composed.picture
        if leaving != "live":
            result = self._stills.card if leaving == "card" else self._blurred(picture)
        keyed = time.monotonic()
        self._send(result, grab.captured)
        left = self._left = time.monotonic()
        stages = {"read": now - grab.captured, "key": keyed - now, "write": left - keyed}
        self._figures.went(left, grab.captured, stages)
        self._reader.spent(left - grab.captured)
        self._doing, self._shown = doing, leaving
        if self._failing.failing:
            self._failing.worked(left)
        tapped = self._tap.is_due(now) and self._tap.offer(
            now, seen_as(picture, self._making.sight), composed.matte, result
        )
        self._take(picture, now)
        if composed.before is not None and not self._tap.holds(composed.before):
            self._source.recycle(composed.before)
        # The last one is kept, to be frozen.
        mine = result is composed.picture and composed.recycle is not None and not tapped
        self._stills.keep(result, composed.recycle if mine else None)
        if not self._source.is_whole:  # what waits for its reader has time
            self._making.spent(left - now, 1 / (self._source.rate or 30), left)

    def _blurred(self, picture: av.VideoFrame) -> av.VideoFrame:
        """Return a picture as it is shown, blurred all over."""
        return self._making.blurred(seen_as(picture, self._making.sight))

    def _send(self, picture: av.VideoFrame, captured: float) -> None:
        """Hand a picture to every sink; end where the last of them fails."""
        self._sent = time.monotonic()
        if not self._outlets.send(cast("Any", self._pixels.planes(picture)), captured):
            self._ended.set()

    def _take(self, picture: av.VideoFrame, now: float) -> None:
        """Take the empty room, if that is asked for and due."""
        taking = self._plate
        if taking is None or self._info is None or not taking.add(picture, self._info, now):
            return
        self._plate = None
        # Frames go on while kernels are made for it.
        threading.Thread(
            target=self._key_by, args=(taking,), name="fastvbg plate", daemon=True
        ).start()

    def _key_by(self, taking: PlateTaking) -> None:
        """Key by a plate that has been taken."""
        try:
            settings = replace(self.settings, mask=taking.mask(self._making.kind))
            self.apply(settings)
            self._making.took(settings.kind)
            self._note(f"the empty room was taken: {settings.kind.data()['plate']}")
        except FastvbgError as error:
            self._tell(f"the empty room could not be taken: {error}")
