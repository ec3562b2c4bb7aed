"""BPS-style CAPI: FormGear's documents of a questionnaire and of an assignment out, what was filled in back in.

FormGear (https://github.com/bps-statistics/form-gear, MIT) is the form engine of FASIH; its shapes are those of its
README and of `src/stores/*.tsx`. Read `keys.py` (how our things are named in its documents), `javascript.py` (our
conditions as its expressions, which we write and never run), `template.py` (a version as template and validation),
`presetting.py` (an assignment as preset, response and remark), `reading.py` (a submission as a visit), `pictures.py`
(its photos), `service.py` (the door, which is that of push), `router.py`.
"""
