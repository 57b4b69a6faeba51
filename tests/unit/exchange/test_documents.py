"""Documents as bytes."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.errors import InputTooLargeError, InvalidInputError
from netdesign.exchange import documents
from netdesign.exchange.documents import MAX_DEPTH, read_document, write_json, write_yaml

JSON_FAULTS = [
    ("repeated key", b'{"a":1,"a":2}', "the key 'a' is written twice, again at line 1, column 8"),
    ("repeated inner key", b'{"b":{"x":1,\n"x":1}}', "the key 'x' is written twice, again at line 2, column 1"),
    ("key repeated thrice", b'{"x":1,"x":2,"x":3}', "the key 'x' is written twice"),
    ("NaN", b'{"a":NaN}', "NaN is not a number of JSON, at line 1, column 6"),
    ("Infinity", b'{"a":Infinity}', "Infinity is not a number of JSON"),
    ("minus Infinity", b'{"a":-Infinity}', "-Infinity is not a number of JSON"),
    ("overflowing float", b'{"a":-1e999}', "-1e999 is not a number of JSON"),
    ("5,000 digits", b'{"a":' + b"9" * 5000 + b"}", "is not a number of JSON"),
    ("5,000 open lists", b"[" * 5000, "nested more than 64 deep"),
    ("5,000 lists", b"[" * 5000 + b"]" * 5000, "nested more than 64 deep"),
    ("100,000 open objects", b'{"a":' * 100_000, "nested more than 64 deep"),
    ("one level too deep", b"[" * 65 + b"]" * 65, "nested more than 64 deep"),
    ("trailing comma", b'{"a":1,}', "not JSON: .* at line 1, column [78]"),
    ("single quotes", b"{'a':1}", "not JSON: expecting property name .* at line 1, column 2"),
    ("half a surrogate", b'{"a":"\\ud800"}', "half of a surrogate pair"),
    ("escaped NUL", b'{"a":"x\\u0000"}', "a text holds a NUL character"),
    ("escaped NUL in a key", b'{"\\u0000":1}', "a text holds a NUL character"),
    ("control character", b'{"a":"\x01"}', "not JSON: invalid control character at line 1, column 7"),
    ("two documents", b"{}{}", "not JSON: extra data at line 1, column 3"),
    ("bad escape", b'{"a":"\\x"}', "not JSON: invalid .escape"),
    ("missing comma", b"[1 2]", "not JSON: expecting ',' delimiter at line 1, column 4"),
    ("missing colon", b'{"a" 1}', "not JSON: expecting ':' delimiter"),
    ("misspelt word", b"[nul]", "not JSON: expecting value"),
    ("cut short", b'{"a": [1, 2', "not JSON: expecting"),
    ("cut in a text", b'{"a": "b', "not JSON: unterminated string"),
    ("leading zero", b"[01]", "not JSON: expecting ',' delimiter"),
    ("comment", b"{} // ready", "not JSON: extra data"),
]
YAML_FAULTS = [
    (
        "object tag",
        "a: !!python/object:os.system x",
        "the tag 'tag:yaml.org,2002:python/object:os.syste' is not allowed at line 1",
    ),
    ("local tag", "!foo a", "the tag '!foo' is not allowed at line 1, column 1"),
    ("typed tag", "a: !!int 12", "is not allowed at line 1, column 4"),
    ("tag on a list", "a: !!set [1]", "is not allowed"),
    ("alias of itself", "a: &x [*x]", "contains itself at line 1, column 8"),
    ("unknown alias", "a: *y", "names no anchor at line 1, column 4"),
    ("repeated key", "a: 1\nb: 2\na: 3", "the key 'a' is written twice at line 3, column 1"),
    ("merge key", "a: &b {c: 1}\nd:\n  <<: *b", "merge keys .* at line 3, column 3"),
    ("second document", "---\na: 1\n---\nb: 2", "a second document starts at line 3"),
    ("list as key", "? [1]\n: 2", "a key is a mapping or a list at line 1, column 3"),
    ("alias of a list as key", "a: &x [1]\n*x : 1", "a key is not a text at line 2"),
    ("colon in a value", "a: b: c", "not YAML: mapping values are not allowed in this context at line 1, column 5"),
    ("tab indentation", "\ta: 1", "not YAML: .* at line 1, column 1"),
    ("escaped NUL", 'a: "\\0"', "a text holds a NUL character .* at line 1, column 4"),
    ("control character", "a: \x07", "not YAML: control characters are not allowed"),
    ("open list", "a: [1", "not YAML: did not find expected"),
    ("open quote", "a: 'x", "not YAML: found unexpected end of stream"),
    ("bad indentation", "a:\n  b: 1\n c: 2", "not YAML: did not find expected key at line 3"),
    ("at sign", "@a: 1", "not YAML: found character that cannot start any token"),
    ("only a comment", "# nothing", "the document is empty"),
    ("5,000 lists", "[" * 5000, "nested more than 64 deep at line 1, column 65"),
    ("5,000 mappings", "{a: " * 5000, "nested more than 64 deep"),
    ("5,000 dashes", "- " * 5000, "nested more than 64 deep"),
    ("5,000 indentations", "\n".join(" " * at + "a:" for at in range(5000)), "nested more than 64 deep at line 65"),
    ("infinity", "a: .inf", ".inf is not a finite number at line 1, column 4"),
    ("not a number", "a: .nan", ".nan is not a finite number"),
    ("overflowing float", "a: 1e400", "1e400 is not a finite number"),
    ("5,000 digits", "a: " + "9" * 5000, "a number is impossibly long at line 1, column 4"),
    (
        "a billion laughs",
        "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
        + "\n".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 10)}]" for i in range(8)),
        "aliases expand to more than 2,000,000 values at line 7",
    ),
    (
        "depth by aliases",
        "a0: &a0 [1]\n" + "\n".join(f"a{i + 1}: &a{i + 1} [*a{i}]" for i in range(70)),
        "nested more than 64 deep at line 6",
    ),
]
BYTE_FAULTS = [
    ("nothing", b"", "the document is empty"),
    ("spaces", b" \n ", "the document is empty"),
    ("UTF-16 little", "{}".encode("utf-16"), "the document is UTF-16"),
    ("UTF-16 big", b"\xfe\xff\x00{\x00}", "the document is UTF-16"),
    ("latin-1", b'{"a":\n"\xff"}', "invalid UTF-8 at line 2, column 2"),
    ("cut in a character", b'{"a":"\xc3', "invalid UTF-8 at line 1, column 7"),
    ("overlong", b"\xc0\x80", "invalid UTF-8 at line 1, column 1"),
    ("encoded surrogate", b"\xed\xa0\x80", "invalid UTF-8"),
    ("NUL", b'{"a":\n"\x00"}', "a NUL character at line 2, column 2"),
    ("UTF-32 without mark", "{}".encode("utf-32-le"), "a NUL character at line 1, column 2"),
]


def fault_of(data: bytes, media: documents.Media | None) -> str:
    started = time.process_time()
    with pytest.raises(InvalidInputError) as caught:
        read_document(data, media=media)
    assert time.process_time() - started < 5
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].remedy
    return caught.value.faults[0].problem


@pytest.mark.parametrize(("data", "words"), [pytest.param(d, w, id=n) for n, d, w in JSON_FAULTS])
def test_refuses_json_with_the_place(data, words):
    assert re.search(words, fault_of(data, "json"))


@pytest.mark.parametrize(("text", "words"), [pytest.param(t, w, id=n) for n, t, w in YAML_FAULTS])
def test_refuses_yaml_with_the_place(text, words):
    assert re.search(words, fault_of(text.encode(), "yaml"))


@pytest.mark.parametrize("media", ["json", "yaml", None])
@pytest.mark.parametrize(("data", "words"), [pytest.param(d, w, id=n) for n, d, w in BYTE_FAULTS])
def test_refuses_bytes_that_are_no_text(data, words, media):
    assert words in fault_of(data, media)


@pytest.mark.parametrize("media", ["json", "yaml", None])
def test_refuses_what_is_too_large_before_reading_it(media):
    data = b" " * (documents.COMMAND_LINE_LIMIT + 1)

    with pytest.raises(InputTooLargeError, match="67,108,865 bytes, and 67,108,864 is the limit"):
        read_document(data, media=media)


def test_asks_for_json_when_yaml_is_large():
    data = b"a: 1 #" + b" " * documents.YAML_LIMIT

    with pytest.raises(InputTooLargeError, match="send a document of this size as JSON"):
        read_document(data)


def test_the_limit_is_the_callers():
    with pytest.raises(InputTooLargeError, match="4 is the limit"):
        read_document(b'{"a":1}', limit_bytes=4)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("1:30", "1:30"),
        ("2026-01-31", "2026-01-31"),
        ("0o14", 12),
        ("0x1F", 31),
        ("007", 7),
        ("1e3", 1000.0),
        ("1_000", "1_000"),
        ("~", None),
        ("", None),
        ("true", True),
        ("False", False),
        ("'12'", "12"),
        ('"a"', "a"),
        ("!!str 12", "12"),
        ("! 12", "12"),
        ("+1", 1),
        ("-.5", -0.5),
        ("1.2.3.4", "1.2.3.4"),
        ("10Gbps", "10Gbps"),
        ("|\n  x\n  y", "x\ny"),
        ("=", "="),
        ("[1, [2]]", [1, [2]]),
        ("{b: 1}", {"b": 1}),
    ],
)
def test_reads_scalars_by_the_core_schema_of_yaml_1_2(text, value):
    assert read_document(f"a: {text}".encode()) == {"a": value}


def test_takes_keys_as_they_are_written():
    assert read_document(b"1: a\nnull: b\ntrue: c\n'': d") == {"1": "a", "null": "b", "true": "c", "": "d"}


def test_expands_aliases_within_bounds():
    assert read_document(b"a: &x [1, 2]\nb: *x\n? &k key\n: {*k : 1}") == {"a": [1, 2], "b": [1, 2], "key": {"key": 1}}


def test_tells_json_by_its_first_character_and_drops_the_byte_order_mark():
    assert read_document(b'\xef\xbb\xbf {"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}
    assert read_document(b"\xef\xbb\xbfa: 1") == {"a": 1}
    with pytest.raises(InvalidInputError, match="not JSON"):
        read_document(b"{a: 1}")
    assert read_document(b"{a: 1}", media="yaml") == {"a": 1}


def test_a_backslash_before_four_zeros_is_no_nul():
    assert read_document(b'{"a": "\\\\u0000"}') == {"a": "\\u0000"}


def test_takes_the_greatest_depth():
    data = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH

    assert read_document(data, media="json") == read_document(data, media="yaml")


def test_writes_keys_in_their_order_and_every_value_out():
    shared = [1]

    assert write_yaml({"b": shared, "a": shared, "t": ({"c": 1, "d": []}, [2, [3]], {})}) == (
        b"b:\n  - 1\na:\n  - 1\nt:\n  - c: 1\n    d: []\n  - - 2\n    - - 3\n  - {}\n"
    )
    assert write_json({"b": 1, "a": 2}, indent=False) == b'{"b":1,"a":2}\n'


@pytest.mark.parametrize(
    "text", ["no", "1:30", "2026-01-31", "0o14", "1e3", "<<", "", "null", "=", "1_0", ".inf", "a: b", "\x85", "\ufeff"]
)
def test_writes_texts_that_no_reader_takes_for_something_else(text):
    import yaml

    written = write_yaml({"a": text})

    assert read_document(written) == {"a": text}
    assert yaml.safe_load(written) == {"a": text}


def test_writes_only_what_json_has():
    assert write_yaml("\ud800") == b'"\\ud800"\n'
    with pytest.raises(TypeError, match="set has no form in YAML"):
        write_yaml({"a": {1, 2}})


@pytest.mark.parametrize("number", [1e16, 1e-7, -1.5, 1e300, 5e-324, 0.0, 2**70, -3])
def test_writes_numbers_that_every_reader_takes_for_numbers(number):
    import yaml

    written = write_yaml({"a": number})

    assert read_document(written) == {"a": number}
    assert yaml.safe_load(written) == {"a": number}


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from("abc"), VALUES, min_size=1))
def test_what_is_written_reads_back_equal(value):
    assert read_document(write_json(value)) == value
    if "<<" not in json.dumps(value):
        assert read_document(write_yaml(value), media="yaml") == value


@settings(max_examples=200)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.text("{}[]:,\"'\\&*!|>-?#%@ \n\tab01.eE~<", max_size=60).map(str.encode),
    ),
    st.sampled_from(["json", "yaml", None]),
)
def test_any_bytes_are_read_or_refused(data, media):
    with suppress(InvalidInputError):
        assert json.dumps(read_document(data, media=media), allow_nan=False)
