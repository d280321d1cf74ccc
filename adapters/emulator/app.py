"""The emulator as a web application: which path and method mean which verb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route, Router

from adapters.emulator import endpoints, model_endpoints, upload_endpoints
from adapters.emulator.breaking import troubled
from adapters.emulator.call_faults import VERBS
from adapters.emulator.gate import answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from adapters.emulator.emulator import Emulator
    from adapters.emulator.gate import Handler

VERSIONS = ("v1beta", "v1")

_ANY = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_VERBS: list[tuple[str, str, str, Handler]] = [
    # The documentation's curl commands cancel and delete with a GET.
    ("batches.cancel", "GET", "/batches/{job_id}:cancel", endpoints.cancel_batch),
    ("batches.delete", "GET", "/batches/{job_id}:delete", endpoints.delete_batch),
    ("batches.delete", "POST", "/batches/{job_id}:delete", endpoints.delete_batch),
    ("batches.get", "GET", "/batches/{job_id}", endpoints.get_batch),
    ("batches.list", "GET", "/batches", endpoints.list_batches),
    ("batches.create", "POST", "/models/{model}:batchGenerateContent", endpoints.create_batch),
    ("batches.create", "POST", "/models/{model}:asyncBatchEmbedContent", endpoints.create_batch),
    ("batches.cancel", "POST", "/batches/{job_id}:cancel", endpoints.cancel_batch),
    ("batches.delete", "DELETE", "/batches/{job_id}", endpoints.delete_batch),
    ("files.download", "GET", "/files/{file_id}:download", endpoints.download_file),
    ("files.get", "GET", "/files/{file_id}", endpoints.get_file),
    ("files.list", "GET", "/files", endpoints.list_files),
    ("files.delete", "DELETE", "/files/{file_id}", endpoints.delete_file),
    ("models.countTokens", "POST", "/models/{model}:countTokens", model_endpoints.count_tokens),
    ("models.generateContent", "POST", "/models/{model}:generateContent", model_endpoints.generate_content),
    ("models.embedContent", "POST", "/models/{model}:embedContent", model_endpoints.embed_content),
    ("models.embedContent", "POST", "/models/{model}:batchEmbedContents", model_endpoints.embed_contents),
    ("models.get", "GET", "/models/{model}", model_endpoints.get_model),
    ("models.list", "GET", "/models", model_endpoints.list_models),
]


SERVED = ("upload.start", "upload.continue", *dict.fromkeys(verb for verb, *_ in _VERBS))
"""The verbs of the API."""


def application(emulator: Emulator) -> Router:
    """Return the ASGI application over an emulator."""
    return Router(list(_routes(emulator)), redirect_slashes=False)


def _routes(emulator: Emulator) -> Iterator[Route]:
    for version in VERSIONS:
        yield _upload_route(emulator, f"/upload/{version}/files")
        for verb, method, path, handler in _VERBS:
            yield _route(emulator, verb, [method], f"/{version}{path}", handler)
        download = f"/download/{version}/files/{{file_id}}:download"
        yield _route(emulator, "files.download", ["GET"], download, endpoints.download_file)
    yield _route(emulator, "emulator.stats", ["GET"], "/emulator/stats", endpoints.stats)
    yield _route(emulator, "emulator.clock", ["POST"], "/emulator/clock", endpoints.clock)
    yield _route(emulator, "unknown", _ANY, "/{path:path}", endpoints.unknown)


def _route(emulator: Emulator, verb: str, methods: list[str], path: str, handler: Handler) -> Route:
    handler = _as_scripted(emulator, verb, handler)

    async def endpoint(request: Request) -> Response:
        return await answer(emulator, verb, handler, request)

    return Route(path, endpoint, methods=methods)


def _upload_route(emulator: Emulator, path: str) -> Route:
    """Return the upload's route: one path, where the upload's id tells a start from everything after it."""
    start = _as_scripted(emulator, "upload.start", upload_endpoints.start)
    go_on = _as_scripted(emulator, "upload.continue", upload_endpoints.go_on)

    async def endpoint(request: Request) -> Response:
        if "upload_id" in request.query_params:
            return await answer(emulator, "upload.continue", go_on, request)
        return await answer(emulator, "upload.start", start, request)

    return Route(path, endpoint, methods=["POST", "PUT"])


def _as_scripted(emulator: Emulator, verb: str, handler: Handler) -> Handler:
    """Return the handler, with the scenario's faults before it if there are any for calls of the API."""
    return troubled(verb, handler) if emulator.troubles.of_calls and verb in VERBS else handler
