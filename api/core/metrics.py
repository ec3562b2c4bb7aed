"""Figures of this service for Prometheus: how many requests, how long they took, how many connections are in use.

Labels are the method, the route's template and the status: never an id, a name or a number. With several processes on
one machine `PROMETHEUS_MULTIPROC_DIR` (set by `sambang up` before they start) names the folder in which their figures
meet; prometheus-client adds them up.
"""

import os
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

REQUESTS = Counter("sambang_http_requests", "Requests answered.", ("method", "route", "status"))
DURATION = Histogram(
    "sambang_http_request_duration_seconds", "From the first byte asked to the last one sent.", ("method", "route"),
    buckets=SECONDS,
)  # fmt: skip
CONNECTIONS = Gauge(
    "sambang_database_connections_in_use", "Connections to the database that a request holds.",
    multiprocess_mode="livesum",
)  # fmt: skip
CONNECTIONS_MOST = Gauge(
    "sambang_database_connections_most", "Connections to the database that there may be.", multiprocess_mode="livesum"
)


def count(method: str, route: str, status: int, seconds: float, connections: int | None) -> None:
    """Count one answered request; a method that HTTP does not know is one of `other`, or a caller could add labels."""
    known = method if method in METHODS else "other"
    REQUESTS.labels(known, route, status).inc()
    DURATION.labels(known, route).observe(seconds)
    if connections is not None:
        CONNECTIONS.set(connections)


def registry() -> CollectorRegistry:
    """The figures of every process on this machine: of this one alone where it is the only one."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together
