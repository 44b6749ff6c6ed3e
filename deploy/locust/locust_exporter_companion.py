"""The companion of locust-exporter: reports all that Locust's master, or a standalone Locust, has measured.

It adds one read-only route, ``GET <base path>/stats/locust-exporter``, behind Locust's own login: the distribution of
response times of every endpoint, exact sums, and all endpoints and errors. A run without a web UI
(``--headless``) gets a listener with that route alone. Load it in one of three ways:

    locust -f locustfile.py,locust_exporter_companion.py
    import locust_exporter_companion                        (a line in the locustfile)
    PYTHONPATH=<folder>/auto locust -f locustfile.py        (see auto/sitecustomize.py)

It needs nothing but Locust, 1.0 or newer. In a worker, in an older Locust or when it is loaded again it does nothing.

  LOCUST_EXPORTER_COMPANION_ADDRESS  where a headless Locust listens: host:port, [IPv6]:port or off (127.0.0.1:8089)
  LOCUST_EXPORTER_COMPANION_LINGER   seconds that a Locust which ends waits at most until a reader that has come before
                                     has fetched the final report (5; 0 for none)
"""

from __future__ import annotations

import atexit
import copy
import hashlib
import heapq
import ipaddress
import json
import logging
import math
import operator
import os
import re
import time
from collections import Counter
from itertools import repeat
from typing import Any, Callable, Iterator, NamedTuple

try:
    import gevent
    import gevent.event
    import locust
    import locust.stats
except Exception:  # not in a Locust
    locust = None  # type: ignore[assignment]
try:
    import msgpack
except Exception:
    msgpack = None

ROUTE = "/stats/locust-exporter"
COLUMNS = [
    *("method", "name", "num_requests", "num_none_requests", "num_failures", "total_response_time"),
    *("min_response_time", "max_response_time", "total_content_length", "start_time", "last_request_timestamp"),
    *("current_rps", "current_fail_per_sec", "response_times"),
]
FACTS = operator.attrgetter(*(name for name in COLUMNS if not name.startswith("current_")))
STEP = 0.003  # seconds that a read may keep other greenlets from their turn
TURN = 1e-6  # seconds, for sleep(0) gives neither sockets nor users whose wait is over their turn
SORTED_AT_ONCE = 2000  # names, which takes about a millisecond
ATTEMPTS = 3  # of a read, when the statistics are reset in the middle

logger = logging.getLogger("locust_exporter_companion")


class StatsChangedError(Exception):
    """The statistics were reset while they were read, or rows were taken out."""


def to_number(value: Any) -> Any:
    """A Decimal, a number of numpy or an integer of more than 64 bits as a plain number; TypeError for all else."""
    if isinstance(value, (str, bytes)):
        raise TypeError("text is no number")
    if not isinstance(value, int) and hasattr(value, "__index__"):
        return operator.index(value)
    try:
        number = float(value)
    except Exception as error:
        raise TypeError(str(error)) from error
    return int(number) if abs(number) < 2**53 and number.is_integer() else number


def number_or_none(value: Any) -> Any:
    if type(value) is int or type(value) is float:
        return value
    try:
        return to_number(value)
    except TypeError:
        return None


