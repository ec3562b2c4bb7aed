"""ODK Collect, unmodified: forms and work lists go out, filled forms and photos come in (OpenRosa 1.0).

Read `phones.py` (a code that sets Collect up), `door.py` (the token of a path is somebody), `forms.py` and `lists.py`
(what Collect downloads), `parcel.py` (what it sends), `reading.py` and `translating.py` (XML, and a visit made of it),
`submitting.py` (through the door of push), `answers.py` (OpenRosa's words for what became of it).
"""
