"""A small shop to test: a system with a limit, so that a load test has something to find.

Each page holds one of a few database connections for as long as it takes. When more visitors
come than the connections can serve, the others wait, and those who wait too long get a 503.

Needs Python 3.8 or newer and nothing else.
"""

import argparse
import random
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CONNECTIONS = 3
PATIENCE_SECONDS = 1.5

connections = threading.BoundedSemaphore(CONNECTIONS)

# Median of the seconds on a connection, and the spread around it (sigma of a log-normal).
WORK = {
    "/products": (0.05, 0.3),
    "/products/": (0.03, 0.3),
    "/search": (0.12, 0.8),
    "/cart": (0.04, 0.3),
    "/orders": (0.15, 0.4),
}


class Shop(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A response is one packet: in pieces, it would wait for the client's delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path == "/healthz":
            self.answer(200, "ok")
        elif path == "/":
            self.answer(200, "welcome " * 200)
        elif path in ("/products", "/search"):
            self.serve(path, lambda: (200, "product " * random.randint(100, 1000)))
        elif path.startswith("/products/"):
            self.serve("/products/", lambda: self.product(path))
        else:
            self.answer(404, "no such page")

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/cart":
            self.serve("/cart", lambda: (201, "added"))
        elif self.path == "/orders":
            self.serve("/orders", self.order)
        else:
            self.answer(404, "no such page")

    @staticmethod
    def product(path):
        """One product in 25 is no longer sold."""
        number = path.rpartition("/")[2]
        sold = number.isdigit() and int(number) % 25 != 0
        return (200, "product " * 50) if sold else (404, "no such product")

    @staticmethod
    def order():
        declined = random.random() < 0.03
        return (402, "card declined") if declined else (201, "ordered")

    def serve(self, kind, respond):
        if not connections.acquire(timeout=PATIENCE_SECONDS):
            self.answer(503, "no database connection")
            return
        try:
            median, sigma = WORK[kind]
            time.sleep(min(median * random.lognormvariate(0, sigma), 3))
            status, text = respond()
        finally:
            connections.release()
        self.answer(status, text)

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        """Clients may hang up when a load test ends."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with Server((options.host, options.port), Shop) as server:
        print(f"shop listening on {options.host}:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
