"""Users that report made-up requests; nothing is sent anywhere.

Works with every Locust from 0.8 on. The numbers are known beforehand: each user
goes ROUNDS times over ENDPOINTS and then idles, so that
  requests of each endpoint = users * ROUNDS
and the statistics are at rest when all users are through, even before the stop.

  ROUNDS   rounds of each user (default 0: without end)
  PAUSE    seconds between two rounds (default 0.1)
  EXTRA    number of further endpoints, /extra/00000 and so on (default 0)
  ONCE     1 for an endpoint /first-run-only that later runs do not have (Locust 1.0 or newer)
"""

import os
import re

import locust
from locust import events, task

ROUNDS = int(os.environ.get("ROUNDS", "0"))
PAUSE = float(os.environ.get("PAUSE", "0.1"))
EXTRA = int(os.environ.get("EXTRA", "0"))
ONCE = os.environ.get("ONCE") == "1"

# Some builds do not know their own version; those are all younger than 1.5.
NUMBERS = re.findall(r"\d+", str(getattr(locust, "__version__", ""))) or ["2"]
VERSION = tuple(int(number) for number in NUMBERS[:2])


if VERSION < (0, 14):
    # These releases run on a gevent and a msgpack of today when they get back what those dropped.
    import gevent
    import msgpack

    def loads(data, **_options):
        return msgpack.unpackb(data, strict_map_key=False)

    gevent.signal = gevent.signal_handler
    msgpack.loads = loads


class Refused(Exception):
    pass


# (method, name, response times in ms taken in turn, bytes, every n-th fails, errors taken in turn)
ENDPOINTS = [
    ("GET", "/", [3, 5.5, 8.25], 512, 0, []),
    ("GET", "/products", [45, 147, 1049, 3432], 2048, 0, []),
    ("POST", "/orders", [120, 131.5, 58760], 97, 3, [Refused("out of stock"), ValueError("500 for /orders?a=1&b=2")]),
    ("DELETE", "/orders/[id]", [250, 260], 0, 1, [Refused("not yours")]),
    ("GET", 'say "hello" & <b>it\'s</b>', [60], 300, 2, [Refused('said "no" & <i>that\'s</i> it')]),
    ("GET", "C:\\new\\table", [15], 301, 2, [ValueError("back\\slash, and \\n is no newline")]),
    ("GET", "first line\nsecond line", [16, 17], 302, 2, [Refused("first line\nsecond line\ttab")]),
    ("GET", u"/k\u00e4se/\u65e5\u672c\u8a9e/\U0001f600", [18], 303, 2, [Refused(u"\u00fc\u00df \u2713 \U0001f680")]),
    ("GET", "/literal&amp;entity&lt;", [19], 304, 4, ["only a text, with an &amp; in it"]),
    ("GET", "Aggregated", [33], 33, 0, []),
    ("GET", "Total", [44], 44, 0, []),
    ("", "no method", [1], 1, 0, []),
    ("grpc", "shop.Cart/Add", [0.125, 0.25], 7, 0, []),
]
ENDPOINTS += [("GET", "/extra/%05d" % number, [10 + number % 90], number, 0, []) for number in range(EXTRA)]


FIRST_RUN_ONLY = ("GET", "/first-run-only", [70], 70, 0, [])
if ONCE:
    ENDPOINTS.append(FIRST_RUN_ONLY)


def report(hooks, method, name, milliseconds, size, error):
    facts = {"request_type": method, "name": name, "response_time": milliseconds}
    if VERSION >= (1, 5):
        hooks.request.fire(response_length=size, exception=error, context={}, **facts)
    elif error is None:
        hooks.request_success.fire(response_length=size, **facts)
    elif VERSION >= (0, 13):
        hooks.request_failure.fire(response_length=size, exception=error, **facts)
    else:
        hooks.request_failure.fire(exception=error, **facts)


def next_round(user, hooks):
    turn = getattr(user, "rounds_done", 0)
    if ROUNDS and turn >= ROUNDS:
        return
    user.rounds_done = turn + 1
    for method, name, times, size, fail_every, errors in ENDPOINTS:
        error = None
        if fail_every and (turn + 1) % fail_every == 0:
            error = errors[(turn + 1) // fail_every % len(errors)]
        report(hooks, method, name, times[turn % len(times)], size, error)


if VERSION >= (1, 0):

    @events.test_stop.add_listener
    def end_first_run(**_facts):
        if FIRST_RUN_ONLY in ENDPOINTS:
            ENDPOINTS.remove(FIRST_RUN_ONLY)

    class Shopper(locust.User):
        def wait_time(self):
            return PAUSE

        @task
        def shop(self):
            next_round(self, self.environment.events)

else:

    class Shopping(locust.TaskSet):
        @task
        def shop(self):
            next_round(self.locust, events)

    class Shopper(locust.Locust):
        task_set = Shopping
        min_wait = max_wait = int(PAUSE * 1000)
