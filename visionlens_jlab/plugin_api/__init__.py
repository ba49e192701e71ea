"""What a plugin is written against: shapes and contexts of version 1.0.

A plugin is a Python file, or a module of an installed package, with a literal `MANIFEST`. It is
read without importing the file; the code is imported when it is used, in a process of its own.
Functions of plugins are called with keywords only and take `**rest`, or name what they use: later
versions of the API may give more.
"""

from __future__ import annotations

from visionlens_jlab.plugin_api.evaluators import EvaluationContext, Evaluator, Match
from visionlens_jlab.plugin_api.formats import (
    FormatContext,
    FormatWriter,
    Label,
    LabelledImage,
    Reader,
    Sniffer,
    WriteContext,
)
from visionlens_jlab.plugin_api.hooks import (
    HookContext,
    OnEvaluate,
    OnIngest,
    OnSelection,
    OnTransform,
    OnView,
    PostIngest,
)
from visionlens_jlab.plugin_api.models import Embedder, Loader, ModelContext
from visionlens_jlab.plugin_api.operators import Measure, Operator, OperatorContext
from visionlens_jlab.plugin_api.samples import Annotation, Sample
from visionlens_jlab.plugin_api.sources import Connector, Page, Source, SourceContext, SourceFile
from visionlens_jlab.plugin_api.tools import Tool, ToolContext

API_VERSION = "1.0"
"""The newest. A manifest names the versions that it fits: `"api": ">=1,<2"`."""

__all__ = [
    "API_VERSION",
    "Annotation",
    "Connector",
    "Embedder",
    "EvaluationContext",
    "Evaluator",
    "FormatContext",
    "FormatWriter",
    "HookContext",
    "Label",
    "LabelledImage",
    "Loader",
    "Match",
    "Measure",
    "ModelContext",
    "OnEvaluate",
    "OnIngest",
    "OnSelection",
    "OnTransform",
    "OnView",
    "Operator",
    "OperatorContext",
    "Page",
    "PostIngest",
    "Reader",
    "Sample",
    "Sniffer",
    "Source",
    "SourceContext",
    "SourceFile",
    "Tool",
    "ToolContext",
    "WriteContext",
]
