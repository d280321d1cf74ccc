"""How well a text is written, and whether its refinement is written better."""
