"""How answers look: plain text, tables, JSON."""
