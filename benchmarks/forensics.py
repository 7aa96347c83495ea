"""False-positive rates and power of the response-time and forensic methods, measured in simulation.

    python benchmarks/forensics.py [--seed N]

Each line gives the nominal rate, that measured where nobody did wrong with its simulation error,
and the rate measured where the wrong was done. The seed fixes every number.
"""

from __future__ import annotations

import argparse

import numpy as np

from psychometrics import (
    CusumPlan,
    ItemParameters,
    NominalItems,
    OptionChoices,
    ScoredSet,
    TimeParameters,
    ability_gains,
    calibrate_times,
    category_probabilities,
    cusum,
    estimate_ability,
    generalized_binomial_test,
    joint_shift,
    k_indices,
    normative_thresholds,
    option_shares,
    posterior_shift,
    preknowledge_ratio,
    regression_gains,
    response_time_effort,
    signed_likelihood_ratio,
    simulate_response_times,
    simulate_responses,
    site_gains,
    speed_shift,
    time_mixtures,
    time_person_fit,
    time_residuals,
    wollack_omega,
)

LEVELS = (0.05, 0.01, 0.001)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    rng = np.random.default_rng(parser.parse_args().seed)
    print(f"{'method':58s} {'nominal':>8s} {'measured':>9s} {'± 2 SE':>8s} {'power':>7s}")
    response_times(rng)
    rapid_guessing(rng)
    copying(rng)
    gains(rng)
    preknowledge(rng)
    aberrance(rng)


def response_times(rng: np.random.Generator) -> None:
    """Lognormal model calibrated from the same times; wronged: 6 of 40 items three times as fast."""
    truth = TimeParameters(rng.normal(4.0, 0.4, 40), rng.uniform(1.4, 2.6, 40), 0.35)
    honest = simulate_response_times(rng.normal(0, truth.speed_sd, 10_000), truth, rng)
    fitted = calibrate_times(honest).parameters
    fast = honest[:2_000].copy()
    fast[:, :6] /= 3
    residuals, shifted = time_residuals(honest, fitted), time_residuals(fast, fitted)[:, :6]
    fit, misfit = time_person_fit(honest, fitted).p_value, time_person_fit(fast, fitted).p_value
    for level in LEVELS:
        bound = {0.05: -1.644854, 0.01: -2.326348, 0.001: -3.090232}[level]
        line("fast response, standardized residual", level, residuals.ravel() < bound, shifted < bound)
    for level in LEVELS:
        line("irregular times of an examinee, chi-squared", level, fit < level, misfit < level)


def rapid_guessing(rng: np.random.Generator) -> None:
    """Thresholds; wronged: a tenth of the responses are guesses of about 2.5 seconds."""
    truth = TimeParameters(rng.normal(4.0, 0.4, 40), rng.uniform(1.4, 2.6, 40), 0.35)
    honest = simulate_response_times(rng.normal(0, truth.speed_sd, 5_000), truth, rng)
    guessed = rng.random(honest.shape) < 0.1
    mixed = np.where(guessed, np.exp(rng.normal(0.9, 0.35, honest.shape)), honest)
    found, false = time_mixtures(mixed).thresholds, time_mixtures(honest).thresholds
    clean = response_time_effort(honest, normative_thresholds(honest))
    effort = response_time_effort(mixed, normative_thresholds(mixed))
    by_mixture = response_time_effort(mixed, found)
    line("rapid response, NT10", None, effort.rapid[~guessed], effort.rapid[guessed])
    line("rapid response, lognormal mixture", None, by_mixture.rapid[~guessed], by_mixture.rapid[guessed])
    line("item has a mixture threshold", None, np.isfinite(false), np.isfinite(found))
    heavy = guessed.mean(axis=1) > 0.10
    line("examinee's effort below 0.90, NT10", None, clean.flagged, effort.flagged[heavy])


