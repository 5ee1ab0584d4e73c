"""The Value tab of the event page: the fine beside what it did to the market value, one card per listing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from eventwindow.case import Case
from eventwindow.charts.theme import CONFIG, palette
from eventwindow.charts.value import value_bars
from eventwindow.doubt import Overlap, others_within
from eventwindow.export.sheets import Sheet, columns
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.facts.shares import Currency, MarketValue
from eventwindow.format import bare_money, md, percent, signed_multiple
from eventwindow.sources.snapshot import Snapshot
from eventwindow.ui.compare import Shown
from eventwindow.ui.data import EventScreen
from eventwindow.ui.shell import Frame
from eventwindow.value import Figure, ValueChange, value_changes
from eventwindow.view import DEFAULT
from eventwindow.words import listing_name, place, window_words
from eventwindow.words_timing import others_words
from eventwindow.words_value import (
    KIND_NAMES,
    NEVER_ADDED,
    basis_words,
    change_words,
    company_words,
    event_finding,
    fine_words,
    interval_words,
    together_words,
)

CARD_WIDTH = 330
CURRENCY_NAMES: dict[Currency, str] = {"HKD": "HK$", "USD": "US$", "CNY": "Yuan"}


@dataclass(frozen=True)
class ValueScreen:
    """What the tab shows of one view; the figure is None where no value is known.

    `others` are announcements about the same companies within the window.
    """

    changes: tuple[ValueChange, ...]
    others: tuple[Overlap, ...]
    bars: go.Figure | None


def value_screen(snapshot: Snapshot, case: Case, appearance: str | None) -> ValueScreen:
    """The screen of a case, from the shelf where a reader has asked for it before."""
    query = replace(case.view, tab=DEFAULT.tab).query()
    return _value_screen(snapshot.snapshot_id, query, appearance, snapshot, case)


@st.cache_resource(max_entries=100, show_spinner=False)
def _value_screen(
    snapshot_id: str, query: str, appearance: str | None, _snapshot: Snapshot, _case: Case
) -> ValueScreen:
    """Keyed by the short snapshot id and the query; the underscored arguments are what these two stand for."""
    del snapshot_id, query
    if _case.study is None:
        return ValueScreen((), (), None)
    changes = value_changes(_snapshot, _case.study, _case.lead_window, _case.view.level)
    drawn = [
        item
        for item in changes
        if any(isinstance(item.amount(part, "CNY"), float) for part in (item.raw, item.abnormal))
    ]
    others = others_within(_snapshot, _case.view, _case.lead_window)
    return ValueScreen(changes, others, value_bars(drawn, palette(appearance)) if drawn else None)


def show_value(frame: Frame, screen: EventScreen) -> None:
    """The tab: the strongest sentence, a card per listing, the chart."""
    case, level = screen.case, frame.view.level
    found = value_screen(frame.snapshot, case, st.context.theme.type)
    changes = found.changes
    if lead := company_words(changes):
        st.markdown("  \n".join([*(f"**{md(sentence)}**" for sentence in lead), md(together_words(changes))]))
    else:
        st.info(
            "For none of the listings shown; their cards say why, and what the returns were.",
            title="No change of value",
        )
    st.caption(
        f"Summed over {md(window_words(case.lead_window))}, the window of the verdict; the Compare page lets you "
        f"choose another. {NEVER_ADDED} All currencies at the rates of the close before."
    )
    if found.others:
        st.caption(f"**{md(others_words(found.others))}**")
    with st.container(key="value-cards"), st.grid(2, min_column_width=CARD_WIDTH):
        for change in changes:
            with st.container(border=True, height="stretch"):
                st.markdown(value_card(change, level))
    if found.bars:
        finding = event_finding(changes, level)
        st.plotly_chart(found.bars, theme=None, config=CONFIG, alt=finding, key="value-chart")
        st.caption(bars_caption(level))


def value_card(change: ValueChange, level: int) -> str:
    """The markdown of one card; everything from a table is escaped."""
    heading = f"**{md(change.issuer.short_name)} · {md(place(change))}** :gray[:small[{md(change.listing.symbol)}]]"
    basis = basis_words(change)
    parts = [heading, f"{md(fine_words(change))} {md(change_words(change, level))}", _table(change, level)]
    if basis:
        parts.append(f":gray[:small[{md(basis)}]]")
    return "\n\n".join(parts)


def _table(change: ValueChange, level: int) -> str:
    """Raw and abnormal change in every currency; returns alone where there is no value."""
    rows = [["Change", "Raw", "Abnormal", f"{level}% interval"]]
    rows.append(["Return", _percent(change.raw), _percent(change.abnormal), _percent_interval(change.abnormal)])
    for unit, base in change.bases.items():
        if isinstance(base, MarketValue):
            amounts = (_amount(change, part, unit) for part in (change.raw, change.abnormal))
            rows.append([CURRENCY_NAMES[unit], *amounts, interval_words(change, unit)])
    times = [change.times_fine(part) for part in (change.raw, change.abnormal)]
    if not any(isinstance(item, Reason) for item in times):
        rows.append(["Against fine", *(signed_multiple(float(item)) for item in times), ""])
    texts = ["| " + " | ".join(md(cell) for cell in line) + " |" for line in rows]
    return "\n".join([texts[0], "|:--|--:|--:|--:|", *texts[1:]])


def _percent(figure: Figure) -> str:
    return percent(figure.value) if figure.reason is Reason.OK else "none"


def _percent_interval(figure: Figure) -> str:
    if figure.reason is not Reason.OK:
        return "none"
    return f"{percent(figure.value - figure.half)} to {percent(figure.value + figure.half)}"


def _amount(change: ValueChange, figure: Figure, unit: Currency) -> str:
    amount = change.amount(figure, unit)
    return "none" if isinstance(amount, Reason) else bare_money(amount)


def value_shown(frame: Frame, screen: EventScreen) -> Shown:
    """What the tab adds to the downloads of the page."""
    case = screen.case
    found = value_screen(frame.snapshot, case, st.context.theme.type)
    note = (
        f"Change of market value over {window_words(case.lead_window)}: the value before times total or abnormal "
        "return, each currency at the rates of the close before; one row per line and currency, the lines of a "
        "company are never added."
    )
    sheet = Sheet("Market value", partial(value_table, found.changes), note, _in_yuan)
    charts = {"Fine and market value": found.bars} if found.bars else {}
    return Shown(charts, [sheet], company_words(found.changes), dict.fromkeys(charts, bars_caption(case.view.level)))


def bars_caption(level: int) -> str:
    """What the bars are; plain text."""
    return f"Hatched: raw change. Filled in colour: abnormal change with its {level}% interval. Falls go left of zero."


def _in_yuan(table: pd.DataFrame) -> pd.DataFrame:
    """The currency of fines, and what a line of it says."""
    names = ("Raw change", "Abnormal change", "Interval from", "Interval to", "Fine, yuan", "Times the fine", "Remark")
    return columns("Listing", "Currency", *names)(table[table["Currency"] == "CNY"])


def value_table(changes: Sequence[ValueChange]) -> pd.DataFrame:
    """One row per listing and currency: the change, its interval, what it was made of, or the reason."""
    return pd.DataFrame([_row(change, unit) for change in changes for unit in change.bases])


def _row(change: ValueChange, unit: Currency) -> dict[str, object]:
    base, interval = change.bases[unit], change.interval(unit)
    amounts = [change.amount(part, unit) for part in (change.raw, change.abnormal)]
    known = base if isinstance(base, MarketValue) else None
    times = change.times_fine(change.abnormal)
    return {
        "Listing": listing_name(change),
        "Symbol": change.listing.symbol,
        "Last session": change.last_day,
        "Currency": unit,
        "Raw change": _number(amounts[0]),
        "Abnormal change": _number(amounts[1]),
        "Interval from": None if isinstance(interval, Reason) else interval[0],
        "Interval to": None if isinstance(interval, Reason) else interval[1],
        "Value before": known.value if known else None,
        "Valued at the close of": known.price_day if known else None,
        "Shares": known.count.shares if known else None,
        "Shares as of": known.count.as_of if known else None,
        "Kind of count": KIND_NAMES.get(known.count.kind, known.count.kind) if known else "",
        "Rates of": ", ".join(f"{rate.series} {rate.day}" for rate in known.rates) if known else "",
        "Fine, yuan": _number(change.fine),
        "Times the fine": _number(times),
        "Remark": " ".join(
            dict.fromkeys(SENTENCES[item] for item in (*amounts, change.fine) if isinstance(item, Reason))
        ),
    }


def _number(value: float | Reason) -> float | None:
    return None if isinstance(value, Reason) else value
