"""The pages that people browse: hand-written HTML, one stylesheet, and nothing from another host."""
