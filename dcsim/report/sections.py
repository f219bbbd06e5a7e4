"""The sections of a planning report: their order, their figures, and how to read those."""

from string import ascii_uppercase

from dcsim.report.figures import OF_ONE_YEAR
from dcsim.report.study import Study
from dcsim.report.views import first_year_in_words

_WEEK = (
    "Above: what supplies the site, the load, and what goes into the battery. Curtailed power is "
    "available and not used. Below: energy in the battery, and how much carbon a MWh from the "
    "grid carries."
)

CAPTIONS = {
    "strategies": "Operational and embodied carbon of doing nothing and of each strategy.",
    "costs": "What doing nothing and each strategy cost, by kind. Bars are what is paid; what "
    "exports earn is told beside them.",
    "by_year": "The plan's one design in each year it must serve: each bar is the total of "
    "one such year, however often it counts in the horizon.",
    "operational_embodied": "What each strategy pays in making to save in running. Grey lines "
    "join points of equal total; nearer to the origin is better.",
    "summer_week": _WEEK,
    "winter_week": "The same for another week.",
    "import_heatmap": "Each column is a local day, each row an hour of it. A pale "
    "cell is an hour outside the horizon, or one that daylight saving skips.",
    "duration": "Hours sorted from the highest to the lowest: how high import and load are for "
    "how much of the time.",
    "worst_week": f"The seven local days in a row with the most operational carbon. {_WEEK}",
    "months": "Each bar is a local calendar month, the dark one the highest; the dashed line is "
    "their mean.",
    "depends_on": "Each figure by itself at the ends of its published spread, written beside the "
    "bars; of the grid, a tenth less or more in every hour. What is built and how it runs is held, "
    "so that a new plan could do better than the bars to the right.",
    "ranges": "Each bar holds the sizes of one capacity in plans within a share of the best, the "
    "other capacities following, on a scale of its own; the mark is the plan's own size.",
    "shifting": "Means by local hour over the horizon. Work moves on some days and not on others, "
    "so the mean day shows less than any one day.",
}
"""What each figure shows and how to read it."""

SECTIONS = {
    "summary": "Executive summary",
    "design": "What to build",
    "alternatives": "Alternatives",
    "risks": "Risks",
    "limits": "What limits the plan",
    "depends": "What the plan depends on",
    "running": "How it runs",
    "years": "Year by year",
    "ledger": "Carbon and money, row by row",
    "proof": "Replay and proof",
    "assumptions": "Assumptions and their sources",
    "sources": "Where the data came from",
    "left-out": "Limits of the model",
    "again": "How to make this report again",
    "terms": "Terms",
    "scenario": "The scenario, as resolved",
}
"""The sections of a report in their order; the last six are its appendix."""

APPENDIX = tuple(SECTIONS)[-6:]

FIGURES_OF = {
    "alternatives": ("strategies", "costs", "operational_embodied", "ranges"),
    "risks": ("worst_week", "months"),
    "depends": ("depends_on",),
    "running": ("summer_week", "winter_week", "import_heatmap", "duration", "shifting"),
    "years": ("by_year",),
}
"""Which figures stand in which section, in their order."""


def sections_of(study: Study) -> dict[str, str]:
    """Return the sections this study has, each with its number or, in the appendix, letter."""
    names = [name for name in SECTIONS if name != "years" or len(study.years) > 1]
    body = [name for name in names if name not in APPENDIX]
    numbered = {name: f"{number}. {SECTIONS[name]}" for number, name in enumerate(body, start=1)}
    lettered = {
        name: f"{letter}. {SECTIONS[name]}"
        for letter, name in zip(ascii_uppercase, APPENDIX, strict=False)
    }
    return numbered | lettered


def caption_of(study: Study, name: str) -> str:
    """Return what a figure shows and how to read it; of several years, which one it shows."""
    caption = CAPTIONS[name]
    if name in OF_ONE_YEAR and len(study.years) > 1:
        return f"{caption} It is {first_year_in_words(study)}."
    return caption
