"""Nobody is let in who does not know the token, nor from another site or by another name."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import Any

import pytest

from fastvbg.errors import MissingLibraryError, OptionError, OptionTypeError, SinkError
from fastvbg.live_mode.page.security import Guard, is_loopback
from fastvbg.live_mode.page.server import Page
from tests.live_mode.page.conftest import aiohttp, let_in, origin, run
from tests.support.livesession import FakeSession

SECRET = ["/settings", "/thumbs/drawn-studio", "/snapshot.jpg", "/mjpeg", "/socket"]


def fetched(url: str, method: str = "GET", **given: Any) -> tuple[int, Any, bytes]:
    async def fetch() -> tuple[int, Any, bytes]:
        async with (
            aiohttp.ClientSession() as client,
            client.request(method, url, **given) as answer,
        ):
            return answer.status, answer.headers, await answer.read()

    return run(fetch())


@pytest.mark.parametrize("path", SECRET)
def test_without_the_token_there_is_nothing(page: Page, path: str) -> None:
    status, _, content = fetched(page.address + path)
    assert status == 401
    assert b"token" in content


@pytest.mark.parametrize("token", ["", "0" * 32, "ä" * 8])
def test_a_wrong_token_opens_nothing(page: Page, token: str) -> None:
    cookies = {f"fastvbg-{page.address.rpartition(':')[2]}": token}
    assert fetched(f"{page.address}/settings", cookies=cookies)[0] == 401
    assert fetched(f"{page.address}/snapshot.jpg?token={token}")[0] == 401
    given = fetched(f"{page.address}/session", "POST", json={"token": token}, headers=origin(page))
    assert given[0] == 401
    assert "Set-Cookie" not in given[1]


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"7", b'{"token": 7}', b"[" * 5000])
def test_what_is_no_token_is_refused(page: Page, body: bytes) -> None:
    headers = {**origin(page), "Content-Type": "application/json"}
    assert fetched(f"{page.address}/session", "POST", data=body, headers=headers)[0] == 401


def test_the_cookie_is_for_this_site_and_no_script(page: Page) -> None:
    given = fetched(
        f"{page.address}/session", "POST", json={"token": page.token}, headers=origin(page)
    )
    cookie = given[1]["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert page.address.rpartition(":")[2] in cookie.partition("=")[0]


def test_the_token_once_in_the_address_gives_the_cookie(page: Page) -> None:
    status, headers, _ = fetched(f"{page.address}/?token={page.token}", allow_redirects=False)
    assert (status, headers["Location"]) == (303, "/")
    assert "HttpOnly" in headers["Set-Cookie"]
    assert "#" in page.url
    assert "?" not in page.url


def test_the_token_in_the_address_opens_no_other_paths(page: Page) -> None:
    assert fetched(f"{page.address}/settings?token={page.token}")[0] == 401
    bearer = {"Authorization": f"Bearer {page.token}"}
    assert fetched(f"{page.address}/settings", headers=bearer)[0] == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "localhost:1", "127.0.0.1.evil.example"]
)
def test_a_name_that_points_here_is_refused(page: Page, host: str) -> None:
    for path in ("/", "/snapshot.jpg"):
        status, _, content = fetched(f"{page.address}{path}", headers={"Host": host})
        assert (status, b"host" in content) == (403, True)


def test_localhost_is_a_name_of_it(page: Page) -> None:
    port = page.address.rpartition(":")[2]
    assert fetched(page.address, headers={"Host": f"localhost:{port}"})[0] == 200


@pytest.mark.parametrize(
    "other", ["http://evil.example", "null", "https://127.0.0.1", "http://localhost:3000"]
)
def test_another_origin_is_refused(page: Page, other: str) -> None:
    async def tried() -> list[int]:
        async with let_in(page) as client:
            headers = {"Origin": other}
            answers = []
            for path in ("/socket", "/settings", "/mjpeg"):
                async with client.get(path, headers=headers) as answer:
                    answers.append(answer.status)
            async with client.post("/settings", headers=headers) as answer:
                answers.append(answer.status)
            return answers

    assert run(tried()) == [403] * 4


def test_a_socket_and_a_post_without_origin_are_refused(page: Page) -> None:
    bearer = {"Authorization": f"Bearer {page.token}"}
    assert fetched(f"{page.address}/socket", headers=bearer)[0] == 403
    assert fetched(f"{page.address}/settings", "POST", headers=bearer)[0] == 403


def test_other_servers_of_this_machine_embed_nothing(page: Page) -> None:
    headers = {"Sec-Fetch-Site": "same-site"}
    assert fetched(f"{page.address}/mjpeg?token={page.token}", headers=headers)[0] == 403
    assert fetched(page.address, headers=headers)[0] == 200  # a link leads here


@pytest.mark.parametrize("path", ["/", "/page.js", "/nothing", "/settings", "/../server.py"])
def test_every_answer_has_the_headers(page: Page, path: str) -> None:
    _, headers, _ = fetched(page.address + path)
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize("path", ["/server.py", "/static/page.js", "/%2e%2e/server.py", "/static/"])
def test_only_the_pages_own_files_are_served(page: Page, path: str) -> None:
    assert fetched(page.address + path)[0] in (401, 404)


def test_the_page_asks_nothing_of_other_machines(page: Page) -> None:
    for path in ("/", "/page.js", "/base.css", "/page.css", "/parts.css", "/view.js"):
        content = fetched(page.address + path)[2]
        assert b"https://" not in content
        assert b" style=" not in content


def test_it_listens_on_this_machine_alone() -> None:
    with Page(FakeSession()) as page:
        assert page.url.startswith("http://127.0.0.1:")
        assert page.warnings == []


def test_elsewhere_only_if_asked_and_with_a_warning() -> None:
    with Page(FakeSession(), host="0.0.0.0") as page:  # noqa: S104
        assert "0.0.0.0" in page.warnings[0]  # noqa: S104
        assert fetched(page.address)[0] == 200
        assert fetched(page.address, headers={"Host": "evil.example"})[0] == 403


def test_an_address_of_ours_is_no_name_that_could_be_made_to_point_here() -> None:
    guard = Guard("0.0.0.0", 80)  # noqa: S104
    ours = {"Host": "192.168.7.5"}
    assert guard.refusal(ours, "192.168.7.5", open_to_links=False) is None
    assert guard.refusal(ours, "192.168.7.6", open_to_links=False) is not None
    assert guard.refusal({"Host": "[fe80::1]:80"}, "fe80::1", open_to_links=False) is None
    assert guard.refusal({}, None, open_to_links=True) is not None


def test_what_is_this_machine() -> None:
    assert all(map(is_loopback, ["127.0.0.1", "::1", "[::1]", "localhost", "127.8.8.8"]))
    assert not any(map(is_loopback, ["", "0.0.0.0", "::", "10.0.0.1", "evil.example"]))  # noqa: S104


def test_tokens_differ() -> None:
    assert len({Guard("127.0.0.1", 1).token for _ in range(20)}) == 20
    assert Guard("127.0.0.1", 1).token not in repr(Guard("127.0.0.1", 1))


def test_where_it_cannot_listen_is_told() -> None:
    with Page(FakeSession()) as page:
        port = int(page.address.rpartition(":")[2])
        with (
            pytest.raises(SinkError, match=f"cannot listen at 127.0.0.1:{port}"),
            Page(FakeSession(), port=port),
        ):
            pass
    with pytest.raises(SinkError, match="cannot listen"), Page(FakeSession(), host="no.invalid"):
        pass
    with pytest.raises(OptionError, match="port"):
        Page(FakeSession(), port=70000)
    with pytest.raises(OptionTypeError, match="host"):
        Page(FakeSession(), host="")
    with pytest.raises(OptionTypeError, match="entered"):
        Page(FakeSession()).url  # noqa: B018


def test_a_folder_that_is_not_there_is_told(tmp_path: Any) -> None:
    with (
        pytest.raises(OptionError, match="folder: cannot read"),
        Page(FakeSession(), folder=tmp_path / "no"),
    ):
        pass


def test_without_aiohttp_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(MissingLibraryError, match=r'pip install "fastvbg\[live\]"'):
        Page(FakeSession())


def test_aiohttp_loads_only_when_a_page_is_served() -> None:
    code = "import sys, fastvbg.live_mode.page.server; print('aiohttp' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


def test_what_is_no_request_costs_the_terminal_no_line(page: Page, capfd: Any) -> None:
    head = f"POST /session HTTP/1.1\r\nHost: {page.address[7:]}\r\nOrigin: {page.address}\r\n"
    body = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    with socket.create_connection(("127.0.0.1", int(page.address.rpartition(":")[2]))) as sender:
        sender.sendall((head + body).encode())
        assert b" 400 " in sender.recv(100)
    assert capfd.readouterr().err == ""
