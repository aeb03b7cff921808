"""What a page shows of many things at once, each in a constant number of queries."""
