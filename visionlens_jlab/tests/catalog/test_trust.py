"""A dataset's folder may come from anybody: its images are read where this user wants them read."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.catalog.trusted_roots import KEPT
from visionlens_jlab.core.damage.repair import examine
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.inline import run_inline
from visionlens_jlab.core.system.confinement import NOWHERE, Confinement
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.media.sources import LocalSource, connect_stored
from visionlens_jlab.media.store.images import Images
from visionlens_jlab.tests.api.servers import fill, make_images
from visionlens_jlab.tests.catalog.strangers import bring

STATE = "state.sqlite"


def opened(data_dir: Path, slug: str, allowed: Confinement = NOWHERE) -> DatasetStore:
    """A dataset as a process that begins now opens it."""
    return Library(data_dir, allowed=allowed).open(slug)


def reads(store: DatasetStore) -> bool:
    """Whether an image is read; if not, because nobody has chosen its place."""
    try:
        with store.part(Images).open(*store.part(Images).path(1)) as file:
            return bool(file.read())
    except VisionLensError as error:
        assert error.code == "ROOT_NOT_TRUSTED" and "trust_roots" in error.hint, error
        return False
    finally:
        store.close()


def as_before(data_dir: Path) -> None:
    """Leave the shared state as versions did that noted no roots."""
    with sqlite3.connect(data_dir / STATE) as connection:
        connection.execute("DROP TABLE IF EXISTS trusted_root")
        connection.execute("DROP TABLE IF EXISTS known_before")
    connection.close()
    (data_dir / KEPT).unlink(missing_ok=True)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder with the dataset `street` of this user, whose images lie elsewhere."""
    library = Library(tmp_path / "home", allowed=NOWHERE)
    fill(library, tmp_path / "mine", 3)
    library.close()
    return tmp_path / "home"


def test_a_strangers_root_is_named_and_not_read(home: Path, tmp_path: Path) -> None:
    slug = bring(home, tmp_path / "secret")
    store = opened(home, slug)
    with pytest.raises(VisionLensError) as caught:
        store.part(Images).open(*store.part(Images).path(1))
    assert caught.value.code == "ROOT_NOT_TRUSTED" and caught.value.status == 403
    assert str(tmp_path / "secret") in caught.value.message
    assert store.info().samples == 3, "all else is shown"
    [damage] = store.mending.damages()
    assert damage.kind == "roots" and str(tmp_path / "secret") in damage.message
    assert store.roots().refused == ["images"]
    store.close()
    assert [damage.kind for damage in examine(store.folder).damages] == ["roots"]
    store.trust_roots()
    assert not store.roots().refused and not store.mending.damages()
    assert reads(store) and reads(opened(home, slug))
    assert not examine(store.folder).damages


def test_whether_a_strangers_root_is_there_is_not_told(home: Path, tmp_path: Path) -> None:
    store = opened(home, bring(home, tmp_path / "images", root=str(tmp_path / "secret")))
    told = []
    for _ in range(2):
        with pytest.raises(VisionLensError) as caught:
            store.part(Images).open(*store.part(Images).path(1))
        told.append((caught.value.code, caught.value.message, store.mending.damages(thorough=True)))
        make_images(tmp_path / "secret", 3)
    assert told[0] == told[1]
    store.close()


def test_a_choice_of_another_process_counts_at_once(home: Path, tmp_path: Path) -> None:
    store = opened(home, bring(home, tmp_path / "secret"))
    with pytest.raises(VisionLensError, match="ROOT_NOT_TRUSTED"):
        store.part(Images).open(*store.part(Images).path(1))
    Library(home).state.trust_roots(store.uuid, [str(tmp_path / "secret")])
    assert reads(store)


