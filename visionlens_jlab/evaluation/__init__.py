"""Predictions against ground truth: matching, metrics, errors. Arrays in, arrays out.

`evaluate.evaluate` gives an `Evaluated`; what it holds answers counts at any threshold
(`counts.recount`), curves (`curves.curves`), the annotations behind a number (`selection.select`),
bootstrap intervals (`bootstrap.intervals`), the comparison of two runs (`comparison.compare`) and
the ranking of likely label errors (`label_quality.scores`). numpy alone, but for masks (hotcoco).
"""
