"""Tools of plugins, as the analyst's language model is offered them."""

from __future__ import annotations

import pytest

from visionlens_jlab.agents.tools.base import Desk
from visionlens_jlab.agents.tools.plugins import plugin_tools
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.plugins.installed import InstalledPlugins

TOOL = """
MANIFEST = {
    "manifest": 1, "name": "rare-tool", "version": "1", "api": ">=1,<2",
    "contributions": [{"kind": "tool", "id": "split", "target": "run",
        "description": "Counts images of a split.",
        "schema": {"type": "object", "properties": {"split": {"type": "string"}},
                   "required": ["split"], "additionalProperties": False}}],
}
def run(*, context, arguments, **rest):
    where = f"split = '{arguments['split']}'"
    rows = context.rows(where, ["sample_id", "split"], limit=2)
    try:
        context.count("nothing = 1")
    except ValueError as error:
        said = str(error)
    return {"count": context.count(where), "rows": rows, "said": said,
            "boxes": context.count("class = 'car'", "annotations")}
"""


def tools(library, store, code=TOOL):
    (library.data_dir / "plugins").mkdir(exist_ok=True)
    (library.data_dir / "plugins" / "rare.py").write_text(code)
    return plugin_tools(store)


def test_it_reads_the_dataset_and_answers(library, store):
    (tool,) = tools(library, store)
    assert tool.name == "plugin_rare_tool_split" and "of the plugin rare-tool" in tool.description
    (found,) = tool.call(Desk(store), {"split": "val"})
    assert found.result["count"] == 10 and found.result["boxes"] == 15
    assert [set(row) for row in found.result["rows"]] == [{"sample_id", "split"}] * 2
    assert "nothing" in found.result["said"]
    with pytest.raises(VisionLensError, match="'split' is a required property") as caught:
        tool.call(Desk(store), {})
    assert caught.value.code == "REQUEST_INVALID"
    InstalledPlugins(library.data_dir).switch("rare-tool", on=False)
    assert plugin_tools(store) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise KeyError('lost')", "KeyError"),
        ("return {'text': 'x' * 100_000}", "too large"),
        ("return 3", "TypeError"),
        ("import os; os._exit(3)", "exit code 3"),
        ("context.rows('split = 1', limit=10**9, level='rows')", "no level"),
    ],
)
def test_what_it_does_wrong_is_its_own_failure(library, store, body, said):
    code = TOOL[: TOOL.index("    where")] + f"    {body}\n"
    (tool,) = tools(library, store, code)
    with pytest.raises(VisionLensError, match=said) as caught:
        tool.call(Desk(store), {"split": "val"})
    assert caught.value.code == "PLUGIN_FAILED"
