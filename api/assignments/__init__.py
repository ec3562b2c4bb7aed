"""Who goes to which door: work is shared out by whole RTs and handed on when somebody cannot go."""
