"""The Value tab of the compare page: fines against changes of market value, the ranking, and the sums since 2020."""

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from eventwindow.charts.theme import CONFIG
from eventwindow.charts.value_fines import fines_and_changes
from eventwindow.charts.value_lines import value_lines
from eventwindow.export.sheets import Sheet
from eventwindow.facts.reasons import SENTENCES, Reason
from eventwindow.facts.shares import MarketValue
from eventwindow.format import md
from eventwindow.sources.snapshot import Snapshot
from eventwindow.survey import Survey
from eventwindow.ui.compare import Shown, kept, open_announcement
from eventwindow.ui.styled import both
from eventwindow.valued import Valued, build_valued
from eventwindow.words import window_words
from eventwindow.words_compare import listing_label
from eventwindow.words_value import (
    NO_CAUSE,
    lines_caption,
    lines_finding,
    lines_words,
    missing_words,
    multiples_caption,
    multiples_finding,
    ranking_words,
)

SHARES = ("Value before, bn US$", "Shares, bn")
DAY = st.column_config.DateColumn(format="D MMM YYYY")


def show_value(snapshot: Snapshot, survey: Survey) -> Shown:
    """The tab: ranking in words, the fines, the sums, the table."""
    valued = kept("valued", snapshot, survey, lambda _: build_valued(snapshot, survey))
    st.markdown(f"**{md(ranking_words(survey, valued))}**")
    st.caption(
        f"Abnormal return over {md(window_words(survey.view.span))} times the market value at the close before, each "
        f"company once at one line: Hong Kong where shown, else New York. {NO_CAUSE}"
    )
    charts = {}
    if valued.fined:
        charts["fines and market value"] = kept(
            "value fines", snapshot, survey, lambda colours: fines_and_changes(survey, valued, colours)
        )
        st.markdown("**Fine against change of market value**")
        st.plotly_chart(
            charts["fines and market value"],
            theme=None,
            config=CONFIG,
            alt=multiples_finding(survey, valued),
            key="value-fines-chart",
        )
        st.caption(md(multiples_caption(survey, valued)))
    if valued.drawn:
        charts["market value added up"] = kept(
            "value lines", snapshot, survey, lambda colours: value_lines(survey, valued, colours)
        )
        st.markdown("**Added up since October 2020, US dollars**")
        finding = lines_finding(survey, valued)
        st.plotly_chart(
            charts["market value added up"], theme=None, config=CONFIG, alt=finding, key="value-lines-chart"
        )
        st.markdown("\n".join(f"- {md(sentence)}" for sentence in lines_words(survey, valued)))
        st.caption(md(lines_caption(valued, survey.view.level)))
    st.markdown("**Every change, the largest loss first**")
    if missing := missing_words(valued):
        with st.expander(f"Companies with returns only for some announcements: {len(missing)}"):
            st.markdown("\n".join(f"- {md(sentence)}" for sentence in missing))
    table, written = kept(
        "value table", snapshot, survey, lambda _: both(ranking_table(survey, valued), "Fine, m yuan", *SHARES)
    )
    _show_table(survey, valued, written)
    note = (
        f"Change of market value over {window_words(survey.view.span)} in billions of US dollars, at the rate of the "
        "close before; one line per company; returns in percent."
    )
    findings = [ranking_words(survey, valued), multiples_finding(survey, valued), lines_finding(survey, valued)]
    return Shown(charts, [Sheet("market value", table, note)], findings)


def _show_table(survey: Survey, valued: Valued, written: Styler) -> None:
    st.caption("The box at the left of a row opens its announcement; the head of a column sorts.")
    st.dataframe(
        written,
        hide_index=True,
        height=520,
        column_config={
            "Date": DAY,
            "Announcement": st.column_config.TextColumn(width=230),
            "Abnormal, bn US$": st.column_config.NumberColumn(
                help="Abnormal return times the market value at the close before the window."
            ),
            "From": st.column_config.NumberColumn(help=f"Lower end of the {survey.view.level}% interval, bn US$."),
            "To": st.column_config.NumberColumn(help=f"Upper end of the {survey.view.level}% interval, bn US$."),
            "Raw, bn US$": st.column_config.NumberColumn(
                help="Total return times the same value: what was not adjusted for the market."
            ),
            "Fine, m yuan": st.column_config.NumberColumn(format="localized"),
            "Times the fine": st.column_config.NumberColumn(help="Abnormal change over the fine."),
            **dict.fromkeys(SHARES, st.column_config.NumberColumn(format="%.3f")),
            "Shares as of": DAY,
        },
        alt="Every announcement and company with its change of market value in dollars, the largest loss first.",
        key="value-table",
        on_select=lambda: _open_row(survey, valued),
        selection_mode="single-row",
    )


def ordered(valued: Valued) -> list[int]:
    """Rows of the table: known changes from the largest loss to the largest gain, then those without, newest first."""
    return [*valued.ranked, *sorted(set(valued.changes) - set(valued.ranked), reverse=True)]


def ranking_table(survey: Survey, valued: Valued) -> pd.DataFrame:
    """One row per announcement and company in the order of `ordered`; money in bn US$, returns in percent."""
    return pd.DataFrame([_row(survey, valued, row) for row in ordered(valued)])


def _row(survey: Survey, valued: Valued, row: int) -> dict[str, object]:
    change, item = valued.changes[row], survey.announcement(row)
    base, interval = change.bases["USD"], change.interval("USD")
    known = base if isinstance(base, MarketValue) else None
    moved, raw = (change.amount(part, "USD") for part in (change.abnormal, change.raw))
    low, high = (None, None) if isinstance(interval, Reason) else interval
    return {
        "Date": item.day,
        "Announcement": item.title,
        "Company": listing_label(change.issuer, change.listing),
        "Abnormal, bn US$": _scaled(moved, 1e9),
        "From": _scaled(low, 1e9),
        "To": _scaled(high, 1e9),
        "Raw, bn US$": _scaled(raw, 1e9),
        "Abnormal, %": _scaled(change.abnormal.value, 0.01),
        "Raw, %": _scaled(change.raw.value, 0.01),
        "Names the company": "yes" if survey.is_about(row) else "no",
        "Confounded": "yes" if survey.confounded[row] else "",
        "Fine, m yuan": _scaled(change.fine, 1e6),
        "Times the fine": _scaled(change.times_fine(change.abnormal), 1),
        "Value before, bn US$": _scaled(known.value, 1e9) if known else None,
        "Shares, bn": _scaled(known.count.shares, 1e9) if known else None,
        "Shares as of": known.count.as_of if known else None,
        "Kind of count": known.count.kind if known else "",
        "Remark": SENTENCES[change.reason],
    }


def _scaled(amount: float | Reason | None, unit: float) -> float | None:
    return None if amount is None or isinstance(amount, Reason) else amount / unit


def _open_row(survey: Survey, valued: Valued) -> None:
    chosen = st.session_state["value-table"]["selection"]["rows"]
    if chosen:
        open_announcement(survey.announcement(ordered(valued)[chosen[0]]).event_id)
