"""The sandbox does its work: honest programs run, limits hold, refusals are clear."""

import os
from pathlib import Path

import pytest

from utils import sandbox
from utils.sandbox import limits, plain, server

pytestmark = pytest.mark.unit

PATIENT = 60  # seconds for a program that ends by itself, on a busy machine

HONEST = {
    "6 * 7": "42",
    "import math; math.factorial(20)": "2432902008176640000",
    "from collections import Counter; Counter('banana').most_common(1)": "[('a', 3)]",
    "import re; re.findall(r'\\d+', 'a1b22')": "['1', '22']",
    "import itertools; len(list(itertools.permutations(range(6))))": "720",
    "import json; json.loads(json.dumps({'a': [1, None]}))": "{'a': [1, None]}",
    "from fractions import Fraction as F; F(1, 3) + F(1, 6)": "Fraction(1, 2)",
    "import random; random.seed(1); random.randint(1, 6)": "2",
    "import hashlib; hashlib.sha256(b'qwen').hexdigest()[:8]": "'67f2d225'",
    "import datetime as d; d.date(2024, 2, 29).isoformat()": "'2024-02-29'",
    "from dataclasses import make_dataclass as m; m('P', ['x'])(1)": "P(x=1)",
    "import pickle; class_ = type('A', (), {}); pickle.loads(pickle.dumps([1]))": "[1]",
    "import asyncio\nasync def f(): return 5\nasyncio.run(f())": "5",
    "open('a.txt', 'w').write('x'); import os; os.listdir()": "['a.txt']",
    "import tempfile\nwith tempfile.TemporaryDirectory() as d: pass\n1": "1",
    "import shutil; open('a', 'w').close(); shutil.copyfile('a', 'b')": "'b'",
    "import sqlite3 as s; s.connect('').execute('select 2').fetchone()": "(2,)",
    "import csv, io; list(csv.reader(io.StringIO('a,b')))": "[['a', 'b']]",
    "import unittest, doctest, decimal, ctypes, ssl, zlib, lzma; 1": "1",
    "import os; len(os.urandom(4)), len(open('/dev/urandom', 'rb').read(4))": "(4, 4)",
    "import signal; signal.alarm(0)": "0",
    "print('no value')": None,
    "x = 1": None,
    "": None,
    "from __future__ import annotations\nif __name__ == '__main__': y = 3\ny": "3",
}


@pytest.fixture(scope="module")
def box():
    with sandbox.Sandbox() as box:
        yield box


@pytest.mark.parametrize("code", HONEST)
def test_honest_programs_run(code: str, box):
    outcome = box.run(code, timeout=PATIENT)
    assert outcome.ok, outcome.stderr
    assert outcome.value == HONEST[code]


def test_an_outcome_says_what_happened(box):
    code = "import sys\nprint(input().upper())\nprint('note', file=sys.stderr)\n[1]"
    outcome = box.run(code, stdin="grüße\n", timeout=PATIENT)
    assert (outcome.status, outcome.exit_code, outcome.value) == ("ok", 0, "[1]")
    assert (outcome.stdout, outcome.stderr) == ("GRÜSSE\n", "note\n")
    assert 0 < outcome.seconds < PATIENT
    assert "reached its end" in str(outcome)


def test_a_traceback_starts_at_the_program(box):
    outcome = box.run("def f():\n    return 1 / 0\nf()", timeout=PATIENT)
    files = [line for line in outcome.stderr.splitlines() if "File" in line]
    assert files == [
        '  File "snippet.py", line 3, in <module>',
        '  File "snippet.py", line 2, in f',
    ]
    assert "    return 1 / 0\n" in outcome.stderr
    assert str(outcome).endswith("ZeroDivisionError: division by zero")


@pytest.mark.parametrize(
    ("code", "exit_code", "stderr"),
    [
        ("import sys; sys.exit()", 0, ""),
        ("exit(3)", 3, ""),
        ("quit('bad')", 1, "bad\n"),
    ],
)
def test_leaving_early_is_not_reaching_the_end(code, exit_code, stderr, box):
    outcome = box.run(code, timeout=PATIENT)
    assert (outcome.status, outcome.exit_code) == ("exit", exit_code)
    assert outcome.stderr == stderr


def test_what_was_printed_before_a_timeout_is_kept(box):
    outcome = box.run("print('first')\nwhile True: pass", timeout=1)
    assert (outcome.status, outcome.stdout) == ("timeout", "first\n")


def test_output_is_cut_at_the_limit(box):
    outcome = box.run("print('ab' * 10**6)", timeout=PATIENT, output=1000)
    assert (outcome.status, outcome.stdout) == ("output", "ab" * 500)
    assert box.run("print('a' * 999)", timeout=PATIENT, output=1000).ok


