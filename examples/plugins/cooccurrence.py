"""A panel: which classes are in one image together; what it shows is made by cooccurrence.js."""

MANIFEST = {
    "manifest": 1,
    "name": "cooccurrence",
    "version": "1.0",
    "api": ">=1,<2",
    "title": "Co-occurrence",
    "description": "Counts images of the view by pairs of classes; a click shows those of a pair.",
    "contributions": [
        {
            "kind": "panel",
            "id": "co-occurrence",
            "title": "Class co-occurrence",
            "target": "cooccurrence.js",
        }
    ],
}
