"""Datasets whose images and labels lie at addresses of the web."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import visionlens_jlab as vl
from visionlens_jlab.buckets import peers, web
from visionlens_jlab.config import allowed_roots, joined_roots
from visionlens_jlab.core.system.confinement import Confinement
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.registry import source_kinds
from visionlens_jlab.media.sources import connect
from visionlens_jlab.tests.buckets.conftest import coco, jpeg
from visionlens_jlab.tests.buckets.test_ingest import counts
from visionlens_jlab.tests.buckets.web_server import Site, served_site

COUNT = 12
LABELS = "annotations/instances.json"


@pytest.fixture
def site() -> Site:
    made = Site()
    for path, data in coco(COUNT).items():
        made.put(path, data)
    return made


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    with served_site(site) as made:
        yield made


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(VisionLensError) as raised:
        call()
    return raised.value.code


def change_labels(site: Site, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The label file with each image's record changed."""
    labels = json.loads(site.files[LABELS])
    for record in labels["images"]:
        change(record)
    return json.dumps(labels).encode()


def in_photos(record: dict[str, Any]) -> None:
    record["file_name"] = f"photos/{record['file_name']}"


def items(dataset: vl.Dataset) -> dict[str, str]:
    assert dataset.report is not None
    return {item["item"]: item["code"] for item in dataset.report.items}


def test_a_label_file_with_images_beside_it_becomes_a_dataset(
    site: Site, address: str, tmp_path: Path
) -> None:
    site.put(LABELS, change_labels(site, in_photos))
    del site.files["photos/0003.jpg"]
    site.statuses["photos/0004.jpg"] = 403
    site.errors, site.torn, site.burst = 0.05, 0.05, 6
    dataset = vl.ingest(f"{address}/{LABELS}", name="cars", data_dir=tmp_path / "data")
    assert counts(dataset) == (COUNT, 2 * COUNT, COUNT - 2)
    told = {"photos/0003.jpg": "IMAGE_MISSING", "photos/0004.jpg": "IMAGE_UNREADABLE"}
    assert items(dataset) == told
    assert dataset.to_pandas(columns=["uri"])["uri"][0] == f"{address}/photos/0000.jpg"
    out = tmp_path / "out"
    site.statuses.clear()
    dataset.export(out, format="coco", images="copy")
    copied = {path.name: path.read_bytes() for path in out.rglob("*.jpg")}
    assert copied["0004.jpg"] == site.files["photos/0004.jpg"] and len(copied) == COUNT - 1


@pytest.mark.parametrize("fault", ["ranges", "heads"])
def test_servers_without_ranges_or_without_head_are_read_too(
    site: Site, address: str, tmp_path: Path, fault: str
) -> None:
    setattr(site, fault, False)
    labels = tmp_path / "labels.json"
    labels.write_bytes(site.files[LABELS])
    dataset = vl.ingest(labels, name="cars", images=f"{address}/photos", data_dir=tmp_path / "data")
    assert counts(dataset) == (COUNT, 2 * COUNT, COUNT)
    assert items(dataset) == {}


@pytest.mark.parametrize("member", ["coco_url", "flickr_url"])
def test_records_that_state_addresses(
    site: Site, address: str, tmp_path: Path, member: str
) -> None:
    def stated(record: dict[str, Any]) -> None:
        record[member] = f"{address}/photos/{record['file_name']}"
        record["file_name"] = f"{record['id']}-of-somebody.jpg"

    labels = change_labels(site, stated)
    site.put(LABELS, labels)
    there = vl.ingest(f"{address}/{LABELS}", name="there", data_dir=tmp_path / "data")
    assert counts(there) == (COUNT, 2 * COUNT, COUNT) and items(there) == {}
    here = tmp_path / "here" / "labels.json"
    here.parent.mkdir()
    here.write_bytes(labels)
    asked = len(site.requests)
    refused = vl.ingest(here, name="refused", data_dir=tmp_path / "data")
    assert items(refused)["labels.json"] == "FILE_REFUSED" and len(site.requests) == asked
    within = vl.ingest(here, name="a", within=[f"{address}/photos"], data_dir=tmp_path / "data")
    assert counts(within) == (COUNT, 2 * COUNT, COUNT)


def test_tables_name_images_by_address(site: Site, address: str, tmp_path: Path) -> None:
    other = Site(files={"x.jpg": jpeg(99)}, changed={"x.jpg": 1_700_000_000})
    with served_site(other) as elsewhere:
        names = [f"{address}/photos/{n:04}.jpg" for n in range(COUNT)]
        names += [f"{address}/photos/none.jpg", f"{elsewhere}/x.jpg"]
        rows = "".join(f"{name},car\n" for name in names)
        site.put("table.csv", f"path,class\n{rows}".encode())
        dataset = vl.ingest(f"{address}/table.csv", name="table", data_dir=tmp_path)
    assert counts(dataset) == (COUNT + 1, COUNT + 1, COUNT)
    assert items(dataset)["photos/none.jpg"] == "IMAGE_MISSING"
    assert items(dataset)[f"{elsewhere}/x.jpg"] == "FILE_REFUSED" and not other.requests


