"""The Jupyter server extension: settings, services, routes."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from jupyter_client.multikernelmanager import AsyncMultiKernelManager
from jupyter_server.extension.application import ExtensionApp
from tornado.ioloop import PeriodicCallback
from traitlets import Bool, Enum, Float, Int, List, Type, Unicode, default
from traitlets.config import Configurable

from .agents.config import AgentConfig
from .api.about import UnknownHandler
from .api.openapi import document
from .api.paths import PathPolicy
from .api.routes import ROUTES
from .api.services import Memory, Services
from .config import (
    API_PREFIX,
    ENV_ALLOWED_ROOTS,
    ENV_QDRANT_API_KEY,
    ENV_QDRANT_URL,
    ENV_SERVER,
    ENV_TOKEN,
    ENV_TRUST_REMOTE_CODE,
    ENV_VECTOR_CACHE,
    default_data_dir,
    default_decode_memory,
    default_memory_limit,
    default_sql_memory,
    default_vector_cache,
    may_trust_remote_code,
)
from .jobs.announcer import Announcer
from .models import Budget
from .settings import Faults, describe, read_settings

if TYPE_CHECKING:
    from .catalog.library import Library
    from .jobs.kinds import LaneName
    from .jobs.runner import JobRunner
    from .vectors.service import VectorService

RELEASE_SECONDS = 60.0
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}  # noqa: S104


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


class VisionLensApp(ExtensionApp):  # type: ignore[misc]
    """Adds the REST API to a Jupyter server."""

    name = "visionlens_jlab"
    extension_url = "/lab"
    load_other_extensions = True
    classes = [VisionLens]  # noqa: RUF012  as traitlets wants it

    services: Services
    faults: Faults
    """Settings that make no sense: every route says so."""

    def initialize_settings(self) -> None:
        """Make the services; nothing heavy is loaded and no folder touched yet."""
        options, self.faults = read_settings(VisionLens, self.config)
        if self.faults:
            self.log.error(
                "VisionLens answers nothing before its settings are mended: %s.",
                describe(VisionLens.__name__, self.faults),
            )
            options = VisionLens()
        data_dir = Path(options.data_dir).expanduser().resolve()
        root = Path(self.serverapp.root_dir).expanduser()
        announcer = Announcer(self.serverapp.event_logger)
        agents = agent_config(options)
        policy = PathPolicy(options.allowed_roots or [root, Path.home()], root)

        def make_runner(library: Library) -> JobRunner:
            from .jobs.kernel import WorkerKernel
            from .jobs.runner import JobRunner

            names: dict[LaneName, str] = {
                "cpu": options.worker_kernel_name,
                "gpu": options.gpu_kernel_name or options.worker_kernel_name,
            }
            return JobRunner(
                library,
                {
                    lane: WorkerKernel(
                        options.worker_manager_class,
                        name,
                        data_dir,
                        worker_settings(options, policy),
                    )
                    for lane, name in names.items()
                },
                announcer,
                touch=self._touch,
                warm_seconds=options.worker_warm_seconds,
                embed_after_ingest=options.embed_after_ingest,
                project_after_embed=options.project_after_embed,
                agents=agents,
            )

        def make_index(library: Library) -> VectorService:
            from .vectors.config import VectorConfig
            from .vectors.service import VectorService

            return VectorService(library, VectorConfig(options.qdrant_url, options.qdrant_api_key))

        self.services = Services(
            data_dir,
            policy,
            announcer,
            make_runner,
            make_index,
            contract=document,
            idle_seconds=options.idle_seconds,
            body_bytes=self.serverapp.max_body_size,
            memory=Memory(
                database=options.memory_limit_mb,
                sql=options.sql_memory_mb,
                decoding=options.decode_memory_mb,
            ),
            sql_seconds=options.sql_seconds,
            agents=agents,
            remote_code=options.trust_remote_code,
            faults=self.faults,
        )
        self._idle = PeriodicCallback(self.services.release_idle, RELEASE_SECONDS * 1000)
        # the port is known only when the loop runs
        self.serverapp.io_loop.add_callback(self._serving)

    def initialize_handlers(self) -> None:
        """Every route of the API, then whatever else lies below its prefix."""
        self.handlers.extend(route.rule(API_PREFIX, self.services) for route in ROUTES)
        self.handlers.append(
            (rf"/{API_PREFIX}(?:/.*)?", UnknownHandler, {"services": self.services})
        )

    async def _serving(self) -> None:
        """Tell local kernels where we are; take up the jobs an earlier server left."""
        self.services.address = os.environ[ENV_SERVER] = local_address(
            self.serverapp.connection_url, self.serverapp.ip
        )
        os.environ[ENV_TOKEN] = self.services.kernel_token
        if self.faults:
            return
        self._idle.start()
        await self.services.resume()
        # What a started server holds stays: each full collection would walk it for 0.15 s.
        gc.freeze()

    async def stop_extension(self) -> None:
        """Stop the workers, release the datasets, take back the address."""
        self._idle.stop()
        if os.environ.get(ENV_TOKEN) == self.services.kernel_token:
            os.environ.pop(ENV_SERVER, None)
            os.environ.pop(ENV_TOKEN, None)
        await self.services.stop()

    def _touch(self) -> None:
        from jupyter_server._tz import utcnow

        times: dict[str, Any] = self.serverapp.web_app.settings["last_activity_times"]
        times[self.name] = utcnow()


def worker_settings(options: VisionLens, policy: PathPolicy) -> dict[str, str]:
    """The settings that workers read from their environment."""
    return {
        # A separator in a name would make other folders of it: links into that one are refused.
        ENV_ALLOWED_ROOTS: os.pathsep.join(
            root for root in policy.confinement.folders if os.pathsep not in root
        ),
        ENV_TRUST_REMOTE_CODE: str(int(options.trust_remote_code)),
        ENV_VECTOR_CACHE: str(options.vector_cache_mb),
        **agent_config(options).environment(),
    }


def agent_config(options: VisionLens) -> AgentConfig:
    """What the agents get of the settings."""
    return AgentConfig(
        model=options.agent_model,
        vision_model=options.vision_model,
        url=options.agent_url,
        key=options.agent_key,
        budget=Budget(
            tokens=options.agent_tokens,
            seconds=options.agent_seconds,
            cost=options.agent_cost,
            requests=options.agent_requests,
        ),
        mcp=options.mcp,
        models=tuple(options.allowed_models),
    )


def local_address(connection_url: str, ip: str) -> str:
    """The server's address for processes of the same machine, with its base URL."""
    parts = urlsplit(connection_url)
    if ip in WILDCARDS:
        port = f":{parts.port}" if parts.port else ""
        parts = parts._replace(netloc=WILDCARDS[ip] + port)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/"))
