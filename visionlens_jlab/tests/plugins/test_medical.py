"""The example that shows slices of medical scans as images."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import visionlens_jlab as vl
from visionlens_jlab.media.registry import source_kinds
from visionlens_jlab.media.sources import connect
from visionlens_jlab.tests.plugins.conftest import install

pydicom = pytest.importorskip("pydicom")
nibabel = pytest.importorskip("nibabel")


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A CT of one slice, and a volume of three."""
    from pydicom.data import get_testdata_file

    folder = tmp_path / "scans" / "patient"
    folder.mkdir(parents=True)
    shutil.copy(get_testdata_file("CT_small.dcm"), folder / "ct.dcm")
    values = np.arange(5 * 4 * 3, dtype=np.float32).reshape(5, 4, 3)
    nibabel.save(nibabel.Nifti1Image(values, np.eye(4)), folder / "mr.nii.gz")
    return tmp_path / "scans"


def test_slices_are_images_with_all_their_depth(home, scans):
    install(home, "medical_scans")
    with vl.ingest(f"scan://{scans}", name="scans") as ds:
        frame = ds.to_pandas().set_index("path")
        assert ds.report.images.found == ds.report.images.imported == 4
        assert sorted(frame.index) == ["patient/ct.dcm/0000.pgm"] + [
            f"patient/mr.nii.gz/{n:04}.pgm" for n in range(3)
        ]
        assert frame.loc["patient/mr.nii.gz/0001.pgm", ["width", "height"]].tolist() == [5, 4]
    source = connect(f"scan://{scans}", source_kinds())
    with source.open("patient/ct.dcm/0000.pgm") as file, Image.open(file) as image:
        shown = np.asarray(image).astype(np.int64)
    values = pydicom.dcmread(scans / "patient" / "ct.dcm").pixel_array.astype(np.int64)
    expected = (values - values.min()) * 65535 / np.ptp(values)
    assert np.abs(shown - expected).max() <= 0.51
    with source.open("patient/mr.nii.gz/0002.pgm") as file, Image.open(file) as image:
        last = np.asarray(image)
    assert last[0, 0] == round(2 * 65535 / 59) and last[-1, -1] == 65535
