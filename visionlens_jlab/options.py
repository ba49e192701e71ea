"""The settings of the server extension."""

from __future__ import annotations

import os

from jupyter_client.multikernelmanager import AsyncMultiKernelManager
from traitlets import Bool, Enum, Float, Int, List, Type, Unicode, default
from traitlets.config import Configurable

from visionlens_jlab.config import (
    ENV_QDRANT_API_KEY,
    ENV_QDRANT_URL,
    OPEN_DATASETS,
    USER_JOBS,
    default_data_dir,
    default_decode_memory,
    default_memory_limit,
    default_sql_memory,
    default_vector_cache,
    may_trust_remote_code,
)
from visionlens_jlab.core.api.gates import REQUESTS, THREADS
from visionlens_jlab.language_models.config import AgentConfig


class VisionLens(Configurable):  # type: ignore[misc]
    """Settings, as `c.VisionLens.<name>` or `--VisionLens.<name>=`."""

    data_dir = Unicode(
        help="Folder of the datasets; default: $VISIONLENS_DATA_DIR or one of Jupyter's."
    ).tag(config=True)
    allowed_roots = List(
        Unicode(),
        help="Folders that the browser may read from; default: the server's root and the home.",
    ).tag(config=True)
    worker_kernel_name = Unicode(
        "python3", help="Kernel spec of the workers; visionlens_jlab must be installed in it."
    ).tag(config=True)
    gpu_kernel_name = Unicode(
        "", help="Kernel spec of the worker that embeds; empty: worker_kernel_name."
    ).tag(config=True)
    embed_after_ingest = Unicode(
        "", help="Model that embeds each dataset after its ingest; auto: the best at hand."
    ).tag(config=True)
    project_after_embed = Enum(
        ["", "umap", "pca", "tsne", "pacmap"], "", help="Map made of each dataset once embedded."
    ).tag(config=True)
    trust_remote_code = Bool(
        help="Whether models from the hub may run code that comes with them, where it is asked "
        "for; default: $VISIONLENS_TRUST_REMOTE_CODE, else they may not."
    ).tag(config=True)
    vector_cache_mb = Int(
        help="MiB that vectors kept by content may take in data_dir; what was not used for "
        "longest goes first, 0 keeps none. Default: $VISIONLENS_VECTOR_CACHE or 4096."
    ).tag(config=True)
    worker_manager_class = Type(
        AsyncMultiKernelManager,
        klass=AsyncMultiKernelManager,
        help="What starts the workers' kernels.",
    ).tag(config=True)
    worker_warm_seconds = Float(
        300.0, help="How long a worker is kept after its last job, in seconds."
    ).tag(config=True)
    idle_seconds = Float(
        600.0, help="An unused dataset is released for other processes after so many seconds."
    ).tag(config=True)

    memory_limit_mb = Int(
        help="MiB of memory that the database of each open dataset may take; what does not fit "
        "goes to disk. Default: $VISIONLENS_MEMORY_LIMIT or 192.",
    ).tag(config=True)

    sql_memory_mb = Int(
        help="MiB of memory that the SQL of users may take, all queries together; least: 384. "
        "Default: $VISIONLENS_SQL_MEMORY or 1024.",
    ).tag(config=True)
    sql_seconds = Float(120.0, help="Seconds that one of these queries may ask for at most.").tag(
        config=True
    )
    decode_memory_mb = Int(
        help="MiB of memory that decoding images for the panels may take, all together; least: "
        "256. Default: $VISIONLENS_DECODE_MEMORY or 1024.",
    ).tag(config=True)

    read_threads = Int(
        THREADS["read"], help="Requests that read or write the catalog at once."
    ).tag(config=True)
    query_threads = Int(THREADS["query"], help="Queries and whole tables at once.").tag(config=True)
    picture_threads = Int(
        THREADS["picture"], help="Requests at once for images that must be decoded."
    ).tag(config=True)
    read_requests = Int(
        REQUESTS["read"], help="Requests to the catalog that one user may have waiting or at work."
    ).tag(config=True)
    query_requests = Int(
        REQUESTS["query"], help="Queries and tables that one user may have waiting or at work."
    ).tag(config=True)
    picture_requests = Int(
        REQUESTS["picture"], help="Decoded images that one user may have waiting or at work."
    ).tag(config=True)
    encode_threads = Int(
        THREADS["encode"], help="Texts and images to search with that wait for the model at once."
    ).tag(config=True)
    encode_requests = Int(
        REQUESTS["encode"], help="The same that one user may have waiting or at work."
    ).tag(config=True)
    user_jobs = Int(
        USER_JOBS, help="Jobs of one kind that one user may have waiting or running."
    ).tag(config=True)
    open_datasets = Int(
        OPEN_DATASETS,
        help="Datasets held open at once; those used longest ago are let go of, unless in use.",
    ).tag(config=True)

    @default("sql_memory_mb")  # type: ignore[untyped-decorator]
    def _default_sql_memory(self) -> int:
        return default_sql_memory()

    @default("decode_memory_mb")  # type: ignore[untyped-decorator]
    def _default_decode_memory(self) -> int:
        return default_decode_memory()

    @default("memory_limit_mb")  # type: ignore[untyped-decorator]
    def _default_memory_limit(self) -> int:
        return default_memory_limit()

    @default("trust_remote_code")  # type: ignore[untyped-decorator]
    def _default_trust_remote_code(self) -> bool:
        return may_trust_remote_code()

    @default("vector_cache_mb")  # type: ignore[untyped-decorator]
    def _default_vector_cache(self) -> int:
        return default_vector_cache()

    qdrant_url = Unicode(
        help="Address of a Qdrant server or cluster that keeps the search indexes; default: "
        "$VISIONLENS_QDRANT_URL, else each dataset's folder holds its own."
    ).tag(config=True)
    qdrant_api_key = Unicode(
        help="Its key; default: $VISIONLENS_QDRANT_API_KEY. Never logged."
    ).tag(config=True)

    agent_model = Unicode(
        help="Language model of the agents as pydantic-ai names it, such as openai:gpt-5-mini; "
        "default: $VISIONLENS_AGENT_MODEL, else none: statistics answer."
    ).tag(config=True)
    vision_model = Unicode(
        help="Model asked about images; default: $VISIONLENS_VISION_MODEL, else agent_model for "
        "what agents look at, and a local one for visual attributes."
    ).tag(config=True)
    allowed_models = List(
        Unicode(),
        help="Language and vision models that may be asked, besides the configured ones, with * "
        "for any part of a name; default: $VISIONLENS_ALLOWED_MODELS, else any.",
    ).tag(config=True)
    agent_url = Unicode(
        help="Address at which the models of agent_model's provider (default: openai) answer, such "
        "as http://localhost:11434/v1; others are not asked then. Default: "
        "$VISIONLENS_AGENT_URL, else the provider's own."
    ).tag(config=True)
    agent_key = Unicode(
        help="The provider's key; default: $VISIONLENS_AGENT_KEY, else the provider's own "
        "variable. Never logged."
    ).tag(config=True)
    agent_tokens = Int(
        100_000, allow_none=True, help="Tokens that one run of an agent may take at most."
    ).tag(config=True)
    agent_seconds = Float(
        300.0, allow_none=True, help="Seconds that a language model has for one run at most."
    ).tag(config=True)
    agent_cost = Float(
        None, allow_none=True, help="US dollars of one run at most, where prices are known."
    ).tag(config=True)
    agent_requests = Int(40, help="Requests to a language model in one run at most.").tag(
        config=True
    )
    mcp = Bool(
        False, help="Whether outside assistants may read the datasets over MCP, authenticated."
    ).tag(config=True)

    @default("allowed_models")  # type: ignore[untyped-decorator]
    def _default_allowed_models(self) -> list[str]:
        return list(AgentConfig.from_environment().models)

    @default("agent_model")  # type: ignore[untyped-decorator]
    def _default_agent_model(self) -> str:
        return AgentConfig.from_environment().model

    @default("vision_model")  # type: ignore[untyped-decorator]
    def _default_vision_model(self) -> str:
        return AgentConfig.from_environment().vision_model

    @default("agent_url")  # type: ignore[untyped-decorator]
    def _default_agent_url(self) -> str:
        return AgentConfig.from_environment().url

    @default("agent_key")  # type: ignore[untyped-decorator]
    def _default_agent_key(self) -> str:
        return AgentConfig.from_environment().key

    @default("qdrant_url")  # type: ignore[untyped-decorator]
    def _default_qdrant_url(self) -> str:
        return os.environ.get(ENV_QDRANT_URL, "")

    @default("qdrant_api_key")  # type: ignore[untyped-decorator]
    def _default_qdrant_api_key(self) -> str:
        return os.environ.get(ENV_QDRANT_API_KEY, "")

    @default("data_dir")  # type: ignore[untyped-decorator]
    def _default_data_dir(self) -> str:
        return str(default_data_dir())
