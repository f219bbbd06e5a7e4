"""What the fits pass on."""

Shapes = dict[tuple[str, str], dict[tuple[str, str], float]]
"""Fourier coefficients by (authority, shape), then by (season term, hour term)."""

Figures = dict[str, dict[str, float]]
"""Values of columns of the coefficients, by authority."""
