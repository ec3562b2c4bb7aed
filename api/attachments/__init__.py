"""Photos of visits: they come after their visit, in pieces where the line is thin, and are drawn anew before they stay.

Read `picture.py` (what is a photo), `decoding.py` (where it is decoded), `arriving.py` (bytes on
their way in), `store.py` (where pictures lie),
`service.py` (what is expected, what came, who sees it), `sweeping.py` (what is left behind), `router.py`.
"""
