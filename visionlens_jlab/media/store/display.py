"""How the images of a dataset are shown, in a file of its folder."""

from __future__ import annotations

from pydantic import ValidationError

from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.core.datasets.own_files import own_file
from visionlens_jlab.core.system.private_files import remove, write_private_file
from visionlens_jlab.errors import system_errors
from visionlens_jlab.media.shapes import Display
from visionlens_jlab.media.tiff import Layers

_FILE = "display.json"


class Displays(Part):
    """What is chosen for one dataset."""

    @property
    def chosen(self) -> Display | None:
        """None: nothing, or the file is damaged."""
        try:
            return Display.model_validate_json(own_file(self.store.folder, _FILE).read_bytes())
        except (OSError, ValidationError):
            return None

    @property
    def layers(self) -> Layers | None:
        """The same as decoders take it."""
        chosen = self.chosen
        if chosen is None:
            return None
        return Layers(chosen.page, tuple(chosen.bands), chosen.stretch, chosen.gamma)

    def choose(self, display: Display | None) -> None:
        """Keep another choice; None: forget it. DATASET_READ_ONLY, DISK_SPACE."""
        self.store.check_writable()
        path = own_file(self.store.folder, _FILE)
        with system_errors():
            if display is None:
                remove(path)
            else:
                write_private_file(path, display.model_dump_json().encode())
