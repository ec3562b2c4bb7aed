"""Files in: a list of the ministry arrives, is checked row by row, and becomes households with their assignments.

A rejected row never stops the rest; the same file twice adds nothing; what a visit found is never overwritten.
"""
