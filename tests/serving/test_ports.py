from contextlib import closing

import pytest

from testing_center.serving import ports


def test_a_taken_port_is_one_sentence_with_another_to_try() -> None:
    with closing(ports.listen("127.0.0.1", 0)) as holder:
        taken = ports.port_of(holder)
        with pytest.raises(ports.PortError, match=f"Port {taken} .* in use.* --port {taken + 1}"):
            ports.listen("127.0.0.1", taken)
    ports.listen("127.0.0.1", taken).close()


@pytest.mark.parametrize("host", ["192.0.2.77", "no such host"])
def test_a_foreign_address_is_refused(host: str) -> None:
    with pytest.raises(ports.PortError, match="not an address of this computer"):
        ports.listen(host, 0)


def test_the_first_answer_is_read() -> None:
    with (
        closing(ports.listen("127.0.0.1", 0)) as listener,
        closing(ports.call("127.0.0.1", ports.port_of(listener))) as caller,
    ):
        other, _ = listener.accept()
        with closing(other):
            assert other.recv(100).startswith(b"GET /healthz ")
            other.sendall(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
            assert ports.answer_status(caller) == 503
    assert ports.answer_status(caller) is None
