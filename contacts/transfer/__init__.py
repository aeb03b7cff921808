"""Groups and people as tables: written out, read back, and what a table would change shown before it does."""

from .groups import GroupsTable
from .people import PeopleTable
from .plan import Changed, Line, Plan, Verdict
from .table import Unreadable

__all__ = ["Changed", "GroupsTable", "Line", "PeopleTable", "Plan", "Unreadable", "Verdict"]
