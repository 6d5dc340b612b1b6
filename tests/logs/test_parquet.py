from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from detector.errors import InputError, MissingColumns
from detector.logs.mapping import Mapping
from detector.logs.opening import DamagedFile
from tests.logs.reading import read, read_path

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def written(folder, columns, **options):
    path = folder / "a.parquet"
    pq.write_table(pa.table(columns), path, **options)
    return path


def log(**columns):
    return {"timestamp": pa.array([NOON, NOON]), "account_id": ["a", "b"]} | columns


def test_columns_of_other_types_are_cast_exactly(tmp_path):
    path = written(
        tmp_path,
        log(
            account_id=pa.array([2**63, 7], pa.uint64()),
            request_id=pa.array([Decimal(12), None], pa.decimal128(20, 0)),
            model=pa.array(["m", "m"]).dictionary_encode(),
            input_tokens=pa.array([1.0, 2.5]),
            status_code=pa.array([200, 2000], pa.int16()),
            temperature=pa.array([0.5, None], pa.float32()),
            user_agent=pa.array([b"ua", b"\xff"], pa.binary()),
            stream=pa.array([1, 0], pa.int8()),
        ),
    )
    found = read_path(path)
    assert found.column("account_id") == [str(2**63), "7"]
    assert found.column("request_id") == ["12", None]
    assert found.column("model") == ["m", "m"]
    assert found.column("input_tokens") == [1, None]
    assert found.column("status_code") == [200, None]
    assert found.column("temperature") == [0.5, None]
    assert found.column("user_agent") == ["ua", None]
    assert found.column("stream") == [True, False]
    assert found.column("row") == [1, 2]


def test_nan_is_a_missing_number_and_infinity_is_counted(tmp_path):
    gaps = log(temperature=[float("nan"), 0.5], input_tokens=[3.0, float("nan")])
    found = read_path(written(tmp_path, gaps | {"top_p": [float("inf"), float("nan")]}))
    assert found.column("temperature") == [None, 0.5]
    assert found.column("input_tokens") == [3, None]
    assert found.column("top_p") == [None, None]
    assert found.report.warnings == ["top_p: not finite, set to null (1 values)."]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_timestamps_of_any_unit_and_zone_are_utc_microseconds(tmp_path, unit, zone):
    moments = pa.array([NOON, NOON]).cast(pa.timestamp(unit, "UTC"))
    moments = moments.cast(pa.timestamp(unit, zone))
    assert read_path(written(tmp_path, log(timestamp=moments))).column("timestamp") == [NOON, NOON]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.dictionary(pa.int32(), pa.string())])
@pytest.mark.parametrize("rows", [1, 2, 9, 90])
def test_timestamps_written_as_text_are_read_whatever_type_of_text_they_are(tmp_path, kind, rows):
    texts = pa.array([f"2026-03-01T12:{i % 60:02d}:00Z" for i in range(rows)])
    columns = {"timestamp": texts.cast(kind), "account_id": ["a"] * rows}
    moments = [NOON.replace(minute=i % 60) for i in range(rows)]
    assert read_path(written(tmp_path, columns)).column("timestamp") == moments


def test_lists_of_messages_become_prompts(tmp_path):
    messages = [
        [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}],
        [{"role": "user", "content": "only"}],
    ]
    path = written(
        tmp_path,
        {
            "ts": [1772366400, 1772366401],
            "auth": [{"sub": "x"}, {"sub": None}],
            "body": [{"messages": m} for m in messages],
        },
    )
    mapping = Mapping({"timestamp": "ts", "account_id": "auth.sub", "prompt": "body.messages"})
    found = read_path(path, mapping)
    assert found.column("prompt") == ["u"]
    assert found.column("system_prompt") == ["s"]
    assert found.reasons() == [(2, "no_account")]


def test_row_numbers_run_through_batches_and_rejects(tmp_path):
    accounts = ["a", None, "c", " ", "e"]
    path = written(tmp_path, {"timestamp": [NOON] * 5, "account_id": accounts})
    found = read_path(path, batch_rows=2)
    assert found.column("row") == [1, 3, 5]
    assert found.reasons() == [(2, "no_account"), (4, "no_account")]
    assert found.rejects.to_table().column("byte_offset").null_count == 2


def test_text_that_is_not_utf8_is_rejected(tmp_path):
    raw = pa.array([b"a", b"\xff"])
    broken = pa.StringArray.from_buffers(2, *raw.buffers()[1:])
    assert read_path(written(tmp_path, log(account_id=broken))).reasons() == [(2, "utf8")]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("account_id", pa.array([1.0, 2.0])),
        ("account_id", pa.array([True, False])),
        ("account_id", pa.array([["a"], ["b"]])),
        ("timestamp", pa.array([1, 2], pa.time64("us"))),
    ],
)
def test_ids_and_times_of_types_that_lose_them_are_refused(tmp_path, column, values):
    with pytest.raises(InputError, match=f"{column} is stored as"):
        read_path(written(tmp_path, log(**{column: values})))


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(MissingColumns, match=r"account_id.*has: timestamp, user"):
        read_path(written(tmp_path, {"timestamp": [NOON], "user": ["a"]}))


def test_a_damaged_file_is_named(tmp_path):
    path = written(tmp_path, log())
    whole = path.read_bytes()
    for harmed in (whole[: len(whole) // 2], whole[:-6] + b"\xff\xff" + whole[-4:]):
        with pytest.raises(DamagedFile, match=r"a\.parquet: the Parquet data is damaged"):
            read(tmp_path, harmed, "a.parquet")


def test_damage_in_a_page_stops_after_the_good_rows(tmp_path):
    rows = 5000
    path = written(
        tmp_path,
        {"timestamp": [NOON] * rows, "account_id": [f"a{i * 7919}" for i in range(rows)]},
        row_group_size=1000, write_page_checksum=True, use_dictionary=False, compression="none",
    )  # fmt: skip
    harmed = bytearray(path.read_bytes())
    at = harmed.index(b"a%d" % (4500 * 7919))
    harmed[at] ^= 1
    path.write_bytes(bytes(harmed))
    with pytest.raises(DamagedFile):
        read_path(path, batch_rows=500)


@pytest.mark.parametrize("position", range(0, 1200, 40))
def test_a_flipped_byte_never_crashes(tmp_path, position):
    data = bytearray(written(tmp_path, log(prompt=["x" * 200, "y" * 200])).read_bytes())
    data[4 + position % (len(data) - 8)] ^= 0xFF
    try:
        read(tmp_path, bytes(data), "a.parquet")
    except InputError as error:
        assert "a.parquet" in str(error)
