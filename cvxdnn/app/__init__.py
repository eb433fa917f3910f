"""The frame of every page: entrance, tab, turn, live parts, charts that several pages use, the point editor."""
