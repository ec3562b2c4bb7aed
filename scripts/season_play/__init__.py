"""The field season, played over HTTP by 144 people with real logins against a running API, day by simulated day.

Reading order: `phone` (a client of `/v1/sync` to copy), `days` (the whole story), `people` and `lists` (how it begins),
`field` with `knocking`, `found` and `stories` (enumerators), `carriers` with `syncing`, `troubles` and `replacing`
(what befalls their phones), `coordinators` with `inbox`, `bappeda` with `meetings` and `lineage` (offices), `release`
with `files` and `letters` (the official tail), `reckoning` with `memory` and `tables` (does it add up), `callers` (what
every call cost), `house`.
"""
