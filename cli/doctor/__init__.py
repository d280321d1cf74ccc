"""What can be wrong with a workspace before and while it is driven, one check a line."""
