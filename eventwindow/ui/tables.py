"""The tables of the event page: sessions, windows, sources."""

import pandas as pd
import streamlit as st

from eventwindow.case import Case
from eventwindow.facts.events import Act
from eventwindow.facts.prices import SessionMove
from eventwindow.facts.reported import ReportedMove
from eventwindow.format import md, plain_day, yuan
from eventwindow.quality.press import press_figure
from eventwindow.sources.snapshot import Snapshot
from eventwindow.ui.data import EventScreen
from eventwindow.ui.links import is_secure, source_link
from eventwindow.ui.styled import styled
from eventwindow.words import agreement, body_names, clock_fact, measured_words, place, printed, window_words
from eventwindow.words_data import AGREEMENT_NAMES

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
                    "Remark": estimate.remark,
                }
            )
    return pd.DataFrame(rows)


def show_tables(screen: EventScreen) -> None:
    """The Table tab."""
    case = screen.case
    st.markdown("**Windows** · abnormal return with its exact prediction-error test")
    st.dataframe(
        screen.kept("windows", lambda: styled(windows_table(case))),
        hide_index=True,
        alt="Abnormal return, standard error, t and p of every listing over each window.",
    )
    st.markdown("**Sessions** · cumulative from the close before day 0")
    st.dataframe(
        screen.kept("sessions", lambda: styled(sessions_table(case))),
        hide_index=True,
        column_config={"Date": st.column_config.DateColumn(format="ddd D MMM YYYY")},
        alt="Return, expected return, abnormal return and cumulative abnormal return of every listing and session.",
    )


def show_sources(snapshot: Snapshot, screen: EventScreen) -> None:
    """The Sources tab: notices, press figures beside ours, price series and models."""
    case = screen.case
    bodies = body_names(snapshot, case.announcement)
    if bodies:
        st.markdown(f"**Announced by** {md('; '.join(bodies))}")
    with st.container(key="notices"), st.grid(len(case.announcement.acts), min_column_width=320):
        for act in case.announcement.acts:
            with st.container(border=True, height="stretch"):
                st.markdown(notice(act))
    st.markdown(
        "**Reported by the press / measured by us** · the same moment of the same session, neither ever adjusted"
    )
    reports = screen.kept("reports", lambda: styled(reports_table(snapshot, case)))
    if len(reports.index):
        st.dataframe(
            reports,
            hide_index=True,
            column_config={
                "Session": st.column_config.DateColumn(format="ddd D MMM YYYY"),
                "Measured": st.column_config.TextColumn(width=185),
                "Verdict": st.column_config.TextColumn(width=160),
                "Source": SECURE_LINK,
            },
            alt="Figures the press printed beside the measured ones of the same moment, with a verdict on each.",
        )
    else:
        st.markdown("No printed figure of this announcement and these listings or an index is on file.")
    st.markdown("**Prices and models**")
    st.dataframe(
        screen.kept("series", lambda: styled(pd.DataFrame(_series(snapshot, case)))),
        hide_index=True,
        alt="Price series and fitted model per listing.",
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


def reports_table(snapshot: Snapshot, case: Case) -> pd.DataFrame:
    """One row per printed figure of the announcement, beside ours, in percent.

    First the listings shown, then the indices, each by session.
    """
    names = _quoted(snapshot, case)
    order = list(names)
    rows: list[dict[str, object]] = []
    for move in sorted(printed_moves(snapshot, case), key=lambda move: (order.index(move.symbol), move.day)):
        figure = press_figure(snapshot, move)
        ours = figure.measured
        rows.append(
            {
                "Listing": names[move.symbol],
                "Session": move.day,
                "Reported": printed(move),
                "Measured": measured_words(move, ours) if ours else "",
                "Verdict": AGREEMENT_NAMES[figure.agreement],
                "In words": agreement(move, ours),
                "Reported, %": 100 * move.change,
                **changes_in_percent(ours),
                "Publisher": move.publisher,
                "Source": move.url if is_secure(move.url) else None,
                "Note": move.note,
            }
        )
    return pd.DataFrame(rows)


def printed_moves(snapshot: Snapshot, case: Case) -> list[ReportedMove]:
    """What the press printed of the announcement, about the listings shown or an index."""
    acts, names = {act.event_id for act in case.announcement.acts}, _quoted(snapshot, case)
    return [move for move in snapshot.reported if move.event_id in acts and move.symbol in names]


def _quoted(snapshot: Snapshot, case: Case) -> dict[str, str]:
    """Names of the listings shown, then of every index, by symbol."""
    listings = {item.listing.symbol: f"{item.issuer.short_name} · {place(item)}" for item in case.listings}
    return listings | {key: series.name for key, series in snapshot.series.items() if key not in snapshot.listings}


def changes_in_percent(move: SessionMove | None) -> dict[str, float | None]:
    """Columns of a session's open, low, high and close against the close before, in percent; None where unknown."""
    names = {"Open, %": "open_change", "Low, %": "low_change", "High, %": "high_change", "Close, %": "close_change"}
    values = {column: getattr(move, name, None) for column, name in names.items()}
    return {column: None if value is None else 100 * value for column, value in values.items()}


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