def to_text(value: Any) -> Any:
    """A name as Locust's own report has it; text for what JSON does not have."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (list, tuple)):
        return [to_text(part) for part in value]
    return str(value)


def value_or(default: Any, read: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return read(*arguments)
    except Exception as error:
        logger.debug("%s: %s", getattr(read, "__name__", read), error)
        return default


class JsonEncoder:
    content_type = "application/json"

    def __init__(self) -> None:
        self._encode = json.JSONEncoder(separators=(",", ":"), default=to_number).encode

    def pack(self, value: Any) -> bytes:
        return self._encode(value).encode("ascii")

    def join(self, fields: dict[str, bytes], lists: dict[str, list[bytes]]) -> bytes:
        """One map of what is packed already."""
        parts = []
        for key, value in fields.items():
            parts += [b",", self.pack(key), b":", value]
        for key, items in lists.items():
            parts += [b",", self.pack(key), b":[", b",".join(items), b"]"]
        return b"".join([b"{", *parts[1:], b"}"])


class MsgpackEncoder:
    content_type = "application/msgpack"

    def __init__(self) -> None:
        self._packer = msgpack.Packer(use_bin_type=True, unicode_errors="replace", default=self._replace)
        self.pack: Callable[[Any], bytes] = self._packer.pack

    @staticmethod
    def _replace(value: Any) -> Any:
        return float(value) if isinstance(value, int) else to_number(value)

    def join(self, fields: dict[str, bytes], lists: dict[str, list[bytes]]) -> bytes:
        parts = [self._packer.pack_map_header(len(fields) + len(lists))]
        for key, value in fields.items():
            parts += [self.pack(key), value]
        for key, items in lists.items():
            parts += [self.pack(key), self._packer.pack_array_header(len(items)), *items]
        return b"".join(parts)


def prefers_msgpack(accept: str) -> bool:
    """Whether an Accept header names msgpack, and JSON not with a higher q."""
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        weights[kind] = value_or(0.0, float, quality)
    return weights.get("application/msgpack", 0.0) > 0 and (
        weights["application/msgpack"] >= weights.get("application/json", 0.0)
    )


def host_of(environment: Any) -> str | None:
    """As Locust's index page tells it."""
    if environment.host:
        return str(environment.host)
    hosts = {user_class.host for user_class in environment.user_classes}
    host = hosts.pop() if len(hosts) == 1 else None
    return str(host) if host else None


def spawn_rate_of(runner: Any) -> Any:
    """Users per second: the master keeps it; a standalone Locust's dispatcher does from 2.0 on, its runner before."""
    dispatcher = getattr(runner, "_users_dispatcher", None)
    for owner, name in ((runner, "spawn_rate"), (runner, "hatch_rate"), (dispatcher, "_spawn_rate")):
        rate = number_or_none(getattr(owner, name, None))
        if rate:
            return rate
    return None


def user_classes_of(runner: Any) -> dict[str, int]:
    if hasattr(runner, "clients"):
        return dict(getattr(runner, "reported_user_classes_count", {}))  # 2.0 and newer
    if hasattr(runner, "user_classes_count"):
        return dict(runner.user_classes_count)
    return Counter(type(greenlet.args[0]).__name__ for greenlet in runner.user_greenlets if greenlet.args)


def row_percentiles(stats: Any) -> list[float]:
    """The fractions that a row of this version's /stats/requests tells."""
    entry = type(stats.total)(stats, "", "")
    if not hasattr(entry, "to_dict"):  # 2.17 and older
        numbers = re.findall(r"\d+", getattr(locust, "__version__", "")) or ["2", "12"]  # Debian's 2.12.1 tells none
        return [0.5, 0.9] if [int(number) for number in numbers[:2]] < [2, 7] else [0.5, 0.9, 0.99]
    names = {"median_response_time": 0.5, "ninetieth_response_time": 0.9, "ninety_ninth_response_time": 0.99}
    prefix = "response_time_percentile_"
    keys = list(entry.to_dict())
    found = [names[key] for key in keys if key in names]
    return sorted({*found, *(float(key[len(prefix) :]) for key in keys if key.startswith(prefix))})


def current_percentiles(total: Any, web_ui: Any) -> dict[str, Any]:
    """The percentiles of the last ten seconds, for the fractions that this version's /stats/requests tells."""
    fractions = getattr(locust.stats, "PERCENTILES_TO_CHART", (0.5, 0.95))
    modern = getattr(locust.stats, "MODERN_UI_PERCENTILES_TO_CHART", None)  # 2.20 to 2.27 have two user interfaces
    if modern is not None and getattr(web_ui, "modern_ui", False):
        fractions = modern
    percentile = total.get_current_response_time_percentile
    return {str(fraction): number_or_none(value_or(None, percentile, fraction)) for fraction in fractions}


def worker_facts(worker: Any) -> list[Any]:
    numbers = (getattr(worker, name, None) for name in ("user_count", "cpu_usage", "memory_usage"))
    return [str(worker.id), str(worker.state), *map(number_or_none, numbers)]


