"""The terms of a report, each in a sentence, for readers who do not plan datacenters every day."""

TERMS = {
    "Break-even": "The price, in carbon or money, at which an option enters or leaves the best "
    "plan, all else as it is.",
    "Carbon-free (CFE) score": "The share of the load met, hour by hour, by own solar and wind and "
    "by the carbon-free part of what is imported in that hour.",
    "Coverage": "The share of the load met by own solar and wind, directly or through the battery.",
    "Curtailed": "Solar and wind power that is available and neither used, stored nor exported.",
    "Deadline, tier": "Work that may wait belongs to a tier; its deadline says how many hours.",
    "Embodied carbon": "What making solar, wind, batteries and servers emits, charged to each year "
    "by use or by age.",
    "Extra servers": "Servers beyond what the highest load needs, so that work that waited can run "
    "in fewer, cleaner hours.",
    "Gap": "By how much, at most, another plan could be better than the one shown: its objective "
    "less the proven lower bound, over its objective.",
    "Grid intensity": "What a MWh from the grid emits in an hour [kg CO₂e/MWh].",
    "Near-optimal": "Within a stated share of the best objective.",
    "Operational carbon": "Grid import times the grid's intensity, hour by hour.",
    "Own supply": "Solar and wind that the plan builds or that exist, wherever they stand.",
    "Replay": "The plan's design run hour by hour in a simulator that knows nothing of the "
    "optimization and enforces every limit itself.",
    "Shadow price": "What one more unit of a limit would save.",
    "Strategy": "Which options a plan may use: renewables alone, with a battery, with work shifted "
    "in time, or all together.",
}
"""Term and meaning, by the alphabet."""
