"""What stood in a pair and must still stand in its refinement: numbers, dates, formulas, symbols, terms."""
