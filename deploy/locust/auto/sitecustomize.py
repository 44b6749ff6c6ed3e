"""Loads the companion of locust-exporter into a Locust whose locustfile nobody touches.

    PYTHONPATH=<this folder>:$PYTHONPATH locust -f locustfile.py

Python imports this file whenever it starts, so it does next to nothing unless ``locust.main`` is imported, which only
Locust's own command does. It hides a sitecustomize that comes later on the path, and so it runs that as Python would.
"""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))


class AfterLocust:
    """Finds locust.main as the others do, and has the companion loaded after it."""

    @classmethod
    def find_spec(cls, name, *_where):
        if name != "locust.main":
            return None
        sys.meta_path.remove(cls)
        from importlib.util import find_spec

        spec = find_spec(name)
        try:
            execute = spec.loader.exec_module

            def exec_module(module):
                execute(module)
                load_companion()

            spec.loader.exec_module = exec_module
        except AttributeError:  # no Locust, or one that is not made of files
            pass
        return spec


def load_companion():
    name = "locust_exporter_companion"
    if name in sys.modules:
        return
    try:
        from importlib.util import module_from_spec, spec_from_file_location

        spec = spec_from_file_location(name, os.path.join(os.path.dirname(HERE), name + ".py"))
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[name] = module
    except Exception as error:
        import logging

        logging.getLogger(name).warning("The companion of locust-exporter was not started: %s", error)


def run_hidden_sitecustomize():
    """Raises what the hidden one raises: Python's site module, which imports this file, says so and goes on."""
    folders = [os.path.realpath(folder) for folder in sys.path]
    if HERE not in folders:
        return
    later = [folder for folder in sys.path[folders.index(HERE) + 1 :] if os.path.realpath(folder) != HERE]
    specs = (finder.find_spec("sitecustomize", later) for finder in sys.meta_path if hasattr(finder, "find_spec"))
    spec = next((spec for spec in specs if spec is not None and spec.loader is not None), None)
    if spec is not None:
        from importlib.util import module_from_spec

        module = sys.modules["sitecustomize"] = module_from_spec(spec)
        spec.loader.exec_module(module)


sys.meta_path.insert(0, AfterLocust)
run_hidden_sitecustomize()
