"""The corpus on disk and on an engine: Parquet by pyarrow, duplicates by Daft; an optional extra."""
