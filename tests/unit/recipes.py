"""Views whose numbers are reproduced, and the study that their page shows."""

from eventwindow.case import build_case
from eventwindow.export.reproduce import Recipe, recipe_of
from eventwindow.facts.events import Action, Clock
from eventwindow.facts.listings import Market
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.models import Model
from eventwindow.study.results import StudyResult
from eventwindow.study.windows import Window
from eventwindow.survey import build_survey
from eventwindow.view import DEFAULT, Benchmark, Page, View

ONE = {
    "default": DEFAULT,
    "another announcement, whose hour is unknown": View(event="data-security-law-2021-06", companies=("didi", "jd")),
    "first report": View(clock=Clock.FIRST_REPORTED, level=99),
    "market-adjusted against the tech indices": View(
        model=Model.MARKET_ADJUSTED, benchmark=Benchmark.TECH, window=Window(-10, 20), estimation=Window(-130, -11)
    ),
    "mean-adjusted": View(model=Model.MEAN_ADJUSTED, markets=(Market.HONG_KONG,), window=Window(0, 0)),
    "Scholes-Williams": View(model=Model.SCHOLES_WILLIAMS, event="alibaba-antitrust-fine-2021-04"),
}
MANY = {
    "every announcement": View(companies=("alibaba",), window=Window(-2, 2)),
    "fines": View(actions=(Action.FINE,), span=Window(0, 2)),
    "fines without confounded ones": View(actions=(Action.FINE,), span=Window(-1, 5), clean=True),
}
RECIPES = [*ONE, *MANY]


def study_of(snapshot: Snapshot, name: str) -> tuple[StudyResult, View, Page]:
    """The study that a page shows for a view, and which page it is."""
    if name in ONE:
        study = build_case(snapshot, ONE[name]).study
        assert study is not None
        return study, ONE[name], Page.EVENT
    survey = build_survey(snapshot, MANY[name])
    assert survey is not None
    return survey.study.subset(survey.rows), MANY[name], Page.COMPARE


def recipe_for(snapshot: Snapshot, name: str) -> Recipe:
    """How a page says that its numbers can be made again."""
    recipe = recipe_of(snapshot, *study_of(snapshot, name))
    assert recipe is not None
    return recipe
