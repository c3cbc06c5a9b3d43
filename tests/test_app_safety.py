"""Serving the app: only pages of ours reach the server, only what they need is there, and nothing grows without bound.

A real server stands behind most tests, as a visitor or an attacker meets it: raw HTTP and raw WebSockets.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("solara", reason="the app's packages are not installed")
pytest.importorskip("websockets")

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from abm.errors import BadInput
from app.inbound import ALLOWANCE, LARGEST, REFILL, Pace, allowed
from app.safety import public
from tests.processes import HEARING

ROOT = Path(__file__).parents[1]
START = 60  # seconds that a server may take on a busy machine
CULLED = 1  # seconds
SECRET = "x" * 32
SERVE = f"""
import sys; from app import safety, serve
door = safety.Door(kernels=3, of_one=2)
own = serve.listen("127.0.0.1", 0)
serve.settle(culled="{CULLED}s")
serve.serve(door, own, lambda: print("http://127.0.0.1:%d" % own.getsockname()[1], flush=True))
"""


def command(*words: str, **environment: str) -> subprocess.Popen[str]:
    """`corridors app` with more words."""
    line = [sys.executable, "-m", "corridors.main", "app", "--no-browser", *words]
    told = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(line, cwd=ROOT, env=os.environ | environment, **told, **HEARING)


@contextmanager
def serving(*words: str, code: str = "", **environment: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A server and its port, while it runs."""
    known = os.environ | environment
    process = (
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=known)
        if code
        else command("--port", "0", *words, **environment)
    )
    try:
        assert process.stdout
        told = process.stdout.readline()
        found = re.search(r"(?::|port )(\d+)", told)
        assert found, f"the server did not say where it is: {told!r}"
        yield int(found[1]), process
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[socket.socket]:
    """Where Solara would fetch what it lacks."""
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(1)
        yield trap


@pytest.fixture(scope="module")
def port(elsewhere: socket.socket) -> Iterator[int]:
    """A server with room for three pages, two of one visitor, which are forgotten after a second."""
    fetched_from = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/"
    with serving(code=SERVE, SOLARA_ASSETS_CDN=fetched_from) as (found, _):
        yield found


@dataclass
class Reply:
    """What a server answered."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: list[str] = field(default_factory=list)


def ask(port: int, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Reply:
    """One request, its path sent as it is; underscores in names of headers are hyphens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    sent = {"Host": f"127.0.0.1:{port}", **{name.replace("_", "-"): value for name, value in headers.items()}}
    for name, value in sent.items():
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    cookies = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    return Reply(answer.status, {n.lower(): v for n, v in answer.getheaders()}, answer.read(), cookies)


def cookie(port: int, **headers: str) -> str:
    """A new visitor's cookie."""
    return ask(port, "/", **headers).cookies[0].partition(";")[0]


def channel(port: int, visitor: str | None = None, origin: str | None = "", kernel: str = "") -> ClientConnection:
    """A page's WebSocket; the right origin unless another is given, or None."""
    headers = {} if visitor is None else {"Cookie": visitor}
    address = f"ws://127.0.0.1:{port}/jupyter/api/kernels/{kernel or uuid.uuid4()}/channels?session_id={uuid.uuid4()}"
    origin = f"http://127.0.0.1:{port}" if origin == "" else origin
    return connect(address, origin=origin, additional_headers=headers, max_size=None)  # type: ignore[arg-type]


def message(kind: str, content: dict[str, Any], **changed: Any) -> str:
    """A message as Solara's page sends it."""
    header = {"msg_id": "1", "msg_type": kind, "session": "s", "username": "", "version": "5.2", "date": ""}
    whole = {"header": header, "parent_header": {}, "metadata": {}, "buffers": [], "channel": "shell"}
    return json.dumps({**whole, "content": content, **changed})


def said(**data: Any) -> str:
    """Something told to a widget."""
    return message("comm_msg", {"comm_id": "c", "data": data})


HELLO = message("kernel_info_request", {})


def hears(ws: ClientConnection) -> bool:
    """Whether the server still answers on a socket."""
    ws.send(HELLO)
    return bool(until(ws, "kernel_info_reply"))


def until(ws: ClientConnection, kind: str) -> list[str]:
    """What is heard, up to the first message that holds a word."""
    told = [str(ws.recv(timeout=START))]
    while f'"{kind}"' not in told[-1]:
        told.append(str(ws.recv(timeout=START)))
    return told


