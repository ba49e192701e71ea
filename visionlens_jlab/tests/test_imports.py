"""What loading the server extension costs a server on which nobody looks at images."""

from __future__ import annotations

import json
import subprocess
import sys

from visionlens_jlab.tests.api.servers import make_coco

HEAVY = (
    *("torch", "transformers", "umap", "numba", "sklearn", "pandas", "qdrant_client"),
    *("pydantic_ai", "mcp", "openai"),
)
LATER = ("duckdb", "pyarrow", "numpy", "PIL", "IPython")
"""Loaded with the first request that needs them."""


def loaded_by(statement: str) -> set[str]:
    """Top-level modules in a fresh interpreter after a statement."""
    code = f"import sys, json\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    return {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def test_loading_the_extension_loads_nothing_heavy():
    loaded = loaded_by("import visionlens_jlab; visionlens_jlab._jupyter_server_extension_points()")
    assert "visionlens_jlab" in loaded and "tornado" in loaded
    assert not loaded & set(HEAVY)
    assert not any(name.startswith("qdrant") for name in loaded)
    assert not loaded & set(LATER)


def test_serving_a_dataset_loads_nothing_heavy(tmp_path):
    loaded = loaded_by(
        "from pathlib import Path\n"
        "import visionlens_jlab.extension, visionlens_jlab.core.jobs.kernel\n"
        "from visionlens_jlab.core.datasets.library import Library\n"
        "from visionlens_jlab.core.views.shapes import FacetsRequest, ViewSpec\n"
        "from visionlens_jlab.formats.detect import format_infos\n"
        f"library = Library(Path({str(tmp_path)!r}))\n"
        "store = library.create('a')\n"
        "store.detail(), store.view(ViewSpec()), store.facets(FacetsRequest()), format_infos()\n"
        "library.close()"
    )
    assert {"duckdb", "pyarrow"} <= loaded
    # DuckDB and pyarrow look for pandas themselves where it is installed
    assert not loaded & (set(HEAVY) - {"pandas"})


def test_a_queued_agent_loads_no_language_model(tmp_path):
    loaded = loaded_by(
        "from pathlib import Path\n"
        "from visionlens_jlab.language_models.config import AgentConfig\n"
        "from visionlens_jlab.core.jobs import runner\n"
        "from visionlens_jlab.core.jobs.inline import run_job\n"
        "from visionlens_jlab.core.datasets.library import Library\n"
        "from visionlens_jlab.agents.shapes import AskRequest\n"
        "from visionlens_jlab.agents.store import AgentRuns\n"
        f"library = Library(Path({str(tmp_path)!r}))\n"
        "store = library.create('a')\n"
        "AgentConfig.from_environment().settings()\n"
        "request = AskRequest(dataset='a', agent='chat')\n"
        "run_job(library, request, on_progress=lambda job: None)\n"
        "assert store.part(AgentRuns).all()[0].stopped == 'done'\n"
        "library.close()"
    )
    assert not loaded & {"pydantic_ai", "mcp", "openai", "torch"}


def test_searching_loads_no_engine(tmp_path):
    loaded = loaded_by(
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from visionlens_jlab.core.datasets.library import Library\n"
        "from visionlens_jlab.core.views.shapes import SearchSpec\n"
        "from visionlens_jlab.embeddings.shapes import EmbeddingSpace\n"
        "from visionlens_jlab.core.views.shapes import ViewSpec\n"
        "from visionlens_jlab.tests.catalog.builders import piece, samples_table\n"
        "from visionlens_jlab.embeddings.index.upkeep import Costs\n"
        "from visionlens_jlab.embeddings.index.places import VectorConfig\n"
        "from visionlens_jlab.embeddings.index.service import VectorService\n"
        "from visionlens_jlab.embeddings.store.embeddings import Embeddings\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "library = Library(folder)\n"
        "service = VectorService(library, VectorConfig(), costs=Costs(0, 0))\n"
        "store = library.create('a')\n"
        "store.results.apply(piece(folder, sample=samples_table(0, 50)))\n"
        "space = EmbeddingSpace(space='s', level='samples', model='m', version='1', dimension=0,\n"
        "                       created_at='')\n"
        "vectors = np.random.default_rng(0).normal(size=(50, 8))\n"
        "store.part(Embeddings).add(space, range(50), vectors)\n"
        "assert service.wait(100)\n"
        "view = store.view(ViewSpec(search=SearchSpec(space='s', like=[3])))\n"
        "assert view.ids[0] == 3\n"
        "service.close(), library.close()"
    )
    assert not any(name.startswith("qdrant") for name in loaded)
    assert not loaded & {"torch", "sklearn", "scipy", "umap", "numba"}


def test_a_worker_opens_no_database():
    loaded = loaded_by("import visionlens_jlab.core.jobs.worker, visionlens_jlab.ingestion.job.job")
    assert "duckdb" not in loaded
    assert not loaded & set(HEAVY)


def test_an_ingest_with_pixels_and_a_report_loads_nothing_heavy(tmp_path):
    (make_coco(tmp_path / "town", 3) / "images" / "image_00001.jpg").write_bytes(b"broken")
    loaded = loaded_by(
        "from visionlens_jlab.tests.jobs.ingest_context import ingest_rows\n"
        f"found = ingest_rows({str(tmp_path / 'town')!r})\n"
        "assert found.codes == {'IMAGE_UNREADABLE': 1} and len(found.media) == 2"
    )
    assert "pyarrow" in loaded
    assert not loaded & set(HEAVY)


def test_the_notebook_api_loads_no_server():
    loaded = loaded_by("import visionlens_jlab")
    assert not loaded & {"tornado", "jupyter_server", "duckdb", *HEAVY}
