"""Users that report made-up requests in phases, and write down each of them.

A phase takes PHASE seconds. Its requests come at its beginning; long before its end they have
all been counted, so that a window from the end of one phase to the end of another one holds
just the requests of the phases between. Each phase has other response times.

  OBSERVATIONS   folder for one file per process: time, name and milliseconds of each request
  PHASES         number of phases after which the run ends (default 3)
"""

import os
import random
import time

from locust import LoadTestShape, User, events, task

PHASE = 14
BUSY = 2
ROUNDS = 60
PHASES = int(os.environ.get("PHASES", "3"))
# Users of each phase; Locust adds and removes them when a phase begins. The last phase has more
# requests than the first one, so that a second run is seen to begin with fewer.
USERS = [10, 16, 14]

# Name: median in ms and spread of each phase, as of a lognormal distribution.
ENDPOINTS = {
    "/fast": [(4, 0.8), (9, 0.5), (3, 1.1)],
    "/usual": [(120, 0.4), (310, 0.6), (90, 0.5)],
    "/slow": [(1500, 0.7), (2600, 0.3), (900, 1.0)],
}

folder = os.environ["OBSERVATIONS"]
started = 0.0
log = None


@events.test_start.add_listener
def start(**_kwargs):
    global started, log
    started = time.time()
    log = open(os.path.join(folder, f"{os.getpid()}.txt"), "a", buffering=1)


class Phases(LoadTestShape):
    def tick(self):
        phase = int(self.get_run_time() // PHASE)
        return None if phase >= PHASES else (USERS[phase % len(USERS)], 100)


class Reporter(User):
    wait_time = lambda _self: 0.05
    done = -1

    @task
    def report(self):
        phase, position = divmod(time.time() - started, PHASE)
        # Locust ends the run up to a second after its last phase, in which nothing more is to come.
        if phase == self.done or position > BUSY or phase >= PHASES:
            return
        self.done = phase
        for _ in range(ROUNDS):
            for name, shapes in ENDPOINTS.items():
                median, spread = shapes[int(phase) % len(shapes)]
                observe(self.environment, name, median * random.lognormvariate(0, spread))
            time.sleep(0.03)


def observe(environment, name, milliseconds):
    log.write(f"{time.time()} {name} {milliseconds}\n")
    environment.events.request.fire(
        request_type="GET",
        name=name,
        response_time=milliseconds,
        response_length=100,
        exception=None,
        context={},
    )
