"""The rehearsal room: invented people and invented households, so that anybody can try a whole season.

Nobody in this room is real. Names, numbers and addresses are drawn from a seed; only the regions and the
street names are those of Kota Malang. Nothing here may be fed with, or compared against, a real list.
"""
