"""Build the project's own tables under `data/` from a folder of compiled facts, and check them.

    python -m eventwindow.sources.build FACTS_FOLDER DATA_FOLDER

Nothing is computed, filled or smoothed here: columns are chosen, renamed and put in order, and words
that mean nothing outside the compilation are put plainly. The same facts give the same bytes.
"""

import argparse
import re
import sys
from decimal import Decimal
from pathlib import Path

import pandas as pd

from eventwindow.facts.schemas import PRICE_SCHEMA, SCHEMAS, validate
from eventwindow.sources.snapshot import CHECKSUMS
from eventwindow.sources.store import list_checksums

Table = pd.DataFrame

SHORT_NAMES = {
    "ALIBABA": "Alibaba",
    "TENCENT": "Tencent",
    "MEITUAN": "Meituan",
    "JD": "JD.com",
    "BAIDU": "Baidu",
    "NETEASE": "NetEase",
    "PINDUODUO": "PDD",
    "BILIBILI": "Bilibili",
    "TENCENT_MUSIC": "Tencent Music",
    "DIDI": "DiDi",
    "KUAISHOU": "Kuaishou",
    "TRIPCOM": "Trip.com",
    "WEIBO": "Weibo",
    "NEWORIENTAL": "New Oriental",
    "TAL": "TAL",
    "KEHOLDINGS": "KE Holdings",
    "FULLTRUCK": "Full Truck Alliance",
    "BOSS": "Kanzhun (BOSS Zhipin)",
    "VIPSHOP": "Vipshop",
    "IQIYI": "iQIYI",
    "HUYA": "Huya",
    "DOUYU": "DouYu",
    "XIAOMI": "Xiaomi",
    "KINGSOFT": "Kingsoft",
    "XD_INC": "XD Inc.",
    "CHINA_LITERATURE": "China Literature",
    "CMGE": "CMGE",
    "GAOTU": "Gaotu",
    "LUFAX": "Lufax",
    "QFIN": "Qifu (360 DigiTech)",
    # Named by events as concerned or fined, without a line in listings.csv.
    "ACM_RESEARCH": "ACM Research",
    "BEIGENE": "BeiGene",
    "BOQII": "Boqii",
    "BYD": "BYD",
    "CATL": "CATL",
    "CHEETAH_MOBILE": "Cheetah Mobile",
    "HUTCHMED": "HUTCHMED",
    "MOGU": "MOGU",
    "NICE_TUAN": "Nice Tuan",
    "NIO": "NIO",
    "PERFECT_WORLD": "Perfect World",
    "SF_HOLDING": "SF Holding",
    "SHIXIANGHUI": "Shixianghui",
    "SUNING": "Suning",
    "TONGFANG": "Tsinghua Tongfang",
    "XPENG": "XPeng",
    "YUM_CHINA": "Yum China",
    "ZAI_LAB": "Zai Lab",
}
GROUP_TITLES = {"ant-group-fine-2023-07": "Ant Group and Tenpay fined"}
# New shares or ADSs for an old one, by ex-date: NetEase went from 25 shares an ADS to five.
SPLITS = [("NTES", "2020-10-01", "5")]
# Fines with a known payer: act, who was fined, the company its amount is set against, yuan, how that is known.
WHOLE, EACH = "the whole amount of the act", "the summary of the act names the amount for each company"
OF_ITS_OWN = "the whole amount of the act; a unit of the company"
FINES = [
    ("samr-merger-fines-2020-12", "Alibaba Investment", "ALIBABA", "500000", EACH),
    ("samr-merger-fines-2020-12", "China Literature", "CHINA_LITERATURE", "500000", EACH),
    ("samr-merger-fines-2020-12", "Hive Box", "SF_HOLDING", "500000", EACH),
    ("ecommerce-pricing-fines-2020-12", "JD.com", "JD", "500000", EACH),
    ("ecommerce-pricing-fines-2020-12", "Tmall", "ALIBABA", "500000", EACH),
    ("ecommerce-pricing-fines-2020-12", "Vipshop", "VIPSHOP", "500000", EACH),
    ("vipshop-fine-2021-02", "Vipshop", "VIPSHOP", "3000000", WHOLE),
    ("group-buying-fines-2021-03", "Chengxin Youxuan", "DIDI", "1500000", EACH),
    ("group-buying-fines-2021-03", "Duoduo Maicai", "PINDUODUO", "1500000", EACH),
    ("group-buying-fines-2021-03", "Meituan Select", "MEITUAN", "1500000", EACH),
    ("group-buying-fines-2021-03", "Nice Tuan", "NICE_TUAN", "1500000", EACH),
    ("group-buying-fines-2021-03", "Shixianghui", "SHIXIANGHUI", "500000", EACH),
    ("samr-merger-fines-2021-03", "Tencent", "TENCENT", "500000", EACH),
    ("samr-merger-fines-2021-03", "Baidu", "BAIDU", "500000", EACH),
    ("samr-merger-fines-2021-03", "TAL", "TAL", "500000", EACH),
    ("alibaba-antitrust-fine-2021-04", "Alibaba Group", "ALIBABA", "18228000000", WHOLE),
    ("samr-merger-fines-2021-07", "Alibaba", "ALIBABA", "3000000", "the summary of the act: six deals, 3m yuan in all"),
    ("tencent-music-exclusivity-2021-07", "Tencent Holdings", "TENCENT", "500000", f"{WHOLE}; the payer is background"),
    ("meituan-antitrust-fine-2021-10", "Meituan", "MEITUAN", "3442000000", WHOLE),
    ("tenpay-safe-fine-2021-11", "Tenpay", "TENCENT", "2780000", OF_ITS_OWN),
    ("didi-fine-2022-07", "Didi Global", "DIDI", "8026000000", f"{WHOLE}; two managers paid 1m yuan each besides"),
    (
        *("ant-group-fine-2023-07", "Ant Group and subsidiaries", "ALIBABA", "7123000000"),
        f"{WHOLE}; Ant Group is not part of Alibaba, which held 33% of it (background)",
    ),
    ("tenpay-fine-2023-07", "Tenpay", "TENCENT", "2990000000", OF_ITS_OWN),
]
# Stands among the regulators of one event although it is a remark about them.
REMARK = "no Chinese clearance announced"
EXCHANGES = {"XHKG": "HKEX", "XNYS": "NYSE", "XNAS": "Nasdaq", "OTC": "OTC"}
DAY_KINDS = {
    "full_day_closure": "closed",
    "holiday_error": "closed",
    "partial_day": "shortened",
    "half_day": "half_day",
    "severe_weather_trading_day": "normal",
}
# Words of the compilation, and what they mean to a reader of these tables.
REWORDED = {
    "SEED FIGURE 1": "",
    "The founding article gives": "One press article gives",
    "Seed article wrongly places": "One press article wrongly places",
    "entry in affected is": "entry in issuers is",
    "Extra row because events.csv names the issuer. Nothing": "Here as an event names the issuer; nothing",
    " events.csv calls it 360_DIGITECH.": "",
    "github file id 54831311528 (a": "a file of a public GitHub repository (a",
    "Excerpt ended before this year": "The part of the report that was seen ends before this year",
    "rule above": "rule in trading_phases.csv",
}
# Notes by which a quote from inside a session is known to come from its start.
EARLY = r"early\b|first minutes|said of the start of the session"
# Name, kind, calendar, currency and note of the series that are no shares.
MARKET_SERIES = {
    "000300.SS": ("CSI 300", "price_index", "XSHG", "CNY", "other copies have 3730.79 on 2023-08-25"),
    "GSPC": ("S&P 500", "price_index", "XNYS", "USD", "volume of 2023-05-24 unknown"),
    "HSI": ("Hang Seng Index", "price_index", "XHKG", "HKD", "no range on 2019-12-18 and 2020-03-23"),
    "HSTECH": ("Hang Seng TECH Index", "price_index", "XHKG", "HKD", "back-cast, close only to 2020-07-24"),
    "KWEB": (
        *("KraneShares CSI China Internet ETF (total return)", "total_return_index", "XNYS", "USD"),
        "distributions reinvested: close only, levels are not traded prices",
    ),
    "NDX": ("Nasdaq-100", "price_index", "XNYS", "USD", "without dividends"),
    "USDCNY": ("USDCNY", "fx", "none", "CNY", "CNY per USD; false spikes of 1-2%: for levels, not returns"),
    "USDHKD": ("USDHKD", "fx", "none", "HKD", "HKD per USD; single source, ends 2024-12-06; peg 7.75-7.85"),
}
HALF_DAYS = "close only on {} days, mostly half days; those closes may be off by up to 0.6%"
SHARE_NOTES = {
    **dict.fromkeys(("9988.HK", "3690.HK", "9618.HK", "9999.HK"), HALF_DAYS.format("five")),
    "0700.HK": HALF_DAYS.format("six"),
    "9888.HK": HALF_DAYS.format("nine"),
    "TCEHY": "over the counter; the JD.com shares of January 2022 are missing in distributions.csv",
    "DIDI": "ends 2022-02-17, before the delisting; close only 2021-11-19 to 2021-11-29",
    "NTES": "on the basis of five shares per ADS throughout",
}


