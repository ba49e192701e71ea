"""What notebooks ask about visual attributes, of a server or of this process."""

from __future__ import annotations

from typing import Protocol

from visionlens_jlab.attributes.shapes import (
    Attribute,
    AttributeList,
    CalibrationLabels,
    CalibrationTask,
    VisionModelInfo,
    VisionModelList,
)
from visionlens_jlab.core.notebook.backend import BackendPart
from visionlens_jlab.core.notebook.remote import Remote


class AttributesBackend(Protocol):
    """Visual attributes of one dataset."""

    def all(self) -> list[Attribute]:
        """Oldest first."""
        ...

    def delete(self, name: str) -> None:
        """ATTRIBUTE_NOT_FOUND."""
        ...

    def calibration_task(self, name: str, answer: str, count: int) -> CalibrationTask:
        """ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID."""
        ...

    def calibrate(self, name: str, given: CalibrationLabels) -> Attribute:
        """ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID, ID_UNKNOWN, FIELD_UNKNOWN."""
        ...

    def models(self) -> list[VisionModelInfo]:
        """What can be asked; the configured one first."""
        ...


class RemoteAttributes(Remote):
    """Visual attributes over the REST API."""

    def all(self) -> list[Attribute]:
        """Oldest first."""
        return self.get(AttributeList, "attributes").attributes

    def delete(self, name: str) -> None:
        """ATTRIBUTE_NOT_FOUND."""
        self.remove("attributes", name)

    def calibration_task(self, name: str, answer: str, count: int) -> CalibrationTask:
        """ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID."""
        path = ("attributes", name, "calibration")
        return self.get(CalibrationTask, *path, answer=answer, count=count)

    def calibrate(self, name: str, given: CalibrationLabels) -> Attribute:
        """ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID, ID_UNKNOWN, FIELD_UNKNOWN."""
        return self.send("POST", Attribute, given, "attributes", name, "calibration")

    def models(self) -> list[VisionModelInfo]:
        """What can be asked; the configured one first."""
        return self._transport.read(VisionModelList, "GET", "vision-models").models


ATTRIBUTES: BackendPart[AttributesBackend] = BackendPart(
    "visionlens_jlab.attributes.store.attributes:Attributes", RemoteAttributes
)
