"""The view as one page that can be mailed, opened offline and printed: facts, findings, charts, tables, method."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from eventwindow.export.cells import cell
from eventwindow.export.sheets import Origin, Sheet
from eventwindow.export.web import Chart, document, escaped, link, place
from eventwindow.facts.events import Clock
from eventwindow.format import sentence_case, session
from eventwindow.study.models import Model
from eventwindow.study.results import StudyResult
from eventwindow.view import View
from eventwindow.workbench import OwnStudy

# A longer table is cut: a report is read on paper.
MOST_ROWS = 16
# More charts than this are drawn small, side by side.
MOST_LARGE = 4
# Texts up to this length stay on one line.
SHORT = 24
LICENCE = "Code of Event Window: MIT licence. Figures computed by it: free to use with the citation above."
WEB_ADDRESS = re.compile(r"https://([a-z0-9.-]+)(?::\d+)?(?:[/?][!-~]*)?")
EXPECTED = {
    Model.MARKET: "what a market model fitted on {sessions} makes of {benchmark}",
    Model.MARKET_ADJUSTED: "the return of {benchmark}",
    Model.MEAN_ADJUSTED: "the share's mean return over {sessions}",
    Model.SCHOLES_WILLIAMS: "what a Scholes-Williams market model fitted on {sessions} makes of {benchmark}",
}
FACTORS = "what a model fitted on {sessions} makes of its factors"
OURS = "total return in the trading currency"


@dataclass(frozen=True)
class Report:
    """What a report shows: `facts` are names with texts, `findings` sentences of which the first is the verdict.

    `commands` are what gives the figures again, each with what it gives.
    """

    origin: Origin
    facts: Sequence[tuple[str, str]]
    findings: Sequence[str]
    charts: Sequence[Chart]
    sheets: Sequence[Sheet]
    method: Sequence[str]
    commands: Sequence[tuple[str, str]]

    def html(self, dark: Mapping[str, str]) -> bytes:
        """The page; every text escaped."""
        parts = [
            f'<header><p class="kicker">Event Window · {escaped(self.origin.link.page.capitalize())}</p>'
            f"<h1>{escaped(self.origin.link.title)}</h1>",
            _pairs(self.facts),
            "</header>",
            _section("Findings", _sentences(self.findings)),
            _charts(self.charts),
            *(_table(sheet) for sheet in self.sheets),
            _section("Method", _sentences(self.method, lead="")),
            _section("Reproduce this", "\n".join(_command(*item) for item in self.commands)),
            f"<footer>{_colophon(self.origin)}</footer>",
        ]
        return document(self.origin, "\n".join(part for part in parts if part), self.charts, dark)


def method_sentences(study: StudyResult | None, view: View, indices: Sequence[str]) -> list[str]:
    """How the figures were computed, in three sentences; none without a study."""
    if study is None:
        return []
    clock = "the first press report, where one is known, else the official act"
    return _method(
        study,
        "Day 0 is, in each market, the first session that closes after "
        f"{clock if view.clock is Clock.FIRST_REPORTED else 'the official act'}.",
        OURS,
        "the index",
        indices,
    )


def own_method_sentences(own: OwnStudy, indices: Sequence[str]) -> list[str]:
    """The same for own events; `indices` are those of the data that were used."""
    prices = own.prices
    if prices is None:
        return _method(
            own.study,
            "Day 0 is, in the market of each symbol, the first session that closes after the moment of the event where "
            "one was given, else the first session on or after its date. Events were supplied by the reader.",
            OURS,
            "the index",
            indices,
        )
    kind = {"prices": f"{prices.returns_kind} return of the prices", "returns": "return"}[prices.values]
    return _method(
        own.study,
        "Day 0 is the first day of the uploaded table on or after the date of the event. Events and prices were "
        "supplied by the reader.",
        f"{kind} as uploaded, nothing added back,",
        "the benchmark",
        list(prices.factors) if own.study.model is Model.FACTORS else [prices.benchmark],
    )


def _method(study: StudyResult, day_zero: str, returns: str, benchmark: str, names: Sequence[str]) -> list[str]:
    """Day 0, the abnormal return and its error; `names` are those of the benchmark or of the factors."""
    estimation = study.evidence.estimation
    sessions = f"sessions {session(estimation.start)} to {session(estimation.end)}"
    expected = EXPECTED.get(study.model, FACTORS).format(sessions=sessions, benchmark=benchmark)
    what = "factors" if study.model is Model.FACTORS else benchmark.removeprefix("the ")
    named = f" ({what}: {', '.join(names)})" if names and study.model is not Model.MEAN_ADJUSTED else ""
    return [
        day_zero,
        f"The abnormal return is the {returns} minus {expected}{named}.",
        "The error of one listing's figure is the exact prediction error with Student's t (Patell 1976, Journal of "
        "Accounting Research 14:246-276); across events the test of Kolari and Pynnonen (2010, Review of Financial "
        "Studies 23:3996-4025) leads, since events on the same days do not move independently.",
    ]


def _section(title: str, body: str) -> str:
    return f"<section><h2>{title}</h2>\n{body}</section>" if body else ""


def _sentences(sentences: Sequence[str], lead: str = ' class="lead"') -> str:
    shown = [sentence for sentence in sentences if sentence]
    return "\n".join(f"<p{'' if number else lead}>{escaped(text)}</p>" for number, text in enumerate(shown))


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    rows = "".join(f"<dt>{escaped(name)}</dt><dd>{_linked(text)}</dd>" for name, text in pairs)
    return f"<dl>{rows}</dl>" if rows else ""


def _charts(charts: Sequence[Chart]) -> str:
    shown = "\n".join(place(number, chart) for number, chart in enumerate(charts))
    return f'<div class="small">{shown}</div>' if len(charts) > MOST_LARGE else shown


def _command(what: str, code: str) -> str:
    """Lines to run, each as far in as it was."""
    lines = "<br>".join(f"{' ' * (len(line) - len(line.lstrip(' ')))}{escaped(line)}" for line in code.splitlines())
    return f'<p class="note">{escaped(what)}</p><pre>{lines}</pre>'


def _colophon(origin: Origin) -> str:
    rows = "".join(
        f"<dt>{escaped(name)}</dt><dd>{link(text) if name == 'Link' else escaped(text)}</dd>"
        for name, text in [*origin.facts, ("Licence", LICENCE)]
    )
    return f"<dl>{rows}</dl>"


def _table(sheet: Sheet) -> str:
    """The part of a sheet that a report has room for, without columns that say nothing."""
    every = sheet.table()
    if every.empty:
        return ""
    table = sheet.brief(every)
    names = [str(name) for name in table.columns]
    rows = [
        [cell(name, value) for name, value in zip(names, row, strict=True)]
        for row in table.head(MOST_ROWS).itertuples(index=False, name=None)
    ]
    kinds = [
        "number" if pd.api.types.is_numeric_dtype(kind) else "short" if max(map(len, cells)) <= SHORT else "long"
        for kind, cells in zip(table.dtypes, zip(*rows, strict=True), strict=True)
    ]
    shown = [place for place in range(len(names)) if any(row[place] for row in rows)]
    head = "".join(f'<th scope="col" class="{kinds[place]}">{escaped(names[place])}</th>' for place in shown)
    body = "\n".join(
        "<tr>" + "".join(f'<td class="{kinds[place]}">{_linked(row[place])}</td>' for place in shown) + "</tr>"
        for row in rows
    )
    note = " ".join(filter(None, [sheet.note, _left_out(len(rows), every, table)]))
    return (
        f'<section><h2>{escaped(sentence_case(sheet.name))}</h2><p class="note">{escaped(note)}</p>'
        f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        "</section>"
    )


def _left_out(shown: int, every: pd.DataFrame, table: pd.DataFrame) -> str:
    """How much of a table is not printed, and where it is; nothing where all of it is."""
    rows = f"{shown} of {len(every):,} rows" if shown < len(every) else ""
    names = f"{table.shape[1]} of {every.shape[1]} columns" if table.shape[1] < every.shape[1] else ""
    parts = " and ".join(filter(None, [rows, names]))
    return f"Printed: {parts}; the CSV and XLSX downloads have all." if parts else ""


def _linked(text: str) -> str:
    """A text escaped; one of nothing but addresses of the web as links with their hosts for names."""
    hosts = [WEB_ADDRESS.fullmatch(word) for word in text.split()]
    found = [host for host in hosts if host]
    if len(found) < max(1, len(hosts)):
        return escaped(text)
    return ", ".join(
        f'<a href="{escaped(host[0])}" rel="noopener noreferrer">{escaped(host[1].removeprefix("www."))}</a>'
        for host in found
    )
