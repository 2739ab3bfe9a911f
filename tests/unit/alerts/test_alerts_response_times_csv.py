"""Response times as a spreadsheet reads them."""

from alerts.record.response_times import as_csv
from alerts.record.store_response_times import ResponseTimes


def test_what_a_spreadsheet_would_compute_is_a_text() -> None:
    rows = [
        ResponseTimes("=1+2", 1, 0, 1, 1, 0, 0, None, None, None),
        ResponseTimes('a, "b"', 2, 2, 0, 0, 0, 0, 10, 20, 30),
    ]
    assert as_csv(rows).splitlines()[1:] == [
        "'=1+2,1,0,1,1,0,0,,,",
        '"a, ""b""",2,2,0,0,0,0,10,20,30',
    ]