ROOTS = {
    "as it is": ("{secret}", False),
    "the whole disk": ("/", False),
    "up from its own folder": ("./../../../secret", False),
    "up from a folder that may be read": ("{free}/../secret", False),
    "a folder named alike": ("{free}x", False),
    "through a link": ("{free}/door", False),
    "through its own link": ("./door", False),
    "an address": ("elsewhere://secret", False),
    "a file address": ("file://{secret}", False),
    "the present folder": ("", False),
    "a null character": ("{secret}\0", False),
    "a circle": ("{free}/circle", False),
    "below one that may be read": ("{free}/images", True),
    "a link back inside": ("{secret}/back", True),
    "its own folder": ("./uploads", True),
}


@pytest.mark.parametrize("place", ROOTS)
def test_where_a_root_may_lead(place: str, home: Path, tmp_path: Path) -> None:
    root, allowed = ROOTS[place]
    free, secret = tmp_path / "free", tmp_path / "secret"
    slug = bring(home, secret, root=root.format(free=free, secret=secret))
    folder = home / "datasets" / slug
    for images in (free / "images", folder / "uploads", tmp_path / "freex"):
        make_images(images, 3)
    (free / "door").symlink_to(secret)
    (folder / "door").symlink_to(secret)
    (free / "circle").symlink_to(free / "circle")
    (secret / "back").symlink_to(free / "images")
    store = opened(home, slug, Confinement([free.resolve()]))
    location, path = store.part(Images).path(1)
    readable = store.trust.readable()
    if allowed:
        assert connect_stored(location, [], readable).open(path).read()
    else:
        with pytest.raises(VisionLensError, match="ROOT_NOT_TRUSTED"):
            connect_stored(location, [], readable)
    assert reads(store) == allowed


PARTS = st.sampled_from(["free", "secret", "home", "..", ".", "door", "back", "images", "é", ""])


@given(st.sampled_from(["{base}/", "./", "/", "", "file://{base}/"]), st.lists(PARTS, max_size=6))
def test_random_roots_are_read_only_where_they_really_lie_inside(
    tmp_path_factory: pytest.TempPathFactory, start: str, parts: list[str]
) -> None:
    base = tmp_path_factory.mktemp("world").resolve()
    for images in (base / "free" / "images", base / "secret" / "images"):
        images.mkdir(parents=True)
    (base / "free" / "door").symlink_to(base / "secret")
    (base / "secret" / "back").symlink_to(base / "free")
    location = start.format(base=base) + "/".join(parts)
    readable = Confinement([base / "free"])
    try:
        source = LocalSource.stored(location, readable)
    except VisionLensError as error:
        inside = readable.holds(os.path.realpath(location))
        assert error.code == ("DIR_NOT_FOUND" if inside else "ROOT_NOT_TRUSTED")
    else:
        assert readable.holds(os.path.realpath(source.location))
    shutil.rmtree(base)


def test_what_this_user_ingested_is_read_by_whichever_process(home: Path, tmp_path: Path) -> None:
    for allowed in (NOWHERE, Confinement([tmp_path / "other"])):
        assert reads(opened(home, "street", allowed))
    assert not opened(home, "street").mending.damages()


