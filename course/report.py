"""Writes what `verify` found as a JSON file and an HTML page."""

import json
import os
from dataclasses import asdict
from pathlib import Path

import jinja2

from course import content

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Notebooks verified</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem;
       padding: 0 1rem; color: #222; background: #fff; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #ccc; }
.failed { color: #a40000; font-weight: 600; }
.passed { color: #00572b; }
pre { white-space: pre-wrap; background: #f4f4f4; padding: .6rem; }
</style>
</head>
<body>
<h1>{{ passed }} of {{ results|length }} notebook runs passed</h1>
<p>Profile <code>{{ profile }}</code> on {{ machine }}, {{ cores }} cores.</p>
<table>
<thead><tr>
<th scope="col">notebook</th><th scope="col">form</th><th scope="col">result</th>
<th scope="col">time</th><th scope="col">slowest cell</th><th scope="col">memory</th>
</tr></thead>
<tbody>
{% for one in results %}
<tr>
<th scope="row">{{ one.lesson }}</th><td>{{ one.form }}</td>
<td class="{{ one.state }}">{{ one.state }}</td>
<td>{{ "%.1f"|format(one.seconds) }} s</td>
<td>{{ "%.1f"|format(one.slowest_seconds) }} s, {{ one.slowest }}</td>
<td>{{ "%.2f"|format(one.peak_bytes / 1073741824) }} GB</td>
</tr>
{% endfor %}
</tbody>
</table>
{% for one in results if one.problem %}
<h2>{{ one.lesson }}, {{ one.form }}</h2>
<pre>{{ one.problem }}</pre>
{% endfor %}
{% for one in results %}{% for warning in one.warnings %}
<p>Warning: {{ one.lesson }} ({{ one.form }}) {{ warning }}.</p>
{% endfor %}{% endfor %}
</body>
</html>
"""


def folder() -> Path:
    """Where reports go; git ignores it."""
    return content.root() / "reports" / "verify"


def write(results: list, profile: str, machine: str) -> Path:
    """Write report.json and report.html; returns the page.

    `results` are `course.verify.Result`; `machine` is a platform string.
    """
    folder().mkdir(parents=True, exist_ok=True)
    facts = {"profile": profile, "machine": machine, "cores": os.cpu_count()}
    entries = [asdict(one) | {"warnings": one.warnings} for one in results]
    text = json.dumps(facts | {"results": entries}, indent=1)
    (folder() / "report.json").write_text(text + "\n", "utf-8")
    template = jinja2.Environment(autoescape=True).from_string(_PAGE)
    passed = sum(one.state == "passed" for one in results)
    page = folder() / "report.html"
    page.write_text(template.render(results=results, passed=passed, **facts), "utf-8")
    return page
