"""The contract under fire: made-up calls of every role, and what they were answered."""
