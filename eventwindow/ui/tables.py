"""The tables of the event page: sessions, windows, sources."""

from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from eventwindow.case import Case
from eventwindow.facts.prices import SessionMove
from eventwindow.format import plain_day
from eventwindow.sources.snapshot import Snapshot
from eventwindow.words import MOMENTS, QUALIFIERS, agreement, clock_fact, listing_name, place, window_words

PERCENT = st.column_config.NumberColumn(format="percent")
SECURE_LINK = st.column_config.LinkColumn(display_text=r"^https://(?:www\.)?([^/]+)")


def sessions_table(case: Case) -> pd.DataFrame:
    """One row per listing and session of the event window; returns as decimals."""
    rows = []
    for item in case.with_result:
        if item.path is None or case.study is None:
            continue
        row = case.study.row(case.announcement.event_id, item.listing.symbol)
        offset = case.view.window.start - case.study.event_window.start
        for step, session in enumerate(item.path.sessions.tolist()):
            place_in_study = offset + step
            rows.append(
                {
                    "Listing": listing_name(item),
                    "Symbol": item.listing.symbol,
                    "Session": session,
                    "Date": item.path.dates[step].item(),
                    "Return": case.study.actual[row, place_in_study],
                    "Expected": case.study.expected[row, place_in_study],
                    "Abnormal": case.study.abnormal[row, place_in_study],
                    "Standard error": case.study.abnormal_se[row, place_in_study],
                    "Cumulative": item.path.value[step],
                    "Band ±": item.path.critical * item.path.se[step],
                }
            )
    return pd.DataFrame(rows)


def windows_table(case: Case) -> pd.DataFrame:
    """Abnormal return and test of every listing over the headline windows and the one chosen."""
    chosen = [*case.headline_windows, case.view.window]
    rows = []
    for item in case.with_result:
        for window in dict.fromkeys(chosen):
            estimate = item.estimate(window)
            rows.append(
                {
                    "Listing": listing_name(item),
                    "Window": window_words(window),
                    "Abnormal return": estimate.value,
                    "Standard error": estimate.se,
                    "t": estimate.t,
                    "df": estimate.df,
                    "p": estimate.p,
                    "Sessions with a return": estimate.n_days,
                    "Remark": estimate.reason,
                }
            )
    return pd.DataFrame(rows)


def show_tables(case: Case) -> None:
    """The Table tab."""
    st.markdown("**Windows** · abnormal return with its exact prediction-error test")
    st.dataframe(
        windows_table(case),
        hide_index=True,
        column_config={
            "Abnormal return": PERCENT,
            "Standard error": PERCENT,
            "t": st.column_config.NumberColumn(format="%.2f"),
            "p": st.column_config.NumberColumn(format="%.4f"),
        },
        alt="Abnormal return, standard error, t and p of every listing over each window.",
    )
    st.markdown("**Sessions** · cumulative from the close before day 0")
    st.dataframe(
        sessions_table(case),
        hide_index=True,
        column_config={
            "Date": st.column_config.DateColumn(format="ddd D MMM YYYY"),
            **dict.fromkeys(("Return", "Expected", "Abnormal", "Standard error", "Cumulative", "Band ±"), PERCENT),
        },
        alt="Return, expected return, abnormal return and cumulative abnormal return of every listing and session.",
    )


def show_sources(snapshot: Snapshot, case: Case) -> None:
    """The Sources tab: notices, press figures beside ours, price series and models."""
    st.markdown("**Notices**")
    st.dataframe(
        pd.DataFrame(_acts(case)),
        hide_index=True,
        column_config={"Source": SECURE_LINK, "Second source": SECURE_LINK},
        alt="Every notice of this announcement with its clocks, amounts, summary and sources.",
    )
    st.markdown("**Reported by the press, beside our measurement of the same session**")
    reports = _reports(case)
    if reports:
        st.dataframe(
            pd.DataFrame(reports),
            hide_index=True,
            column_config={
                "Reported": PERCENT,
                "Close": PERCENT,
                "Low": PERCENT,
                "High": PERCENT,
                "Source": SECURE_LINK,
            },
            alt="Figures the press printed for these sessions beside the measured close and range.",
        )
    else:
        st.markdown("No printed figure of these listings and sessions is on file.")
    st.markdown("**Prices and models**")
    st.dataframe(
        pd.DataFrame(_series(snapshot, case)), hide_index=True, alt="Price series and fitted model per listing."
    )
    st.caption(
        "Prices are daily, as traded; returns are total returns with distributions added back. The price figures are "
        f"the data vendors'; terms and corrections stand in data/SOURCES.md. Data version {snapshot.snapshot_id}."
    )


def secure(url: str) -> str | None:
    """The address if it is https with a host, else None: other schemes are never made clickable."""
    parts = urlsplit(url)
    return url if parts.scheme == "https" and parts.hostname else None


def _acts(case: Case) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for act in case.announcement.acts:
        first, second = (*act.sources, "", "")[:2]
        plain = [url for url in act.sources if not secure(url)]
        rows.append(
            {
                "Notice": act.title,
                "Target": act.target,
                "Official act": clock_fact(act.announced),
                "First report": clock_fact(act.first_report) if act.first_report else "",
                "Amount, yuan": act.amount_cny,
                "Summary": act.summary,
                "On the hour": act.time_note,
                "Earlier signs": act.anticipated_note,
                "Source": secure(first),
                "Second source": secure(second),
                "Remarks on sources": " ".join([*plain, act.source_note]).strip(),
            }
        )
    return rows


def _reports(case: Case) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for item in case.listings:
        moves: dict[object, SessionMove] = {session.move.day: session.move for session in item.sessions}
        for move in item.reported:
            measured = moves[move.day]
            rows.append(
                {
                    "Listing": f"{item.issuer.short_name} · {place(item)}",
                    "Session": plain_day(move.day),
                    "Reported": move.change,
                    "Said of": f"{QUALIFIERS.get(move.qualifier, '')}{MOMENTS.get(move.moment, move.moment)}",
                    "Publisher": move.publisher,
                    "Close": measured.close_change,
                    "Low": measured.low_change,
                    "High": measured.high_change,
                    "Verdict": agreement(move, measured),
                    "Source": secure(move.url),
                    "Note": move.note,
                }
            )
    return rows


def _series(snapshot: Snapshot, case: Case) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for item in case.listings:
        series, index = snapshot.series[item.listing.symbol], snapshot.series[item.benchmark]
        fitted: dict[str, object] = {}
        if case.study is not None and item.path is not None:
            row = case.study.row(case.announcement.event_id, item.listing.symbol)
            fitted = {
                "Estimation returns": case.study.n_estimation[row],
                "Alpha, % a day": 100 * case.study.alpha[row],
                "Beta": case.study.beta[row],
                "Residual s.d., % a day": 100 * case.study.sigma[row],
            }
        rows.append(
            {
                "Listing": f"{item.issuer.short_name} · {place(item)}",
                "Symbol": series.symbol,
                "Prices": f"{plain_day(series.first)} to {plain_day(series.last)}",
                "Benchmark": f"{index.name} ({index.symbol})",
                **fitted,
                "Note": series.note,
            }
        )
    return rows
