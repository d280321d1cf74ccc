from __future__ import annotations

import json

import pytest

from core.adoption.forms import FileForm, FormClaim, form_by_count
from core.adoption.job_claims import JobList, conflicts, jobs_by_batch, uploads_without_job
from core.adoption.job_lists import job_list_of

URI = "https://generativelanguage.googleapis.com/v1beta/files/iinrcvj72uef"


def read(text: str) -> JobList:
    return job_list_of(text, "list")


def said(text: str) -> list[tuple[int | None, str | None]]:
    return [(claim.number, claim.job) for claim in read(text).claims]


def codes(text: str) -> list[str]:
    return [finding.code for finding in read(text).findings]


@pytest.mark.parametrize(
    "entry",
    [
        {"batch_number": 17, "job_name": "batches/abc"},
        {"batch_num": "17", "batch_job_name": "batches/abc"},
        {"batch_id": "refinement_batch_017", "batch_name": "batches/abc"},
        {"batchNumber": 17.0, "job": {"name": "batches/abc", "state": "X"}},
        {"batch": 17, "batch_id": "batches/abc"},
        {"batch": {"number": 17, "job": "batches/abc"}},
        {"job": "batches/abc", "batch": {"number": 17}},
        {"display_name": "batch-017-qa", "name": "batches/abc"},
        {"17": "batches/abc"},
        {"batch_017": {"name": "batches/abc"}},
        {"batches/abc": 17},
        {"batches/abc": {"batch": 17}},
        {"batch_number": 17, "jobs": ["batches/abc"]},
        {"batch_number": 17, "note": "runs as batches/abc since noon"},
        {"batch": "Batch 17", "url": "https://example.com/v1beta/batches/abc"},
    ],
)
def test_a_job_is_found_under_any_key_and_in_any_nesting(entry: object) -> None:
    for document in (entry, [entry], {"a": {"b": [entry]}}):
        for text in (json.dumps(document), json.dumps(document, indent=1)):
            assert said(text) == [(17, "batches/abc")]


@pytest.mark.parametrize(
    "text",
    [
        "Batch 17: batches/abc (PENDING)",
        "- refinement_batch_017 -> `batches/abc`.",
        "17: batches/abc",
        "17, batches/abc",
        "| 17 | batches/abc | PENDING |",
        "created https://example.com/v1beta/batches/abc for batch #17",
        "| Batch | Job | State |\n|---|:-:|---|\n| **17** | `batches/abc` | PENDING |",
        "batch_number,job_name,state\r\n17,batches/abc,PENDING\r\n",
        "Job;Batch No.\nbatches/abc;17",
        '\ufeff{"batch": 17, "job": "batches/abc"}\n{"batch": 18}\n',
        'log: {"batch": 17, "job": "batches/abc"} done',
        '```json\n{\n "batch": 17,\n "job": "batches/abc"\n}\n```',
        '{"jobs": [\n{"batch": 17,\n"job": "batches/abc"},\n{"batch": 18, "jo',
    ],
)
def test_a_job_is_found_in_lines_tables_and_broken_documents(text: str) -> None:
    assert said(text) == [(17, "batches/abc")]


def test_all_that_an_entry_says_is_kept_as_it_stands() -> None:
    entry = {
        "batch_number": 170,
        "display_name": "batch-170-crypto-qa",
        "job_name": "batches/k71",
        "file_uri": URI,
        "state": "JOB_STATE_PENDING",
        "update_time": "2025-11-03",
        "create_time": "2025-11-02T17:40:05.932581134Z",
    }
    (claim,) = read(json.dumps({"submitted_batches": [entry]})).claims
    assert (claim.file_uri, claim.state, claim.display_name) == (URI, "JOB_STATE_PENDING", "batch-170-crypto-qa")
    assert (claim.time, claim.source, claim.place) == (
        "2025-11-02T17:40:05.932581134Z",
        "list",
        "submitted_batches[0]",
    )


def test_a_line_keeps_its_state_and_time() -> None:
    (claim,) = read("x\nBatch 17: batches/abc (PENDING) 2025-11-02 14:22:10").claims
    assert (claim.state, claim.time, claim.place) == ("PENDING", "2025-11-02 14:22:10", "line 2")


def test_an_upload_without_a_job_is_a_claim_of_its_own() -> None:
    entries = [
        {"batch_number": 36, "file_uri": URI, "batch_name": None},
        {"batch_num": 72, "file_uri": "files/z1", "display_name": "batch_072_proper.jsonl"},
        {"batch_number": 11, "file_uri": "files/a1", "batch_name": "batches/j1"},
        {"batch_number": 12, "output_uri": "files/result1"},
    ]
    found = read(json.dumps(entries))
    assert uploads_without_job(found.claims) == {36: (URI,), 72: ("files/z1",)}
    assert jobs_by_batch(found.claims) == {11: ("batches/j1",)}