def test_memory_is_measured_and_limited(box):
    code = "len(bytearray(80 * 2**20))"
    roomy = box.run(code, timeout=PATIENT)
    assert roomy.ok
    assert 80 * 2**20 < roomy.peak_memory < 128 * 2**20
    assert box.run(code, timeout=PATIENT, memory=64 * 2**20).status == "memory"


def test_programs_leave_nothing_for_the_next(box):
    code = (
        "import os, builtins; builtins.mine = 1; open('mine', 'w').close(); os.getcwd()"
    )
    folder = box.run(code, timeout=PATIENT).value.strip("'")
    assert not Path(folder).exists()
    assert box.run("import os; os.listdir()", timeout=PATIENT).value == "[]"
    assert box.run("mine", timeout=PATIENT).status == "error"


def test_sets_have_the_same_order_in_every_run():
    code = "list({str(i) for i in range(50)})"
    first, second = (sandbox.run(code, timeout=PATIENT) for _ in range(2))
    assert first.ok
    assert first.value == second.value


def test_many_are_run_in_order_and_apart():
    codes = [f"{i} if 'seen' not in globals() else 0" for i in range(40)]
    codes[7], codes[11] = "1 / 0", "while True: pass"
    outcomes = sandbox.run_many(codes, workers=2, timeout=2)
    values = [o.value for o in outcomes]
    assert values == [None if i in (7, 11) else str(i) for i in range(40)]
    assert (outcomes[7].status, outcomes[11].status) == ("error", "timeout")
    assert sandbox.run_many([]) == []


def test_named_packages_can_be_imported_and_no_others():
    with sandbox.Sandbox(packages=["sympy"]) as box:
        code = "import sympy\nx = sympy.Symbol('x')\nsympy.diff(x**3 + 2*x**2, x)"
        assert box.run(code, timeout=PATIENT).value == "3*x**2 + 4*x"
        lazy = "import sympy.parsing.latex, mpmath; mpmath.__name__"
        assert box.run(lazy, timeout=PATIENT).value == "'mpmath'"
        assert "No module named" in box.run("import numpy", timeout=PATIENT).stderr
    assert "No module named" in sandbox.run("import sympy", timeout=PATIENT).stderr


def test_a_package_with_threads_of_its_own_does_not_weaken_it(box):
    with sandbox.Sandbox(packages=["numpy"]) as with_numpy:
        code = "import numpy as n; float(n.ones((9, 9)).sum())"
        outcome = with_numpy.run(code, timeout=PATIENT, memory=2**30)
    assert outcome.value == "81.0"
    assert outcome.layers == box.run("", timeout=PATIENT).layers


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"timeout": 0}, "above zero"),
        ({"memory": 1000}, "at least 64 MiB"),
        ({"memory": 1e9}, "whole numbers"),
        ({"stdin": "x" * 100, "disk": 100}, "half as long"),
        ({"packages": "sympy"}, "in a list"),
    ],
)
def test_wrong_requests_are_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        sandbox.run("1", **arguments)


def test_a_missing_package_is_named():
    with pytest.raises(sandbox.SandboxError, match=r"'nope'; install it or leave it"):
        sandbox.run("1", packages=["nope"])


def test_deep_folders_are_counted_and_removed(tmp_path):
    folder = tmp_path / "deep"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    (folder / "file").write_bytes(b"x" * 10_000)
    assert 10_000 <= limits.disk_use(str(folder), 10) <= 40_000
    assert limits.disk_use(str(folder), 1) is None
    before = Path.cwd()
    try:
        os.chdir(folder)
        for _ in range(30):  # the whole is longer than a path can be
            os.mkdir("a" * 200)
            os.chdir("a" * 200)
    finally:
        os.chdir(before)
    assert limits.disk_use(str(folder), 10**6) is None
    server.remove(str(folder))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("print(input())\n6 * 7", "ok"),
        ("1 / 0", "error"),
        ("exit(3)", "exit"),
        ("import os; os._exit(0)", "exit"),
        ("while True: pass", "timeout"),
        ("while True: print('x' * 1000)", "output"),
        ("x = []\nwhile True: x.append(bytearray(10**7))", "memory"),
    ],
)
def test_plain_processes_have_limits_too(code, status):
    timeout = 2 if status == "timeout" else PATIENT
    outcome = plain.run(code, "hello", sandbox.Limits(timeout=timeout))
    assert outcome.status == status, outcome.stderr
    assert outcome.layers == ()
    if outcome.ok:
        assert (outcome.stdout, outcome.value) == ("hello\n", "42")


def test_without_fork_it_is_refused_unless_accepted(monkeypatch):
    monkeypatch.delattr(os, "fork")
    with pytest.raises(sandbox.WeakIsolationError, match="WSL"):
        sandbox.run("1")
    outcome = sandbox.run("1", accept_weaker=True, timeout=PATIENT)
    assert (outcome.value, outcome.layers) == ("1", ())
