"""One file a step; a step that has shipped never changes."""
