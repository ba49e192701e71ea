"""Reading datasets: lists, views, tables, tiles, facets, predicates, SQL."""

from __future__ import annotations

import gzip
import json
import zlib

import numpy as np
import pyarrow as pa

from visionlens_jlab.tests.api.servers import code, read_table

CARS = {"where": "class = 'car'"}


async def test_the_list_and_one_dataset(api, dataset):
    cards = (await api.json("datasets"))["datasets"]
    assert [(card["dataset"], card["samples"]) for card in cards] == [(dataset, 30)]
    detail = await api.json(f"datasets/{dataset}")
    assert {part["name"]: part["samples"] for part in detail["splits"]} == {"train": 20, "val": 10}
    assert (await api.json(f"datasets/{detail['uuid']}"))["dataset"] == dataset


async def test_a_dataset_that_does_not_exist(api):
    for name in ("nothing", "%2e%2e", "..%2f..%2fetc", "%00"):
        answer = await api(f"datasets/{name}")
        assert answer.code == 404, name
        assert code(answer) in ("DATASET_NOT_FOUND", "NOT_FOUND")


async def test_a_view_is_ids_with_counts(api, dataset):
    answer = await api(f"datasets/{dataset}/view", "POST", CARS)
    ids = np.frombuffer(answer.body, "<u4")
    assert ids.tolist() == list(range(1, 30, 2))
    assert answer.headers["VisionLens-Count"] == "15"
    assert answer.headers["VisionLens-Total"] == "30"
    assert int(answer.headers["VisionLens-Version"]) > 0


async def test_a_table_of_a_view_and_of_ids(api, dataset):
    table = read_table(await api(f"datasets/{dataset}/table", "POST", {"view": CARS}))
    assert table["sample_id"].to_pylist() == list(range(1, 30, 2))
    asked = {"ids": [5, 3], "columns": ["sample_id", "filename"]}
    few = read_table(await api(f"datasets/{dataset}/table", "POST", asked))
    assert few.to_pydict() == {
        "sample_id": [5, 3],
        "filename": ["image_00005.jpg", "image_00003.jpg"],
    }


async def test_tiles_facets_sample_and_predicate(api, dataset):
    tiles = await api.json(f"datasets/{dataset}/tiles", "POST", {"ids": [2, 1]})
    assert [tile["id"] for tile in tiles["tiles"]] == [2, 1]
    facets = await api.json(
        f"datasets/{dataset}/facets", "POST", {"view": CARS, "fields": ["split"]}
    )
    assert sum(value["samples"] for value in facets["facets"][0]["values"]) == 15
    sample = await api.json(f"datasets/{dataset}/samples/3", "POST", {})
    assert sample["annotations"][0]["class"] == "car"
    predicate = await api.json(
        f"datasets/{dataset}/predicate", "POST", {"text": "split == 'val' and width > 3"}
    )
    assert predicate["filter"]["op"] == "and"


async def test_the_tiles_that_a_view_begins_with(api, dataset):
    for view in ({}, CARS, {"level": "annotations", "sort": [{"field": "x", "descending": True}]}):
        answer = await api(f"datasets/{dataset}/view", "POST", view)
        ids = np.frombuffer(answer.body, "<u4")
        for first in (4, 500):
            body = {"view": view, "first": first}
            answer = await api.json(f"datasets/{dataset}/tiles", "POST", body)
            assert [tile["id"] for tile in answer["tiles"]] == ids[:first].tolist()


async def test_sql_answers_with_a_table(api, dataset):
    query = {"query": "SELECT count(*) AS n FROM samples"}
    assert read_table(await api(f"datasets/{dataset}/sql", "POST", query))["n"].to_pylist() == [30]
    refused = await api(f"datasets/{dataset}/sql", "POST", {"query": "DROP TABLE sample"})
    assert code(refused) == "SQL_REFUSED"


async def test_what_is_wrong_with_a_request_is_named(api, dataset):
    wrong = await api(f"datasets/{dataset}/tiles", "POST", {"ids": "all"})
    assert wrong.code == 400
    assert code(wrong) == "REQUEST_INVALID"
    assert b"ids" in wrong.body
    for body in (
        {"ids": list(range(501))},
        {"first": 0},
        {"first": 501},
        {},
        {"ids": [1], "first": 1},
    ):
        assert code(await api(f"datasets/{dataset}/tiles", "POST", body)) == "REQUEST_INVALID"
    for body in (b"{", b"\xff\xfe", b"[" * 100_000, b"null"):
        assert code(await api(f"datasets/{dataset}/view", "POST", body)) == "REQUEST_INVALID"
    misspelt = await api(f"datasets/{dataset}/view", "POST", {"wher": "a = 1"})
    assert code(misspelt) == "REQUEST_INVALID"
    unknown = await api(f"datasets/{dataset}/view", "POST", {"where": "colour = 'red'"})
    assert code(unknown) == "FIELD_UNKNOWN"
    for query in ("limit=0", "offset=-1", f"offset={10**30}"):
        page = await api(f"datasets/{dataset}/report?{query}")
        assert code(page) == "REQUEST_INVALID"


async def test_a_dataset_without_ingest_has_no_report(api, extension):
    slug = extension.services.library.create("empty").slug
    assert code(await api(f"datasets/{slug}/report")) == "NOT_FOUND"


async def test_an_unexpected_failure_says_nothing_but_its_id(api, dataset, extension, monkeypatch):
    store = extension.services.library.open(dataset)

    def broken() -> None:
        raise RuntimeError("the secret of the inside")

    monkeypatch.setattr(store, "detail", broken)
    answer = await api(f"datasets/{dataset}")
    assert answer.code == 500
    assert code(answer) == "INTERNAL"
    assert b"secret" not in answer.body


async def test_long_answers_are_compressed_for_browsers_only(api, dataset, extension):
    async def table(encoding, headers=None):
        return await api(
            f"datasets/{dataset}/table",
            "POST",
            {},
            headers={"Accept-Encoding": encoding, **(headers or {})},
            decompress_response=False,
        )

    plain = await table("identity")
    packed = await table("br, gzip")
    deflated = await table("deflate, gzip;q=0")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert deflated.headers["Content-Encoding"] == "deflate"
    for body in (gzip.decompress(packed.body), zlib.decompress(deflated.body)):
        assert pa.ipc.open_stream(body).read_all() == read_table(plain)
    kernel = {"Authorization": f"visionlens {extension.services.kernel_token}"}
    assert "Content-Encoding" not in (await table("gzip", kernel)).headers


async def test_colours_are_a_legend_and_codes_by_id(api, dataset):
    answer = await api(f"datasets/{dataset}/colors", "POST", {"field": "split"})
    length = int.from_bytes(answer.body[:4], "little")
    legend = json.loads(answer.body[4 : 4 + length])
    codes = np.frombuffer(answer.body[4 + length :], "<u2")
    assert [(v["value"], v["count"]) for v in legend["values"]] == [("train", 20), ("val", 10)]
    assert legend["size"] == len(codes) == 30
    assert np.bincount(codes).tolist() == [20, 10]
    assert code(await api(f"datasets/{dataset}/colors", "POST", {"field": "no"})) == "FIELD_UNKNOWN"