def test_a_root_that_became_a_link_is_chosen_anew(home: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").rename(tmp_path / "moved")
    (tmp_path / "mine").symlink_to(tmp_path / "moved")
    store = opened(home, "street")
    assert not reads(store)
    store.trust_roots()
    assert reads(opened(home, "street"))


def test_images_in_its_own_folder_move_with_it(tmp_path: Path) -> None:
    library = Library(tmp_path / "home", allowed=NOWHERE)
    uploads = library.create("own").folder / "uploads"
    make_images(uploads, 3)
    request = IngestRequest(source=str(uploads), name="own", incremental=True)
    assert reads(run_inline(library, request, on_progress=lambda _: None))
    library.close()
    (tmp_path / "home").rename(tmp_path / "elsewhere")
    for file in (STATE, KEPT):
        (tmp_path / "elsewhere" / file).unlink(missing_ok=True)
    assert reads(opened(tmp_path / "elsewhere", "own"))


def test_the_whole_data_folder_may_move(home: Path, tmp_path: Path) -> None:
    home.rename(tmp_path / "elsewhere")
    assert reads(opened(tmp_path / "elsewhere", "street"))


def test_a_copy_of_ones_own_dataset_is_read(home: Path) -> None:
    shutil.copytree(home / "datasets" / "street", home / "datasets" / "copy")
    copy, original = opened(home, "copy"), opened(home, "street")
    assert copy.uuid != original.uuid
    assert reads(copy) and reads(original) and reads(opened(home, "copy"))


def test_a_strangers_copy_of_a_uuid_reads_no_more_than_the_original(
    home: Path, tmp_path: Path
) -> None:
    uuid = opened(home, "street").uuid
    assert not reads(opened(home, bring(home, tmp_path / "secret", like=uuid)))


def test_datasets_that_an_earlier_version_opened_are_read(home: Path, tmp_path: Path) -> None:
    as_before(home)
    assert not examine(home / "datasets" / "street").damages
    assert not opened(home, "street").info().damages
    assert reads(opened(home, "street")) and reads(opened(home, "street"))
    with sqlite3.connect(home / STATE) as connection:
        assert connection.execute("SELECT * FROM known_before").fetchall() == []
    connection.close()
    # Only once: what it names later is as good as a stranger's.
    store = opened(home, "street")
    store.transaction(
        lambda cursor: cursor.execute("UPDATE source_root SET location = ?", [str(tmp_path)])
    )
    assert not reads(store) and not reads(opened(home, "street"))


@pytest.mark.parametrize("first", ["street", "brought"])
def test_a_folder_that_comes_later_is_none_of_these(home: Path, tmp_path: Path, first: str) -> None:
    as_before(home)
    slug = bring(home, tmp_path / "secret")
    opened(home, first).close()
    assert not reads(opened(home, slug)) and reads(opened(home, "street"))
    assert not reads(opened(home, slug))


def test_a_folder_under_another_name_is_not_what_was_known(home: Path, tmp_path: Path) -> None:
    uuid = opened(home, "street").uuid
    as_before(home)
    assert not reads(opened(home, bring(home, tmp_path / "secret", like=uuid)))


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("damage", [b"", b"no database" * 100, None])
def test_a_choice_outlives_a_damaged_or_lost_state(
    home: Path, tmp_path: Path, before: bool, damage: bytes | None
) -> None:
    if before:
        as_before(home)
        Library(home).create("other").close()  # the first that this version writes
    slug = bring(home, tmp_path / "secret")
    if damage is None:
        (home / STATE).unlink()
    else:
        (home / STATE).write_bytes(damage)
    assert reads(opened(home, "street")) and not reads(opened(home, slug))


@pytest.mark.parametrize("kept", [None, b"", b"{", b"[]", b'{"trusted_root": [[1, 2], "ab", []]}'])
def test_where_both_are_lost_nobody_is_trusted(
    home: Path, tmp_path: Path, kept: bytes | None
) -> None:
    slug = bring(home, tmp_path / "secret")
    (home / STATE).write_bytes(b"no database" * 100)
    (home / KEPT).unlink()
    if kept is not None:
        (home / KEPT).write_bytes(kept)
    assert not reads(opened(home, "street")) and not reads(opened(home, slug))
    store = opened(home, "street")
    store.trust_roots()
    assert reads(store) and reads(opened(home, "street"))


def test_what_is_kept_is_for_its_owner_only(home: Path) -> None:
    assert (home / KEPT).stat().st_mode & 0o777 == 0o600


def test_a_deleted_dataset_is_trusted_no_more(home: Path) -> None:
    library = Library(home)
    uuid = library.open("street").uuid
    assert library.state.trusted_roots(uuid)
    library.delete("street")
    assert not library.state.trusted_roots(uuid)
    library.close()
