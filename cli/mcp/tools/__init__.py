"""The tools, one module a subject; `cli.mcp.catalogue` has them all."""
