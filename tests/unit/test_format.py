"""How figures and untrusted text appear on a screen."""

import re
import string
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventwindow import format as show

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0344, "+3.44%"),
        (-0.0006, f"{MINUS}0.06%"),
        (0.0, "0.00%"),
        (-0.0, "0.00%"),
        (0.00004, "0.00%"),
        (-0.00004, "0.00%"),
        (12.5, "+1,250.00%"),
        (None, "unknown"),
    ],
)
def test_a_percentage_has_a_sign_a_true_minus_and_no_sign_at_zero(value: float | None, text: str) -> None:
    assert show.percent(value) == text


def test_a_percentage_has_as_many_digits_as_asked_for() -> None:
    assert show.percent(0.05, 0) == "+5%"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0559, "+5.59%"),
        (0.08, "+8%"),
        (0.057999999999999996, "+5.8%"),
        (-0.0979, f"{MINUS}9.79%"),
        (0.0, "0%"),
    ],
)
def test_a_printed_percentage_keeps_the_digits_it_was_printed_with(value: float, text: str) -> None:
    assert show.points(value) == text


@pytest.mark.parametrize(
    ("amount", "currency", "text", "signed"),
    [
        (39.62e9, "USD", "US$39.6bn", "+US$39.6bn"),
        (-1.7190456e12, "HKD", f"{MINUS}HK$1.72tn", f"{MINUS}HK$1.72tn"),
        (7.123e9, "CNY", "7.12bn yuan", "+7.12bn yuan"),
        (999.96e9, "USD", "US$1tn", "+US$1tn"),
        (50e9, "CNY", "50bn yuan", "+50bn yuan"),
        (500_000, "CNY", "500,000 yuan", "+500,000 yuan"),
        (-0.0, "USD", "US$0", "US$0"),
    ],
)
def test_money_has_three_digits_and_its_currency(amount: float, currency: str, text: str, signed: str) -> None:
    assert show.money(amount, currency) == text
    assert show.money(amount, currency, signed=True) == signed


def test_bare_money_has_a_sign_and_no_currency() -> None:
    assert [show.bare_money(value) for value in (-2.5e9, 0, 1e11)] == [f"{MINUS}2.5bn", "0", "+100bn"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4.7656, "4.8 times"),
        (-18.23, "18 times"),
        (9.97, "10 times"),
        (0.3803, "0.38 times"),
        (-29346.1, "29,300 times"),
        (0.0, "0.00 times"),
    ],
)
def test_a_multiple_has_as_many_digits_as_it_is_worth(value: float, text: str) -> None:
    assert show.multiple(value) == text


@pytest.mark.parametrize(("value", "text"), [(84.3, "84.30"), (1234.5, "1,234.50"), (None, "unknown")])
def test_a_price_has_two_decimals(value: float | None, text: str) -> None:
    assert show.price(value) == text


@pytest.mark.parametrize(("value", "text"), [(2.653, "2.65"), (-1.216, f"{MINUS}1.22"), (-0.001, "0.00")])
def test_a_statistic_has_two_decimals_and_no_plus(value: float, text: str) -> None:
    assert show.statistic(value) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0085, "p = 0.009"), (0.001, "p = 0.001"), (0.00099, "p < 0.001"), (0.0, "p < 0.001"), (1.0, "p = 1.000")],
)
def test_a_p_value_has_three_decimals_and_never_reads_zero(p: float, text: str) -> None:
    assert show.p_value(p) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [(7.123e9, "7.123bn"), (2.99e9, "2.99bn"), (1e10, "10bn"), (17.2e6, "17.2m"), (1e6, "1m"), (500_000, "500,000")],
)
def test_a_large_amount_has_its_unit_and_no_padding_zeros(amount: float, text: str) -> None:
    assert show.compact(amount) == text
    assert show.yuan(amount) == f"{text} yuan"


@pytest.mark.parametrize(("number", "text"), [(1, "+1"), (0, "0"), (-5, f"{MINUS}5"), (20, "+20")])
def test_event_time_has_a_sign_except_on_day_zero(number: int, text: str) -> None:
    assert show.session(number) == text


def test_a_day_is_written_without_a_leading_zero() -> None:
    day = date(2023, 7, 7)
    assert (show.short_day(day), show.long_day(day), show.plain_day(day)) == (
        "Fri 7 Jul",
        "Fri 7 Jul 2023",
        "7 July 2023",
    )


