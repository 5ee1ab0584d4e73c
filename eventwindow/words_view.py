"""The settings of a view in words, as facts that open a report; plain text."""

from eventwindow.case import chosen_listings
from eventwindow.sources.snapshot import Snapshot
from eventwindow.study.models import Model
from eventwindow.view import View
from eventwindow.words import ACTION_NAMES, CLOCK_NAMES, DIRECTION_NAMES, JURISDICTION_NAMES
from eventwindow.words_compare import listing_label
from eventwindow.words_doubt import MODEL_WORDS, benchmark_words, estimation_words


def view_facts(snapshot: Snapshot, view: View) -> list[tuple[str, str]]:
    """Listings, filters, clock and model of a view."""
    listings = [listing_label(snapshot.issuers[item.issuer], item) for item in chosen_listings(snapshot, view)]
    benchmark = None if view.model is Model.MEAN_ADJUSTED else view.benchmark
    model = (MODEL_WORDS[view.model], benchmark_words(benchmark), estimation_words(view.estimation))
    return [
        ("Listings", ", ".join(listings)),
        ("Announcements", filter_words(view)),
        ("Day 0 by", CLOCK_NAMES[view.clock].lower()),
        ("Model", ", ".join(model)),
    ]


def filter_words(view: View) -> str:
    """Which announcements pass the filters: `all on file`, or `fine, tightening, 2021 to 2023`."""
    first, last = view.years or (0, 0)
    parts = [
        *(ACTION_NAMES[item].lower() for item in view.actions),
        *(DIRECTION_NAMES[item].lower() for item in view.directions),
        *(JURISDICTION_NAMES[item] for item in view.jurisdictions),
        *view.regulators,
        *([f"{first}" if first == last else f"{first} to {last}"] if view.years else []),
        *(["acts of regulators only"] if view.strict else []),
        *(["without confounded ones"] if view.clean else []),
    ]
    return ", ".join(parts) or "all on file"
