"""Phones that work offline: what they send is never lost and never doubled, what they need they get page by page.

Push: `push_reading.py` (a parcel into its items), `push.py` (keep, judge, say what became of each), `reconcile.py` (do
you hold what I sent?), `quarantine.py` (what a person has to look at, and what they decide).
"""
