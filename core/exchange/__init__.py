"""What goes to the model and what comes back: pairs to request lines, answer lines to verdicts."""
