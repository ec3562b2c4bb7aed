"""One knock on one door: the room that every other room may be compared with.

Read it in this order: `problems.py` (how it refuses), `schemas.py` (what it is told and what it answers), `queries.py`
(the SQL, one statement a purpose), `judging.py` (what a visit means, without a database), `storing.py` (what a batch
reads and writes), `service.py` (receive, judge, store, read), `router.py` (HTTP). A visit is only ever added; what was
said at the door lies sealed.
"""
