"""Phones that are offline most of the day: what they pull, what they push, and what waits for a person."""