@pytest.mark.parametrize(
    "text",
    [
        '{"rate_limit_hit_at_batch": 72, "job": "batches/abc"}',
        '{"batch_size": 100, "total_batches": 204, "jobs": ["batches/abc"]}',
        "1. batches/abc",
        "2025-11-02 14:22 batches/abc",
        "3 jobs failed: batches/abc",
        "Batches 36-50: batches/abc",
        "batches 36 to 50 and batches/abc",
    ],
)
def test_a_number_that_is_no_batchs_attributes_nothing(text: str) -> None:
    assert said(text) == [(None, "batches/abc")]
    assert "no-batch-named" in codes(text)


@pytest.mark.parametrize(
    "text", ["20 batches/hour", "x/batches/batch_001.jsonl", "batches\\abc", "", "null", "[]"]
)
def test_what_only_looks_like_a_job_is_none(text: str) -> None:
    assert said(text) == []
    assert codes(text) == ["nothing-found"]


def test_several_batches_and_jobs_on_a_line_are_matched_only_in_turn() -> None:
    assert said("Batch 1: batches/a1, Batch 2: batches/a2") == [(1, "batches/a1"), (2, "batches/a2")]
    assert said("batches/a1 for Batch 1 and Batch 2") == [(None, "batches/a1")]
    assert "batch-unclear" in codes("batches/a1 for Batch 1 and Batch 2")


def test_a_name_that_stands_twice_in_an_object_is_seen_twice() -> None:
    found = read('{"batch": 5, "job": "batches/a", "job": "batches/b"}')
    (conflict,) = conflicts(found.claims)
    assert (conflict.code, conflict.numbers, conflict.jobs) == ("two-jobs", (5,), ("batches/a", "batches/b"))


def test_an_entry_that_names_two_batches_is_a_conflict_and_not_a_choice() -> None:
    found = read('{"batch_number": 5, "batch_id": "refinement_batch_006", "job": "batches/a"}')
    assert [finding.code for finding in found.findings] == ["two-numbers"]
    (conflict,) = conflicts(found.claims)
    assert (conflict.code, conflict.numbers) == ("two-batches", (5, 6))


def test_lists_that_contradict_each_other_are_listed_with_who_says_what() -> None:
    one = job_list_of('{"batch": 5, "job": "batches/a"}', "one.json").claims
    two = job_list_of("Batch 5: batches/b\nBatch 6: batches/a\nBatch 7: batches/c", "two.md").claims
    found = conflicts([*one, *two])
    assert [(each.code, each.numbers, each.jobs) for each in found] == [
        ("two-jobs", (5,), ("batches/a", "batches/b")),
        ("two-batches", (5, 6), ("batches/a",)),
    ]
    assert "one.json (the whole) says batch 5 is batches/a" in str(found[0])
    assert "two.md (line 1) says batch 5 is batches/b" in str(found[0])


def test_lists_that_agree_are_no_conflict() -> None:
    claims = read('{"batch": 5, "job": "batches/a"}').claims
    assert conflicts([*claims, *job_list_of("Batch 5: batches/a", "other").claims]) == ()


def test_a_note_about_a_wrong_form_is_kept_as_somebodys_word() -> None:
    text = "Batches 1-10: wrong format, every line became a request\nBatch 11 was not in the wrong format"
    assert read(text).forms == (FormClaim(1, 10, "list", "line 1", text.partition("\n")[0]),)
    (form,) = read('{"batch": 3, "job": "batches/a", "status": "WRONG_FORMAT"}').forms
    assert 3 in form
    assert 4 not in form


@pytest.mark.parametrize(
    ("requests", "form"),
    [
        (None, None),
        (0, None),
        (1, FileForm.ONE_REQUEST),
        (13, None),
        (100, None),
        (101, FileForm.LINE_PER_REQUEST),
    ],
)
def test_a_jobs_count_of_requests_proves_the_form_only_where_it_must(requests: int | None, form: object) -> None:
    assert form_by_count(requests, 100) == form


def test_nesting_beyond_sense_is_told_of() -> None:
    text = '{"a":' * 300 + '"batches/abc"' + "}" * 300
    assert codes(text) == ["too-deep", "nothing-found"]
    assert said('{"a":' * 100_000) == []


def test_what_stands_before_and_behind_an_object_is_not_joined() -> None:
    assert said('Batch 1: batches/a1{"batch": 2, "job": "batches/b2"}c3') == [(2, "batches/b2"), (1, "batches/a1")]
