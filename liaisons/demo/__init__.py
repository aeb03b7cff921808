"""The demo's letters: the register of JCA-MV as real documents tell it, and what waits for the people of two desks."""

from .loading import load, load_register
from .past import demo_statements

__all__ = ["demo_statements", "load", "load_register"]
