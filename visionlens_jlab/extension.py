"""The Jupyter server extension: services, routes."""

from __future__ import annotations

import gc
import json
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from jupyter_server.extension.application import ExtensionApp
from tornado.ioloop import PeriodicCallback

from visionlens_jlab.config import (
    API_PREFIX,
    ENV_ALLOWED_ROOTS,
    ENV_DECODE_MEMORY,
    ENV_OBJECT_CACHE,
    ENV_OBJECT_FOLDER,
    ENV_PLUGIN_CONFINEMENT,
    ENV_PLUGIN_HOME,
    ENV_PLUGIN_MEMORY,
    ENV_PLUGIN_MODULES,
    ENV_PLUGIN_SECONDS,
    ENV_PLUGINS_ALLOWED,
    ENV_SERVER,
    ENV_TOKEN,
    ENV_TRUST_REMOTE_CODE,
    ENV_VECTOR_CACHE,
    joined_roots,
)
from visionlens_jlab.core.api.openapi import UnknownHandler, routes
from visionlens_jlab.core.api.services import (
    REQUESTS,
    THREADS,
    Limits,
    PathPolicy,
    Services,
    describe,
)
from visionlens_jlab.core.jobs.announcer import Announcer
from visionlens_jlab.language_models.config import AgentConfig
from visionlens_jlab.language_models.shapes import Budget
from visionlens_jlab.options import Faults, VisionLens, read_settings

if TYPE_CHECKING:
    from visionlens_jlab.core.capability import LaneName
    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.core.jobs.runner import JobRunner
    from visionlens_jlab.embeddings.index.service import VectorService

RELEASE_SECONDS = 60.0
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}  # noqa: S104


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
        policy = PathPolicy(options.allowed_roots or [root, Path.home()], root)
        self.services = Services(
            data_dir,
            policy,
            announcer,
            partial(self._make_runner, options, policy, announcer),
            partial(_make_index, options),
            idle_seconds=options.idle_seconds,
            body_bytes=self.serverapp.max_body_size,
            memory_mb=options.memory_limit_mb,
            pools={
                "visionlens_jlab.core.sql.box:PROCESSES": options.sql_memory_mb,
                "visionlens_jlab.media.drawing:PROCESSES": options.decode_memory_mb,
            },
            limits=Limits(
                threads={kind: getattr(options, f"{kind}_threads") for kind in THREADS},
                requests={kind: getattr(options, f"{kind}_requests") for kind in REQUESTS},
                open_datasets=options.open_datasets,
            ),
            sql_seconds=options.sql_seconds,
            settings=capability_settings(options),
            remote_code=options.trust_remote_code,
            faults=self.faults,
        )
        self._idle = PeriodicCallback(self.services.release_idle, RELEASE_SECONDS * 1000)
        # the port is known only when the loop runs
        self.serverapp.io_loop.add_callback(self._serving)

    def initialize_handlers(self) -> None:
        """Every route of the API, then whatever else lies below its prefix."""
        self.handlers.extend(route.rule(API_PREFIX, self.services) for route in routes())
        self.handlers.append(
            (rf"/{API_PREFIX}(?:/.*)?", UnknownHandler, {"services": self.services})
        )

    async def _serving(self) -> None:
        """Tell local kernels where we are; take up the jobs an earlier server left."""
        self.services.address = os.environ[ENV_SERVER] = local_address(
            self.serverapp.connection_url, self.serverapp.ip
        )
        os.environ[ENV_TOKEN] = self.services.kernel_token
        os.environ[ENV_OBJECT_FOLDER] = str(self.services.data_dir / "objects")
        os.environ[ENV_PLUGIN_HOME] = str(self.services.data_dir)
        if (allowed := self.services.settings.get("plugins")) is not None:
            os.environ[ENV_PLUGINS_ALLOWED] = json.dumps(list(allowed))
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
            os.environ.pop(ENV_OBJECT_FOLDER, None)
            os.environ.pop(ENV_PLUGIN_HOME, None)
            os.environ.pop(ENV_PLUGINS_ALLOWED, None)
        await self.services.stop()

    def _make_runner(
        self, options: VisionLens, policy: PathPolicy, announcer: Announcer, library: Library
    ) -> JobRunner:
        from visionlens_jlab.core.jobs.kernel import WorkerKernel
        from visionlens_jlab.core.jobs.runner import JobRunner

        names: dict[LaneName, str] = {
            "cpu": options.worker_kernel_name,
            "gpu": options.gpu_kernel_name or options.worker_kernel_name,
            "plugin": options.plugin_kernel_name or options.worker_kernel_name,
        }
        manager, folder = options.worker_manager_class, library.data_dir
        environment = worker_settings(options, policy)
        return JobRunner(
            library,
            {
                lane: WorkerKernel(manager, name, folder, environment)
                for lane, name in names.items()
            },
            announcer,
            touch=self._touch,
            warm_seconds=options.worker_warm_seconds,
            settings=capability_settings(options),
            user_jobs=options.user_jobs,
        )

    def _touch(self) -> None:
        from jupyter_server._tz import utcnow

        times: dict[str, Any] = self.serverapp.web_app.settings["last_activity_times"]
        times[self.name] = utcnow()


def _make_index(options: VisionLens, library: Library) -> VectorService:
    from visionlens_jlab.embeddings.index.places import VectorConfig
    from visionlens_jlab.embeddings.index.service import VectorService

    return VectorService(library, VectorConfig(options.qdrant_url, options.qdrant_api_key))


def capability_settings(options: VisionLens) -> dict[str, Any]:
    """What capabilities get of the settings, by their names."""
    return {
        "agents": agent_config(options),
        "embeddings": options.embed_after_ingest,
        "map": options.project_after_embed,
        "media": options.tile_cache_mb,
        "plugins": options.plugins_allowed,
    }


def worker_settings(options: VisionLens, policy: PathPolicy) -> dict[str, str]:
    """The settings that workers read from their environment."""
    return {
        ENV_ALLOWED_ROOTS: joined_roots(policy.confinement),
        ENV_TRUST_REMOTE_CODE: str(int(options.trust_remote_code)),
        ENV_VECTOR_CACHE: str(options.vector_cache_mb),
        ENV_DECODE_MEMORY: str(options.decode_memory_mb),
        ENV_OBJECT_CACHE: str(options.object_cache_mb),
        ENV_PLUGIN_MEMORY: str(options.plugin_memory_mb),
        ENV_PLUGIN_SECONDS: str(options.plugin_seconds),
        ENV_PLUGIN_CONFINEMENT: options.plugin_confinement,
        ENV_PLUGIN_MODULES: ",".join(options.plugin_modules),
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
