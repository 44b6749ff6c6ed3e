"""Browses a shop: mostly the list of its products, now and then one of them."""

import random

from locust import HttpUser, between, task


class Visitor(HttpUser):
    wait_time = between(0.5, 2)

    @task(4)
    def list_products(self):
        self.client.get("/products")

    @task
    def show_product(self):
        number = random.randint(1, 1000)
        # One name for all of them, or each would have metrics of its own.
        self.client.get(f"/products/{number}", name="/products/[number]")
