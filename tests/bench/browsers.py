"""Annotators without a browser: what the label form sends and gets, over the app's own websocket.

One of these speaks as the page of one person does: it opens the label page, sends a label for the
case it was shown, and waits until the app has confirmed it and named the next case.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 180.0
"""Seconds to wait for the app before something is broken."""
ARRIVE = 0.5
"""Seconds between two people who open their page."""


@dataclass
class Annotator:
    """One person's label page. `kept` counts confirmed labels by place, `times` are seconds from
    sending a label to having it confirmed and the next case named."""

    port: int
    campaign: str
    person: str
    kept: Counter[int] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    _widget: str = ""
    _fragment: str = ""
    _page: str = ""
    _desk: dict[str, Any] = field(default_factory=dict)

    async def work(self, begin: float, seconds: float, think: tuple[float, float]) -> None:
        """Comes after `begin` seconds and labels for so long, thinking between two cases."""
        await asyncio.sleep(begin)
        end = time.monotonic() + seconds
        draw = random.Random(self.person)
        address = f"ws://localhost:{self.port}/_stcore/stream"
        async with connect(address, subprotocols=["streamlit"], max_size=None) as socket:  # type: ignore[list-item]
            await self._open(socket)
            await asyncio.sleep(draw.uniform(0, think[1]))
            while self._desk["cases"] and time.monotonic() < end:
                await self._label(socket)
                await asyncio.sleep(draw.uniform(*think))

    async def _open(self, socket: ClientConnection) -> None:
        query = urlencode({"campaign": self.campaign, "who": self.person})
        asked = BackMsg()
        asked.rerun_script.query_string = query
        asked.rerun_script.page_name = "label"
        await socket.send(asked.SerializeToString())
        await self._until(socket, lambda desk: "cases" in desk)

    async def _label(self, socket: ClientConnection) -> None:
        case = self._desk["cases"][0]
        event, place = uuid4().hex, case["place"]
        told = {
            "what": "label", "event": event, "place": place, "campaign": self.campaign,
            "person": self.person, "seconds": 2.0, "shown": case["shown"],
            "values": {"act": "hedged", "severity": str(place % 5),
                       "comment": f"{self.person}/{place}"},
        }  # fmt: skip
        sent = BackMsg()
        sent.rerun_script.fragment_id = self._fragment
        sent.rerun_script.page_script_hash = self._page
        sent.rerun_script.query_string = urlencode({"campaign": self.campaign, "who": self.person})
        widget = sent.rerun_script.widget_states.widgets.add()
        widget.id = f"$$STREAMLIT_INTERNAL_KEY_{self._widget}__events"
        widget.json_trigger_value = json.dumps([{"event": "sent", "value": [told]}])
        began = time.perf_counter()
        await socket.send(sent.SerializeToString())
        await self._until(socket, lambda desk: event in desk["kept"] or event in desk["refused"])
        self.times.append(time.perf_counter() - began)
        if event in self._desk["kept"]:
            self.kept[place] += 1

    async def _until(self, socket: ClientConnection, enough: Any) -> None:
        """Reads what the app sends until the form's data satisfies."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = ForwardMsg.FromString(await socket.recv(decode=False))
                kind = message.WhichOneof("type")
                if kind == "navigation":
                    self._page = message.navigation.page_script_hash
                elif kind == "delta" and message.delta.HasField("new_element"):
                    one = message.delta.new_element
                    if one.WhichOneof("type") != "bidi_component" or not one.bidi_component.json:
                        continue
                    desk = json.loads(one.bidi_component.json)
                    if "guideline" not in desk:
                        continue
                    self._widget, self._desk = one.bidi_component.id, desk
                    self._fragment = message.delta.fragment_id
                    if enough(desk):
                        return


def crowd(
    port: int, campaign: str, people: int, seconds: float, think: tuple[float, float]
) -> list[Annotator]:
    """So many label at once for so long; returns them with what was confirmed to each."""
    everybody = [Annotator(port, campaign, f"p{n:02}") for n in range(people)]

    async def together() -> None:
        await asyncio.gather(
            *(one.work(n * ARRIVE, seconds, think) for n, one in enumerate(everybody))
        )

    asyncio.run(together())
    return everybody
