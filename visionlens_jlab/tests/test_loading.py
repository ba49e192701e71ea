"""What loading changes in the process of the user: nothing that stays."""

from __future__ import annotations

import gc
import os

import pytest

from visionlens_jlab.core.system.loading import importing

SPIN = "OPENBLAS_THREAD_TIMEOUT"


@pytest.mark.parametrize("users", [None, "7"])
def test_the_environment_stays_the_users(monkeypatch, users):
    monkeypatch.delenv(SPIN, raising=False)
    if users is not None:
        monkeypatch.setenv(SPIN, users)
    with importing():
        meanwhile = os.environ.get(SPIN)
    assert meanwhile == (users or "22")
    assert os.environ.get(SPIN) == users


def test_an_error_leaves_collection_and_environment_as_they_were(monkeypatch):
    monkeypatch.delenv(SPIN, raising=False)
    with pytest.raises(ImportError), importing():
        assert not gc.isenabled()
        raise ImportError
    assert gc.isenabled()
    assert SPIN not in os.environ
