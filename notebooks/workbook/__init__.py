"""What the notebooks use: exercise cells, demo cells and pictures.

Importing it makes `mytorch` the one beside the notebook, and no other.
"""

from .live import attach

attach()
