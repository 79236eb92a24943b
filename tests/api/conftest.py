import pytest

import server as servers
from test_rest import EXAMPLES, SEED


@pytest.fixture(scope="session")
def server():
    running = servers.Server()
    yield running
    assert running.end() == 0, "the server did not end well"


@pytest.fixture(scope="session")
def world(server):
    return servers.World(server)


def pytest_terminal_summary(terminalreporter):
    count = {kind: len(terminalreporter.stats.get(kind, []))
             for kind in ("passed", "failed", "error", "skipped")}
    terminalreporter.write_line(f"\nAPI_SEED={SEED}, {EXAMPLES} made-up requests a route and kind")
    terminalreporter.write_line(
        f"{count['passed']} passed, {count['failed'] + count['error']} failed, "
        f"{count['skipped']} skipped")
