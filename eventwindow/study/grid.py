"""Would another choice have said something else? One study per combination of settings."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from eventwindow.facts.errors import OptionError
from eventwindow.facts.prices import ReturnTable
from eventwindow.study.engine import StudyEvents, StudySpec, run_study
from eventwindow.study.models import Model
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window


@dataclass(frozen=True)
class GridPoint:
    """One combination: its settings and its study, or the reason why the settings cannot go together."""

    benchmark: str
    spec: StudySpec | None
    result: StudyResult | None
    reason: str


def specification_grid(
    *,
    events: StudyEvents,
    prices: Callable[[str], Sequence[ReturnTable]],
    spec: StudySpec,
    models: Sequence[Model],
    estimations: Sequence[Window],
    benchmarks: Sequence[str],
) -> Iterator[GridPoint]:
    """Every combination of models, estimation windows and benchmarks, on the windows of `spec`.

    `prices` gives the return tables of a benchmark. Combinations that cannot be are yielded with a reason.
    """
    for benchmark, model, estimation in product(benchmarks, models, estimations):
        try:
            settings = replace(spec, model=model, estimation=estimation)
        except OptionError as problem:
            yield GridPoint(benchmark, None, None, str(problem))
            continue
        yield GridPoint(benchmark, settings, run_study(events=events, prices=prices(benchmark), spec=settings), "")
