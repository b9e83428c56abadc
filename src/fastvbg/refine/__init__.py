"""Refinement: what improves a mask or matte that some keyer made.

`shape` is about a pixel's neighbourhood, `regions` about connected regions, `soften` and `guided`
about edges, `temporal` about the frames before. `refiner` runs a list of such steps over the mattes
of a video.
"""
