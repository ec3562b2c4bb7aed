"""The field season, played over HTTP by 144 people with real logins against a running API, day by simulated day.

Reading order: `days` (the whole story), `people` and `lists` (how it begins), `field` with `phone` and `stories`
(enumerators), `coordinators`, `bappeda` with `meetings`, `lineage` and `found` (offices), `release` with `files` and
`letters` (the official tail), `reckoning` and `tables` (does it add up), `callers` (what every call cost), `house`.
"""
