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
    REPEATED_EVENT = "repeated_event"
    SETTINGS_CONFLICT = "settings_conflict"
    TOO_MANY_EVENTS = "too_many_events"
    NO_PRICE = "no_price"
    NO_SHARE_COUNT = "no_share_count"
    NO_EXCHANGE_RATE = "no_exchange_rate"
    NO_FINE = "no_fine"
    FINE_UNKNOWN = "fine_unknown"
    ONE_CLOCK = "one_clock"
    SAME_SESSION = "same_session"
    REPORT_TOO_EARLY = "report_too_early"
    WITHIN_NOISE = "within_noise"
    OPPOSITE_SIGNS = "opposite_signs"
    NOTHING_LATER = "nothing_later"
    ONE_LINE = "one_line"
    PRICE_UNKNOWN = "price_unknown"
    TOTAL_NEAR_ZERO = "total_near_zero"
    GAP_TOO_SMALL = "gap_too_small"
    EX_DAYS_APART = "ex_days_apart"
    UNMATCHED_DISTRIBUTION = "unmatched_distribution"


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
    Reason.CLONE_OF_BENCHMARK: "The series is an exact function of its benchmark, so nothing is left to test.",
    Reason.FACTORS_COLLINEAR: "The factors are combinations of each other in the estimation window.",
    Reason.TOO_FEW_EVENTS: "The test needs more events than have a figure in this window.",
    Reason.NO_SPREAD: "The events do not differ enough for this test.",
    Reason.NOT_ONE_DATE: "The test is only valid where all events share one date.",
    Reason.NEGATIVE_CORRELATION: "The mean residual correlation is so negative that the correction has no value.",
    Reason.CONFOUNDED: "Another announcement about the same company falls into the event window; left out as asked.",
    Reason.NO_PLACEBO_SESSION: "No session is far enough from every real event to serve as a placebo.",
    Reason.REPEATED_EVENT: "An earlier row names the same event, symbol and day 0; only that one is studied.",
    Reason.SETTINGS_CONFLICT: "These settings cannot go together.",
    Reason.TOO_MANY_EVENTS: "This would take too long for so many events; study fewer at a time to see it.",
    Reason.NO_PRICE: "That day lies outside the price data of this listing.",
    Reason.NO_SHARE_COUNT: "No count of all shares of the company is known on or before that day.",
    Reason.NO_EXCHANGE_RATE: "No exchange rate is known on or before that day.",
    Reason.NO_FINE: "The announcement holds no fine against this company.",
    Reason.FINE_UNKNOWN: "The announcement holds fines; whether and how much of them this company paid is not on file.",
    Reason.ONE_CLOCK: "No report from before the official act is known.",
    Reason.SAME_SESSION: "Both clocks point at the same session, so before and after cannot be told apart.",
    Reason.REPORT_TOO_EARLY: "The first report falls into the sessions that the model is fitted on.",
    Reason.WITHIN_NOISE: "The whole move is not distinguishable from noise.",
    Reason.OPPOSITE_SIGNS: "The moves before and after have opposite signs, so neither is a share of the whole.",
    Reason.NOTHING_LATER: "The window ends with day 0, so nothing later can be compared with it.",
    Reason.ONE_LINE: "The shares of the company trade in one of the two markets only.",
    Reason.PRICE_UNKNOWN: "No trustworthy price of that moment is known.",
    Reason.TOTAL_NEAR_ZERO: "The parts nearly cancel, so shares of the total would say nothing.",
    Reason.GAP_TOO_SMALL: "The distance was too near its usual size to say which part of it was closed.",
    Reason.EX_DAYS_APART: "One line was already without a distribution that the other still had.",
    Reason.UNMATCHED_DISTRIBUTION: "What went ex in this line is not on file for the other: no comparison.",
}
