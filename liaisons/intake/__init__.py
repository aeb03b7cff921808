"""Word files of others → fields of a letter, each with the words it was read from.

Read by a walk of our own over the XML rather than through mammoth: that joins neighbouring lists, forgets where a list
begins to count and the numbers of headings, which are what others cite.
"""
