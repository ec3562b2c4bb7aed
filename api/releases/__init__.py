"""Releases: the decided verdicts of a campaign, frozen, counted per source apart, and handed out as files.

A release is copied once and never changes: what is decided, edited or imported later goes into the next one. Agencies
read releases only, and never a personal number.
"""
