"""What is proposed, reviewed and decided about a household: one verdict an assignment, moved by three kinds of people.

Reading order of the room: `lifecycle.py` (the table of states), `rules.py` (which contents agree with themselves),
`moving.py` (how a move is made), `service.py` (propose, review, decide), `resolving.py` (remarks are answered), then
the official tail: `deliberating.py`, `endorsing.py`, `objecting.py`. A verdict's content is in revisions that are only
ever added; its stage stands on the assignment, and each move leaves an event.
"""