class Pacer:
    """Gives other greenlets their turn when a read has kept them waiting for a step."""

    def __init__(self, stats: Any) -> None:
        self._stats = stats
        # Both kinds of reset replace these; a worker's report changes them in place.
        self._total, self._times = stats.total, stats.total.response_times
        self._deadline = time.perf_counter() + STEP

    def pause_if_due(self) -> bool:
        if time.perf_counter() < self._deadline:
            return False
        gevent.sleep(TURN)
        if self._stats.total is not self._total or self._total.response_times is not self._times:
            raise StatsChangedError
        self._deadline = time.perf_counter() + STEP
        return True


class RowReader:
    """Packs rows of one moment, which lasts until the reader is told of another."""

    def __init__(self, stats: Any, encoder: Any) -> None:
        self._stats = stats
        self._pack = encoder.pack
        self.start_moment()

    def start_moment(self) -> None:
        """Notes the seconds that Locust's current_rps counts: ten, or fewer at the start, up to 2 s before the last."""
        last = int(self._stats.last_request_timestamp or 0)
        self._first = max(last - 12, int(self._stats.start_time or 0))
        self._window = tuple(range(self._first, last - 2))
        self._seconds = max(len(self._window), 1)

    def _rate(self, counts: Any) -> float:
        return sum(map(counts.get, self._window, repeat(0)), 0.0) / self._seconds

    def pack(self, entry: Any) -> bytes:
        method, name, *counts, least, most, length, start, last, times = FACTS(entry)
        row = [
            method if type(method) is str else to_text(method),
            name if type(name) is str else to_text(name),
            *counts,
            least,
            None if least is None else most,
            length,
            start,
            last,
            self._rate(entry.num_reqs_per_sec) if last and last >= self._first else 0.0,
            self._rate(entry.num_fail_per_sec) if entry.num_failures else 0.0,
            times,
        ]
        try:
            return self._pack(row)
        except Exception:
            pairs = [(number_or_none(key), number_or_none(count)) for key, count in times.items()]
            times = {key: count for key, count in pairs if key is not None and count is not None}
            return self._pack([*row[:2], *map(number_or_none, row[2:-1]), times])


def pack_error(error: Any, encoder: Any) -> bytes:
    """With the text of this version's /stats/requests, before that escapes it."""
    text = value_or(type(error.error).__name__, locust.stats.StatsError.parse_error, error.error)
    return encoder.pack([to_text(error.method), to_text(error.name), text, number_or_none(error.occurrences)])


class Report(NamedTuple):
    etag: str
    body: bytes
    counts: Any
    is_final: bool


