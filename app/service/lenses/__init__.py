"""The lenses at work: which there are, what they need, what they find."""
