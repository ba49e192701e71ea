"""The demonstration dataset: rendered scenes with known, planted failures.

`python -m visionlens_demo --out DIR --n 1000 --seed 7` writes a plain COCO folder, and beside
it a manifest of what was planted, for tests. No other part of the product imports this package.
"""
