"""Files of the workspace: staged sources, batch files, results, documents."""
