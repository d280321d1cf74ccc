"""Traces over HTTP: a collector hears of an attempt that a killed daemon began and the next one ended."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.workspaces import KEY, Mill, written

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """Give the address of a collector, and what was posted to it."""
    posted: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", posted
        server.shutdown()
        thread.join()


def test_an_attempt_over_a_kill_is_one_trace(mill: Mill) -> None:
    written(mill, a=11)
    with collector() as (url, posted):
        mill.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = url
        with mill.started("run") as running:
            running.wait_for("batch.submitted")
            running.end(signal.SIGKILL)
        mill.run("run --until-idle")
    requests = [ExportTraceServiceRequest.FromString(body) for body in posted]
    spans = [
        span for each in requests for of in each.resource_spans for scope in of.scope_spans for span in scope.spans
    ]
    assert sorted(span.name for span in spans) == ["attempt", "create", "download", "poll", "read", "upload"]
    assert len({span.trace_id for span in spans}) == 1
    assert KEY.encode() not in b"".join(posted)


def test_a_collector_that_is_not_there_is_told_once_and_stops_nothing(mill: Mill) -> None:
    written(mill, a=11, b=11)
    mill.environment |= {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
        "OTEL_BSP_SCHEDULE_DELAY": "50",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "1",
    }
    ended = mill.call("run --until-idle")
    assert ended.status == 0, ended.stderr
    assert ended.stderr.count("traces are not delivered") == 1
    assert "Traceback" not in ended.stderr
    assert mill.json("balance")["total"]["refined"] == 22
