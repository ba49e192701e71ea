"""A source: slices of DICOM and NIfTI files as images of 16 bits, least value to greatest."""

from functools import lru_cache
from pathlib import Path

import numpy as np

from visionlens_jlab.plugin_api import Page, SourceFile

MANIFEST = {
    "manifest": 1,
    "name": "medical-scans",
    "version": "1.0",
    "api": ">=1,<2",
    "contributions": [{"kind": "source", "id": "scan", "scheme": "scan", "target": "Scans"}],
}


@lru_cache(maxsize=2)
def slices(path, modified):
    """The pictures of a file, (n, height, width) uint16 with the higher byte first."""
    if path.name.endswith(".dcm"):
        import pydicom

        values = pydicom.dcmread(path).pixel_array.astype(np.float32)
    else:
        import nibabel

        values = np.asarray(nibabel.load(path).dataobj, np.float32).T  # x runs along a row
    values = np.nan_to_num(values.reshape(-1, *values.shape[-2:]))
    low, high = values.min(), values.max()
    return ((values - low) * (65535 / max(high - low, 1e-9))).round().astype(">u2")


class Scans:
    """The folder `scan:///absolute/path`: each file in it is a folder of slices."""

    def __init__(self, *, address, **rest):
        self.root = Path(address.removeprefix("scan://")).resolve()

    def list(self, *, folder, **rest):
        place = self.root / folder
        if place.is_file():
            count = len(slices(place, place.stat().st_mtime))
            return Page(files=[self.stat(path=f"{folder}/{n:04}.pgm") for n in range(count)])
        inside = [p for p in place.iterdir() if not p.is_symlink()]
        scans = [p for p in inside if p.is_dir() or {".dcm", ".nii"} & set(p.suffixes)]
        return Page(folders=sorted(p.name for p in scans))

    def stat(self, *, path, **rest):
        data, modified = self.read(path=path), (self.root / path).parent.stat().st_mtime
        return data and SourceFile(path=path, bytes=len(data), modified=modified)

    def read(self, *, path, start=0, end=None, **rest):
        place = (self.root / path).parent
        if not place.is_file():
            return None
        one = slices(place, place.stat().st_mtime)[int(Path(path).stem)]
        return (b"P5 %d %d 65535\n" % one.shape[::-1] + one.tobytes())[start:end]
