"""A reply that comes while an output widget is being sent is read at once."""

import asyncio
import time
from types import SimpleNamespace

import pytest
import zmq
import zmq.asyncio
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.session import Session
from nbclient.output_widget import OutputWidget

from course.papermill_engine import WakingOutput

pytestmark = pytest.mark.unit

LIMIT_S = 5.0


@pytest.mark.parametrize(
    ("widget", "woken"), [(WakingOutput, True), (OutputWidget, False)]
)
def test_a_message_of_a_widget_does_not_hide_the_reply(widget, woken):
    """Should nbclient's own widget ever wake up, ours is no longer needed."""
    assert asyncio.run(_read_within_half_the_limit(widget)) is woken


async def _read_within_half_the_limit(widget: type[OutputWidget]) -> bool:
    """Whether a reply is seen that arrived just before the widget sent a message."""
    context = zmq.asyncio.Context()
    kernel = zmq.Context.shadow(context.underlying).socket(zmq.ROUTER)
    socket = context.socket(zmq.DEALER)
    session = Session(key=b"")
    try:
        port = kernel.bind_to_random_port("tcp://127.0.0.1")
        socket.connect(f"tcp://127.0.0.1:{port}")
        channel = AsyncZMQSocketChannel(socket, session)
        session.send(socket, "execute_request", {})
        identity = kernel.recv_multipart()[0]
        reply = asyncio.ensure_future(channel.get_msg(timeout=LIMIT_S))
        await asyncio.sleep(0.1)  # it waits now
        client = SimpleNamespace(session=session, shell_channel=channel)
        output = widget("id", {"outputs": []}, client, None)
        output.parent_header = {}
        session.send(kernel, "execute_reply", {}, ident=identity)
        time.sleep(1.0)  # the reply arrives while the event loop is busy
        output.sync_state()
        done, _ = await asyncio.wait([reply], timeout=LIMIT_S / 2)
        reply.cancel()
        return bool(done)
    finally:
        kernel.close(0)
        socket.close(0)
        context.term()
