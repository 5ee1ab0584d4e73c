"""A few events of one's own in a link: nothing is lost on the way, and no damaged link passes for a whole one."""

import base64
import json
import random
import string
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eventwindow.export.own_link import MOST_BYTES, packed, unpacked
from eventwindow.facts.errors import OptionError
from eventwindow.facts.own import COLUMNS, OPTIONAL, REQUIRED, TextTable
from eventwindow.facts.seal import LONGEST, sealed, unsealed
from eventwindow.view import DEFAULT, Catalogue, parse
from tests.unit.hostile import HALF_A_CHARACTER, HOSTILE

WORDS = """
Alibaba Tencent Meituan Didi regulator fines probes summons antitrust data security review delisting suspends app
approves games licence minors rules draft merger blocked exclusive music rights online lending platform education
"""
SIGNS = string.ascii_letters + string.digits + "-_"
CELLS = st.one_of(st.just(""), st.sampled_from(HOSTILE[:40]), st.text(st.characters(codec="utf-8"), max_size=30))


def table(*rows: tuple[str, ...], columns: tuple[str, ...] = COLUMNS) -> TextTable:
    return TextTable("mine.csv", columns, tuple(enumerate(rows, start=2)))


def ordinary(count: int) -> TextTable:
    """Events as people write them: a telling name, a title of ten words, a minute, a group and a fine."""
    some = random.Random(1)  # noqa: S311 (made-up events)
    words = WORDS.split()
    rows = []
    for _ in range(count):
        title = " ".join(some.sample(words, 10)).capitalize()
        day = f"202{some.randrange(5)}-{some.randrange(1, 13):02}-{some.randrange(1, 29):02}"
        name = "-".join([*title.lower().split()[:3], day[:7]])
        stamp = f"{day}T{some.randrange(8, 23):02}:{some.randrange(60):02}:00+08:00"
        fine = str(some.randrange(1, 20_000) * 1_000_000)
        source = f"https://news.example/{day.replace('-', '/')}/{'-'.join(title.lower().split())}/"
        rows.append((name, f"{some.randrange(9999):04}.HK", day, title, stamp, some.choice(words), fine, "CNY", source))
    return table(*rows)


@st.composite
def tables(draw: st.DrawFn) -> TextTable:
    columns = draw(st.lists(st.sampled_from(COLUMNS) | CELLS, min_size=1, max_size=9).map(tuple))
    rows = draw(st.lists(st.tuples(*[CELLS] * len(columns)), max_size=5))
    return table(*rows, columns=columns)


def without_blank_end(whole: TextTable) -> list[tuple[str, ...]]:
    """Header and cells, the optional columns at the end left out where nothing is in them."""
    columns = list(zip(whole.columns, *(cells for _, cells in whole.rows), strict=True))
    while columns and columns[-1][0] in OPTIONAL and set(columns[-1][1:]) <= {""}:
        columns.pop()
    return list(zip(*columns, strict=True)) or [() for _ in range(len(whole.rows) + 1)]


@given(tables())
def test_columns_and_cells_come_back_as_they_were(whole: TextTable) -> None:
    token = packed(whole)
    assert token is not None
    read = unpacked(token)
    assert [read.columns, *(cells for _, cells in read.rows)] == without_blank_end(whole)
    assert [line for line, _ in read.rows] == list(range(2, 2 + len(whole.rows)))


def test_the_required_columns_stay_even_where_they_are_blank() -> None:
    read = unpacked(packed(table(("", "", ""), columns=REQUIRED)) or "")
    assert read.columns == REQUIRED
    assert read.rows == ((2, ("", "", "")),)


def test_an_optional_column_that_is_blank_in_the_middle_stays() -> None:
    whole = table(("a", "BABA", "2023-07-07", "", "", "fine", "", "", ""))
    assert unpacked(packed(whole) or "").columns == COLUMNS[:6]


def test_twenty_ordinary_events_fit_and_more_than_fit_give_no_link() -> None:
    tokens = {count: packed(ordinary(count)) for count in (20, 100)}
    assert len(tokens[20] or "") in range(1000, LONGEST)
    assert tokens[100] is None


def test_events_that_all_look_alike_give_no_link_that_could_not_be_read() -> None:
    row = ("a", "BABA", "2023-07-07")
    most = next(count for count in range(MOST_BYTES) if packed(table(*[row] * count, columns=REQUIRED)) is None)
    assert len(unpacked(packed(table(*[row] * (most - 1), columns=REQUIRED)) or "").rows) == most - 1


def test_half_a_character_gives_no_link() -> None:
    assert packed(table((HALF_A_CHARACTER, "", ""), columns=REQUIRED)) is None


