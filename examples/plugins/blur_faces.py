"""An operator: copies of images in which the boxes of some classes are blurred."""

from pathlib import Path

from PIL import ImageFilter

MANIFEST = {
    "manifest": 1,
    "name": "blur-faces",
    "version": "1.0",
    "api": ">=1,<2",
    "title": "Blur faces",
    "description": "Writes copies in which labelled boxes are blurred, and tags the samples.",
    "permissions": ["images", "tags"],
    "contributions": [
        {
            "kind": "operator",
            "id": "blur",
            "title": "Blur faces",
            "target": "blur",
            "schema": {
                "type": "object",
                "properties": {
                    "label": {"type": "string", "title": "Class", "default": "face"},
                    "radius": {"type": "number", "title": "Radius", "minimum": 1, "default": 12},
                    "tag": {"type": "string", "title": "Tag", "default": "blurred"},
                },
                "additionalProperties": False,
            },
        }
    ],
}


def blur(*, context, arguments, **rest):
    """Blur the boxes of a class."""
    label, radius = arguments.get("label", "face"), arguments.get("radius", 12)
    copies = 0
    for done, sample in enumerate(context.samples()):
        context.progress(done)
        boxes = [one.box for one in sample.annotations if one.label == label and one.box]
        if not boxes:
            continue
        image = context.image(sample)
        for left, top, width, height in boxes:
            corners = tuple(map(round, (left, top, left + width, top + height)))
            image.paste(image.crop(corners).filter(ImageFilter.GaussianBlur(radius)), corners)
        image.save(context.folder / f"{sample.id}_{Path(sample.name).stem}.png")
        context.tag(sample, arguments.get("tag", "blurred"))
        copies += 1
    return f"{copies} copies lie in {context.folder}."
