"""Weights from servers and addresses that are not as they should be: one line, or whole in the end.

What a good server gives, and one that cuts, is in test_weights.
"""

import hashlib
import socketserver
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from drgrade.errors import DownloadError
from drgrade.models.weights.download import TRIES, fetch
from drgrade.runtime.locks import locked

CONTENT = bytes(range(256)) * 40
PREFIX = hashlib.sha256(CONTENT).hexdigest()[:8]
HALF = len(CONTENT) // 2
HEAD = b"HTTP/1.1 %s\r\nConnection: close\r\n%s\r\n"
WHOLE = HEAD % (b"200 OK", b"Content-Length: %d\r\n" % len(CONTENT)) + CONTENT
REST = HEAD % (b"206 Partial", b"Content-Length: %d\r\n" % (len(CONTENT) - HALF)) + CONTENT[HALF:]
CHUNKED = b"Transfer-Encoding: chunked\r\n"
CUT_BETWEEN = HEAD % (b"200 OK", CHUNKED) + b"%x\r\n%s\r\n" % (HALF, CONTENT[:HALF])
CUT_WITHIN = HEAD % (b"200 OK", CHUNKED) + b"%x\r\n%s" % (len(CONTENT), CONTENT[:HALF])
NO_HTTP = b"SSH-2.0-OpenSSH_9.6\r\n"


class Server(socketserver.StreamRequestHandler):
    """Sends the next of `answers`, byte for byte, after `seconds`."""

    answers: ClassVar[list[bytes]] = []
    asked: ClassVar[list[str]] = []
    seconds: ClassVar[list[float]] = []

    def handle(self) -> None:
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            request += self.rfile.readline()
        lines = request.decode().splitlines()
        Server.asked.append(next((line[7:] for line in lines if line.startswith("Range:")), ""))
        time.sleep(sum(Server.seconds))
        self.wfile.write(Server.answers.pop(0))


@pytest.fixture
def address(tmp_path, monkeypatch):
    for held in (Server.answers, Server.asked, Server.seconds):
        held.clear()
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path))
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("cut", [CUT_BETWEEN, CUT_WITHIN])
def test_a_chunked_answer_that_is_cut_goes_on_where_it_was(address, cut):
    Server.answers[:] = [cut, REST]
    assert fetch("x.pth", PREFIX, base=address).read_bytes() == CONTENT
    assert Server.asked == ["", f"bytes={HALF}-"]


def test_an_answer_without_http_is_asked_for_again(address):
    Server.answers[:] = [NO_HTTP, b"", WHOLE]
    assert fetch("x.pth", PREFIX, base=address).read_bytes() == CONTENT


def test_a_server_that_never_speaks_http_is_told_in_one_line(address):
    Server.answers[:] = [NO_HTTP] * TRIES
    with pytest.raises(DownloadError, match=r"without HTTP: SSH-2\.0.*DRGRADE_WEIGHTS_URL"):
        fetch("x.pth", PREFIX, base=address)


@pytest.mark.parametrize("length", [b"many", b"-1", "²".encode("latin-1")])
def test_a_length_that_is_no_number_leaves_the_judgement_to_the_hash(address, length):
    head = HEAD % (b"200 OK", b"Content-Length: %s\r\n" % length)
    Server.answers[:] = [head + CONTENT]
    assert fetch("x.pth", PREFIX, base=address).read_bytes() == CONTENT
    Server.answers[:] = [head + CONTENT[:HALF]]
    with pytest.raises(DownloadError, match="SHA-256 mismatch"):
        fetch("y.pth", PREFIX, base=address)


@pytest.mark.parametrize(
    "wrong",
    ["mirror/models", "mirror", "http://a mirror/models", "http://127.0.0.1:port", "http://",
     "http://[::1", "htp://mirror", "http://mirror..org", "http://127.0.0.1/größe",
     "http://mirror\n.org"],
)  # fmt: skip
def test_an_address_that_is_none_names_the_variable_and_what_is_in_it(tmp_path, monkeypatch, wrong):
    monkeypatch.setenv("DRGRADE_CACHE", str(tmp_path))
    monkeypatch.setenv("DRGRADE_WEIGHTS_URL", wrong)
    with pytest.raises(DownloadError) as caught:
        fetch("x.pth", PREFIX)
    (line,) = str(caught.value).splitlines()
    assert line.startswith("DRGRADE_WEIGHTS_URL must be an address such as https://")
    assert f"got '{wrong[:4]}" in line


def test_trainings_that_start_together_fetch_a_file_once(address):
    Server.answers[:], Server.seconds[:] = [WHOLE] * 2, [0.3]
    with ThreadPoolExecutor(2) as both:
        places = list(both.map(lambda _: fetch("x.pth", PREFIX, base=address), range(2)))
    assert [place.read_bytes() for place in places] == [CONTENT] * 2
    assert Server.asked == [""]


def test_who_waits_for_another_download_says_so(address, tmp_path, capsys):
    Server.answers[:] = [WHOLE]
    with ThreadPoolExecutor(1) as other:
        with locked(tmp_path / "weights"):
            waits = other.submit(fetch, "x.pth", PREFIX, base=address)
            time.sleep(0.6)
            assert Server.asked == []
        assert waits.result().read_bytes() == CONTENT
    assert "waiting for it" in capsys.readouterr().err
