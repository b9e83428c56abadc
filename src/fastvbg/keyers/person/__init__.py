"""People before any room: a network, steadied over time and led along edges."""
