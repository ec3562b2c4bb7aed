"""Households: who lives at a door, on which lists, in which programmes. Numbers are masked unless work needs them."""