def issuers(listings: Table) -> Table:
    """One row a company: those with a line in listings.csv first, then those that events alone name."""
    names = {"company_name": "name", "company_name_zh": "name_zh"}
    listed = listings.drop_duplicates("issuer").rename(columns=names)
    unlisted = [issuer for issuer in SHORT_NAMES if issuer not in set(listed["issuer"])]
    table = pd.concat([listed, pd.DataFrame({"issuer": unlisted})])
    return table.assign(short_name=table["issuer"].map(SHORT_NAMES)).fillna("")


def events(source: Table, listings: Table) -> Table:
    """One row an act, oldest first; issuers go by their identifier in issuers.csv."""
    tokens = listings[listings["events_token"] != ""]
    identifiers = dict(zip(tokens["events_token"], tokens["issuer"], strict=True))
    table = source.rename(
        columns={
            "group": "group_id",
            "time_precision": "announced_precision",
            "hk_timing": "hk_phase",
            "us_timing": "us_phase",
            "effective_market_note": "effective_note",
        }
    )
    grouped = table["group_id"].duplicated(keep=False)
    dated = table["first_reported_precision"]
    note, remarked = table["source_note"], table["regulator"].str.contains(REMARK)
    return table.assign(
        group_title=table["group_id"].map(GROUP_TITLES).fillna("").where(grouped, ""),
        regulators=table["regulator"].map(bodies),
        issuers=table["affected"].map(
            lambda cell: ";".join(identifiers.get(token, token) for token in cell.split(";"))
        ),
        first_reported_date=table["first_reported_at"].str[:10],
        first_reported_at=table["first_reported_at"].where(dated != "day_only", ""),
        source_note=(note + "; " + REMARK).str.removeprefix("; ").where(remarked, note),
    ).sort_values("announced_date", kind="stable")


