#!/usr/bin/env python3
"""Checks a SPIFFE Workload API socket against the standards; see README.md."""
import argparse
import json
import sys
import traceback

import grpc

import client as calls


class Skip(Exception):
    """The check can't be made here."""


class Suite:
    def __init__(self):
        self.checks = []

    def check(self, name, section, should=False, profile=None):
        def register(function):
            self.checks.append((name, section, should, profile, function))
            return function
        return register


class Context:
    """What checks share: the client, the options, and answers that are asked for once."""

    def __init__(self, options, messages):
        self.options = options
        self.messages = messages
        self.client = calls.Client(options.target, messages)
        self.known = {}

    def fresh(self):
        return calls.Client(self.options.target, self.messages)

    def once(self, name, make):
        if name not in self.known:
            self.known[name] = make()
        return self.known[name]

    @property
    def x509(self):
        return self.once("x509", self.client.x509)

    @property
    def x509_bundles(self):
        return self.once("x509b", self.client.x509_bundles)

    @property
    def jwt_bundles(self):
        return self.once("jwtb", self.client.jwt_bundles)

    @property
    def audience(self):
        return "spiffe-conformance"

    @property
    def jwt(self):
        return self.once("jwt", lambda: self.client.jwt([self.audience]))


def run(suite, context, options):
    results = []
    for name, section, should, profile, function in suite.checks:
        if options.only and options.only.lower() not in (name + " " + section).lower():
            continue
        outcome, reason = "ok", ""
        try:
            if profile and profile in options.without:
                raise Skip(f"run with --without {profile}")
            function(context)
        except Skip as skip:
            outcome, reason = "skip", str(skip)
        except AssertionError as failure:
            outcome, reason = ("warn" if should else "FAIL"), str(failure) or line_of(failure)
        except grpc.RpcError as error:
            outcome, reason = "FAIL", f"{error.code().name}: {error.details()}"
        results.append(
            {"name": name, "section": section, "outcome": outcome, "reason": reason})
        print(f"{outcome:4}  {section:14}  {name}" + (f": {reason}" if reason else ""))
    return results


def line_of(failure):
    return traceback.extract_tb(failure.__traceback__)[-1].line or "assertion failed"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", help="unix:///path or tcp address of the Workload API")
    parser.add_argument("--json", help="write the results to a file")
    parser.add_argument("--only", help="run the checks whose name or section has this text")
    parser.add_argument("--strict", action="store_true", help="SHOULDs fail too")
    parser.add_argument("--without", action="append", default=[], choices=["x509", "jwt"])
    parser.add_argument("--unregistered-uid", type=int)
    options = parser.parse_args()
    messages = calls.load_messages()
    context = Context(options, messages)
    try:
        grpc.channel_ready_future(context.client.channel).result(timeout=10)
    except grpc.FutureTimeoutError:
        print(f"{options.target} does not answer", file=sys.stderr)
        return 2
    import checks_endpoint
    import checks_jwt
    import checks_x509
    suite = Suite()
    for module in (checks_endpoint, checks_x509, checks_jwt):
        module.register(suite, Skip)
    results = run(suite, context, options)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=2)
    counts = {word: sum(r["outcome"] == word for r in results)
              for word in ("ok", "FAIL", "warn", "skip")}
    print(f"{counts['ok']} ok, {counts['FAIL']} failed, {counts['warn']} warnings,"
          f" {counts['skip']} skipped")
    failed = counts["FAIL"] + (counts["warn"] if options.strict else 0)
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
