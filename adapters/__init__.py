"""Everything outside: one folder an outside thing, and none knows another."""
