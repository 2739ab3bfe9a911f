"""What the first attempt of a round packs and unpacks is what aiokafka's own protocol says."""

import struct
from io import BytesIO

from aiokafka import TopicPartition
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.protocol.produce import ProduceRequest_v7, ProduceResponse_v7
from hypothesis import given
from hypothesis import strategies as st

from shared.kafka.delivery.first_attempt import Answer, pack_request

PLACES = st.builds(
    TopicPartition, st.sampled_from(["spend.v1", "metrics.v1", "ä"]), st.integers(0, 99)
)
RECORDS = st.lists(
    st.tuples(st.binary(max_size=20), st.binary(max_size=50)), min_size=1, max_size=4
)


def batch_of(records: list[tuple[bytes, bytes]]) -> BatchBuilder:
    made = BatchBuilder(900_000, 0)
    for key, value in records:
        made.append(timestamp=1_700_000_000_000, key=key, value=value)
    made._set_producer_state(7, 0, 12)
    return made


@given(st.dictionaries(PLACES, RECORDS, min_size=1, max_size=6), st.integers(0, 2**31 - 1))
def test_a_request_is_the_one_that_aiokafka_would_send(
    records: dict[TopicPartition, list[tuple[bytes, bytes]]], correlation_id: int
) -> None:
    batches = {place: batch_of(some) for place, some in records.items()}
    topics: dict[str, list[tuple[int, bytes]]] = {}
    for place, batch in batches.items():
        topics.setdefault(place.topic, []).append((place.partition, bytes(batch._build())))
    request = ProduceRequest_v7(None, -1, 10_000, list(topics.items()))
    header = request.build_request_header(correlation_id=correlation_id, client_id="paceline-ä")
    expected = header.encode() + request.encode()

    packed = pack_request(correlation_id, "paceline-ä", 10_000, batches)
    assert packed == struct.pack(">i", len(expected)) + expected


@given(st.dictionaries(PLACES, st.sampled_from([0, 0, 0, 0, 6, 45]), min_size=1, max_size=6))
def test_an_answer_has_taken_all_when_no_partition_has_an_error(
    codes: dict[TopicPartition, int],
) -> None:
    topics: dict[str, list[tuple[int, int, int, int, int]]] = {}
    for place, code in codes.items():
        topics.setdefault(place.topic, []).append((place.partition, code, 5, -1, 0))
    encoded = ProduceResponse_v7(list(topics.items()), 0).encode()

    answer = Answer.decode(BytesIO(encoded))
    assert answer.taken == (set(codes.values()) == {0})
    assert answer.decoded().encode() == encoded
