"""Pages of groups, people and their tables."""
