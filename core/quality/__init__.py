"""Is what came back better than what was sent: checks of pairs before and after, and what they say together."""
