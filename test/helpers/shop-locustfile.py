"""A shop under load, for figures that look like those of a real test; nothing is sent anywhere.

A user waits for as long as the made-up request takes, and then a moment longer.

  TROUBLE  seconds of the run between which the shop is slow and fails, such as 90-150; with
           nothing behind the dash until the end of the run (default: never)
"""

import os
import random
import time

import gevent
from locust import User, constant, events, task

FIRST, _, LAST = os.environ.get("TROUBLE", "").partition("-")
BEGINNING = {"time": 0.0}


@events.test_start.add_listener
def remember_beginning(**_facts):
    BEGINNING["time"] = time.monotonic()


def in_trouble():
    passed = time.monotonic() - BEGINNING["time"]
    return FIRST != "" and float(FIRST) <= passed < float(LAST or "inf")


class ShopError(Exception):
    pass


UNAVAILABLE = ShopError("503 Service Unavailable: no answer from the payment service")
SOLD_OUT = ShopError('409 Conflict for /orders?dry=1: "red shoes" are sold out')
TIMED_OUT = "read timed out after 2 s"
NOT_YOURS = ValueError("cart 7\\12 is\nnot yours & never was <b>\u2713</b>")

# weight, method, name, ms, ms in trouble, bytes, failing share, the same in trouble, errors
REQUESTS = [
    (22, "GET", "/", 24, 30, 5120, 0.0, 0.0, []),
    (20, "GET", "/products/[id]", 48, 75, 2048, 0.002, 0.08, [TIMED_OUT]),
    (13, "GET", '/search?q="red shoes"&sort=price', 95, 310, 8192, 0.004, 0.12, [TIMED_OUT]),
    (12, "POST", "/cart", 70, 130, 240, 0.0, 0.15, [UNAVAILABLE]),
    (10, "POST", "/orders", 160, 900, 97, 0.01, 0.7, [UNAVAILABLE, SOLD_OUT]),
    (6, "DELETE", "/cart/[id]", 35, 40, 0, 0.02, 0.3, [NOT_YOURS]),
    (8, "GET", "/reports/100%\\[year]", 420, 2600, 65536, 0.0, 0.2, [TIMED_OUT]),
    (5, "GET", "/\u03ba\u03b1\u03c6\u03ad/[id]?a=1&b=2", 18, 22, 900, 0.0, 0.0, []),
    (4, "grpc", "shop.Stock/Reserve", 6, 9, 32, 0.0, 0.5, [UNAVAILABLE]),
]
WEIGHTS = [request[0] for request in REQUESTS]


class Shopper(User):
    wait_time = constant(0.25)

    @task
    def shop(self):
        _, method, name, usual, slow, size, share, more, errors = random.choices(REQUESTS, WEIGHTS)[0]
        trouble = in_trouble()
        milliseconds = (slow if trouble else usual) * random.lognormvariate(0, 0.35)
        gevent.sleep(milliseconds / 1000)
        fails = random.random() < (more if trouble else share)
        self.environment.events.request.fire(
            request_type=method,
            name=name,
            response_time=milliseconds,
            response_length=0 if fails else size,
            exception=random.choice(errors) if fails else None,
            context={},
        )
