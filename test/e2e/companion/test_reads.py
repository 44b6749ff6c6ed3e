"""What no request from outside can make a Locust do at the right moment. Run by companion-reads.test.ts."""

import json
import os
import sys
import unittest

sys.path.insert(0, os.environ["COMPANION"])

import gevent
import locust_exporter_companion as companion_file
from locust import User
from locust.env import Environment


class Idler(User):
    pass


class Reads(unittest.TestCase):
    def setUp(self):
        self.step = companion_file.STEP
        environment = Environment(user_classes=[Idler])
        environment.create_local_runner()
        self.stats = environment.stats
        for number in range(100):
            self.stats.log_request("GET", f"/{number:03}", 10, 1)
        self.companion = companion_file.Companion(environment, None)

    def tearDown(self):
        companion_file.STEP = self.step

    def read(self, **environ):
        status, _headers, body, _on_sent = self.companion.respond(environ)
        return status, json.loads(body) if status == 200 else None

    def read_while(self, others):
        """A read that lets others have their turn after each row."""
        companion_file.STEP = 0
        reading = gevent.spawn(self.read)
        greenlets = [gevent.spawn(other) for other in others]
        gevent.joinall([reading, *greenlets])
        return reading.value

    def test_lets_users_whose_wait_is_over_have_their_turn(self):
        turns = []

        def take_turns():
            while True:
                gevent.sleep(1e-6)
                turns.append(None)

        others = gevent.spawn(take_turns)
        companion_file.STEP = 0
        turns_meanwhile = gevent.spawn(lambda: (self.read(), len(turns))).get()[1]
        others.kill()
        self.assertGreater(turns_meanwhile, 50)

    def test_starts_over_after_a_reset(self):
        def reset():
            for _ in range(5):
                gevent.sleep(1e-6)
            self.stats.reset_all()

        status, report = self.read_while([reset])
        self.assertEqual(status, 200)
        self.assertEqual([row[2] for row in report["stats"]], [0] * 100)
        self.assertEqual(report["aggregate"][2], 0)

    def test_starts_over_after_a_new_run(self):
        def clear():
            for _ in range(5):
                gevent.sleep(1e-6)
            self.stats.clear_all()
            self.stats.log_request("GET", "/new", 10, 1)

        _status, report = self.read_while([clear])
        self.assertEqual([row[1] for row in report["stats"]], ["/new"])
        self.assertEqual(report["aggregate"][2], 1)

    def test_gives_up_when_there_is_no_end_of_resets(self):
        def reset():
            for _ in range(200):
                self.stats.reset_all()
                gevent.sleep(1e-6)

        self.assertEqual(self.read_while([reset])[0], 503)
        self.assertEqual(self.read()[0], 200)

    def test_goes_on_without_rows_that_are_taken_out(self):
        def take_out():
            for _ in range(5):
                gevent.sleep(1e-6)
            del self.stats.entries[("/099", "GET")]
            self.stats.log_request("GET", "/another", 10, 1)

        self.read()
        _status, report = self.read_while([take_out])
        names = [row[1] for row in report["stats"]]
        self.assertEqual(names, sorted([*(f"/{number:03}" for number in range(99)), "/another"]))

    def test_is_shared_by_all_who_ask_meanwhile(self):
        built = []
        build = self.companion._build
        self.companion._build = lambda encoder: built.append(encoder) or build(encoder)
        companion_file.STEP = 0
        readings = [gevent.spawn(self.read) for _ in range(20)]
        gevent.joinall(readings)
        self.assertEqual(len(built), 1)
        self.assertTrue(all(reading.value[0] == 200 for reading in readings))
        self.read()
        self.assertEqual(len(built), 2)

    def test_faults_are_a_response_and_one_warning(self):
        self.companion._head = lambda: 1 / 0
        with self.assertLogs("locust_exporter_companion", "WARNING") as logs:
            self.assertEqual([self.read()[0], self.read()[0]], [503, 503])
        self.assertEqual(len(logs.output), 1)

    def test_addresses(self):
        for text, address in {
            "127.0.0.1:8089": ("127.0.0.1", 8089),
            "localhost:1": ("localhost", 1),
            ":9000": ("", 9000),
            "[::1]:65535": ("::1", 65535),
            "off": None,
        }.items():
            self.assertEqual(companion_file.parse_address(text), address, text)
        for text in (
            "",
            "8089",
            "127.0.0.1",
            "a:b",
            "a:0",
            "a:65536",
            "::1:80",
            "[::1]",
            "http://a:80",
            "a b:80",
            "a:80 ",
        ):
            with self.assertRaises(ValueError, msg=text):
                companion_file.parse_address(text)


if __name__ == "__main__":
    unittest.main()
