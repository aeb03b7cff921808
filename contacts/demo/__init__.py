"""The demo's groups, people and desks: facts from real documents, with addresses at example.org that reach nobody."""

from .loading import PASSWORD, Account, Row, load, named_groups, read_rows

__all__ = ["PASSWORD", "Account", "Row", "load", "named_groups", "read_rows"]
