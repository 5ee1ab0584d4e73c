"""The schema of every table in `data/`, and the check of a whole data folder."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa

from eventwindow.facts import rules
from eventwindow.facts.cells import (
    AMOUNT,
    BASIS,
    BODIES,
    CALENDAR,
    CLOCK,
    CONFIDENCE,
    COUNT,
    COUNTED,
    DATE,
    EVENT,
    ISSUER,
    ISSUERS,
    LISTED,
    MOMENT,
    PARTIAL_DATE,
    PERCENT,
    PHASE,
    PUBLISHED,
    SERIES,
    STAMP,
    SYMBOL,
    TEXT,
    URL,
    broken_cells,
    may,
    needs,
    one_of,
    read,
    schema,
)
from eventwindow.facts.prices import COLUMNS, PRICE_TABLE
from eventwindow.facts.problems import Problem

SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "events.csv": schema(
        event_id=needs(EVENT),
        group_id=needs(EVENT),
        group_title=may(TEXT),
        title=needs(TEXT),
        target=needs(TEXT),
        regulators=needs(BODIES),
        jurisdiction=needs(one_of("CN", "US")),
        actor_type=needs(one_of("regulator_act", "political_signal", "press_report", "company_event", "state_media")),
        action=needs(
            one_of(
                *("fine", "easing", "rule", "draft_rule", "review", "summons", "approval", "ban"),
                *("suspension", "investigation", "settlement"),
            )
        ),
        direction=needs(one_of("tightening", "easing", "ambiguous")),
        announced_date=needs(DATE),
        announced_at=may(STAMP),
        announced_precision=needs(one_of("exact", "approx", "date_only")),
        announced_not_before=may(STAMP),
        first_reported_date=may(DATE),
        first_reported_at=may(STAMP),
        first_reported_precision=may(one_of("approx", "upper_bound", "day_only")),
        hk_phase=needs(PHASE),
        us_phase=needs(PHASE),
        anticipated_since=may(DATE),
        anticipated_note=may(TEXT),
        amount_cny=may(AMOUNT),
        amount_usd_reported=may(AMOUNT),
        issuers=needs(ISSUERS),
        summary=needs(TEXT),
        effective_note=may(TEXT),
        time_note=may(TEXT),
        source_1=needs(URL),
        source_2=may(URL),
        source_note=may(TEXT),
        confidence=needs(CONFIDENCE),
        basis=needs(BASIS),
    ),
    "issuers.csv": schema(issuer=needs(ISSUER), short_name=needs(TEXT), name=may(TEXT), name_zh=may(TEXT)),
    "listings.csv": schema(
        symbol=needs(SYMBOL),
        issuer=needs(ISSUER),
        exchange=needs(TEXT),
        exchange_short=needs(LISTED),
        market=needs(one_of("hk", "us")),
        calendar=needs(one_of("XHKG", "XNYS")),
        currency=needs(one_of("HKD", "USD")),
        listing_date=may(DATE),
        delisting_date=may(DATE),
        shares_per_unit=needs(AMOUNT),
        ratio_history=needs(TEXT),
        benchmark=needs(SYMBOL),
        tech_benchmark=needs(SYMBOL),
        has_prices=needs(one_of("yes", "no")),
        sources=needs(TEXT),
        confidence=needs(CONFIDENCE),
        note=may(TEXT),
    ),
    "series.csv": schema(
        symbol=needs(SYMBOL),
        name=needs(TEXT),
        kind=needs(SERIES),
        calendar=needs(one_of("XHKG", "XNYS", "XSHG", "none")),
        currency=needs(one_of("HKD", "USD", "CNY")),
        first_date=needs(DATE),
        last_date=needs(DATE),
        note=needs(TEXT),
    ),
    "special_days.csv": schema(
        calendar=needs(CALENDAR),
        date=needs(DATE),
        kind=needs(one_of("closed", "shortened", "half_day", "normal")),
        open_local=may(CLOCK),
        close_local=may(CLOCK),
        reason=needs(TEXT),
        source=needs(TEXT),
        confidence=needs(CONFIDENCE),
    ),
    "trading_phases.csv": schema(
        exchange=needs(TEXT),
        calendar=needs(CALENDAR),
        timezone=needs(one_of("Asia/Hong_Kong", "America/New_York", "Asia/Shanghai")),
        valid_from=may(DATE),
        valid_to=may(DATE),
        phase=needs(TEXT),
        start_local=may(CLOCK),
        end_local=may(CLOCK),
        description=may(TEXT),
        source=needs(TEXT),
        confidence=needs(CONFIDENCE),
    ),
    "distributions.csv": schema(
        symbol=needs(SYMBOL),
        ex_date=needs(DATE),
        amount=needs(AMOUNT),
        currency=needs(one_of("HKD", "USD")),
        kind=needs(one_of("cash", "in_kind")),
        note=may(TEXT),
    ),
    "splits.csv": schema(symbol=needs(SYMBOL), ex_date=needs(DATE), new_per_old=needs(AMOUNT)),
    "share_counts.csv": schema(
        issuer=needs(ISSUER),
        as_of=needs(DATE),
        shares_as_reported=may(COUNT),
        shares=may(COUNT),
        kind=needs(COUNTED),
        precision=may(TEXT),
        low=may(COUNT),
        high=may(COUNT),
        source=may(TEXT),
        confidence=may(CONFIDENCE),
        note=may(TEXT),
    ),
    "fines.csv": schema(
        event_id=needs(EVENT),
        fined=needs(TEXT),
        issuer=needs(ISSUER),
        amount_cny=needs(AMOUNT),
        note=needs(TEXT),
    ),
    "regulators.csv": schema(
        abbreviation=needs(TEXT),
        name=needs(TEXT),
        name_zh=needs(TEXT),
        jurisdiction=needs(one_of("CN", "HK", "US")),
        kind=needs(TEXT),
        home_page=may(URL),
        established=may(PARTIAL_DATE),
        abolished=may(PARTIAL_DATE),
        successor=may(TEXT),
        source=needs(TEXT),
        confidence=needs(CONFIDENCE),
        note=may(TEXT),
    ),
    "reported_moves.csv": schema(
        event_id=needs(EVENT),
        symbol=needs(SYMBOL),
        session_date=needs(DATE),
        phase=needs(MOMENT),
        reported_percent=needs(PERCENT),
        qualifier=needs(one_of("eq", "gt", "lt", "about", "as_much_as")),
        publisher=needs(TEXT),
        url=may(URL),
        published_at=needs(PUBLISHED),
        note=may(TEXT),
    ),
}

PRICE_SCHEMA = schema(
    date=needs(DATE),
    open=may(AMOUNT),
    high=may(AMOUNT),
    low=may(AMOUNT),
    close=needs(AMOUNT),
    volume=may(COUNT),
)


def validate(folder: Path) -> list[Problem]:
    """Every broken rule of a data folder; an empty list means that all is well.

    Rules between tables are looked at only when every table has its columns. Bad data raises nothing,
    save UnicodeDecodeError for a file that is not UTF-8.
    """
    tables, problems = _read_all(folder, SCHEMAS)
    if len(tables) < len(SCHEMAS):
        return problems
    files = [rules.price_file(symbol) for symbol in tables["series.csv"]["symbol"]]
    if (folder / PRICE_TABLE).is_file():
        prices = {rules.price_file(symbol): table for symbol, table in _price_texts(folder / PRICE_TABLE).items()}
        broken = [problem for file in prices for problem in broken_cells(file, prices[file], PRICE_SCHEMA)]
        strays = set(prices) - set(files)
    else:
        prices, broken = _read_all(folder, dict.fromkeys(files, PRICE_SCHEMA))
        strays = {path.relative_to(folder).as_posix() for path in folder.glob("prices/*")} - set(files)
    unlisted = "is not in series.csv; add its symbol there or delete the file."
    return [
        *problems,
        *broken,
        *(Problem(file, None, "", unlisted) for file in sorted(strays)),
        *rules.between_tables(tables),
        *rules.of_prices(tables, prices),
    ]


def _price_texts(path: Path) -> dict[str, pd.DataFrame]:
    """The one price table as text, per symbol, as its CSV file would hold it."""
    table = pd.read_parquet(path)
    texts = table.assign(date=table["date"].dt.strftime("%Y-%m-%d"))
    for column in COLUMNS:
        texts[column] = [np.format_float_positional(value, trim="-") for value in table[column]]
        texts[column] = texts[column].mask(table[column].isna(), "")
    return {
        str(symbol): frame.drop(columns="symbol").set_axis(range(2, len(frame) + 2))
        for symbol, frame in texts.groupby("symbol")
    }


def _read_all(folder: Path, schemas: Mapping[str, pa.DataFrameSchema]) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    results = {file: read(folder, file, wanted) for file, wanted in schemas.items()}
    tables = {file: table for file, (table, _) in results.items() if table is not None}
    return tables, [problem for _, problems in results.values() for problem in problems]
