"""Whether a refinement is well formed: marks, ends, questions, lengths and the model's own fields."""