def bodies(cell: str) -> str:
    """The bodies of an act joined by ";": inside parentheses a ";" becomes ",", the remark is left out."""
    flat = re.sub(r"\([^)]*\)", lambda found: found[0].replace(";", ","), cell)
    return ";".join(body.strip() for body in flat.split(";") if body.strip() != REMARK)


def listings(source: Table) -> Table:
    """One row a traded line, in the order of the facts."""
    hong_kong = source["calendar"] == "XHKG"
    return source.rename(columns={"default_benchmark": "benchmark"}).assign(
        exchange_short=source["mic"].map(EXCHANGES),
        market=hong_kong.map({True: "hk", False: "us"}),
        has_prices=(source["price_file"] == "yes").map({True: "yes", False: "no"}),
    )


def special_days(source: Table) -> Table:
    """Days on which an exchange did not keep its usual hours, or is wrongly thought not to have."""
    table = source[source["record_type"].isin(DAY_KINDS)].sort_values(["calendar", "date"], kind="stable")
    return table.assign(
        kind=table["record_type"].map(DAY_KINDS),
        open_local=table["start_local"],
        close_local=table["end_local"],
        reason=table["description"],
    )


def trading_phases(source: Table) -> Table:
    """The parts of a trading day, in local time, and the rules for severe weather."""
    return source[source["record_type"].isin(["phase", "rule"])].rename(columns={"tz": "timezone"})


def distributions(source: Table) -> Table:
    """What was paid or handed out per share or ADS, in the declared currency."""
    return source.assign(amount=source["amount"].map(plain))


def splits() -> Table:
    """Splits after the first day of a series; all its prices are on the basis after them."""
    return pd.DataFrame(SPLITS, columns=list(SCHEMAS["splits.csv"].columns))


def share_counts(source: Table) -> Table:
    """How many shares a company had, by date and kind of count; kind `missing` marks a gap that is known."""
    return source.rename(columns={"shares_current_basis": "shares"})