def copying(rng: np.random.Generator) -> None:
    """Rooms of 20, 40 items of four options; wronged: one of each copies half from a better neighbour."""
    slopes = np.concatenate([rng.uniform(0.7, 1.3, (40, 1)), rng.normal(-0.2, 0.3, (40, 3))], axis=1)
    places = np.concatenate([rng.normal(0.9, 0.7, (40, 1)), rng.normal(0, 0.6, (40, 3))], axis=1)
    items, room = NominalItems(slopes, places), 20
    theta = rng.normal(size=4_000)
    theta[::room], theta[1::room] = rng.normal(-0.7, 0.4, 200), rng.normal(0.4, 0.4, 200)
    honest = simulate_responses(theta, items, rng).astype(np.int64)
    copied = honest.copy()
    taken = rng.random((200, 40)).argsort(axis=1) < 20
    copied[::room] = np.where(taken, honest[1::room], honest[::room])
    clean, marked = (OptionChoices(table, np.zeros(40, dtype=np.int64)) for table in (honest, copied))
    rooms = np.arange(4_000) // room

    def model(choices: OptionChoices) -> np.ndarray:
        return category_probabilities(estimate_ability(choices.chosen, items).theta, items)

    for test, name in ((wollack_omega, "omega"), (generalized_binomial_test, "GBT")):
        for source, label in ((model, "nominal model"), (option_shares, "option shares")):
            one, two = (test(choices, source(choices), rooms=rooms) for choices in (clean, marked))
            pairs(f"{name}, {label}", one.p_value, two.p_value, (two.copier, two.source))
    one, two = k_indices(clean, rooms=rooms), k_indices(marked, rooms=rooms)
    for name in ("k", "k1", "k2", "s1", "s2"):
        pairs(name.upper(), getattr(one, name), getattr(two, name), (two.copier, two.source))


def pairs(name: str, clean: np.ndarray, marked: np.ndarray, rows: tuple[np.ndarray, np.ndarray]) -> None:
    """Lines of one index of answer copying at each level."""
    guilty = (rows[0] % 20 == 0) & (rows[1] == rows[0] + 1)
    for level in LEVELS:
        line(f"copying, {name}", level, clean[~np.isnan(clean)] < level, marked[guilty] < level)


def gains(rng: np.random.Generator) -> None:
    """Two attempts of 40 items by 10,000; wronged: θ 1.5 higher than honest growth N(0.3, 0.2²) explains."""
    one, two = draw_items(rng, 40), draw_items(rng, 40)
    theta = rng.normal(size=10_000)
    later = theta + rng.normal(0.3, 0.2, 10_000)
    first = simulate_responses(theta, one, rng)
    results = [simulate_responses(later + extra, two, rng) for extra in (0.0, 1.5)]
    before = estimate_ability(first, one, method="wle")
    after = [estimate_ability(scores, two, method="wle") for scores in results]
    # The wronged of the regressions are 200 among 10,000 and help to draw the line they are measured by.
    few = np.arange(10_000) < 200
    mean, means = estimate_ability(first, one).theta, [estimate_ability(s, two).theta for s in results]
    alike = simulate_responses(theta + 0.3, two, rng), simulate_responses(theta + 1.8, two, rng)
    tests = {
        "gain, regression of EAP": (
            regression_gains(mean, means[0]).p_value,
            regression_gains(mean, np.where(few, means[1], means[0])).p_value[few],
        ),
        "gain, regression of WLE": (
            regression_gains(before.theta, after[0].theta).p_value,
            regression_gains(before.theta, np.where(few, after[1].theta, after[0].theta)).p_value[few],
        ),
        "gain, difference of theta, growth sd 0.2 known": tuple(
            ability_gains(before, second, growth=0.3, growth_sd=0.2).p_value for second in after
        ),
        "gain, likelihood ratio, growth sd 0": tuple(
            signed_likelihood_ratio(ScoredSet(first, one), ScoredSet(scores, two), growth=0.3).p_value
            for scores in alike
        ),
        "gain, likelihood ratio, growth sd 0.2 ignored": tuple(
            signed_likelihood_ratio(ScoredSet(first, one), ScoredSet(scores, two), growth=0.3).p_value
            for scores in results
        ),
    }
    for name, (honest, wronged) in tests.items():
        for level in LEVELS:
            line(name, level, honest < level, wronged < level)
    sites(rng)


