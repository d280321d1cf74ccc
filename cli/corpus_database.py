"""The database that the corpus is imported into, and the vectors that go with it, as the settings name them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.sql.corpus.opening import open_corpus
from cli.compose import located
from cli.embedding import Wishes, recipe_by

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from adapters.sql.corpus.database import SqlCorpus
    from cli.compose import Opened
    from core.corpus.space import Space


def corpus_database(opened: Opened) -> AbstractContextManager[SqlCorpus]:
    """Open the corpus's database for the length of a block; DatabaseError when the setting is no address."""
    return closing(open_corpus(located(opened.root, opened.settings.corpus.database)))


def settings_space(opened: Opened) -> Space:
    """Return the space that the settings have pairs embedded in; BadInputError for a model that nobody knows."""
    return recipe_by(opened, Wishes(model=None, dimensions=None, whole=False, online=None)).space


def shown(opened: Opened, place: str) -> str:
    """Return where a database is, relative to the workspace if it lies there."""
    path = Path(place)
    return path.relative_to(opened.root).as_posix() if path.is_relative_to(opened.root) else place
