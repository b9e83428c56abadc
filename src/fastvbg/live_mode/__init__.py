"""A camera in, a virtual camera out: the newest frame only, and never the room by mistake.

`session.Session` does the work; `reader` reads a source (`camera`, `files`, `streams`, `grabbing`)
into a slot of one; `work` makes composites; sinks are of `devices` and `sinks`. `controls` is what
the page, keys and programs may ask for.
"""