def sites(rng: np.random.Generator) -> None:
    """100 runs of 100 sites of 10 to 40, honest sites with sd 0.15; wronged: 3 sites 0.8 higher."""
    honest, wronged = [], []
    for _ in range(100):
        site = np.repeat(np.arange(100), rng.integers(10, 40, 100))
        before, effect = rng.normal(size=len(site)), rng.normal(0, 0.15, 100)
        noise = 0.7 * before + rng.normal(0, 0.5, len(site))
        honest.append(site_gains(regression_gains(before, noise + effect[site]), site).p_value)
        effect[:3] += 0.8
        wronged.append(site_gains(regression_gains(before, noise + effect[site]), site).p_value[:3])
    for level in LEVELS:
        line("gain of a site", level, np.concatenate(honest) < level, np.concatenate(wronged) < level)


def preknowledge(rng: np.random.Generator) -> None:
    """10,000 examinees, 12 of 40 items known; wronged: 90 % of them answered right in half the time."""
    items, known = draw_items(rng, 40), np.arange(40) < 12
    clock = TimeParameters(rng.normal(4.0, 0.4, 40), rng.uniform(1.4, 2.6, 40), 0.35)
    theta = rng.normal(size=10_000)
    honest = simulate_responses(theta, items, rng)
    times = simulate_response_times(0.35 * (0.6 * theta + 0.8 * rng.normal(size=10_000)), clock, rng)
    told = (rng.random(honest.shape) < 0.9) & known
    leaked, fast = np.where(told, 1, honest)[theta < 0.5], np.where(told, 0.5, 1.0) * times
    answers = [preknowledge_ratio(scores, items, known) for scores in (honest, leaked)]
    speed = [speed_shift(seconds, clock, known) for seconds in (times, fast[theta < 0.5])]
    tests = {
        "pre-knowledge, signed likelihood ratio": [found.p_value for found in answers],
        "pre-knowledge, predictive score": [
            posterior_shift(scores, items, known).p_value for scores in (honest, leaked)
        ],
        "pre-knowledge, speed": [found.p_value for found in speed],
        "pre-knowledge, answers and speed": [
            joint_shift(answer, pace).p_value for answer, pace in zip(answers, speed, strict=True)
        ],
    }
    for name, (clean, wronged) in tests.items():
        for level in LEVELS:
            line(name, level, clean < level, wronged < level)


def aberrance(rng: np.random.Generator) -> None:
    """2,000 examinees, 40 items in order; wronged: above-average examinees guess the last 14 among four."""
    items, theta = draw_items(rng, 40), rng.normal(size=2_000)
    honest = simulate_responses(theta, items, rng)
    tired = honest.copy()
    tired[:, 26:] = rng.random((2_000, 14)) < 0.25
    plan = CusumPlan(replicates=999)
    clean, wronged = (cusum(scores, items, rng, plan) for scores in (honest, tired[theta > 0][:300]))
    for level in LEVELS[:2]:
        line("CUSUM, both sides", level, clean.p_value < level, wronged.p_value < level)
        line("CUSUM, falling off", level, clean.p_lower < level, wronged.p_lower < level)


def draw_items(rng: np.random.Generator, count: int) -> ItemParameters:
    """Two-parameter items."""
    return ItemParameters.of(rng.uniform(0.8, 1.8, count), rng.normal(0, 1, count))


def line(name: str, level: float | None, honest: np.ndarray, wronged: np.ndarray) -> None:
    """One line: nominal level, measured false-positive rate with its error, power."""
    known = honest[~np.isnan(honest.astype(float))]
    rate = float(np.mean(known))
    error = 2 * np.sqrt(max(rate, 1 / len(known.ravel())) / known.size)
    nominal = "none" if level is None else f"{level:g}"
    print(f"{name:58s} {nominal:>8s} {rate:9.5f} {error:8.5f} {np.nanmean(wronged):7.3f}")


if __name__ == "__main__":
    main()
