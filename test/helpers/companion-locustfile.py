"""Users that report made-up requests and write down what they reported; nothing is sent anywhere.

For Locust 1.5 and newer. Each user goes ROUNDS times over the endpoints and then idles, so the
statistics are at rest in the middle of a run.

  ROUNDS   rounds of each user (default 0: without end)
  PAUSE    seconds between two rounds (default 0.1)
  EXTRA    number of further endpoints, each with an error of its own (default 0)
  ODD      1 for values and names that few tests report
  COUNTED  a folder: each process writes the number of requests of each name there when it ends
"""

import atexit
import collections
import decimal
import json
import os

from locust import User, events, task
from locust.stats import StatsError

ROUNDS = int(os.environ.get("ROUNDS", "0"))
PAUSE = float(os.environ.get("PAUSE", "0.1"))
COUNTED = os.environ.get("COUNTED")

# (method, name, response times in ms taken in turn, bytes, every n-th fails)
ENDPOINTS = [
    ("GET", "/", [3, 5.5, 8.25, 0], 512, 0),
    ("GET", "/products", [45, 147, 1049, 3432], 2048, 0),
    ("POST", "/orders", [120, 131.5, 58760], 97, 3),
    ("GET", 'say "hello" & <b>it\'s</b>', [60], 300, 2),
    ("GET", "/k\u00e4se/\U0001f600", [18], 303, 2),
    ("WSS", "/stream", [None, None, 40], 5, 4),
    ("WSS", "/untimed", [None], 5, 0),
    ("", "no method", [1], 1, 0),
]
EXTRA = int(os.environ.get("EXTRA", "0"))
ENDPOINTS += [("GET", f"/extra/{number:05}", [10 + number % 90], number, 2) for number in range(EXTRA)]


class Thousands(int):
    """Numbers as numpy has them: they are none of Python's own types."""


class Indexed:
    def __init__(self, number):
        self.number = number

    def __index__(self):
        return self.number


class UnprintableError(Exception):
    def __repr__(self):
        raise RuntimeError("this error cannot be shown")


def make_odd(stats):
    """Puts into the table what requests of odd types leave there; no version of Locust takes all of these itself."""

    def entry(name, method="GET"):
        stats.log_request(method, name, 10, 1)
        return stats.get(name, method)

    row = entry("decimal")
    row.total_response_time, row.min_response_time = decimal.Decimal("12.50"), decimal.Decimal(10)
    row.response_times = {decimal.Decimal("12.5"): 1}
    entry("not a number").total_response_time = float("nan")
    entry("negative").response_times = {-20: 1}
    entry("index").num_requests = Indexed(1)
    entry("subclass").num_requests = Thousands(1)
    row = entry("no number at all")
    row.max_response_time, row.response_times = object(), {10: 1, "text": 2, ("a", "tuple"): 1, 20: object()}
    entry("huge").total_content_length = 2**70
    entry("broken").response_times = None
    entry(b"bytes \xff", b"GET")
    entry(("a", "tuple"))
    entry(None, None)
    entry("lone \ud800 surrogate")
    stats.errors["unprintable"] = StatsError("GET", "unprintable", UnprintableError(), 1)
    stats.log_error("GET", "decimal", ValueError("shown"))


counts = collections.Counter()


def write_counts():
    with open(os.path.join(COUNTED, f"{os.getpid()}.json"), "w") as file:
        json.dump(counts, file)


if COUNTED:
    atexit.register(write_counts)


@events.init.add_listener
def on_init(environment, **_facts):
    if os.environ.get("ODD") == "1":
        make_odd(environment.runner.stats)


class Shopper(User):
    rounds_done = 0

    def wait_time(self):
        return PAUSE

    @task
    def shop(self):
        turn = self.rounds_done
        if ROUNDS and turn >= ROUNDS:
            return
        self.rounds_done += 1
        for method, name, times, size, fail_every in ENDPOINTS:
            counts[name] += 1
            self.environment.events.request.fire(
                request_type=method,
                name=name,
                response_time=times[turn % len(times)],
                response_length=size,
                exception=ValueError(f"{name} & <i>more</i>") if fail_every and (turn + 1) % fail_every == 0 else None,
                context={},
            )


class Browser(Shopper):
    weight = 2