class Companion:
    """The reports of one Locust. One at a time is in the making for each encoding; who asks meanwhile waits for it."""

    def __init__(self, environment: Any, web_ui: Any) -> None:
        self.environment = environment
        self.web_ui = web_ui
        self.run_start_time: float | None = None
        self.has_ended = False
        self.final_report_was_read = gevent.event.Event()
        self._counts_read: Any = None
        self._encoders = [JsonEncoder(), MsgpackEncoder() if msgpack else JsonEncoder()]
        self._in_the_making: dict[Any, Any] = {}
        self._sorted_keys: list[Any] = []
        self._kept_rows: tuple[int, dict[Any, Any]] = (0, {})
        environment.events.test_start.add_listener(self._on_test_start)
        options = environment.parsed_options
        if getattr(options, "json", False) or getattr(options, "json_file", None):
            self._keep_rows(self._stats())

    def _keep_rows(self, stats: Any) -> None:
        """Keep what --json and --json-file throw away: at the end they reset every row that they write."""
        serialize = stats.serialize_stats

        def serialize_stats() -> Any:
            # A reset replaces what a row holds, so that its copy stays as it is.
            rows = {key: copy.copy(entry) for key, entry in stats.entries.items()}
            self._kept_rows = (stats.total.num_requests, rows)
            return serialize()

        stats.serialize_stats = serialize_stats

    def _entries(self, stats: Any) -> dict[Any, Any]:
        requests, rows = self._kept_rows
        return rows if self.has_ended and rows and requests == stats.total.num_requests else stats.entries

    def _on_test_start(self, **_facts: Any) -> None:
        self.run_start_time = time.time()

    def _stats(self) -> Any:
        runner = self.environment.runner
        return self.environment.stats if runner is None else runner.stats

    def _state(self) -> str:
        state = str(getattr(self.environment.runner, "state", "missing"))
        # At the end some versions stay in "stopping" or "cleanup".
        return "stopped" if self.has_ended and state not in ("missing", "ready") else state

    def _counts(self) -> tuple[Any, ...]:
        stats, errors = self._stats(), self._stats().errors
        numbers = ("num_requests", "num_none_requests", "num_failures", "total_response_time", "total_content_length")
        facts = [getattr(stats.total, name, None) for name in (*numbers, "start_time", "last_request_timestamp")]
        return (self._state(), *facts, len(stats.entries), len(errors))

    def _head(self) -> dict[str, Any]:
        """All but errors and rows."""
        environment, runner, stats = self.environment, self.environment.runner, self._stats()
        state = self._state()
        clients = getattr(runner, "clients", None)
        exceptions = getattr(runner, "exceptions", None) or {}
        was_started = self.run_start_time is not None or state not in ("missing", "ready")
        is_running = state not in ("missing", "ready", "stopped")
        return {
            "format": 1,  # first, as this is what shows a reader that it is a report
            "locust_version": getattr(locust, "__version__", None) or None,
            "host": value_or(None, host_of, environment),
            "state": state,
            "user_count": number_or_none(getattr(runner, "user_count", 0)),
            "target_user_count": number_or_none(getattr(runner, "target_user_count", None)),
            "spawn_rate": value_or(None, spawn_rate_of, runner) if is_running else None,
            "user_classes": value_or({}, user_classes_of, runner),
            "exceptions": sum(row["count"] for row in exceptions.values()),
            "run_start_time": self.run_start_time,
            "stats_start_time": number_or_none(stats.start_time) if was_started else None,
            "percentiles": value_or([0.5], row_percentiles, stats),
            "current_percentiles": value_or({}, current_percentiles, stats.total, self.web_ui),
            "workers": None if clients is None else [worker_facts(worker) for worker in list(clients.values())],
            "columns": COLUMNS,
        }

    def _in_order(self, entries: Any, pacer: Pacer) -> Iterator[Any]:
        """The rows as Locust lists them. The order is kept from read to read, as sorting is the only long step."""
        if len(self._sorted_keys) != len(entries):
            keys = list(entries)
            try:
                runs = []
                for start in range(0, len(keys), SORTED_AT_ONCE):
                    runs.append(sorted(keys[start : start + SORTED_AT_ONCE]))
                    pacer.pause_if_due()
                merged = []
                for key in heapq.merge(*runs) if len(runs) > 1 else runs and runs[0]:
                    merged.append(key)
                    pacer.pause_if_due()
                keys = merged
            except TypeError:  # names of different types, which Locust's own report cannot list at all
                pass
            self._sorted_keys = keys
        for key in self._sorted_keys:
            entry = entries.get(key)
            if entry is None:  # taken out by the test, perhaps with another one in its place
                self._sorted_keys = []
                raise StatsChangedError
            yield entry

    def _build(self, encoder: Any) -> Report:
        is_final, counts, stats = self.has_ended, self._counts(), self._stats()
        head = {key: encoder.pack(value) for key, value in self._head().items()}
        etag = self._etag(encoder, head, counts)
        pacer, rows = Pacer(stats), RowReader(stats, encoder)
        aggregate = rows.pack(stats.total)
        errors, packed = [], []
        for error in list(stats.errors.values()):
            errors.append(pack_error(error, encoder))
            pacer.pause_if_due()
        rows.start_moment()
        for entry in self._in_order(self._entries(stats), pacer) if self.environment.runner else ():
            try:
                packed.append(rows.pack(entry))
            except Exception as error:  # which costs this row
                logger.debug("%r: %s", entry, error)
            if pacer.pause_if_due():
                rows.start_moment()
        body = encoder.join({**head, "aggregate": aggregate}, {"errors": errors, "stats": packed})
        return Report(etag, body, counts, is_final)

    @staticmethod
    def _etag(encoder: Any, head: dict[str, bytes], counts: Any) -> str:
        known = b"".join(head.values()) + repr(counts).encode("utf-8", "replace")
        return f'"{encoder.content_type[12:]}-{hashlib.sha256(known).hexdigest()[:32]}"'

    def _make(self, encoder: Any) -> Report | None:
        """A report, or None; nothing is raised, as Locust would take that for a fault of the test."""
        try:
            for _ in range(ATTEMPTS):
                try:
                    return self._build(encoder)
                except StatsChangedError:
                    continue
            logger.debug("The statistics changed %d times while they were read", ATTEMPTS)
        except Exception as error:
            warn_once("A report could not be made: %r", error)
        finally:
            self._in_the_making.pop(encoder, None)
        return None

    def respond(self, environ: dict[str, Any]) -> tuple[int, dict[str, str], bytes, Callable[[], None]]:
        """Status, headers, body and what to call when they are sent, for the environ of a WSGI request."""
        encoder = self._encoders[prefers_msgpack(environ.get("HTTP_ACCEPT", ""))]
        headers = {"Cache-Control": "no-cache", "Vary": "Accept"}
        known = value_or(None, self._known_report, encoder, environ.get("HTTP_IF_NONE_MATCH", ""))
        if known is not None:
            return 304, {**headers, "ETag": known.etag}, b"", lambda: self._on_read(known)
        making = self._in_the_making.get(encoder)
        if making is None:
            making = self._in_the_making[encoder] = gevent.spawn(self._make, encoder)
        making.join()
        made = making.value
        if not isinstance(made, Report):
            return 503, {"Content-Type": "text/plain"}, b"The statistics cannot be read now; try again.\n", lambda: None
        headers.update({"Content-Type": encoder.content_type, "ETag": made.etag})
        return 200, headers, made.body, lambda: self._on_read(made)

    def _known_report(self, encoder: Any, etags: str) -> Report | None:
        """The current report without its body, if a reader has it by its ETag."""
        counts = self._counts()
        # During a run they differ nearly always, and then the rest need not be looked at.
        if not etags or counts != self._counts_read:
            return None
        etag = self._etag(encoder, {key: encoder.pack(value) for key, value in self._head().items()}, counts)
        return Report(etag, b"", counts, self.has_ended) if etag in etags else None

    def _on_read(self, report: Report) -> None:
        self._counts_read = report.counts
        if report.is_final:
            self.final_report_was_read.set()

    def hold(self, seconds: float) -> None:
        """Keep an ending Locust until a reader that has come before knows the final counts."""
        self.has_ended = True
        if (
            not seconds
            or self._counts_read is None
            or self.run_start_time is None
            or self._counts_read == self._counts()
        ):
            return
        server = getattr(self.web_ui, "server", None)
        if server is not None and not server.started:
            server.start()  # --autoquit has stopped it
        logger.info("Waiting up to %g s for a reader of the final report", seconds)
        self.final_report_was_read.wait(seconds)


