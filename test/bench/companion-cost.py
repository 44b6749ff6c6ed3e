"""A locustfile whose Locust has a table of made-up statistics and tells what reads of it cost.

GET /bench/meter answers seconds of CPU of this process, and the longest step since the last answer:
seconds of CPU for which others kept a greenlet that wants its turn every millisecond from it. Locust's cache of
/stats/requests is off, as an exporter that reads every 5 s never gets an answer from it.

  ENDPOINTS  rows of the table (0: none, and users report requests of their own)
  TIMES      different response times of each row
  METER      1 to watch for waits, which itself takes CPU
"""

import os
import random
import time

import gevent
import locust.web
from flask import jsonify
from locust import User, events, task

ENDPOINTS = int(os.environ.get("ENDPOINTS", "0"))
TIMES = int(os.environ.get("TIMES", "0"))
METER = os.environ.get("METER") == "1"
LOAD = int(os.environ.get("LOAD", "0"))
TICK = 0.001

locust.web.memoize = lambda **_options: lambda view: view
steps = [0.0]


def fill(stats):
    random.seed(1)
    # Times that Locust's rounding keeps apart: to 99 by 1, to 990 by 10, to 9,900 by 100, then by 1,000.
    apart = [*range(100), *range(100, 1000, 10), *range(1000, 10_000, 100), *range(10_000, 200_000, 1000)][:TIMES]
    now = int(time.time())
    for number in range(ENDPOINTS):
        name = f"/bench/{number:05}"
        random.shuffle(apart)
        for milliseconds in apart:
            stats.log_request("GET", name, milliseconds, number)
        if number % 50 == 0:
            stats.log_error("GET", name, ValueError("refused"))
        # As in the middle of a run, where Locust's rates add up ten seconds of each row.
        stats.entries[(name, "GET")].num_reqs_per_sec.update(dict.fromkeys(range(now - 60, now + 1), 10))
    stats.total.start_time = now - 60


def watch():
    while True:
        start = time.thread_time()
        gevent.sleep(TICK)
        steps.append(time.thread_time() - start)


@events.init.add_listener
def on_init(environment, web_ui=None, **_facts):
    if web_ui is None:
        return
    fill(environment.runner.stats)

    @web_ui.app.route("/bench/meter")
    def meter():
        longest = max(steps)
        del steps[1:]
        return jsonify({"cpu": time.process_time(), "longest": longest})

    if METER:
        gevent.spawn(watch)


class Idler(User):
    """Reports a request of each of LOAD endpoints in turn, a hundred a second."""

    turn = 0

    def wait_time(self):
        return 0.01

    @task
    def report(self):
        if LOAD:
            self.turn += 1
            self.environment.events.request.fire(
                request_type="GET",
                name=f"/load/{self.turn % LOAD:05}",
                response_time=self.turn * 7 % 3000,
                response_length=100,
                exception=None,
                context={},
            )
