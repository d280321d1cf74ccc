"""Every kind of damage that is made, and every check that should see it; more of both are added here."""

from __future__ import annotations

from benchmarks.quality import figures, harmless, signs, terms
from core.quality.kept.check import kept_checks
from core.quality.kept.glossary import default_glossary

DAMAGES = (*figures.DAMAGES, *signs.DAMAGES, *terms.DAMAGES, *harmless.DAMAGES)
CHECKS = kept_checks(default_glossary())
