"""One script a screen: choose, read, draw."""
