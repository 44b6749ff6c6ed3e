"""Shoppers in the shop of target.py, few or many by turns. For Locust 2.12 or newer."""

import random

from locust import HttpUser, LoadTestShape, between, task


class Shopper(HttpUser):
    wait_time = between(0.5, 2)

    def on_start(self):
        self.client.get("/")

    @task(4)
    def list_products(self):
        self.client.get("/products")

    @task(6)
    def show_product(self):
        number = random.randint(1, 1000)
        # One name for all of them, or each would have metrics of its own.
        self.client.get(f"/products/{number}", name="/products/[number]")

    @task(2)
    def search(self):
        word = random.choice(["cheese", "tea", "umbrella"])
        self.client.get("/search", params={"q": word}, name="/search")

    @task(2)
    def buy(self):
        self.client.post("/cart", data={"product": 7})
        self.client.post("/orders")


class Day(LoadTestShape):
    """A day at the shop in eight minutes, again and again: the rush is more than it can serve."""

    # (seconds, users, users started or ended per second)
    PHASES = [
        (90, 15, 2),
        (120, 35, 2),
        (150, 140, 5),
        (120, 20, 10),
    ]

    def tick(self):
        into_day = self.get_run_time() % sum(seconds for seconds, _, _ in self.PHASES)
        for seconds, users, spawn_rate in self.PHASES:
            if into_day < seconds:
                return users, spawn_rate
            into_day -= seconds
