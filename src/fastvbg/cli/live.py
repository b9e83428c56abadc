"""`fastvbg live`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from fastvbg.cli.arguments import Quiet
from fastvbg.cli.options import takes_settings
from fastvbg.cli.stopping import check_stopped
from fastvbg.cli.streams import say, tell
from fastvbg.errors import OptionError

if TYPE_CHECKING:
    from fastvbg.live_mode.session.session import Session
    from fastvbg.measure.probes import Finding
    from fastvbg.settings import Settings

_LOOPBACK = "127.0.0.1"


@takes_settings("mask", "background", "encoder", tells_typed=True)
def live(  # noqa: PLR0913, PLR0917  (an option each)
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="camera, camera:NAME or /dev/videoN; browser, whose camera the page gives; "
            "screen; demo, a generated scene; a stream rtsp://, rtmp://, http://, tcp://; or a "
            "file, played at its own pace.",
        ),
    ] = "camera",
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            metavar="SINK",
            help="loopback, loopback:NAME or /dev/videoN; pipewire; virtualcam; window; a file; "
            "a stream; - for Y4M. May be repeated; by default the first virtual camera.",
        ),
    ] = None,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Wished of the source.")] = None,
    fps: Annotated[
        str | None, typer.Option(metavar="RATE", help="Frames a second, wished of the source.")
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(metavar="FOURCC", help="Wished of a camera: MJPG, YUYV, NV12, ..."),
    ] = None,
    loop: Annotated[bool, typer.Option("--loop", help="Play a file again and again.")] = False,
    card: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A picture for when nothing else may be shown."),
    ] = None,
    flip: Annotated[bool, typer.Option("--flip", help="Mirror the camera.")] = False,
    auto_frame: Annotated[
        bool, typer.Option("--auto-frame", help="Follow who is in the picture with a crop.")
    ] = False,
    nobody: Annotated[
        str,
        typer.Option(metavar="WHAT", help="While nobody is in the picture: keep, card or blur."),
    ] = "keep",
    always: Annotated[
        bool, typer.Option("--always", help="Work also while nobody watches.")
    ] = False,
    page: Annotated[
        bool, typer.Option("--page", help="Serve a page on this machine to tune it by.")
    ] = False,
    bind: Annotated[
        str | None,
        typer.Option(
            metavar="HOST[:PORT]", help="Where the page is served; by default on this machine."
        ),
    ] = None,
    seconds: Annotated[float | None, typer.Option(metavar="N", help="End after so long.")] = None,
    list_devices: Annotated[
        bool, typer.Option("--list", help="List cameras and virtual cameras, and end.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="List all formats, sizes and rates.")
    ] = False,
    json_lines: Annotated[
        bool, typer.Option("--json", help="Figures as a line of JSON each second, for programs.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace recordings.")] = False,
    quiet: Quiet = False,
    *,
    settings: Settings,
    typed: list[str],
) -> None:
    """Put yourself in a call over another background: a camera in, a virtual camera out."""
    if list_devices:
        from fastvbg.live_mode.asking.listing import lines

        for line in lines(verbose=verbose):
            tell(line)
        return
    if verbose:
        raise OptionError("verbose: it goes with --list")
    from fastvbg.live_mode.asking.adapting import adapted
    from fastvbg.live_mode.asking.asked import Asked, make_session
    from fastvbg.live_mode.asking.choosing import has_camera, stand_in
    from fastvbg.live_mode.controls.switches import Switches
    from fastvbg.live_mode.running import Running, default_sinks, page_sinks
    from fastvbg.live_mode.terminal.terminal import Terminal

    if source == "browser" and not page:
        raise OptionError("source: a browser gives its camera by the page; wanted browser --page")
    places = to or (page_sinks() if page else default_sinks())
    if page and source == "camera" and not has_camera():
        source, showing = stand_in()
        say(f"fastvbg: camera: there is none; {showing}")
    if bind is not None and not page:
        raise OptionError("bind: it goes with --page")
    switches = Switches(flip, auto_frame, cast("Any", nobody), always)
    asked = Asked(source, places, size, fps, format, loop, card, seconds, overwrite, switches)
    asked, settings, left = adapted(asked, settings, typed)
    if left:
        say(f"fastvbg: settings: left out, as they are for files: {', '.join(left)}")
    terminal = Terminal(quiet=quiet)
    session = make_session(
        asked,
        settings,
        tell=lambda line: terminal.say(f"fastvbg: {line}"),
        note=lambda line: None if quiet else terminal.say(f"fastvbg: {line}"),
    )
    running = Running(session, terminal, json_lines=json_lines)
    check_stopped()  # from here on a signal is the session's
    with running.page(bind or _LOOPBACK, _examined) if page else running.alone():
        running.run()
    _summary(session, quiet=quiet, json_lines=json_lines)
    if session.summary()["failed"]:
        raise typer.Exit(3)


def _examined() -> list[Finding]:
    """Return what the doctor finds; it is loaded when a page asks for it."""
    from fastvbg.measure.doctor import examine

    return examine()


def _summary(session: Session, *, quiet: bool, json_lines: bool) -> None:
    """Print what was done in all."""
    figures: dict[str, Any] = session.summary()
    if json_lines:
        say(json.dumps({"summary": figures}))
    elif not quiet:
        late = "".join(
            f"; {count} not taken in time by {name}" for name, count in figures["not_taken"].items()
        )
        say(
            f"{figures['frames_in']} frames in, {figures['frames_out']} out, "
            f"{figures['dropped']} dropped in {figures['seconds']:.0f} s; "
            f"{figures['cpu_of_all']:.0f} % of a core; most delay {figures['delay_ms']['max']} ms"
            f"{late}"
        )
