"""Reads a request of OTLP/HTTP in its JSON form on stdin, holds it against OpenTelemetry's own message types, and prints its spans as JSON.

The JSON form differs from protobuf's usual one in the ids, which are hex there and base64 here.
"""

import base64
import json
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

request = json.load(sys.stdin)
for resource in request["resourceSpans"]:
    for scope in resource["scopeSpans"]:
        for span in scope["spans"]:
            for key, size in (("traceId", 16), ("spanId", 8), ("parentSpanId", 8)):
                if key in span:
                    raw = bytes.fromhex(span[key])
                    assert len(raw) == size, (key, span[key])
                    span[key] = base64.b64encode(raw).decode()

message = json_format.ParseDict(request, ExportTraceServiceRequest())


def value(any_value):
    return getattr(any_value, any_value.WhichOneof("value"))


def attributes(pairs):
    return {pair.key: value(pair.value) for pair in pairs}


json.dump(
    [
        {
            "resource": attributes(resource.resource.attributes),
            "traceId": span.trace_id.hex(),
            "spanId": span.span_id.hex(),
            "parentSpanId": span.parent_span_id.hex(),
            "traceState": span.trace_state,
            "name": span.name,
            "kind": span.SpanKind.Name(span.kind),
            "status": span.status.StatusCode.Name(span.status.code),
            "startMs": span.start_time_unix_nano / 1e6,
            "endMs": span.end_time_unix_nano / 1e6,
            "attributes": attributes(span.attributes),
            "events": [{"name": event.name, "attributes": attributes(event.attributes)} for event in span.events],
        }
        for resource in message.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ],
    sys.stdout,
)
