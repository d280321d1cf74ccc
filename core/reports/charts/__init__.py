"""The charts of a report, drawn as SVG: shapes with a title and a description, and no script."""
