"""Which kind of mask suits a clip: by frames from all over it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fastvbg.errors import FastvbgError
from fastvbg.keyers.chroma.survey import ScreenSurvey
from fastvbg.keyers.person.keyer import PersonKeyer
from fastvbg.pixels import make_pixels
from fastvbg.source.sampling import can_be_read_twice, samples

if TYPE_CHECKING:
    from fastvbg.matting.run import Run

_SAMPLES = 12
_FEW = 4
"""With fewer key frames, frames from the beginning on are looked at."""
_MOST_DECODED = 240
_SCREEN_SHARE = 0.75
"""Of the frames looked at, those that show one screen: a slate or a fade may come before it."""
_PERSON_SHARE = 0.01
"""Of a frame, what is surely person in it: less is a face in a poster, or none."""
_SURE = 200
_PEOPLE_SHARE = 1 / 3
"""Of the frames looked at: on a road the network finds somebody here and there."""


def choose(run: Run) -> tuple[str, str]:
    """Return the name of the kind that suits a run, and why.

    Parameters
    ----------
    run : Run
        Frames from all over its input are looked at. What can be read once only is not: people are
        taken to be in it.
    """
    pictures = _looked_at(run)
    if pictures:
        survey = _survey(run, pictures)
        if survey.shows_screen(_SCREEN_SHARE):
            return "chroma", f"since {survey.votes} of {survey.frames} frames show a screen"
    elif can_be_read_twice(run.input):
        return "motion", "since there is no frame to look at"
    try:
        keyer = PersonKeyer()
        people = _people(run, keyer, pictures)
    except FastvbgError as error:
        return "motion", f"since there is no screen, and people cannot be looked for ({error})"
    if not can_be_read_twice(run.input):
        return "person", "since it cannot be looked at beforehand"
    frames = len(pictures)
    if frames and people >= _PEOPLE_SHARE * frames:
        return "person", f"since {people} of {frames} frames show people, and no screen"
    show = "shows" if people == 1 else "show"
    return "motion", f"since {people or 'none'} of {frames} frames {show} people, and no screen"


def _survey(run: Run, pictures: list[Any]) -> ScreenSurvey:
    pixels, survey = make_pixels(run.info, None), ScreenSurvey()
    for picture in pictures:
        run.poll()
        survey.add(pixels.sample(picture))
    return survey


def _people(run: Run, keyer: Any, pictures: list[Any]) -> int:
    """Return how many frames show people."""
    pixels, people = make_pixels(run.info, None), 0
    for picture in pictures:
        run.poll()
        keyer.reset()
        small = keyer.key_small(pixels.sample(picture))
        people += float((small >= _SURE).mean()) >= _PERSON_SHARE
    return people


def _looked_at(run: Run) -> list[Any]:
    """Return frames from all over the input, or where that costs much, from its beginning."""
    if not can_be_read_twice(run.input):
        return []
    reading = replace(run.reading, threads=None)
    for hops in (True, False):
        found = samples(run.input, _SAMPLES, reading, fps=run.fps, hops=hops, most=_MOST_DECODED)
        pictures = list(found)
        if len(pictures) >= _FEW:
            break
    return pictures
