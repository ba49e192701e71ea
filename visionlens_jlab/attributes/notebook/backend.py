"""What notebooks ask about visual attributes, of a server or of this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from visionlens_jlab.attributes.shapes import (
    Attribute,
    AttributeSpec,
    CalibrationLabels,
    CalibrationTask,
    VisionModelInfo,
)
from visionlens_jlab.core.shapes import Model

if TYPE_CHECKING:
    from collections.abc import Callable

    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.notebook.transport import Transport


class AttributeBackend(Protocol):
    """Visual attributes of one dataset."""

    def attributes(self) -> list[Attribute]:
        """Oldest first."""
        ...

    def delete_attribute(self, name: str) -> None:
        """ATTRIBUTE_NOT_FOUND."""
        ...

    def calibration_task(self, name: str, answer: str, count: int) -> CalibrationTask:
        """ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID."""
        ...

    def calibrate_attribute(self, name: str, given: CalibrationLabels) -> Attribute:
        """ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID, ID_UNKNOWN, FIELD_UNKNOWN."""
        ...

    def vision_models(self) -> list[VisionModelInfo]:
        """The configured one first."""
        ...


class AttributeList(Model):
    """Answer of `attributes`."""

    attributes: list[Attribute]


class VisionModelList(Model):
    """Answer of `vision-models`."""

    models: list[VisionModelInfo]
    questions: list[AttributeSpec]


class HttpAttributes:
    """Over the REST API; mixed into `HttpDataset`."""

    _transport: Transport
    _path: str
    _check_writable: Callable[[], None]

    def attributes(self) -> list[Attribute]:
        """Oldest first."""
        path = f"{self._path}/attributes"
        return self._transport.read(AttributeList, "GET", path).attributes

    def delete_attribute(self, name: str) -> None:
        """ATTRIBUTE_NOT_FOUND."""
        self._check_writable()
        self._transport.request("DELETE", self._attribute_path(name))

    def calibration_task(self, name: str, answer: str, count: int) -> CalibrationTask:
        """ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID."""
        query = f"answer={quote(answer, safe='')}&count={count}"
        path = f"{self._attribute_path(name)}/calibration?{query}"
        return self._transport.read(CalibrationTask, "GET", path)

    def calibrate_attribute(self, name: str, given: CalibrationLabels) -> Attribute:
        """ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID, ID_UNKNOWN, FIELD_UNKNOWN."""
        self._check_writable()
        path = f"{self._attribute_path(name)}/calibration"
        return self._transport.read(Attribute, "POST", path, given)

    def vision_models(self) -> list[VisionModelInfo]:
        """The configured one first."""
        return self._transport.read(VisionModelList, "GET", "vision-models").models

    def _attribute_path(self, name: str) -> str:
        return f"{self._path}/attributes/{quote(name, safe='')}"


class DirectAttributes:
    """In this process; mixed into `DirectDataset`."""

    _store: DatasetStore

    def attributes(self) -> list[Attribute]:
        """Oldest first."""
        from visionlens_jlab.attributes.store.attributes import Attributes

        return self._store.part(Attributes).all()

    def delete_attribute(self, name: str) -> None:
        """ATTRIBUTE_NOT_FOUND, DATASET_READ_ONLY."""
        from visionlens_jlab.attributes.store.attributes import Attributes

        self._store.part(Attributes).delete(name)

    def calibration_task(self, name: str, answer: str, count: int) -> CalibrationTask:
        """ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID."""
        from visionlens_jlab.attributes.store.attributes import Attributes

        return self._store.part(Attributes).calibration_task(name, answer, count)

    def calibrate_attribute(self, name: str, given: CalibrationLabels) -> Attribute:
        """ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID, ID_UNKNOWN, FIELD_UNKNOWN, DATASET_READ_ONLY."""
        from visionlens_jlab.attributes.store.attributes import Attributes

        return self._store.part(Attributes).calibrate(name, given)

    def vision_models(self) -> list[VisionModelInfo]:
        """The configured one first."""
        from visionlens_jlab.attributes.models.registry import vision_models
        from visionlens_jlab.config import may_trust_remote_code
        from visionlens_jlab.language_models.config import AgentConfig

        return vision_models(AgentConfig.from_environment(), remote_code=may_trust_remote_code())
