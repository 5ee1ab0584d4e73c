"""Would another choice have said something else? One study per combination of settings."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import pandas as pd

from eventwindow.facts.errors import OptionError
from eventwindow.facts.prices import ReturnTable
from eventwindow.facts.reasons import Reason
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.models import Model
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window


@dataclass(frozen=True)
class GridPoint:
    """One combination of settings and its study, or the reason why they cannot go together.

    `note` says in words which setting stands in the way.
    """

    benchmark: str
    model: Model
    estimation: Window
    result: StudyResult | None
    reason: Reason = Reason.OK
    note: str = ""


def specification_grid(
    *,
    events: StudyEvents | pd.DataFrame,
    prices: Callable[[str], ReturnTable | Sequence[ReturnTable]],
    spec: StudySpec,
    models: Sequence[Model],
    estimations: Sequence[Window],
    benchmarks: Sequence[str],
) -> Iterator[GridPoint]:
    """Every combination of benchmarks, models and estimation windows, the last one changing fastest.

    Windows and everything else are those of `spec`. `prices` gives the return tables of a benchmark and is
    called once for each. Settings that cannot go together are yielded with a reason; within a study, so are the
    events and windows without a figure.
    """
    for benchmark in benchmarks:
        tables = prices(benchmark)
        for model, estimation in product(models, estimations):
            try:
                settings = replace(spec, model=model, estimation=estimation)
                result = run_study(events=events, prices=tables, spec=settings)
            except OptionError as problem:
                yield GridPoint(benchmark, model, estimation, None, Reason.SETTINGS_CONFLICT, str(problem))
            else:
                yield GridPoint(benchmark, model, estimation, result)