def test_a_moment_is_shown_in_local_time() -> None:
    moment = datetime(2023, 7, 7, 12, 10, tzinfo=UTC)
    zones = [ZoneInfo(name) for name in ("Asia/Hong_Kong", "America/New_York")]
    assert [show.clock_time(moment, zone) for zone in zones] == ["20:10", "08:10"]


NUMBERS = st.floats(-1e6, 1e6)


@given(value=NUMBERS, digits=st.integers(0, 4))
def test_a_percentage_reads_back_as_its_rounded_value(value: float, digits: int) -> None:
    text = show.percent(value, digits).removesuffix("%").replace(",", "").replace(MINUS, "-")
    assert float(text) == pytest.approx(100 * value, abs=0.5001 * 10**-digits, rel=1e-12)


@given(value=NUMBERS, digits=st.integers(0, 4))
def test_a_percentage_has_no_hyphen_and_no_signed_zero(value: float, digits: int) -> None:
    text = show.percent(value, digits)
    assert "-" not in text
    assert re.search("[1-9]", text) or text[0] == "0"


# Addresses and marks are likelier here than in free text.
MARKED = st.lists(
    st.one_of(
        st.sampled_from(
            ["http://", "https://a.b/c", "www.", "://", "](", "`", "**", "$", ":red[", "<b>", "a@b.cd", "\\"]
        ),
        st.sampled_from(["\n", "\r\n", "\t", "# ", "- ", "1. ", "%{", "&lt;", "|"]),
        st.text(max_size=6),
    ),
    max_size=12,
).map("".join)


@given(text=MARKED)
def test_markdown_text_has_a_backslash_before_every_ascii_punctuation(text: str) -> None:
    assert re.fullmatch(
        rf"(?s)([^{re.escape(string.punctuation)}]|\\[{re.escape(string.punctuation)}])*", show.md(text)
    )


@given(text=MARKED)
def test_markdown_text_holds_no_address_once_its_backslashes_are_read(text: str) -> None:
    plain = re.sub(r"\\(.)", r"\1", show.md(text), flags=re.DOTALL)
    assert "://" not in plain
    assert "www." not in plain
    assert not re.search(r"[\w.+-]@", plain)


# Streamlit's markdown (mdast-util-gfm-autolink-literal) looks for /(https?:\/\/|www(?=\.))/gi: upper case too.
@pytest.mark.parametrize("text", ["WWW.example.com", "Www.example.com", "HTTP://example.com"])
def test_an_address_in_upper_case_is_no_link_either(text: str) -> None:
    assert not re.search(r"www\.|://", show.md(text).replace("\\", ""), flags=re.IGNORECASE)


@given(text=MARKED)
def test_markdown_text_is_one_line(text: str) -> None:
    assert not re.search(r"[\t\r\n\x00-\x1f]", show.md(text))


@given(text=MARKED)
def test_markdown_text_loses_no_letter(text: str) -> None:
    kept = [mark for mark in show.md(text) if mark.isalnum()]
    assert kept == [mark for mark in text if mark.isalnum()]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**Ant** [x](y)", r"\*\*Ant\*\* \[x\]\(y\)"),
        ("<script>", r"\<script\>"),
        ("two\n\n# lines", r"two \# lines"),
        ("  spaced  ", "spaced"),
        ("7.123bn\N{NO-BREAK SPACE}yuan", "7\\.123bn\N{NO-BREAK SPACE}yuan"),
        ("蚂蚁集团", "蚂蚁集团"),
    ],
)
def test_untrusted_text_shows_its_marks_as_they_are(text: str, shown: str) -> None:
    assert show.md(text) == shown


@given(text=MARKED)
def test_chart_text_has_no_markup_and_no_template(text: str) -> None:
    shown = show.pl(text)
    assert not re.search("[<>]", shown)
    assert "%{" not in shown
    assert all(re.match("&(lt|gt|amp);", shown[found.start() :]) for found in re.finditer("&", shown))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>&</b>", "&lt;b&gt;&amp;&lt;/b&gt;"),
        ("%{x}", "% {x}"),
        ("%%{x}", "%% {x}"),
        ("a\nb", "a b"),
        ("a \"b\" 'c'", "a \"b\" 'c'"),
    ],
)
def test_chart_text_is_escaped(text: str, shown: str) -> None:
    assert show.pl(text) == shown
