"""A session without a browser: Streamlit's own messages over a real websocket, written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from socket import create_connection
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect

SOON = 30.0


@dataclass
class RawSession:
    """``seen`` is what the last run drew (kind, label and id of each widget), ``said`` all its text."""

    socket: ClientConnection
    seen: list[tuple[str, str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)

    def run(self, page: str = "", *, widgets: tuple[WidgetState, ...] = ()) -> None:
        """Ask for a run of a page (its address) with these widgets touched; back at its end."""
        asked = BackMsg()
        asked.rerun_script.page_name = page
        asked.rerun_script.page_script_hash = self.pages.get(page, "")
        asked.rerun_script.widget_states.widgets.extend(widgets)
        self.seen, self.said = [], []
        self.socket.send(asked.SerializeToString())
        while not self._ended(ForwardMsg.FromString(self.socket.recv(timeout=SOON))):
            pass

    def open(self, page: str) -> None:
        """The first run of a session learns which pages there are; the second is the page's."""
        if not self.pages:
            self.run()
        self.run(page)

    def key(self, label: str) -> str:
        """The id of the one widget of this label, or of this key."""
        (found,) = (key for _, shown, key in self.seen if shown == label or key.endswith(label))
        return found

    def _ended(self, told: ForwardMsg) -> bool:
        kind = told.WhichOneof("type")
        if kind == "navigation":
            self.pages = {
                one.url_pathname: one.page_script_hash for one in told.navigation.app_pages
            }
        elif kind == "delta" and told.delta.WhichOneof("type") == "new_element":
            self._keep(told.delta.new_element)
        return kind == "script_finished"

    def _keep(self, element: Element) -> None:
        kind = element.WhichOneof("type")
        shown = getattr(element, kind)
        if key := getattr(shown, "id", ""):
            self.seen.append((kind, getattr(shown, "label", ""), key))
        self.said.append(getattr(shown, "body", ""))


@contextmanager
def raw_session(address: str, host: str, cookies: Mapping[str, str]) -> Iterator[RawSession]:
    """Connected as a browser would be that came under the name ``host``."""
    parts = urlsplit(address)
    name = f"{host}:{parts.port}"
    kept = "; ".join(f"{key}={value}" for key, value in cookies.items())
    with connect(
        f"ws://{name}/_stcore/stream",
        sock=create_connection((parts.hostname, parts.port)),
        origin=f"http://{name}",
        subprotocols=["streamlit"],
        additional_headers={"Cookie": kept},
        max_size=None,
    ) as socket:
        yield RawSession(socket)


def pressed(widget: str) -> WidgetState:
    return WidgetState(id=widget, trigger_value=True)


def written(widget: str, text: str) -> WidgetState:
    return WidgetState(id=widget, string_value=text)
