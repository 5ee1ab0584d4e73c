"""How often each test rejects a true null at 5%: the figures of benchmarks/size.py, read from where it writes them.

The one source for screens; the table in docs/method.md is printed by the same run.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import get_args

from eventwindow.facts.errors import DataError
from eventwindow.study.battery import TestName
from eventwindow.study.windows import Window

MEASURED = Path(__file__).resolve().parents[2] / "benchmarks" / "size.json"
ONE_DATE, STAGGERED = "one date", "staggered dates"
# The window whose figures stand for windows that were not simulated.
USUAL_WINDOW = Window(-1, 1)
USUAL = str(USUAL_WINDOW)


@dataclass(frozen=True)
class Sizes:
    """Measured sizes: `rates` by design, window and test, as shares; a test that cannot be computed there is left out.

    `firms` moved together with `correlation`; a test that holds rejects `level` of the time.
    """

    firms: int
    correlation: float
    level: float
    draws: int
    rates: Mapping[str, Mapping[str, Mapping[TestName, float]]]

    def window(self, design: str, window: Window) -> Window:
        """The window whose rates stand for a window of a design."""
        return window if str(window) in self.rates[design] else USUAL_WINDOW

    def of(self, design: str, window: str) -> Mapping[TestName, float]:
        """Rates of a design on a window, of USUAL where that window was not simulated."""
        found = self.rates[design]
        return found.get(window, found[USUAL])


def measured_sizes(path: Path = MEASURED) -> Sizes:
    """The committed figures. Raises DataError if they are missing or of another shape."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        rates = {
            design: {window: _rates(found) for window, found in windows.items()}
            for design, windows in report["designs"].items()
        }
        return Sizes(
            report["firms"], report["residual_correlation"], report["level"], report["draws"], MappingProxyType(rates)
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise DataError(
            f"{path.name}: the measured sizes cannot be read ({type(problem).__name__}); run python -m benchmarks.size."
        ) from None


def _rates(found: Mapping[str, Mapping[str, float]]) -> Mapping[TestName, float]:
    names: tuple[TestName, ...] = get_args(TestName)
    return {name: found[name]["rate"] for name in names if found[name]["rate"] is not None}