def test_rows_of_a_dataframe_name_images_by_address(address: str, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    rows = pandas.DataFrame({"path": [f"{address}/photos/{n:04}.jpg" for n in range(4)]})
    dataset = vl.ingest(rows, name="rows", data_dir=tmp_path)
    assert counts(dataset) == (4, 0, 4)


def test_an_image_that_changed_is_read_again(site: Site, address: str, tmp_path: Path) -> None:
    site.put(LABELS, change_labels(site, in_photos))
    vl.ingest(f"{address}/{LABELS}", name="cars", data_dir=tmp_path)
    site.put("photos/0001.jpg", jpeg(77))
    site.requests.clear()
    dataset = vl.ingest(f"{address}/{LABELS}", name="cars", data_dir=tmp_path, incremental=True)
    assert items(dataset) == {"photos/0001.jpg": "IMAGE_CHANGED"}
    read = {path for verb, path in site.requests if verb == "GET" and path.endswith("jpg")}
    assert read == {"photos/0001.jpg"}


def test_a_folder_is_not_listed(address: str, tmp_path: Path) -> None:
    for named in (f"{address}/photos", address, f"{address}/photos/0001.jpg"):
        assert code_of(lambda: vl.ingest(named, name="x", data_dir=tmp_path)) == "REQUEST_INVALID"  # noqa: B023


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(site: Site, address: str, tmp_path: Path, status: int) -> None:
    other = Site(files={LABELS: site.files[LABELS]}, changed={LABELS: 1})
    with served_site(other) as elsewhere:
        site.location, site.statuses = f"{elsewhere}/{LABELS}", {LABELS: status}
        with pytest.raises(VisionLensError, match="is not followed") as raised:
            vl.ingest(f"{address}/{LABELS}", name="x", data_dir=tmp_path)
    assert raised.value.code == "PERMISSION_DENIED" and not other.requests


@pytest.mark.parametrize("status", [401, 403])
def test_what_is_not_for_everybody_is_said(
    site: Site, address: str, tmp_path: Path, status: int
) -> None:
    site.statuses[LABELS] = status
    call = lambda: vl.ingest(f"{address}/{LABELS}", name="x", data_dir=tmp_path)  # noqa: E731
    assert code_of(call) == "PERMISSION_DENIED"


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("https://somebody:word@host/a.json", "REQUEST_INVALID"),
        ("https://host/a?token=secret/a.json", "REQUEST_INVALID"),
        ("https://host/a#b/a.json", "REQUEST_INVALID"),
        ("https://host:port/a", "REQUEST_INVALID"),
        ("https://host/a/%2e%2e/b", "PATH_NOT_ALLOWED"),
        ("https://host/a/..%2fb", "PATH_NOT_ALLOWED"),
        ("https:///a", "REQUEST_INVALID"),
    ],
)
def test_odd_addresses_are_refused_and_their_secrets_not_said(named: str, code: str) -> None:
    with pytest.raises(VisionLensError) as raised:
        connect(named, source_kinds())
    assert raised.value.code == code
    assert "word" not in str(raised.value) and "secret" not in str(raised.value)


def test_the_peer_is_judged_after_resolving(
    site: Site, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leads_to(*peers_of_it: str) -> None:
        def found(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
            kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
            return [(*kind, (peer, port)) for peer in peers_of_it]

        monkeypatch.setattr(socket, "getaddrinfo", found)
        web._pool.cache_clear()

    port = address.rpartition(":")[2]
    for peer in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "fe80::1%eth0"):
        leads_to("192.0.2.1", peer)
        objects = web.WebObjects(f"http://images.example:{port}")
        assert code_of(lambda: objects.head("photos/0000.jpg")) == "PATH_NOT_ALLOWED"  # noqa: B023
    assert not site.requests
    monkeypatch.setenv("VISIONLENS_ALLOWED_ROOTS", f"/data:http://images.example:{port}/photos")
    leads_to("127.0.0.1")
    assert web.WebObjects(f"http://images.example:{port}").head("photos/0000.jpg") is not None


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "[fd00:ec2::254]"]
)
def test_addresses_of_the_machines_own_network_are_not_asked(host: str) -> None:
    assert code_of(lambda: web.WebObjects(f"http://{host}").head("a.jpg")) == "PATH_NOT_ALLOWED"


def test_the_name_of_a_metadata_server_is_not_asked_wherever_it_leads() -> None:
    with pytest.raises(VisionLensError, match="not asked"):
        peers.check_peer("Metadata.Google.Internal.", "192.0.2.1")


def test_names_with_blanks_and_escapes(site: Site, address: str) -> None:
    site.put("a b/100%.jpg", b"1")
    source = connect(address, source_kinds())
    for path in ("a b/100%.jpg", "a%20b/100%25.jpg"):
        with source.open(path) as file:
            assert file.read() == b"1"
    assert code_of(lambda: source.open("photos/%2e%2e/x.jpg")) == "PATH_NOT_ALLOWED"


def test_allowed_roots_hold_addresses_with_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    roots = ("/data", "https://host:8443/set", "gs://bucket/a", "http://[::1]:80/b", "http://host")
    joined = joined_roots(Confinement([*roots, "/odd:name"]))
    monkeypatch.setenv("VISIONLENS_ALLOWED_ROOTS", joined)
    assert allowed_roots().folders == roots
