"""Explicit vectors: a small vocabulary, and the kernels' inner loops composed from it.

`_types` makes vectors values that compiled code can hold and pass; `memory`, `arithmetic` and
`pixels` are the vocabulary; `bgr`, `planes` and `matte` are loops over runs of pixels.

Two ideas carry the vocabulary. *Bytes* is one vector of `LANES` bytes, *words* one of half as many
16-bit integers. *Pixels* are three vectors of bytes which hold `LANES` BGR pixels, in whatever
arrangement suits the CPU: as they lie in memory on x86, where shuffles are dear; channel by channel
elsewhere (NEON loads and stores that way). Loops do not know which.
"""
