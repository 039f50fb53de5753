"""What schemathesis cannot know of our API: how requests are signed, and names of things that exist.

Signed requests are signed as a stranger would (`../third_party/client.py`), over exactly what goes
on the wire, so that most cases get past the signature; those whose headers were left out or spoilt
on purpose stay as they are. Half of the ids are those of a lease, a unit, an entry and a sheep that
the coordinator has.
"""

import os
import re
import sys

import requests
import schemathesis

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "third_party"))
import client  # noqa: E402

SHAPES = {
    "woolgather-key": r"[0-9a-f]{64}",
    "woolgather-time": r"-?[0-9]{1,19}",
    "woolgather-nonce": r"[0-9a-f]{32}",
    "woolgather-body": r"[0-9a-f]{64}",
    "woolgather-signature": r"[0-9a-f]{128}",
}
GENOME = '<flame name="Case"><xform weight="1" linear="1" coefs="0.5 0 0 0.5 0.1 0"/></flame>'

device = client.Client(os.environ["WOOLGATHER_URL"], bytes(range(32)))


def existing():
    """An id for each kind of thing, by the word that stands before it in a path."""
    wanted = {"seconds_wanted": 60, "samples_per_second": 0, "units_max": 1}
    lease = device.post("/api/v1/leases", wanted)["leases"][0]
    work = device.open(lease["work"], "woolgather-work-unit-v1")
    entry = {"genome": GENOME, "artist": "Case", "consent": True}
    ids = {
        "leases": lease["id"],
        "work-units": work["id"],
        "entries": device.post("/api/v1/entries", entry)["id"],
        "clips": work["clip"],
    }
    try:
        ballot = device.post("/api/v1/ballots", {"kind": "single", "on_screen": None})
        ids["sheep"] = ballot["left"]["id"]
    except client.Refused:
        # Before the first clip is published nothing is put to the vote.
        pass
    return ids


IDS = existing()


class Signing(requests.auth.AuthBase):
    """Signs a request that carries the five headers in their right shapes."""

    def __call__(self, request):
        sound = all(
            re.fullmatch(shape, str(request.headers.get(name, "")))
            for name, shape in SHAPES.items()
        )
        if sound:
            body = request.body or b""
            body = body if isinstance(body, bytes) else body.encode()
            request.headers.update(device.headers(request.method, request.path_url, body))
        return request


@schemathesis.hook
def before_call(context, case, kwargs):
    kwargs["auth"] = Signing()


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    resource = context.operation.path.split("{")[0].rstrip("/").rsplit("/", 1)[-1]
    text = str((path_parameters or {}).get("id", ""))
    sound = re.fullmatch(r"[a-z0-9-]{1,32}", text)
    if resource in IDS and sound and len(text) % 2:
        return {**path_parameters, "id": IDS[resource]}
    return path_parameters


@schemathesis.serializer("application/vnd.woolgather.submission")
def submission(context, value):
    return value if isinstance(value, bytes) else str(value).encode()
