"""The table of form: what each check is called and why it exists."""

from __future__ import annotations

from core.quality.findings import FORMED, Check
from core.quality.formed import elsewhere, endings, fences, html, markup, own_fields, sizes

CHECKS = tuple(
    Check(name, FORMED, reason, function)
    for name, reason, function in (
        ("fence-around", "A reader would see the whole text as code.", fences.fence_around),
        ("fence-unbalanced", "All behind an open fence is shown as code.", fences.fence_unbalanced),
        ("html", "Tags are shown as text, or change the page.", html.html),
        ("bold-unbalanced", "The asterisks are shown as text.", markup.bold_unbalanced),
        ("link-broken", "The link leads nowhere.", markup.link_broken),
        ("formula-unbalanced", "The formula cannot be set.", markup.formula_unbalanced),
        ("cut-off", "The answer stops before its end.", endings.cut_off),
        ("placeholder", "A placeholder stands where text should stand.", endings.placeholder),
        ("question-lost", "What was asked cannot be searched for any more.", sizes.question_lost),
        ("length-ratio", "Most of the answer is gone, or most of it is new.", sizes.length_ratio),
        ("quality-scores", "The model's own judgement cannot be used.", own_fields.quality_scores),
        ("duplicate-analysis", "Duplicates cannot be told by it.", own_fields.duplicate_analysis),
        ("flags", "The model's own doubts cannot be read.", own_fields.flags),
        ("rag-metadata", "The pair cannot be found by its tags.", own_fields.metadata),
    )
)

#: The check that needs a whole batch at once: `core.quality.formed.elsewhere.answers_elsewhere`.
OF_A_BATCH = {elsewhere.CHECK: "The answer belongs to another question."}