def refused(port: int, *words: Any, **more: Any) -> int:
    """The status that a WebSocket is refused with before it opens."""
    with pytest.raises(InvalidStatus) as problem, channel(port, *words, **more):
        pass
    return problem.value.response.status_code


# ------------------------------------------------------------------------------------------------- who may come in


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "", "[::1", "a:"])
def test_a_name_that_is_not_ours_is_not_answered(port: int, host: str) -> None:
    assert ask(port, "/", Host=host).status in (400, 421)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9000", "LOCALHOST", "[::1]:8765"])
def test_names_of_this_machine_are_answered_with_any_port(port: int, host: str) -> None:
    assert ask(port, "/readyz", Host=host).status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", None, "http://127.0.0.1:1", "file://127.0.0.1"])
def test_a_page_from_elsewhere_gets_no_websocket_even_with_the_cookie(port: int, origin: str | None) -> None:
    assert refused(port, cookie(port), origin) == 403


@pytest.mark.parametrize("forged", [None, "solara-session-id=mine", "solara-session-id=mine." + "0" * 43])
def test_who_got_no_page_from_us_gets_no_websocket(port: int, forged: str | None) -> None:
    assert refused(port, forged) == 403


def test_a_page_of_ours_gets_its_websocket(port: int) -> None:
    with channel(port, cookie(port)) as ws:
        assert hears(ws)


def test_nobody_enters_another_visitors_kernel(port: int) -> None:
    kernel = str(uuid.uuid4())
    with channel(port, cookie(port), kernel=kernel) as ws:
        assert hears(ws)
        assert refused(port, cookie(port), kernel=kernel) == 403
    close = f"/_solara/api/close/{kernel}?session_id=x"
    assert ask(port, close, "POST", Origin=f"http://127.0.0.1:{port}", Cookie=cookie(port)).status == 404


@pytest.mark.parametrize("kernel", ["x", "../../x", "1" * 400])
def test_a_kernel_has_a_proper_name(port: int, kernel: str) -> None:
    assert refused(port, cookie(port), kernel=kernel) in (403, 404)


def test_posts_come_from_our_pages_alone(port: int) -> None:
    close = f"/_solara/api/close/{uuid.uuid4()}?session_id=x"
    assert ask(port, close, "POST").status == 403
    assert ask(port, close, "POST", Origin="http://evil.example").status == 403
    assert ask(port, close, "POST", Origin=f"http://127.0.0.1:{port}").status == 404  # allowed, but there is no such


# ------------------------------------------------------------------------------------------------- what answers carry