_warned: list[str] = []


def warn_once(message: str, *arguments: Any) -> None:
    if message not in _warned:
        _warned.append(message)
        logger.warning(message, *arguments)


def add_route(companion: Companion, path: str) -> None:
    import flask

    def view() -> Any:
        status, headers, body, on_sent = companion.respond(flask.request.environ)
        response = flask.Response(body, status, headers)
        response.call_on_close(on_sent)
        return response

    app, endpoint = companion.web_ui.app, "locust_exporter_companion"
    guarded = companion.web_ui.auth_required_if_enabled(view)
    try:
        app.add_url_rule(path, endpoint, guarded, methods=["GET"])
    except AssertionError:  # the web UI of an old Locust has answered already, after which Flask adds no more this way
        app.url_map.add(app.url_rule_class(path, endpoint=endpoint, methods={"GET", "HEAD"}))
        app.view_functions[endpoint] = guarded


def parse_address(text: str) -> tuple[str, int] | None:
    """Host and port of an address, None for off; ValueError for all else."""
    if text == "off":
        return None
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.%\w]+)\]|([^\s:\[\]/@]*)):(\d{1,5})", text)
    if not found or not 0 < int(found.group(3)) < 65536:
        raise ValueError(f"{text!r} is neither host:port nor [IPv6 address]:port nor off")
    return found.group(1) or found.group(2) or "", int(found.group(3))


def is_loopback(host: str) -> bool:
    return host == "localhost" or value_or(False, lambda: ipaddress.ip_address(host).is_loopback)