def regulators(source: Table) -> Table:
    """The bodies behind the acts, and how long they existed."""
    return source.rename(columns={"abbr": "abbreviation", "name_en": "name"})


def reported_moves(source: Table) -> Table:
    """Share-price moves in percent as the press printed them; a quote said to be early keeps that."""
    early = (source["phase"] == "intraday") & source["note"].str.match(EARLY)
    phase = source["phase"].mask(early, "intraday_early")
    return source.rename(columns={"reported_pct": "reported_percent"}).assign(phase=phase)


def prices(source: Table) -> Table:
    """Daily prices in trading currency; blank where unknown, and a volume of 0 is unknown."""
    table = source.reindex(columns=list(PRICE_SCHEMA.columns), fill_value="")
    numbers = table.drop(columns="date").map(plain)
    return table[["date"]].join(numbers.assign(volume=numbers["volume"].replace("0", "")))


def plain(number: str) -> str:
    """The shortest text of a number ("408.0" gives "408"), without passing through floating point."""
    return format(Decimal(number).normalize(), "f") if number else ""


def series(price_tables: dict[str, Table], listings: Table, issuers: Table) -> Table:
    """One row a price file: what it holds and the span it covers."""
    companies = dict(zip(issuers["issuer"], issuers["short_name"], strict=True))
    shares = {
        line["symbol"]: (
            *(f"{companies[line['issuer']]} ({line['exchange_short']})", "share", line["calendar"]),
            *(line["currency"], SHARE_NOTES.get(line["symbol"], "as traded, on today's split basis")),
        )
        for line in listings.to_dict("records")
    }
    rows = []
    for symbol, table in price_tables.items():
        *names, note = (shares | MARKET_SERIES).get(symbol, [""] * 5)
        rows.append((symbol, *names, table["date"].iloc[0], table["date"].iloc[-1], note))
    return pd.DataFrame(rows, columns=list(SCHEMAS["series.csv"].columns))


def tables_of(facts: Path) -> dict[str, Table]:
    """Every table of `data/` by file name. Raises OSError if the folder lacks a file of facts."""
    lines = listings(_read(facts / "listings.csv"))
    companies = issuers(lines)
    price_tables = {path.stem: prices(_read(path)) for path in sorted(facts.glob("prices/*.csv"))}
    sessions = _read(facts / "sessions.csv")
    tables = {
        "events.csv": events(_read(facts / "events.csv"), lines),
        "issuers.csv": companies,
        "listings.csv": lines,
        "series.csv": series(price_tables, lines, companies),
        "special_days.csv": special_days(sessions),
        "trading_phases.csv": trading_phases(sessions),
        "distributions.csv": distributions(_read(facts / "distributions.csv")),
        "splits.csv": splits(),
        "share_counts.csv": share_counts(_read(facts / "shares_outstanding.csv")),
        "fines.csv": pd.DataFrame(FINES, columns=list(SCHEMAS["fines.csv"].columns)),
        "regulators.csv": regulators(_read(facts / "regulators.csv")),
        "reported_moves.csv": reported_moves(_read(facts / "reported_moves.csv")),
    }
    ordered = {file: table[list(SCHEMAS[file].columns)].map(_reworded) for file, table in tables.items()}
    return ordered | {f"prices/{symbol}.csv": table for symbol, table in price_tables.items()}


def main(arguments: list[str] | None = None) -> int:
    """Build and check the tables; 0 if all is well, 1 after saying on standard error what is not."""
    parser = argparse.ArgumentParser(prog="python -m eventwindow.sources.build", description="Build data/.")
    parser.add_argument("facts", type=Path, help="folder of compiled facts")
    parser.add_argument("data", type=Path, help="folder to write the tables to")
    folders = parser.parse_args(arguments)
    try:
        tables = tables_of(folders.facts)
    except OSError as error:
        print(f"{error.filename}: cannot be read ({error.strerror}); name the folder of facts.", file=sys.stderr)
        return 1
    for file, table in tables.items():
        path = folders.data / file
        path.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    problems = validate(folders.data)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return 1
    (folders.data / CHECKSUMS).write_text(list_checksums(folders.data), encoding="utf-8", newline="\n")
    return 0


def _read(path: Path) -> Table:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _reworded(cell: str) -> str:
    for words, plainly in REWORDED.items():
        cell = cell.replace(words, plainly)
    return cell.strip()


if __name__ == "__main__":
    sys.exit(main())
