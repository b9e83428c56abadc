"""What may be asked for, as data: options with help, bounds and spellings; values of options.

Checks and their messages, the command line and its help, settings files and the tables of the
documentation all come from these descriptions.
"""

from __future__ import annotations

from fastvbg.options.described import Becomes, Described, digest_of, option
from fastvbg.options.files import File, joined
from fastvbg.options.kinds import (
    Choice,
    Colour,
    Flag,
    Integer,
    Number,
    Option,
    Pairs,
    Rate,
    Seconds,
    Size,
    Text,
)

__all__ = [
    "Becomes",
    "Choice",
    "Colour",
    "Described",
    "File",
    "Flag",
    "Integer",
    "Number",
    "Option",
    "Pairs",
    "Rate",
    "Seconds",
    "Size",
    "Text",
    "digest_of",
    "joined",
    "option",
]
