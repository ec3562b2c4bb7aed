"""The promises of trust, kept on a throw-away house: one module a promise, one line a number."""
