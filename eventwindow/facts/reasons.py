"""The one list of reasons why something was not computed.

A figure that cannot be computed carries one of these codes instead of a number; `SENTENCES`
says each in words. `Reason.OK` means a figure is there.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why a figure is missing; the values are stable and appear in CSV output."""

    OK = "ok"
    UNKNOWN_SYMBOL = "unknown_symbol"
    NOT_LISTED_YET = "not_listed_yet"
    NO_LONGER_LISTED = "no_longer_listed"
    OUTSIDE_PRICES = "outside_price_data"
    OUTSIDE_CALENDAR = "outside_calendar"
    WINDOW_PAST_DATA = "window_past_data"
    NO_RETURN_IN_WINDOW = "no_return_in_window"
    TOO_FEW_ESTIMATION_RETURNS = "too_few_estimation_returns"
    NO_VARIANCE = "no_variance"
    BENCHMARK_WITHOUT_VARIANCE = "benchmark_without_variance"
    CLONE_OF_BENCHMARK = "clone_of_benchmark"
    FACTORS_COLLINEAR = "factors_collinear"
    TOO_FEW_EVENTS = "too_few_events"
    NO_SPREAD = "no_spread"
    NOT_ONE_DATE = "not_one_date"
    NEGATIVE_CORRELATION = "negative_correlation"
    NO_PLACEBO_SESSION = "no_placebo_session"
    CONFOUNDED = "confounded"


SENTENCES: dict[Reason, str] = {
    Reason.OK: "",
    Reason.UNKNOWN_SYMBOL: "There is no price series of this symbol.",
    Reason.NOT_LISTED_YET: "The share was not listed yet on that day.",
    Reason.NO_LONGER_LISTED: "The share was no longer listed on that day.",
    Reason.OUTSIDE_PRICES: "Day 0 lies outside the price data of this listing.",
    Reason.OUTSIDE_CALENDAR: "No session of this market is known on or after the announcement.",
    Reason.WINDOW_PAST_DATA: "The window reaches beyond the price data of this listing.",
    Reason.NO_RETURN_IN_WINDOW: "No session of the window has a return.",
    Reason.TOO_FEW_ESTIMATION_RETURNS: "Too few returns in the estimation window to fit the model.",
    Reason.NO_VARIANCE: "The price did not move in the estimation window (suspended or never traded).",
    Reason.BENCHMARK_WITHOUT_VARIANCE: "The benchmark did not move in the estimation window.",
    Reason.CLONE_OF_BENCHMARK: "The series is a copy of its benchmark, so nothing is left to test.",
    Reason.FACTORS_COLLINEAR: "The factors are combinations of each other in the estimation window.",
    Reason.TOO_FEW_EVENTS: "The test needs more events than have a figure in this window.",
    Reason.NO_SPREAD: "The events do not differ enough for this test.",
    Reason.NOT_ONE_DATE: "The test is only valid where all events share one date.",
    Reason.NEGATIVE_CORRELATION: "The mean residual correlation is so negative that the correction has no value.",
    Reason.CONFOUNDED: "Another announcement about the same company falls into the event window; left out as asked.",
    Reason.NO_PLACEBO_SESSION: "No session is far enough from every real event to serve as a placebo.",
}
