"""What each test across events is: its null, what it assumes, where it comes from, and which one leads."""

from collections.abc import Mapping

from eventwindow.study.battery import TestInfo, TestName

INDEPENDENT = "events do not move together"
SAME_VARIANCE = "the announcement does not change the variance"
ZERO_MEAN = "the average cumulative abnormal return is zero"
ZERO_SCALED = "the average scaled cumulative abnormal return is zero"
ZERO_RANK = "abnormal returns of the window rank like those of other days"
EVEN_SIGNS = "gains and losses are as frequent as on other days"

TESTS: Mapping[TestName, TestInfo] = {
    "cross_sectional_t": TestInfo(ZERO_MEAN, INDEPENDENT, "Brown, Warner 1980, J. Financial Economics 8:205-258"),
    "skewness_adjusted_t": TestInfo(ZERO_MEAN, INDEPENDENT, "Hall 1992, J. Royal Statistical Society B 54:221-228"),
    "crude_dependence_t": TestInfo(
        ZERO_MEAN, f"one common date; {SAME_VARIANCE}", "Brown, Warner 1985, J. Financial Economics 14:3-31"
    ),
    "patell_z": TestInfo(
        ZERO_SCALED, f"{INDEPENDENT}; {SAME_VARIANCE}", "Patell 1976, J. Accounting Research 14:246-276"
    ),
    "bmp_t": TestInfo(ZERO_SCALED, INDEPENDENT, "Boehmer, Musumeci, Poulsen 1991, J. Financial Economics 30:253-272"),
    "kp_patell_z": TestInfo(
        ZERO_SCALED,
        f"{SAME_VARIANCE}; events move together in the window as in the estimation window",
        "Kolari, Pynnonen 2010, Review of Financial Studies 23:3996-4025",
    ),
    "kp_bmp_t": TestInfo(
        ZERO_SCALED,
        "events move together in the window as in the estimation window",
        "Kolari, Pynnonen 2010, Review of Financial Studies 23:3996-4025",
    ),
    "date_means_t": TestInfo(ZERO_SCALED, "announcement dates are independent of each other", "t test on date means"),
    "corrado_rank_z": TestInfo(ZERO_RANK, SAME_VARIANCE, "Corrado 1989, J. Financial Economics 23:385-395"),
    "grank_t": TestInfo(
        ZERO_RANK,
        "one common date, where it absorbs that events move together",
        "Kolari, Pynnonen 2011, J. Empirical Finance 18:953-971",
    ),
    "grank_z": TestInfo(ZERO_RANK, INDEPENDENT, "Kolari, Pynnonen 2011, J. Empirical Finance 18:953-971"),
    "sign_z": TestInfo("gains and losses are equally frequent", INDEPENDENT, "binomial sign test"),
    "generalized_sign_z": TestInfo(
        EVEN_SIGNS, INDEPENDENT, "Cowan 1992, Review of Quantitative Finance and Accounting 2:343-358"
    ),
    "wilcoxon_z": TestInfo(
        "abnormal returns are symmetric around zero", INDEPENDENT, "Wilcoxon 1945, Biometrics Bulletin 1:80-83"
    ),
}
# Regulatory announcements hit many firms at once: only these keep their size then, in this order.
LEADING: tuple[TestName, ...] = ("kp_bmp_t", "grank_t")
LEADING_STAGGERED: tuple[TestName, ...] = ("kp_bmp_t", "date_means_t", "grank_t")
# What most programs print first, and what rejects far too often when events move together.
NAIVE: tuple[TestName, ...] = tuple(name for name, info in TESTS.items() if INDEPENDENT in info.assumes)
CLUSTERING_WARNING = (
    "Tests that take events as independent reject a true null far too often when one announcement hits many firms: "
    "do not rely on them here"
)
