"""The field season, played over HTTP by 144 people with real logins against a running API.

Reading order: `callers` (who calls, and what every call cost), `stories` (what happens behind each door), `field`
(enumerators), `office` (coordinators and Bappeda), `release` (the files), `reckoning` (the table, and does it add up).
"""
