"""What the dialog says of projections that are installed, and of others."""

from __future__ import annotations

import pytest

from visionlens_jlab.map.projections import parameters


def test_what_is_missing_is_last_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parameters, "find_spec", lambda name: None if name == "umap" else object())
    methods = parameters.projection_methods()
    assert [info.method for info in methods] == ["tsne", "pacmap", "pca", "umap"]
    assert [info.available for info in methods] == [True, True, True, False]
    assert "pip install 'visionlens-jlab[umap]'" in methods[-1].reason
    assert not any(info.reason for info in methods[:-1])
