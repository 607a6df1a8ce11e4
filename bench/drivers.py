"""Runs the generators of bench/*.cpp and reads what they print."""

import json
import os
import subprocess

from machine import GENERATOR_CORE


class Drivers:
    """The built drivers of one folder (build/release/bin)."""

    def __init__(self, binaries):
        self.binaries = os.path.abspath(binaries)

    def run(self, name, *arguments):
        """The driver's one line of JSON; its complaint ends the run."""
        command = [os.path.join(self.binaries, name), *map(str, arguments)]
        answer = subprocess.run(command, capture_output=True, text=True)
        if answer.returncode != 0:
            raise SystemExit(f"bench: {' '.join(command)}: {answer.stderr.strip()}")
        return json.loads(answer.stdout)

    def load(self, server, **options):
        """One run of the generator on its own core against `server`; a wrong answer ends everything.

        `options` are those of bench/load.cpp: a list gives an option more than once.
        """
        arguments = ["--port", server.port, "--core", GENERATOR_CORE]
        for pid in server.pids:
            arguments += ["--pid", pid]
        for name, value in options.items():
            for each in value if isinstance(value, list) else [value]:
                arguments += ["--" + name, each]
        return checked(self.run("load", *arguments), f"{options.get('target', options.get('targets'))}")


def checked(outcome, what):
    """A figure over failed requests, or over none, is no figure."""
    if outcome["failures"] > 0:
        raise SystemExit(f"bench: {what}: {outcome['failures']:.0f} failures, the first: {outcome['firstFailure']}")
    if outcome["jobs"] == 0:
        raise SystemExit(
            f"bench: {what}: nothing was answered in {outcome['seconds']:.1f} s, "
            f"{outcome['unanswered']:.0f} still waited 5 s later: give it more BENCH_SECONDS"
        )
    return outcome
