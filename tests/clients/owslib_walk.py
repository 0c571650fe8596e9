"""Walks from the landing page to filtered items with OWSLib, which knows nothing of this server."""

import json
import sys

from owslib.ogcapi.features import Features

root, collection, condition = sys.argv[1:]
server = Features(root, headers={"Accept": "application/json"})
classes = server.conformance()["conformsTo"]
collections = [one["id"] for one in server.collections()["collections"]]
described = server.collection(collection)
queryables = server.collection_queryables(collection)
found, cursor = [], None
while True:
    page = server.collection_items(collection, limit=7, filter=condition, **({"cursor": cursor} if cursor else {}))
    found += [feature["id"] for feature in page["features"]]
    following = [link["href"] for link in page["links"] if link["rel"] == "next"]
    if not following:
        break
    from urllib.parse import parse_qs, urlsplit

    cursor = parse_qs(urlsplit(following[0]).query)["cursor"][0]
one = server.collection_item(collection, found[0])
print(
    json.dumps(
        {
            "classes": classes,
            "collections": collections,
            "title": described["title"],
            "queryables": sorted(queryables["properties"]),
            "matched": page["numberMatched"],
            "found": found,
            "one": one["id"],
        }
    )
)