def test_a_link_holds_the_events_through_the_view() -> None:
    token = packed(ordinary(3)) or ""
    assert parse({"own": [token]}, Catalogue({}, ())).view.own == token


@pytest.mark.parametrize("end", range(0, 400, 7))
def test_a_link_cut_short_is_recognised(end: int) -> None:
    token = packed(ordinary(20)) or ""
    assert is_refused(token[:end])
    assert is_refused(token[: -1 - end])


def test_every_mistyped_character_is_recognised() -> None:
    token = packed(ordinary(1)) or ""
    for place, right in enumerate(token):
        wrong = SIGNS[(SIGNS.index(right) + 1) % len(SIGNS)]
        assert is_refused(token[:place] + wrong + token[place + 1 :]), place


def test_a_character_too_many_or_swapped_is_recognised() -> None:
    token = packed(ordinary(1)) or ""
    for changed in (f"{token}A", f"A{token}", f"{token}=", f" {token}", f"{token}\n", token + token, token.swapcase()):
        assert is_refused(changed)


def is_refused(token: str) -> bool:
    """Whether a token is refused, by the view already, and with one clear remark."""
    found = parse({"own": [token]}, Catalogue({}, ()))
    with pytest.raises(OptionError):
        unpacked(token)
    return found.view == DEFAULT and len(found.ignored) == 1 and "copy the whole link" in found.ignored[0]


def readable(token: str) -> bool:
    """Whether a token gives a table; if so, one that keeps every promise of its type."""
    try:
        found = unpacked(token)
    except OptionError:
        return False
    assert all(len(cells) == len(found.columns) for _, cells in found.rows)
    assert all(isinstance(cell, str) and cell.encode("utf-8") is not None for _, cells in found.rows for cell in cells)
    return True


@given(st.text() | st.text(SIGNS, max_size=4100))
def test_any_text_whatever_is_refused_or_gives_a_table(token: str) -> None:
    assert not readable(token)


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_under_a_right_checksum_are_refused_or_give_a_table(content: bytes) -> None:
    readable(sealed(content))
    readable(sealed(b"\x01" + content))


def deflated(content: bytes) -> str:
    deflate = zlib.compressobj(9, wbits=-15)
    return sealed(b"\x01" + deflate.compress(content) + deflate.flush())


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
)


@given(JSON)
@example([])
@example([[]])
@example([["a"], ["b", "c"]])
@example([["a"], [1]])
@example([["a"], "b"])
def test_any_json_is_refused_or_gives_a_table(value: object) -> None:
    is_table = (
        isinstance(value, list)
        and len(value) > 0
        and all(isinstance(line, list) and all(isinstance(cell, str) for cell in line) for line in value)
        and len({len(line) for line in value}) == 1
    )
    assert readable(deflated(json.dumps(value).encode())) is is_table


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 50_000,
        b"[" * 40_000 + b"]" * 40_000,
        b'{"a":' * 10_000,
        b"[[" + b"9" * 50_000 + b"]]",
        b'[["\\ud800"]]',
        b'[["\xff"]]',
        b"[[NaN]]",
        b"",
    ],
    ids=range(8),
)
def test_what_breaks_a_reader_of_json_is_refused(content: bytes) -> None:
    assert not readable(deflated(content))


def test_a_link_that_unfolds_without_end_is_refused_before_it_does() -> None:
    bomb = deflated(b'[["' + b"a" * 2_900_000 + b'"]]')
    assert len(bomb) <= LONGEST
    assert not readable(bomb)


def test_something_behind_the_end_is_refused() -> None:
    content = unsealed(packed(ordinary(1)) or "")
    assert readable(sealed(content))
    assert not readable(sealed(content + b"more"))
    assert not readable(sealed(content[:-1]))


def test_a_link_of_a_later_version_says_so() -> None:
    content = unsealed(packed(ordinary(1)) or "")
    with pytest.raises(OptionError, match="another version"):
        unpacked(sealed(b"\x02" + content[1:]))


def test_a_link_made_once_can_always_be_read() -> None:
    """The first version's form, written out by hand: JSON, deflate without header, CRC-32, base64 for addresses."""
    text = b'[["event_id","symbol","date"],["fined","BABA","2021-04-10"]]'
    body = b"\x01" + b"\x01" + len(text).to_bytes(2, "little") + (len(text) ^ 0xFFFF).to_bytes(2, "little") + text
    token = base64.urlsafe_b64encode(body + zlib.crc32(body).to_bytes(4, "big")).decode().rstrip("=")
    assert unpacked(token).rows == ((2, ("fined", "BABA", "2021-04-10")),)