def listen(companion: Companion, path: str, address: tuple[str, int]) -> None:
    """Serve the route alone, as there is no web UI."""
    from gevent import pywsgi
    from gevent.pool import Pool

    only_for_loopback = is_loopback(address[0])
    refusals = {
        403: ("Forbidden", "This Locust answers only requests to localhost from this machine.\n"),
        404: ("Not Found", f"There is only {path} here.\n"),
        405: ("Method Not Allowed", "There is only GET here.\n"),
    }
    names = {200: "OK", 304: "Not Modified", 503: "Service Unavailable"}

    def refuse(environ: dict[str, Any]) -> int | None:
        host = environ.get("HTTP_HOST", "")
        name = re.sub(r":\d+$", "", host).strip("[]")
        if only_for_loopback and host and not is_loopback(name.lower()):
            return 403  # a page of a foreign site whose name was made to lead here
        if environ["PATH_INFO"] != path:
            return 404
        return None if environ["REQUEST_METHOD"] == "GET" else 405

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        refusal = refuse(environ)
        if refusal:
            name, text = refusals[refusal]
            headers = [("Content-Type", "text/plain"), *([("Allow", "GET")] if refusal == 405 else [])]
            start_response(f"{refusal} {name}", headers)
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [text.encode()]
        status, fields, body, on_sent = companion.respond(environ)
        start_response(f"{status} {names[status]}", list(fields.items()))
        return Body(body, on_sent)

    server = pywsgi.WSGIServer(address, application, log=None, error_log=None, spawn=Pool(64))
    try:
        server.start()
    except Exception as error:
        logger.warning("Cannot listen on %s:%d, so this run is not reported: %s", *address, error)
        return
    host = f"[{address[0]}]" if ":" in address[0] else address[0] or "localhost"
    logger.info("Statistics at http://%s:%d%s", host, address[1], path)


class Body(list):
    """A response of one piece, which a WSGI server closes when it is sent."""

    def __init__(self, body: bytes, on_sent: Callable[[], None]) -> None:
        super().__init__([body])
        self.close = on_sent


def linger_seconds() -> float:
    text = os.environ.get("LOCUST_EXPORTER_COMPANION_LINGER") or "5"
    seconds = value_or(math.nan, float, text)
    if 0 <= seconds < math.inf:
        return seconds
    logger.warning("LOCUST_EXPORTER_COMPANION_LINGER: %r is no number of seconds; it is 5 now", text)
    return 5.0


def on_init(environment: Any, web_ui: Any = None, **_facts: Any) -> None:
    """Set a companion up; nothing is raised, as that would end Locust."""
    try:
        from locust.runners import WorkerRunner

        if isinstance(environment.runner, WorkerRunner) or hasattr(environment, "locust_exporter_companion"):
            return  # a worker, or this file was loaded twice, perhaps under two names
        companion = environment.locust_exporter_companion = Companion(environment, web_ui)
        base_path = getattr(environment.parsed_options, "web_base_path", None) or ""
        path = base_path.rstrip("/") + ROUTE
        if web_ui is not None:
            add_route(companion, path)
        else:
            address = parse_address(os.environ.get("LOCUST_EXPORTER_COMPANION_ADDRESS") or "127.0.0.1:8089")
            if address is None:
                return
            listen(companion, path, address)
        hold_at_exit(companion, linger_seconds())
    except Exception as error:
        logger.warning("The companion of locust-exporter was not started: %s", error)


def hold_at_exit(companion: Companion, seconds: float) -> None:
    """
    After all that Locust does at the end: its exit code is decided, the last reports of its workers are in (which they
    are not when it fires ``quitting``), its files are written. Versions up to 2.8 fire no ``quit``, and what listens to
    that would have to wait too. Ctrl-C ends the wait.
    """
    process = os.getpid()

    def hold() -> None:
        try:
            if os.getpid() == process:  # and no child that was forked
                companion.hold(seconds)
        except BaseException as error:
            logger.debug("The wait for a reader was ended: %r", error)

    atexit.register(hold)


if locust is not None and hasattr(locust.events, "init"):
    locust.events.init.add_listener(on_init)
