"""The command line: settings, composition, commands, and what they print."""
