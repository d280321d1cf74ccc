"""From staged files to a plan: inventory, grouping into batches, packing into requests, estimates."""
