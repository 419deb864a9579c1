"""Reads what Prometheus would scrape on stdin, with the parser of its own Python client, and prints every sample as JSON."""

import json
import sys

from prometheus_client.parser import text_string_to_metric_families

families = text_string_to_metric_families(sys.stdin.read())
json.dump(
    [
        {"family": family.name, "type": family.type, "name": sample.name, "labels": sample.labels, "value": str(sample.value)}
        for family in families
        for sample in family.samples
    ],
    sys.stdout,
)
