"""Who calls, what they may do, which rows they see: roles, tokens, actors, row security, audit, and the way in."""
