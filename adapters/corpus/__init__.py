"""The corpus on disk and on an engine: Parquet by pyarrow, duplicates by Daft; an optional extra."""

import logging
import os

# Before they are imported: neither Daft nor Ray tells anybody that it is used, and neither draws on the terminal.
os.environ.update(
    DAFT_ANALYTICS_ENABLED="0",
    DO_NOT_TRACK="true",
    DAFT_PROGRESS_BAR="0",
    RAY_USAGE_STATS_ENABLED="0",
    RAY_TQDM="0",
)
# What goes wrong is said once, as a sentence.
logging.getLogger("daft_local_execution").addHandler(logging.NullHandler())
