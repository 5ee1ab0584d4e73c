"""The tables of the event page: sessions, windows, sources."""

import pandas as pd
import streamlit as st

from eventwindow.case import Case
from eventwindow.facts.events import Act
from eventwindow.format import md, plain_day, yuan
from eventwindow.sources.snapshot import Snapshot
from eventwindow.ui.links import is_secure, source_link
from eventwindow.words import MOMENTS, QUALIFIERS, agreement, clock_fact, place, window_words

PERCENT = st.column_config.NumberColumn(format="%+.2f")
UNSIGNED = st.column_config.NumberColumn(format="%.2f")
SECURE_LINK = st.column_config.LinkColumn(display_text=r"^https://(?:www\.)?([^/]+)")


def sessions_table(case: Case) -> pd.DataFrame:
    """One row per listing and session of the event window; returns in percent."""
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
                    "Listing": f"{item.issuer.short_name} · {place(item)}",
                    "Symbol": item.listing.symbol,
                    "Session": session,
                    "Date": item.path.dates[step].item(),
                    "Return, %": 100 * case.study.actual[row, place_in_study],
                    "Expected, %": 100 * case.study.expected[row, place_in_study],
                    "Abnormal, %": 100 * case.study.abnormal_returns[row, place_in_study],
                    "Standard error, %": 100 * case.study.abnormal_se[row, place_in_study],
                    "Cumulative, %": 100 * item.path.value[step],
                    "Band ±, %": 100 * item.path.critical * item.path.se[step],
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
                    "Listing": f"{item.issuer.short_name} · {place(item)}",
                    "Window": window_words(window),
                    "Abnormal return, %": 100 * estimate.value,
                    "Standard error, %": 100 * estimate.se,
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
            "Abnormal return, %": PERCENT,
            "Standard error, %": UNSIGNED,
            "t": st.column_config.NumberColumn(format="%.2f"),
            "p": st.column_config.NumberColumn(format="%.3g"),
        },
        alt="Abnormal return, standard error, t and p of every listing over each window.",
    )
    st.markdown("**Sessions** · cumulative from the close before day 0")
    st.dataframe(
        sessions_table(case),
        hide_index=True,
        column_config={
            "Date": st.column_config.DateColumn(format="ddd D MMM YYYY"),
            **dict.fromkeys(("Return, %", "Expected, %", "Abnormal, %", "Cumulative, %"), PERCENT),
            **dict.fromkeys(("Standard error, %", "Band ±, %"), UNSIGNED),
        },
        alt="Return, expected return, abnormal return and cumulative abnormal return of every listing and session.",
    )


def show_sources(snapshot: Snapshot, case: Case) -> None:
    """The Sources tab: notices, press figures beside ours, price series and models."""
    with st.container(key="notices"), st.grid(len(case.announcement.acts), min_column_width=320):
        for act in case.announcement.acts:
            with st.container(border=True, height="stretch"):
                st.markdown(notice(act))
    st.markdown("**Reported by the press, beside our measurement of the same session**")
    reports = _reports(case)
    if reports:
        st.dataframe(
            pd.DataFrame(reports),
            hide_index=True,
            column_config={
                **dict.fromkeys(("Reported, %", "Close, %", "Low, %", "High, %"), PERCENT),
                "Session": st.column_config.DateColumn(format="ddd D MMM YYYY"),
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


def notice(act: Act) -> str:
    """One act as markdown in fixed rows, every text of the table escaped."""
    rows = [
        ("Target", act.target),
        ("Official act", clock_fact(act.announced)),
        ("First report", clock_fact(act.first_report) if act.first_report else ""),
        ("Amount", yuan(act.amount_cny) if act.amount_cny is not None else ""),
        ("Summary", act.summary),
        ("On the hour", act.time_note),
        ("In the markets", act.effective_note),
        ("Earlier signs", act.anticipated_note),
        ("Remarks", act.source_note),
    ]
    lines = [f"**{md(act.title)}**", *(f"{name}: {md(text)}" for name, text in rows if text)]
    links = ", ".join(source_link(url) for url in act.sources)
    return "\n\n".join([*lines, f"Sources: {links}" if links else "Sources: none on file"])


def _percent(change: float | None) -> float | None:
    return None if change is None else 100 * change


def _reports(case: Case) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for item in case.listings:
        moves = {session.move.day: session.move for session in item.sessions}
        for move in item.reported:
            measured = moves[move.day]
            rows.append(
                {
                    "Listing": f"{item.issuer.short_name} · {place(item)}",
                    "Session": move.day,
                    "Reported, %": 100 * move.change,
                    "Said of": f"{QUALIFIERS.get(move.qualifier, '')}{MOMENTS.get(move.moment, move.moment)}",
                    "Beside our figures": agreement(move, measured),
                    "Close, %": _percent(measured.close_change),
                    "Low, %": _percent(measured.low_change),
                    "High, %": _percent(measured.high_change),
                    "Publisher": move.publisher,
                    "Source": move.url if is_secure(move.url) else None,
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
