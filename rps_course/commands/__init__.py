"""The commands of `rps-course`, a module each: its arguments, and what it does with them.

All are imported at each start: what takes time to import is imported where it is used.
"""
