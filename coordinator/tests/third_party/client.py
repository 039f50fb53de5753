"""A client of Woolgather written from docs/protocol.md alone, with Python's standard library.

It does what the page says a worker does: asks the coordinator who it is, introduces its device,
leases work, hands a segment in, asks what became of it, and gives the rest back. It knows nothing
of the Rust code. Drawing and encoding are a program of its own, as the page allows: the work unit
goes out as a line of JSON, and a line with two file names comes back.

    client.py URL [--secret HEX] < lines < lines of "SEGMENT_FILE FRAME_DIGEST..." 

The tests run it against a real coordinator (`tests/it/third_party.rs`).
"""

import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.request

# --- BLAKE3, by its specification (section 2) ------------------------------------------------------

IV = (
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
    0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
)
ORDER = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
MASK = 0xFFFFFFFF
CHUNK_START, CHUNK_END, PARENT, ROOT = 1, 2, 4, 8


def turn(word, count):
    return (word >> count) | (word << (32 - count)) & MASK


def mix(state, a, b, c, d, one, two):
    state[a] = (state[a] + state[b] + one) & MASK
    state[d] = turn(state[d] ^ state[a], 16)
    state[c] = (state[c] + state[d]) & MASK
    state[b] = turn(state[b] ^ state[c], 12)
    state[a] = (state[a] + state[b] + two) & MASK
    state[d] = turn(state[d] ^ state[a], 8)
    state[c] = (state[c] + state[d]) & MASK
    state[b] = turn(state[b] ^ state[c], 7)


LANES = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
)


def compress(chaining, block, counter, flags):
    """The first eight words of the compression of a block of at most 64 bytes."""
    words = [int.from_bytes(block[i:i + 4].ljust(4, b"\0"), "little") for i in range(0, 64, 4)]
    state = list(chaining) + list(IV[:4])
    state += [counter & MASK, counter >> 32, len(block), flags]
    for _ in range(7):
        for lane, (a, b, c, d) in enumerate(LANES):
            mix(state, a, b, c, d, words[2 * lane], words[2 * lane + 1])
        words = [words[i] for i in ORDER]
    return [state[i] ^ state[i + 8] for i in range(8)]


def chunk_node(chunk, counter):
    """What remains to be compressed of a chunk: its last block, with everything before it."""
    blocks = [chunk[i:i + 64] for i in range(0, len(chunk), 64)] or [b""]
    chaining = list(IV)
    for number, block in enumerate(blocks[:-1]):
        chaining = compress(chaining, block, counter, CHUNK_START if number == 0 else 0)
    flags = CHUNK_END | (CHUNK_START if len(blocks) == 1 else 0)
    return chaining, blocks[-1], counter, flags


def tree_node(data, first_chunk):
    if len(data) <= 1024:
        return chunk_node(data, first_chunk)
    chunks = (len(data) - 1) // 1024
    left = 1 << (chunks.bit_length() - 1)
    halves = (
        tree_node(data[:left * 1024], first_chunk),
        tree_node(data[left * 1024:], first_chunk + left),
    )
    values = [word for half in halves for word in compress(*half)]
    block = b"".join(word.to_bytes(4, "little") for word in values)
    return list(IV), block, 0, PARENT


def blake3(data):
    """The 32 bytes of BLAKE3, in hexadecimal."""
    chaining, block, _, flags = tree_node(bytes(data), 0)
    words = compress(chaining, block, 0, flags | ROOT)
    return b"".join(word.to_bytes(4, "little") for word in words).hex()


# --- ed25519, by RFC 8032 (section 5.1) ------------------------------------------------------------

