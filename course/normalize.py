"""Cleans an executed notebook: nothing of the machine, the moment or a dead widget."""

import re
import tempfile
from pathlib import Path

from nbformat import NotebookNode

from course import content

WIDGET = "application/vnd.jupyter.widget-view+json"
KNOB = "Run this cell to get the knob."
_KEPT_METADATA = ("tags", "jupyter")
# A tqdm bar: " 40%|████      | 2/5 [00:01<00:02]" or "12it [00:00, 3it/s]".
_BAR = re.compile(r"^.*(\d+%\|.*\||\b\d+\w* \[\d\d:\d\d).*$")
_ADDRESS = re.compile(r"\b0x[0-9a-f]{8,16}\b")


def clean(executed: NotebookNode, draft: NotebookNode) -> NotebookNode:
    """The draft with the outputs of its executed copy, cleaned."""
    outputs = {c.id: c.outputs for c in executed.cells if c.cell_type == "code"}
    count = 0
    for cell in draft.cells:
        cell.metadata = {k: v for k, v in cell.metadata.items() if k in _KEPT_METADATA}
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            cell.outputs = _cleaned(outputs[cell.id], count)
    return draft


def _cleaned(outputs: list[NotebookNode], count: int) -> list[NotebookNode]:
    kept: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream":
            output.text = _stream(output.text, output.name)
            if not output.text:
                continue
            last = kept[-1] if kept else None
            if last and last.output_type == "stream" and last.name == output.name:
                last.text += output.text
                continue
        elif "data" in output:
            output.data = _without_widget(output.data)
            output.data = {kind: _text(value) for kind, value in output.data.items()}
            if output.output_type == "execute_result":
                output.execution_count = count
        kept.append(output)
    return kept


def _stream(text: str, name: str) -> str:
    """Printed text as a terminal would leave it; progress bars are gone from stderr."""
    lines = [line.rsplit("\r", 1)[-1] for line in _text(text).split("\n")]
    if name == "stderr":
        lines = [line for line in lines if not _BAR.match(line)]
        return "\n".join(lines) if any(line.strip() for line in lines) else ""
    return "\n".join(lines)


def _without_widget(data: dict) -> dict:
    """A widget without its kernel shows as an error: leave its static text instead."""
    if WIDGET not in data:
        return data
    rest = {kind: value for kind, value in data.items() if kind != WIDGET}
    if "text/html" not in rest:
        rest["text/plain"] = KNOB
    return rest


def _text(value: object) -> object:
    """Text without this machine's folders and addresses."""
    if not isinstance(value, str):
        return value
    for folder, shown in _folders():
        value = value.replace(folder, shown)
    return _ADDRESS.sub("0x…", value)


def _folders() -> list[tuple[str, str]]:
    """Folders of this machine and what stands for them, the longest first."""
    known = {
        str(content.root()): "qwen-course",
        tempfile.gettempdir(): "<temporary folder>",
        str(Path.home()): "~",
    }
    return sorted(known.items(), key=lambda pair: -len(pair[0]))