@pytest.mark.parametrize("path", ["/", "/data", "/corridors/catalogue/en.json", "/static/public/js/store.js", "/x/y"])
def test_every_answer_carries_the_safety_headers(port: int, path: str) -> None:
    headers = ask(port, path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    for rule in ("default-src 'self'", "frame-ancestors 'none'", "object-src 'none'", "base-uri 'self'"):
        assert rule in headers["content-security-policy"]
    assert "unsafe-inline" not in re.findall("script-src[^;]*", headers["content-security-policy"])[0]
    assert "server" not in headers
    assert headers["cache-control"] in ("no-cache", "no-store")


def test_refusals_carry_them_too(port: int) -> None:
    assert ask(port, "/", Host="evil.example").headers["x-content-type-options"] == "nosniff"


def test_scripts_of_a_page_carry_a_nonce_of_their_own(port: int) -> None:
    nonces = []
    for _ in range(2):
        page = ask(port, "/")
        nonce = re.findall("'nonce-([^']+)'", page.headers["content-security-policy"])[0]
        scripts = re.findall(r"<script[^>]*>", page.body.decode())
        assert len(scripts) > 5
        assert all(f'nonce="{nonce}"' in script for script in scripts)
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


def test_a_page_may_be_zoomed_and_names_its_language(port: int) -> None:
    page = ask(port, "/?lang=ru").body.decode()
    assert '<html lang="ru">' in page
    assert "user-scalable" not in page
    assert "maximum-scale" not in page
    assert '<html lang="en">' in ask(port, '/?lang="><script>').body.decode()


def test_nothing_of_an_address_gets_into_the_page(port: int) -> None:
    headers = {"Cookie": "crafted=crafted", "X_Script_Name": "/crafted", "X_Forwarded_Host": "crafted"}
    assert b"crafted" not in ask(port, "/?scenario=%3Cscript%3Ecrafted&lang=crafted", **headers).body


def test_cookies_are_kept_from_scripts_and_other_sites(port: int) -> None:
    cookies = ask(port, "/").cookies
    assert len(cookies) == 1
    for flag in ("HttpOnly", "SameSite=lax", "Path=/"):
        assert flag in cookies[0]
    assert ask(port, "/", Cookie=cookies[0].partition(";")[0]).cookies == []  # who has one keeps it


# --------------------------------------------------------------------------------------------- what is there, and not


@pytest.mark.parametrize(
    "path",
    [
        "/resourcez", "/resourcez?verbose", "/_solara/api/evict/x", "/_solara/auth/login", "/solara/x", "/docs",
        "/jupyter/nbextensions/jupyter-js-widgets/extension.js", "/jupyter/api/kernels/x/shell", "/static/solara.j2",
        "/_solara/cdn/vue@3/dist/vue.js", "/_solara/cdn/@widgetti/none@1.0.0/x.js", "/corridors/catalogue/xx.json",
        "/corridors/link/en.json", "/corridors/catalogue/..%2Fen.json",
    ],
)  # fmt: skip
def test_what_our_pages_do_not_need_is_not_there(port: int, path: str) -> None:
    assert ask(port, path).status == 404


def test_what_is_not_installed_is_not_fetched_from_elsewhere(port: int, elsewhere: socket.socket) -> None:
    """Solara would fetch any package that a visitor names, and keep it."""
    assert ask(port, "/_solara/cdn/any-package@1.0.0/dist/index.js").status == 404
    with pytest.raises(TimeoutError):
        elsewhere.accept()


@pytest.mark.parametrize("up", ["../", "%2e%2e/", "..%2f", "..\\", "/"])
@pytest.mark.parametrize("root", ["/static/public/", "/static/assets/", "/static/", "/_solara/cdn/"])
def test_no_path_leads_out_of_a_folder(port: int, root: str, up: str) -> None:
    for target in ("link.py", "app/link.py", "etc/passwd"):
        for depth in (1, 2, 9):
            answer = ask(port, f"{root}{up * depth}{target}")
            assert answer.status == 404, answer.body[:80]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_pages_can_only_be_read(port: int, method: str) -> None:
    assert ask(port, "/", method, Origin=f"http://127.0.0.1:{port}").status == 405


def test_nothing_can_be_sent_but_by_websocket(port: int) -> None:
    origin = f"http://127.0.0.1:{port}"
    assert ask(port, "/", "POST", b"a" * 10, Origin=origin).status == 413
    assert ask(port, "/", "POST", Origin=origin, Transfer_Encoding="chunked").status == 413
    assert ask(port, "/?" + "a" * 9_000).status == 414


def test_documents_are_compressed_and_known_again(port: int) -> None:
    path = "/corridors/catalogue/ru.json"
    first = ask(port, path, Accept_Encoding="gzip")
    assert json.loads(ask(port, path).body)["lang"] == "ru"
    assert first.headers["content-encoding"] == "gzip"
    tag = first.headers["etag"]
    assert ask(port, path, If_None_Match=tag).status == 304
    assert "immutable" in ask(port, f"{path}?v={tag[1:-1]}").headers["cache-control"]
    assert ask(port, f"{path}?v=other").headers["cache-control"] == "no-cache"


# ------------------------------------------------------------------------------------------------- what may be said

ASK = {"event": "ask", "data": "{}"}
OURS = {
    "hello": HELLO,
    "which widgets": message("comm_info_request", {"target_name": "jupyter.widget"}),
    "to Solara": message("comm_open", {"comm_id": "c", "target_name": "solara.control", "data": {}}),
    "start": said(method="run", args={"path": "/?scenario=frozen", "dark": False, "themes": {}, "appName": None}),
    "is it there": said(method="app-status"),
    "what is it": said(method="request_state"),
    "a link followed": said(method="update", state={"location": "/compare"}, buffer_paths=[]),
    "the theme": said(method="update", state={"dark_effective": False}, buffer_paths=[]),
    "a question": said(method="custom", content=ASK),
    "goodbye": message("shutdown_request", {"restart": False}, channel="control"),
}
HOSTILE = {
    "import any module": said(method="custom", content={"create_widget": ["os", "system"], "props": {}, "id": "1"}),
    "with an event": said(method="custom", content={**ASK, "create_widget": ["os", "system"], "props": {}, "id": "1"}),
    "call any method": said(method="custom", content={"update_ref": {"functionRef": "close"}, "id": "1", "prop": "x"}),
    "any name": said(method="custom", content={"event": "__class__"}),
    "make a widget": message(
        "comm_open",
        {"comm_id": "c", "target_name": "jupyter.widget", "data": {"state": {"_model_name": "FileUploadModel"}}},
    ),
    "set a template": said(method="update", state={"template": "<b>mine</b>"}),
    "set a child": said(method="update", state={"location": "/", "children": []}),
    "another app": said(method="run", args={"path": "/", "appName": "solara.website.pages"}),
    "reload": said(method="reload"),
    "evict": said(method="evict"),
    "run code": message("execute_request", {"code": "1"}),
    "complete code": message("complete_request", {"code": "op", "cursor_pos": 2}),
    "a long header": HELLO.replace('"msg_id": "1"', f'"msg_id": "{"1" * 9_000}"'),
    "files": said(method="custom", content=ASK).replace('"buffers": []', '"buffers": ["AAAA"]'),
    "no buffers": said(method="custom", content=ASK).replace('"buffers": [], ', ""),
    "no channel": message("kernel_info_request", {}, channel=None),
    "no header": "{}",
    "no object": "[]",
    "no JSON": "x",
    "a deep nest": "[" * 50_000,
}  # fmt: skip


@pytest.mark.parametrize("name", OURS)
def test_what_our_pages_say_is_heard(name: str) -> None:
    assert allowed(OURS[name])


@pytest.mark.parametrize("name", HOSTILE)
def test_what_no_page_of_ours_says_is_refused(name: str) -> None:
    assert allowed(HOSTILE[name]) is None


def test_bytes_and_long_messages_are_refused() -> None:
    assert allowed(None) is None
    assert allowed(said(method="custom", content={"event": "ask", "data": "a" * LARGEST})) is None


@pytest.mark.parametrize("name", ["import any module", "make a widget", "run code", "no JSON"])
def test_a_hostile_message_ends_the_connection(port: int, name: str) -> None:
    with channel(port, cookie(port)) as ws:
        ws.send(HOSTILE[name])
        with pytest.raises(ConnectionClosed):
            ws.recv(timeout=START)
        assert ws.close_code == 1008


def test_an_oversize_message_ends_the_connection_however_well_it_compresses(port: int) -> None:
    with channel(port, cookie(port)) as ws:
        ws.send("a" * (LARGEST + 1))  # some 70 bytes on the wire
        with pytest.raises(ConnectionClosed):
            ws.recv(timeout=START)
        assert ws.close_code == 1009


def test_who_says_too_much_is_slowed_down() -> None:
    pace = Pace()
    waits = [pace.wait("event") for _ in range(ALLOWANCE + 100)]
    assert max(waits[: ALLOWANCE - 10]) == 0
    assert waits[-1] == pytest.approx(100 / REFILL, rel=0.1)
    assert Pace().wait("request_states") == 0
    assert sum(Pace.wait(pace, "request_states") > 0 for _ in range(3)) == 3


def test_one_visitors_state_is_not_told_to_another(port: int) -> None:
    """ipywidgets answers on the channel that anybody opened last."""
    with channel(port, cookie(port)) as one, channel(port, cookie(port)) as other:
        for ws, comm in ((one, "one"), (other, "other")):
            opening = {"comm_id": comm, "target_name": "jupyter.widget.control", "data": {}}
            ws.send(message("comm_open", opening))
        hears(other)
        one.send(message("comm_msg", {"comm_id": "one", "data": {"method": "request_states"}}))
        assert until(one, "update_states")
        other.send(HELLO)
        assert not any('"update_states"' in text for text in until(other, "kernel_info_reply"))


# ------------------------------------------------------------------------------------------------- how much there is


def test_a_visitor_has_room_for_so_many_pages(port: int) -> None:
    visitor = cookie(port)
    with channel(port, visitor) as one, channel(port, visitor) as two:
        assert hears(one)
        assert hears(two)
        assert refused(port, visitor) == 403
        with channel(port, cookie(port)) as other:  # another visitor still comes in, and then the house is full
            assert hears(other)
            assert refused(port, cookie(port)) == 403


def test_a_page_that_is_left_makes_room(port: int) -> None:
    visitor = cookie(port)
    for _ in range(4):
        with channel(port, visitor) as ws:
            assert hears(ws)


def test_a_page_that_nobody_looks_at_is_forgotten(port: int) -> None:
    visitor, kernel = cookie(port), str(uuid.uuid4())
    comm = {"comm_id": "mine", "target_name": "solara.control", "data": {}}
    with channel(port, visitor, kernel=kernel) as ws:
        ws.send(message("comm_open", comm))
        assert hears(ws)
    with channel(port, visitor, kernel=kernel) as ws:  # at once: it is still there
        assert _comms(ws) == {"mine"}
    time.sleep(CULLED + 1)
    with channel(port, visitor, kernel=kernel) as ws:
        assert _comms(ws) == set()


def _comms(ws: ClientConnection) -> set[str]:
    ws.send(message("comm_info_request", {}))
    return set(json.loads(until(ws, "comm_info_reply")[-1])["content"]["comms"])


# ------------------------------------------------------------------------------------------------- the command


def test_the_command_says_where_it_serves_and_listens_on_this_machine_alone() -> None:
    with serving() as (port, process):
        assert ask(port, "/").status == 200
        own = socket.gethostbyname(socket.gethostname())
        if not own.startswith("127."):
            with pytest.raises(OSError), socket.create_connection((own, port), timeout=5):  # noqa: PT011
                pass
        with channel(port, cookie(port)) as ws:
            assert hears(ws)
            process.send_signal(signal.SIGINT)  # Ctrl-C, with a page open
            process.wait(timeout=START)
        assert process.returncode == 0
        assert process.stderr
        assert "Traceback" not in process.stderr.read()


def test_a_port_in_use_is_one_clear_message() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        process = command("--port", str(number))
        told = process.communicate(timeout=START)[1]
    assert process.returncode == 2
    assert told.count("\n") == 1
    assert f"--port {number}" in told


@pytest.mark.parametrize(
    ("words", "secret", "why"),
    [
        (["--public"], SECRET, "--host"),
        (["--public", "--host", "app.example"], "", "CORRIDORS_SECRET"),
        (["--public", "--host", "app.example"], "short", "32 characters"),
        (["--public", "--host", "http://app.example"], SECRET, "bare name"),
        (["--host", "app.example"], SECRET, "--public"),
    ],
)
def test_a_public_server_needs_a_name_and_a_secret(words: list[str], secret: str, why: str) -> None:
    process = command(*words, CORRIDORS_SECRET=secret)
    told = process.communicate(timeout=START)[1]
    assert process.returncode == 2
    assert why in told


def test_a_public_server_answers_to_its_name_and_takes_its_own_cookies() -> None:
    name = "app.example"
    words = ["--public", "--host", name]
    with serving(*words, CORRIDORS_SECRET=SECRET) as (port, _):
        assert ask(port, "/readyz").status == 421  # 127.0.0.1 is not its name
        assert ask(port, "/readyz", Host=name).status == 200
        https = {"Host": name, "X_Forwarded_Proto": "https"}  # as a proxy on this machine tells
        assert "Secure" in ask(port, "/", **https).cookies[0]
        visitor = cookie(port, **https)
        assert _handshake(port, name, f"https://{name}", visitor) == 101
        assert _handshake(port, name, "https://evil.example", visitor) == 403
        assert _handshake(port, name, f"https://{name}", _local_cookie()) == 403


def _handshake(port: int, host: str, origin: str, visitor: str) -> int:
    """The status of a WebSocket's handshake under another name than the address it goes to."""
    with socket.create_connection(("127.0.0.1", port), timeout=START) as raw:
        lines = [
            f"GET /jupyter/api/kernels/{uuid.uuid4()}/channels?session_id=p HTTP/1.1",
            f"Host: {host}",
            f"Origin: {origin}",
            f"Cookie: {visitor}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        ]
        raw.sendall("\r\n".join([*lines, "", ""]).encode())
        return int(raw.recv(100).split()[1])


def _local_cookie() -> str:
    """What anyone can sign who knows the key of servers that only their own machine reaches."""
    from starlette.requests import HTTPConnection
    from starlette.responses import Response

    from app.safety import Door
    from app.session import greet

    response = Response()
    anyone = {"type": "http", "headers": [], "scheme": "http", "path": "/", "server": ("a", 1)}
    greet(response, HTTPConnection(anyone), Door.key)
    return response.headers["set-cookie"].partition(";")[0]


def test_public_hosts_are_names_and_nothing_else() -> None:
    assert public(["App.Example", "10.0.0.7"], {"CORRIDORS_SECRET": SECRET}).hosts == {"app.example", "10.0.0.7"}
    for bad in ("*", "a b", "app.example:80", "app.example/x", ""):
        with pytest.raises(BadInput):
            public([bad], {"CORRIDORS_SECRET": SECRET})


def test_no_other_command_loads_the_server() -> None:
    code = (
        "import sys; sys.argv = ['corridors', 'scenarios']\n"
        "from corridors.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print('IMPORTED', *sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert not set(told.rpartition("IMPORTED")[2].split()) & {"solara", "starlette", "uvicorn", "websockets", "app"}
