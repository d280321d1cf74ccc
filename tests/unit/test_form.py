from __future__ import annotations

import msgspec
import pytest

from core.pairs import ids
from core.wave.events import Form
from core.wave.form import differences, form_of
from tests.mill import Mill

replace = msgspec.structs.replace


def form_after(mill: Mill, *numbers: int) -> Form:
    mill.stage(*numbers)
    batches = [mill.batch(number) for number in numbers]
    lines = [mill.files.kept[batch.file_path].splitlines()[0] for batch in batches]
    return form_of(batches, lines)


def test_the_form_of_files_is_what_all_their_requests_have_in_common(mill: Mill) -> None:
    form = form_after(mill, 205, 206)

    assert {"key", "request.contents[].parts[].text", "request.generationConfig.maxOutputTokens"} <= set(form.keys)
    assert (form.pairs_a_request, form.pairs_a_batch) == ((2, 2), (4, 4))
    assert form.bytes_a_pair == sum(mill.batch(number).file_size for number in (205, 206)) // 8
    assert form.prompt_sha256 == mill.batch(205).prompt_sha256


def test_other_pairs_have_no_other_form(mill: Mill) -> None:
    form = form_after(mill, 205)
    longer = Mill(pairs=4)

    assert list(ids(mill.batch(205).ranges))
    assert differences(form_after(longer, 209), form) == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"keys": ("key", "request", "status")}, ("status is new in a request",)),
        ({"keys": ("key",)}, ("request is no longer in a request",)),
        ({"prompt_sha256": "d" * 64}, ("the prompt is version dddddddd, and was version cccccccc",)),
        ({"schema_sha256": ""}, ("the response schema is absent, and was version aaaaaaaa",)),
        ({"instruction_sha256": ""}, ("the system instruction is absent, and was version bbbbbbbb",)),
        ({"model": "gemini-2.5-pro"}, ("the model is gemini-2.5-pro, and was gemini-2.5-flash",)),
        (
            {"settings": ("temperature 1.0",)},
            ("generation setting temperature 0.2 is gone", "generation setting temperature 1.0 is new"),
        ),
        ({"pairs_a_request": (100, 100)}, ("pairs a request: 100 now, 25 to 34 before",)),
        ({"pairs_a_request": (1, 1)}, ("pairs a request: 1 now, 25 to 34 before",)),
        ({"pairs_a_batch": (10, 500)}, ("pairs a batch: 10 to 500 now, 100 to 101 before",)),
        ({"bytes_a_pair": 300}, ("bytes a pair: 300 now, 3,300 before",)),
        ({"bytes_a_pair": 3_900}, ()),
        ({"pairs_a_request": (20, 30)}, ()),
    ],
)
def test_what_differs_is_said_in_words(change: dict[str, object], said: tuple[str, ...]) -> None:
    old = Form(
        keys=("key", "request"),
        schema_sha256="a" * 64,
        instruction_sha256="b" * 64,
        prompt_sha256="c" * 64,
        model="gemini-2.5-flash",
        settings=("temperature 0.2",),
        pairs_a_request=(25, 34),
        pairs_a_batch=(100, 101),
        bytes_a_pair=3_300,
    )

    assert differences(replace(old, **change), old) == said
    assert differences(old, old) == ()


def test_a_wrong_format_of_one_line_a_request_shows_at_once(mill: Mill) -> None:
    form = form_after(mill, 205)
    batch = replace(mill.batch(205), file_size=90_000)
    wrong = form_of([batch], [b'{"request":{"contents":[{"parts":[{"text":"You are an editor."}]}]}}'])

    said = differences(wrong, form)

    assert "key is no longer in a request" in said
    assert "request.generationConfig is no longer in a request" in said