PRIME = 2**255 - 19
GROUP = 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, PRIME - 2, PRIME) % PRIME
SQRT_MINUS_ONE = pow(2, (PRIME - 1) // 4, PRIME)


def add(one, two):
    """The sum of two points in extended coordinates."""
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, two
    a = (y1 - x1) * (y2 - x2) % PRIME
    b = (y1 + x1) * (y2 + x2) % PRIME
    c = 2 * t1 * t2 * CURVE % PRIME
    d = 2 * z1 * z2 % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def times(factor, point):
    total = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            total = add(total, point)
        point = add(point, point)
        factor >>= 1
    return total


def x_of(y, sign):
    square = (y * y - 1) * pow(CURVE * y * y + 1, PRIME - 2, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if (x * x - square) % PRIME:
        x = x * SQRT_MINUS_ONE % PRIME
    if (x * x - square) % PRIME:
        raise ValueError("not a point of the curve")
    return PRIME - x if x & 1 != sign else x


def point_from(data):
    number = int.from_bytes(data, "little")
    y, sign = number & (2**255 - 1), number >> 255
    x = x_of(y, sign)
    return x, y, 1, x * y % PRIME


def bytes_from(point):
    x, y, z, _ = point
    inverse = pow(z, PRIME - 2, PRIME)
    x, y = x * inverse % PRIME, y * inverse % PRIME
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE_Y = 4 * pow(5, PRIME - 2, PRIME) % PRIME
BASE_X = x_of(BASE_Y, 0)
BASE = BASE_X, BASE_Y, 1, BASE_X * BASE_Y % PRIME


def expand(secret):
    digest = hashlib.sha512(secret).digest()
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254
    return scalar, digest[32:]


def hash_number(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % GROUP


def public_key(secret):
    return bytes_from(times(expand(secret)[0], BASE))


def sign(secret, message):
    scalar, prefix = expand(secret)
    key = bytes_from(times(scalar, BASE))
    nonce = hash_number(prefix, message)
    commitment = bytes_from(times(nonce, BASE))
    answer = (nonce + hash_number(commitment, key, message) * scalar) % GROUP
    return commitment + answer.to_bytes(32, "little")


def holds(key, message, signature):
    commitment, answer = signature[:32], int.from_bytes(signature[32:], "little")
    challenge = hash_number(commitment, key, message)
    left = times(answer, BASE)
    right = add(point_from(commitment), times(challenge, point_from(key)))
    return answer < GROUP and bytes_from(left) == bytes_from(right)


# --- The protocol ----------------------------------------------------------------------------------


class Refused(Exception):
    """A problem: the coordinator's refusal, with its kind."""

    def __init__(self, problem, retry_after):
        super().__init__(f"{problem['kind']}: {problem['detail']}")
        self.kind = problem["kind"]
        self.status = problem["status"]
        self.retry_after = retry_after


def signed_headers(secret, coordinator, method, path, body, time_ms, nonce):
    """The five headers of a signed request. `coordinator` is its key in hexadecimal."""
    digest = blake3(body)
    lines = ("woolgather-request-v1", method, path, coordinator, str(time_ms), nonce, digest)
    return {
        "woolgather-key": public_key(secret).hex(),
        "woolgather-time": str(time_ms),
        "woolgather-nonce": nonce,
        "woolgather-body": digest,
        "woolgather-signature": sign(secret, "\n".join(lines).encode()).hex(),
    }


class Client:
    """A device that talks to one coordinator."""

    def __init__(self, url, secret):
        self.url = url.rstrip("/")
        self.secret = secret
        self.info = self.get("/api/v1/coordinator")
        if self.info["protocol_version"] != 1:
            raise SystemExit("this client speaks version 1 only")
        # The coordinator's clock is the one that counts.
        self.ahead_ms = self.info["server_time_ms"] - time.time_ns() // 1_000_000

    def headers(self, method, path, body):
        now_ms = time.time_ns() // 1_000_000 + self.ahead_ms
        nonce = os.urandom(16).hex()
        return signed_headers(self.secret, self.info["key"], method, path, body, now_ms, nonce)

    def send(self, method, path, body=None, headers=()):
        request = urllib.request.Request(self.url + path, data=body, method=method)
        for name, value in dict(headers).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
                return json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            problem = json.loads(error.read())
            raise Refused(problem, error.headers.get("Retry-After")) from None

    def get(self, path):
        return self.send("GET", path)

    def signed(self, method, path, body=b"", kind="application/json"):
        headers = self.headers(method, path, body)
        if body:
            headers["content-type"] = kind
        return self.send(method, path, body or None, headers)

    def post(self, path, value):
        return self.signed("POST", path, json.dumps(value).encode())

    def open(self, signed, purpose):
        """The document inside a signed one, if the coordinator signed it for this purpose."""
        text = f"{purpose}\n{blake3(signed['document'].encode())}".encode()
        if not holds(bytes.fromhex(self.info["key"]), text, bytes.fromhex(signed["signature"])):
            raise SystemExit("not signed by the coordinator")
        return json.loads(signed["document"])

    def submit(self, lease, segment, frames, render_ms):
        preamble = json.dumps({
            "segment_bytes": len(segment),
            "segment": blake3(segment),
            "frames": frames,
            "render_ms": render_ms,
            "drawn_by": "cpu",
        }).encode()
        body = len(preamble).to_bytes(4, "little") + preamble + segment
        path = f"/api/v1/leases/{lease}/submission"
        return self.signed("PUT", path, body, "application/vnd.woolgather.submission")

    def status(self, unit):
        key = public_key(self.secret).hex()
        return self.get(f"/api/v1/work-units/{unit}?device={key}")


def refusal(action, *arguments):
    """The kind of refusal that a call ends with."""
    try:
        action(*arguments)
    except Refused as refused:
        return {"kind": refused.kind, "status": refused.status}
    return {"kind": None}


def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def day(client):
    """A worker's day, an event a line."""
    say("coordinator", name=client.info["name"], key=client.info["key"])
    device = client.post("/api/v1/devices", {"volunteer": "Third party"})
    say("device", **device)
    wanted = {"seconds_wanted": 60, "samples_per_second": 0, "units_max": 1}
    answer = client.post("/api/v1/leases", wanted)
    leases = {lease["id"]: lease for lease in answer["leases"]}
    lease, = leases.values()
    work = client.open(lease["work"], "woolgather-work-unit-v1")
    say("work", lease=lease["id"], term_s=lease["term_s"], work=work)
    # Asking again gives the same lease: a client that lost the answer loses nothing.
    again = client.post("/api/v1/leases", wanted)
    say("again", leases=[lease["id"] for lease in again["leases"]])

    # The renderer's answer: a file with the segment, and the digest of every frame.
    file, *frames = sys.stdin.readline().split()
    with open(file, "rb") as opened:
        segment = opened.read()
    say("receipt", **client.submit(lease["id"], segment, frames, 1200))
    say("receipt", **client.submit(lease["id"], segment, frames, 1200))
    say("status", **client.status(work["id"]))

    # What must be refused is refused, each with its own kind.
    path, body = "/api/v1/devices", b'{"volunteer":"Mallory"}'
    headers = client.headers("POST", path, body)
    client.send("POST", path, body, headers)
    say("replay", **refusal(client.send, "POST", path, body, headers))
    headers = client.headers("POST", path, body)
    headers["woolgather-signature"] = "00" * 64
    say("forged", **refusal(client.send, "POST", path, body, headers))
    headers = client.headers("POST", path, body)
    say("altered", **refusal(client.send, "POST", path, body + b" ", headers))
    say("unsigned", **refusal(client.send, "POST", path, body, {}))
    client.ahead_ms -= 3_600_000
    say("stale", **refusal(client.post, path, {"volunteer": "Late"}))
    client.ahead_ms += 3_600_000
    say("unknown", **refusal(client.signed, "DELETE", "/api/v1/leases/never-given"))


def check_examples(folder):
    """The worked examples of the page: our signatures are theirs, to the byte."""
    for name in ("signed-request", "signed-submission"):
        with open(os.path.join(folder, f"{name}.json"), encoding="utf-8") as opened:
            example = json.load(opened)
        body = example.get("body", "").encode() or bytes.fromhex(example.get("body_hex", ""))
        theirs = example["headers"]
        ours = signed_headers(
            bytes.fromhex(example["device_secret"]), example["coordinator"], example["method"],
            example["path"], body, int(theirs["woolgather-time"]), theirs["woolgather-nonce"],
        )
        say("example", name=name, same=ours == theirs)


if __name__ == "__main__":
    if sys.argv[1] == "--examples":
        check_examples(sys.argv[2])
    else:
        day(Client(sys.argv[1], os.urandom(32)))
