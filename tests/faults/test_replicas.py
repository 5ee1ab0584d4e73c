"""Two replicas behind the proxy under change: restarts one by one, newer prices, different data, below a path."""

import http.client
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from deploy.replicas import HOST
from eventwindow.sources.snapshot import Snapshot
from eventwindow.sources.store import Store
from tests.harness import Server, running_server
from tests.replicas import Service, running_service
from tests.unit.test_served import add
from tests.wire import session

READERS = 20
MAIN = "Ant Group and Tenpay fined"
LOST = (ConnectionClosed, InvalidStatus, InvalidMessage, OSError)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("shared") / "store")


@pytest.fixture(scope="module")
def service(store: Store) -> Iterator[Service]:
    with running_service(store.root) as running:
        yield running


def served_by(server: Server) -> str:
    with closing(http.client.HTTPConnection(HOST, server.port, timeout=30)) as line:
        line.request("GET", "/api/ready")
        return line.getresponse().read().decode()


def read_on(server: Server, query: str, stop: Event) -> tuple[int, list[str]]:
    """Click until told to stop, coming back as a browser does when the line breaks; runs done and pages that failed."""
    runs, wrong = 0, []
    while not stop.is_set():
        try:
            with session(server) as reader:
                while not stop.is_set():
                    reader.rerun(query)
                    runs += 1
                    if MAIN not in reader.title or reader.notes:
                        wrong.append(f"{reader.title!r} {reader.notes!r}")
        except LOST:
            continue
        except RuntimeError as failure:
            wrong.append(str(failure))
    return runs, wrong


def while_reading(service: Service, work: Callable[[], None]) -> list[str]:
    """Do something while 20 readers click; what any of them saw go wrong."""
    stop = Event()
    with ThreadPoolExecutor(READERS) as pool:
        readers = [pool.submit(read_on, service.front, f"win=-{3 + number % 8}..5", stop) for number in range(READERS)]
        try:
            work()
        finally:
            stop.set()
        found = [reader.result() for reader in readers]
    assert all(runs for runs, _ in found)
    return [problem for _, wrong in found for problem in wrong]


def test_replicas_restarted_one_by_one_lose_no_view(service: Service) -> None:
    def restart() -> None:
        for replica in service.replicas.values():
            replica.kill()
            replica.start()

    assert while_reading(service, restart) == []


def test_newer_prices_reach_all_readers_without_an_error(service: Service, store: Store, snapshot: Snapshot) -> None:
    published: list[str] = []

    def publish() -> None:
        published.append(add(store, snapshot, "newer"))
        waiting = set(service.replicas.values())
        while waiting:
            waiting = {one for one in waiting if published[0] not in served_by(Server(one.port, 0))}

    assert while_reading(service, publish) == []
    assert published[0] in served_by(service.front)


def test_a_link_that_names_its_data_shows_them_on_every_replica(store: Store, snapshot: Snapshot) -> None:
    """One replica has moved on to newer data, the other has not: both can show the older and say which are missing."""
    older, newer = add(store, snapshot, "older"), add(store, snapshot, "newest")
    titles = []
    for current in (older, newer):
        with store.writing():
            store.point_to(current)
        with running_server("asgi.py", {"EVENTWINDOW_STORE": str(store.root)}) as server, session(server) as reader:
            reader.rerun(f"data={older}")
            titles.append((reader.title, reader.notes))
            reader.rerun("data=0123456789ab")
            assert "0123456789ab" in reader.notes[0]
    assert titles[0] == titles[1]
    assert titles[0][1] == []


@pytest.mark.skipif(not Path("/proc").exists(), reason="What a process has loaded is asked of Linux.")
def test_the_service_runs_on_the_event_loop_that_holds_no_answer_back(service: Service) -> None:
    for replica in service.replicas.values():
        assert replica.process is not None
        assert "uvloop" in Path(f"/proc/{replica.process.pid}/maps").read_text()


def test_below_a_path_pages_scripts_and_short_links_work() -> None:
    with running_server("asgi.py", {"STREAMLIT_SERVER_BASE_URL_PATH": "study"}) as server:
        for path, part in (
            ("/study/", b"<script"),
            ("/study/api/ready", b'"ready":true'),
            ("/study/e/ant-group-fine-2023-07", b"url=../?event=ant-group-fine-2023-07"),
        ):
            with closing(http.client.HTTPConnection(HOST, server.port, timeout=30)) as line:
                line.request("GET", path)
                answer = line.getresponse()
                assert (path, answer.status, part in answer.read()) == (path, 200, True)
