"""Views kept under a name, over HTTP."""

from __future__ import annotations

from visionlens_jlab.tests.api.servers import code


async def test_a_view_is_saved_listed_replaced_and_forgotten(api, dataset):
    name = "Küche, 夜"
    saved = await api.json(f"datasets/{dataset}/views/{name}", "PUT", {"where": "class='car'"})
    assert saved["name"] == "Küche, 夜"
    assert saved["predicate"] == "class = 'car'"
    assert saved["created_at"] == saved["modified_at"]
    again = await api.json(
        f"datasets/{dataset}/views/{name}", "PUT", {"sort": [{"field": "width"}]}
    )
    assert again["created_at"] == saved["created_at"]
    assert again["predicate"] == ""
    await api.json(f"datasets/{dataset}/views/another", "PUT", {"level": "annotations"})
    listed = (await api.json(f"datasets/{dataset}/views"))["views"]
    assert [view["name"] for view in listed] == ["another", "Küche, 夜"]
    assert listed[1]["view"]["sort"] == [{"field": "width", "descending": False}]
    assert (await api(f"datasets/{dataset}/views/another", "DELETE")).code == 204
    assert code(await api(f"datasets/{dataset}/views/another", "DELETE")) == "VIEW_NOT_FOUND"


async def test_a_view_that_cannot_be_shown_is_not_saved(api, dataset):
    for view, expected in (
        ({"where": "nothing = 3"}, "FIELD_UNKNOWN"),
        ({"where": "class ="}, "PREDICATE_INVALID"),
        ({"level": "nothing"}, "REQUEST_INVALID"),
    ):
        assert code(await api(f"datasets/{dataset}/views/x", "PUT", view)) == expected
    assert (await api.json(f"datasets/{dataset}/views"))["views"] == []
