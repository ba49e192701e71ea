"""Plugins, as a notebook runs them."""

from __future__ import annotations

from typing import Any

from visionlens_jlab.core.notebook.arguments import shaped
from visionlens_jlab.core.notebook.dataset import Dataset
from visionlens_jlab.core.notebook.progress import run_shown
from visionlens_jlab.core.notebook.view import S, V, View
from visionlens_jlab.plugins.shapes import OperatorRequest


class RunningPlugins(Dataset[V, S]):
    """The part of a Dataset that runs operators and measures of plugins."""

    def run_plugin(
        self,
        plugin: str,
        operator: str,
        *,
        view: View | None = None,
        arguments: dict[str, Any] | None = None,
        evaluation: str | None = None,
    ) -> dict[str, Any]:
        """Run an operator, a measure or an evaluator of a plugin; waits, with a progress bar.

        Parameters
        ----------
        plugin, operator : str
            As the panel Plugins names them.
        view : View, optional
            Its samples alone.
        arguments : dict, optional
            What the operator's form asks for.
        evaluation : str, optional
            Name of the evaluation that an evaluator is about; its metrics are kept with it.

        Returns
        -------
        dict
            `message` of the plugin, `changed` samples, the folder `output` (None: it left nothing),
            the number of `files` there, and an evaluator's `metrics`.

        Raises
        ------
        VisionLensError
            PLUGIN_NOT_FOUND, PLUGIN_OFF, PLUGIN_FAILED, REQUEST_INVALID, EVALUATION_NOT_FOUND.
        """
        spec, ids = (None, None) if view is None else view._exported()
        named = {
            "dataset": self._backend.dataset,
            "plugin": plugin,
            "operator": operator,
            "view": spec,
            "ids": None if ids is None else ids.tolist(),
            "arguments": arguments or {},
            "evaluation": evaluation,
        }
        request = shaped(OperatorRequest, named)
        return dict(run_shown(self._backend, request, f"Running {plugin}").result)
