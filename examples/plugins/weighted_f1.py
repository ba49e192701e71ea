"""An evaluator: F1 of each class, weighted by how many labels it has."""

from collections import Counter

MANIFEST = {
    "manifest": 1,
    "name": "weighted-f1",
    "version": "1.0",
    "api": ">=1,<2",
    "title": "Weighted F1",
    "description": "The mean of the F1 of all classes, weighted by their number of labels.",
    "permissions": [],
    "contributions": [
        {"kind": "evaluator", "id": "f1", "title": "Weighted F1", "target": "weighted_f1"}
    ],
}


def weighted_f1(*, context, **rest):
    """Weighted and plain mean of the classes' F1 at the evaluation's operating point."""
    hits, truths, predictions = Counter(), Counter(), Counter()
    for match in context.matches():
        truth = match.truth and match.truth.label
        predicted = match.prediction and match.prediction.label
        truths[truth] += match.truth is not None
        predictions[predicted] += match.prediction is not None
        hits[truth] += match.truth is not None and truth == predicted
    classes = [label for label, count in truths.items() if count]
    f1 = {one: 2 * hits[one] / (truths[one] + predictions[one]) for one in classes}
    labels = sum(truths.values())
    if not labels:
        return {"weighted_f1": None, "macro_f1": None}
    return {
        "weighted_f1": sum(f1[one] * truths[one] for one in classes) / labels,
        "macro_f1": sum(f1.values()) / len(f1),
    }
