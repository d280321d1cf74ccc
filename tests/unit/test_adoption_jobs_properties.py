from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from core.adoption.job_claims import conflicts, jobs_by_batch
from core.adoption.job_lists import job_list_of
from core.adoption.names import number_in_name

JOB = st.from_regex(r"batches/j[a-z0-9_-]{3,12}", fullmatch=True)
NUMBER = st.integers(1, 999_999)
WORDS = st.sampled_from(
    [
        *(
            "batch",
            "Batch 7",
            "batches/a1b",
            "batches/",
            "files/x1",
            "17",
            "batch_number",
            '"job": "batches/q"',
            "{}",
        ),
        *("|", "---", ",", ":", "{", "}", "[", "]", '"', "\n", "\r\n", "\\", "\ufeff", "\x00", "\ud800"),
        *("2025-11-02", "PENDING", "Batches 3-9"),
    ]
)
MESS = st.lists(WORDS | st.text(max_size=5), max_size=30).map(" ".join) | st.lists(WORDS, max_size=30).map("".join)
KEYS = st.sampled_from(
    ["batch", "batch_number", "job", "state", "file_uri", "name", "17", "batches/k", "jobs", "x.y", ""]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | MESS | JOB,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=15,
)


@given(MESS)
def test_every_claim_in_any_text_really_stands_there(text: str) -> None:
    for claim in job_list_of(text, "list").claims:
        assert claim.job or claim.file_uri
        assert claim.job is None or claim.job in text
        assert claim.file_uri is None or claim.file_uri in text
        assert claim.number is None or str(claim.number) in text
        assert claim.place


@given(JSON)
def test_every_claim_in_any_document_really_stands_there(document: object) -> None:
    text = json.dumps(document, ensure_ascii=False)
    found = job_list_of(text, "list")
    for claim in found.claims:
        assert claim.job is None or claim.job in text
        assert claim.file_uri is None or claim.file_uri in text
        assert claim.number is None or str(claim.number) in text
    conflicts(found.claims)
    for finding in found.findings:
        str(finding).encode()


@given(st.dictionaries(NUMBER, JOB, min_size=1, max_size=8))
def test_the_same_jobs_are_found_in_every_shape(jobs: dict[int, str]) -> None:
    rows = [{"batch_number": number, "job_name": job} for number, job in jobs.items()]
    expected = {number: (job,) for number, job in sorted(jobs.items())}
    for text in (
        json.dumps({"batches": rows}, indent=2),
        "\n".join(map(json.dumps, rows)),
        "| Batch | Job |\n|---|---|\n" + "\n".join(f"| {n} | {job} |" for n, job in jobs.items()),
        "batch,job\n" + "\n".join(f"{n},{job}" for n, job in jobs.items()),
        "\n".join(f"Batch {n}: {job} (PENDING)" for n, job in jobs.items()),
        json.dumps({str(n): job for n, job in jobs.items()}),
    ):
        assert jobs_by_batch(job_list_of(text, "list").claims) == expected


@given(NUMBER)
def test_a_number_is_read_out_of_the_names_it_is_written_in(number: int) -> None:
    for name in (
        f"batch_{number:03d}",
        f"refinement_batch_{number:06d}",
        f"batch-{number}-crypto-qa",
        f"Batch {number}:",
    ):
        assert number_in_name(name) == number
