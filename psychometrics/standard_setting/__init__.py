"""Standard setting: cut scores from judges and from examinees, with their uncertainty."""

from psychometrics.standard_setting.angoff import AngoffRatings, AngoffRound, AngoffStandard, angoff
from psychometrics.standard_setting.bookmark import (
    BookmarkPages,
    BookmarkRule,
    BookmarkStandard,
    bookmark,
    bookmark_theta,
)
from psychometrics.standard_setting.borderline_group import BorderlineStandard, borderline_group
from psychometrics.standard_setting.contrasting_groups import (
    ContrastingGroups,
    ContrastingMethod,
    ContrastingRule,
    ContrastingStandard,
    contrasting_groups,
)
from psychometrics.standard_setting.cut_scores import CutPlan, CutScore, CutStatistic, ScoreUnit
from psychometrics.standard_setting.hofstee import (
    HofsteeJudgments,
    HofsteeOutcome,
    HofsteeStandard,
    hofstee,
)
from psychometrics.standard_setting.ordered_booklet import OrderedItemBooklet, ordered_item_booklet
from psychometrics.standard_setting.panels import PanelCut, panel_cut
from psychometrics.standard_setting.rater_statistics import RaterStatistics, rater_statistics
from psychometrics.standard_setting.score_shares import ScoreShares
from psychometrics.standard_setting.variance_components import VarianceComponents, variance_components

__all__ = [
    "AngoffRatings",
    "AngoffRound",
    "AngoffStandard",
    "BookmarkPages",
    "BookmarkRule",
    "BookmarkStandard",
    "BorderlineStandard",
    "ContrastingGroups",
    "ContrastingMethod",
    "ContrastingRule",
    "ContrastingStandard",
    "CutPlan",
    "CutScore",
    "CutStatistic",
    "HofsteeJudgments",
    "HofsteeOutcome",
    "HofsteeStandard",
    "OrderedItemBooklet",
    "PanelCut",
    "RaterStatistics",
    "ScoreShares",
    "ScoreUnit",
    "VarianceComponents",
    "angoff",
    "bookmark",
    "bookmark_theta",
    "borderline_group",
    "contrasting_groups",
    "hofstee",
    "ordered_item_booklet",
    "panel_cut",
    "rater_statistics",
    "variance_components",
]
