"""The frame around the pages: menu, gate, state, cache."""
