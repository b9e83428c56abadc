"""Which kind of mask suits a clip: by frames from all over it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fastvbg.errors import FastvbgError
from fastvbg.keyers.person import PersonKeyer
from fastvbg.keyers.screen_survey import ScreenSurvey
from fastvbg.pixels import make_pixels
from fastvbg.source.sampling import can_be_read_twice, samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastvbg.matting.run import Run

_SAMPLES = 12
_SCREEN_SHARE = 0.75
"""Of the frames looked at, those that show one screen: a slate or a fade may come before it."""
_PERSON_SHARE = 0.01
"""Of a frame, what is surely person in it: less is a face in a poster, or none."""
_SURE = 200


def choose(run: Run) -> tuple[str, str]:
    """Return the name of the kind that suits a run, and why.

    Parameters
    ----------
    run : Run
        Frames from all over its input are looked at. What can be read once only is not: people are
        taken to be in it.
    """
    looked = can_be_read_twice(run.input)
    if looked:
        survey = _survey(run)
        if survey.shows_screen(_SCREEN_SHARE):
            return "chroma", f"since {survey.votes} of {survey.frames} frames show a screen"
    try:
        keyer = PersonKeyer()
        seen = _people(run, keyer) if looked else None
    except FastvbgError as error:
        return "motion", f"since there is no screen, and people cannot be looked for ({error})"
    if seen is None:
        return "person", "since it cannot be looked at beforehand"
    people, frames = seen
    if people or frames == 1:
        return "person", f"since {people} of {frames} frames show people, and no screen"
    return "motion", f"since none of {frames} frames shows a screen or people"


def _survey(run: Run) -> ScreenSurvey:
    pixels, survey = make_pixels(run.info, None), ScreenSurvey()
    for picture in _looked_at(run):
        survey.add(pixels.sample(picture))
    return survey


def _people(run: Run, keyer: Any) -> tuple[int, int]:
    """Return how many frames show people, of how many that were looked at."""
    pixels, people, frames = make_pixels(run.info, None), 0, 0
    for picture in _looked_at(run):
        keyer.reset()
        small = keyer.key_small(pixels.sample(picture))
        people += float((small >= _SURE).mean()) >= _PERSON_SHARE
        frames += 1
    return people, frames


def _looked_at(run: Run) -> Iterator[Any]:
    reading = replace(run.reading, threads=None)
    for picture in samples(run.input, _SAMPLES, reading, fps=run.fps, hops=True):
        run.poll()
        yield picture
