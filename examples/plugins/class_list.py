"""A format: images with one list of their classes, `classes.txt` with lines `image<TAB>class`."""

from visionlens_jlab.plugin_api import Label, LabelledImage

MANIFEST = {
    "manifest": 1,
    "name": "class-list",
    "version": "1.0",
    "api": ">=1,<2",
    "title": "Class list",
    "permissions": [],
    "contributions": [
        {
            "kind": "format",
            "id": "classes",
            "title": "Class list",
            "description": "Images, and a file classes.txt that has a class for each.",
            "target": "read",
            "patterns": ["classes.txt"],
            "sniff": "sniff",
            "write": "write",
            "holds": ["classification"],
        }
    ],
}


def sniff(*, head, **rest):
    """Whether the first line has a tab."""
    return b"\t" in head.partition(b"\n")[0]


def read(*, file, **rest):
    """One image for each line; a line without a class is a problem that the report names."""
    for number, line in enumerate(file, 1):
        name, tab, label = line.decode().strip().partition("\t")
        if tab:
            yield LabelledImage(name=name, labels=(Label(label=label, kind="classification"),))
        elif name:
            yield LabelledImage(name=name, problems=(f"line {number} has no class",))


def write(*, context, images, **rest):
    """A line for each class of each image."""
    with (context.folder / "classes.txt").open("w") as file:
        for image in images:
            file.writelines(f"{image.name}\t{label.label}\n" for label in image.labels)
