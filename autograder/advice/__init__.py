"""Advice to students besides the scores, given in the kernel and by `pack`."""
