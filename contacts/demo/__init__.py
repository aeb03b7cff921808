"""The demo's groups, people and desks: facts from real documents, with addresses at example.org that reach nobody."""

from .loading import PASSWORD, Account, load, read_rows

__all__ = ["PASSWORD", "Account", "load", "read_rows"]
