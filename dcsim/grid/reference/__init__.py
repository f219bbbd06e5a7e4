"""The embedded reference year of any authority: modelled and calibrated on annual facts."""
