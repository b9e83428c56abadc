"""A camera in, a virtual camera out: the newest frame only, and never the room by mistake.

`api` is what is called, `asking` checks what is asked for. `session` is at work: it reads `sources`
into a slot of one (`pictures`), has composites made (`making`) and hands them to `outlets`.
`controls` is what `terminal`, `page` and programs may ask for.
"""
