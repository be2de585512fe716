"""The papermill engine that runs the notebooks: it reports cells and loses no reply."""

import json
import logging
from typing import Any

import zmq
from nbclient.output_widget import OutputWidget
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine

STARTUP_S = 60


class WakingOutput(OutputWidget):
    """An output widget whose messages do not hide a cell's reply.

    nbclient sends them on the socket where it waits for the reply. ZeroMQ tells once
    that a socket has something to read, and a send can take that notice away: the wait
    then lasted until the cell's time limit (nbclient issue 312). Asking for EVENTS
    makes pyzmq look again.
    """

    def send(self, *arguments: Any, **keywords: Any) -> None:
        """Send a comm message, then see whether a reply has come meanwhile."""
        super().send(*arguments, **keywords)
        self.kernel_client.shell_channel.socket.get(zmq.EVENTS)


class Client(PapermillNotebookClient):
    """Papermill's client with output widgets that wake it up."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.widget_registry["@jupyter-widgets/output"]["OutputModel"] = WakingOutput


class ReportingEngine(Engine):
    """Writes one line of JSON to stdout for each finished cell."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, execution_timeout: int, **_: Any
    ) -> Any:
        """Run every cell, for at most `execution_timeout` seconds each."""
        complete, total = nb_man.cell_complete, len(nb_man.nb.cells)

        def report(cell: Any, cell_index: int, **extra: Any) -> None:
            complete(cell, cell_index=cell_index, **extra)
            print(json.dumps({"done": cell_index + 1, "total": total}), flush=True)

        nb_man.cell_complete = report
        client = Client(
            nb_man,
            kernel_name=kernel_name,
            timeout=execution_timeout,
            startup_timeout=STARTUP_S,
            log=logging.getLogger(__name__),
        )
        return client.execute()
