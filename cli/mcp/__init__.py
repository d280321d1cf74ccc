"""The MCP server: the commands of batchmill as tools of a user's agent, over stdio or loopback HTTP."""
