"""Studies of a reader's own events, as the workbench makes them."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np

from eventwindow.export.own_study import OwnRecipe
from eventwindow.facts.own import OwnEvent
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.frames import WideTable
from eventwindow.study.models import Model
from eventwindow.study.windows import Window
from eventwindow.view import DEFAULT, Benchmark
from eventwindow.workbench import OwnPrices, build_own
from tests.unit.desk import DAYS, ZERO, made_up_returns

# Blank prices, numbers that need all their digits, and names that a spreadsheet or a shell would take amiss.
NAMES = ("MKT", "=A1+1", "B B; =2", "-C")


def own_event(row: int, event_id: str, symbol: str, day: date | str, **more: object) -> OwnEvent:
    plain = OwnEvent(row, event_id, symbol, date.fromisoformat(str(day)), event_id, None, "", None, "", "")
    return replace(plain, **more)  # type: ignore[arg-type]


LISTED = (
    own_event(2, "fined", "9988.HK", "2023-07-07", announced=datetime.fromisoformat("2023-07-07T20:10:00+08:00")),
    own_event(3, "fined", "BABA", "2023-07-07", title="=1+1;@x, 罚款", group="-fines", fine=7.123e9, currency="CNY"),
    own_event(5, "+probe; =2", "BABA", "2020-12-24", source="https://example.org/?a=1,2"),
    own_event(6, "soon after", "BABA", "2020-12-28", fine=0.1 + 0.2, currency="USD"),
    own_event(7, "on a Sunday", "0700.HK", "2021-07-25"),
    own_event(9, "before it was listed", "9988.HK", "2018-01-02"),
)
_DAY = [day.date() for day in DAYS]
UPLOADED = (
    own_event(2, "first", "=A1+1", _DAY[ZERO], title="@first"),
    own_event(3, "first", "B B; =2", _DAY[ZERO]),
    own_event(4, "'-second", "=A1+1", _DAY[ZERO + 3], group="late"),
    own_event(5, "third", "-C", _DAY[ZERO - 40]),
    own_event(6, "too late", "-C", "2099-01-01"),
)


def wide(*, returns: bool = False) -> WideTable:
    values = made_up_returns().to_numpy(copy=True)
    if not returns:
        values = 50 * np.cumprod(1 + values, axis=0)
    values[7, 1] = np.nan
    return WideTable(Path("wide.csv"), DAYS.to_numpy().astype("datetime64[D]"), NAMES, values)


VIEW = replace(DEFAULT, estimation=Window(-200, -11), window=Window(-3, 5), span=Window(0, 2))
OWN = {
    "prices of the data": (LISTED, None, VIEW),
    "prices of the data, tech index, mean-adjusted": (
        LISTED[:3],
        None,
        replace(VIEW, model=Model.MEAN_ADJUSTED, benchmark=Benchmark.TECH, level=90),
    ),
    "prices of the data, without confounded ones": (LISTED, None, replace(VIEW, clean=True, span=Window(-3, 5))),
    "own prices": (UPLOADED, OwnPrices(wide(), benchmark="MKT"), VIEW),
    "own prices, log, without confounded ones": (
        UPLOADED,
        OwnPrices(wide(), benchmark="-C", returns_kind="log"),
        replace(VIEW, clean=True, span=Window(-3, 5)),
    ),
    "own returns and factors": (
        UPLOADED,
        OwnPrices(wide(returns=True), "returns", factors=("MKT", "-C")),
        VIEW,
    ),
    "own prices without a benchmark": (UPLOADED[:1], OwnPrices(wide()), replace(VIEW, model=Model.MEAN_ADJUSTED)),
}


def own_recipe(snapshot: Snapshot, name: str) -> OwnRecipe:
    events, prices, view = OWN[name]
    return OwnRecipe(build_own(snapshot, events, prices, view))
