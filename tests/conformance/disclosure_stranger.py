"""A stranger's verifier, written from docs/formats/disclosure.md and trail.md alone.

    python disclosure_stranger.py PACKAGE VERIFIER-KEY

Standard library, and openssl for Ed25519. Shares no code with what it judges. Prints
what it counted as JSON, or the first thing that does not hold, and exits with 1.
"""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

SPKI = bytes.fromhex("302a300506032b6570032100")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def fail(message: str) -> NoReturn:
    say(message)
    raise SystemExit(1)


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def unb64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def check_signature(public: bytes, signature: bytes, message: bytes, what: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = {"key": SPKI + public, "sig": signature, "text": message}
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        done = subprocess.run(
            [
                *("openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER"),
                *("-inkey", "key", "-rawin", "-in", "text", "-sigfile", "sig"),
            ],
            cwd=folder,
            capture_output=True,
            check=False,
        )
    if done.returncode:
        fail(f"{what}: the signature does not hold")


def open_checkpoint(note: bytes, name: str, public: bytes) -> tuple[int, bytes]:
    text, _, signatures = note.decode().rpartition("\n\n")
    text += "\n"
    key_id = sha(name.encode() + b"\n\x01" + public)[:4]
    for line in signatures.splitlines():
        _, signer, encoded = line.split(" ")
        data = base64.b64decode(encoded)
        if signer == name and data[:4] == key_id:
            check_signature(public, data[4:], text.encode(), "checkpoint")
            origin, size, root = text.splitlines()[:3]
            if origin != name:
                fail("checkpoint: another origin")
            return int(size), base64.b64decode(root)
    fail("checkpoint: the key did not sign it")


def open_manifest(data: bytes, public: bytes) -> Any:
    envelope = json.loads(data)
    payload = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"]
    if kind != "application/vnd.affidavit.disclosure+json":
        fail("no disclosure")
    message = b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(payload), payload)
    wanted = hashlib.sha256(SPKI + public).hexdigest()
    for each in envelope["signatures"]:
        if each["keyid"] == wanted:
            check_signature(public, base64.b64decode(each["sig"]), message, "manifest")
            return json.loads(payload)
    fail("manifest: the key did not sign it")


def path_of(index: int, width: int) -> str:
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    return "/".join(groups) + ("" if width == 256 else f".p/{width}")


def entries_of(package: Path, first: int, end: int) -> Iterator[bytes]:
    for start in range(first, end, 256):
        width = min(256, end - start)
        path = package / "tile/entries" / path_of(start // 256, width)
        data = path.read_bytes() if path.exists() else b""
        for index in range(start, start + width):
            size = int.from_bytes(data[:2], "big")
            if len(data) < 2 + size or not size:
                fail(f"record {index}: its entry is missing")
            yield data[2 : 2 + size]
            data = data[2 + size :]
        if data:
            fail(f"record {start + width}: more entries than there should be")


class Tree:
    """Perfect subtrees from the left; two of one size become one."""

    def __init__(self) -> None:
        self.stack: list[tuple[int, bytes]] = []
        self.size = 0

    def push(self, width: int, node: bytes) -> None:
        self.size += width
        while self.stack and self.stack[-1][0] == width:
            node, width = sha(b"\1" + self.stack.pop()[1] + node), 2 * width
        self.stack.append((width, node))

    def root(self) -> bytes:
        nodes = [node for _, node in self.stack] or [sha(b"")]
        root = nodes.pop()
        while nodes:
            root = sha(b"\1" + nodes.pop() + root)
        return root


def push_all(tree: Tree, hashes: list[str], end: int) -> None:
    for each in hashes:
        left = end - tree.size
        width = 1 << max(left, 1).bit_length() - 1
        while tree.size % width:
            width //= 2
        tree.push(width, bytes.fromhex(each))
    if tree.size != end:
        fail("the range proof has too few or too many hashes")


def inclusion_root(entry: bytes, index: int, size: int, hashes: list[bytes]) -> bytes:
    """RFC 9162 2.1.3.2."""
    node, last = sha(b"\0" + entry), size - 1
    for each in hashes:
        if index & 1 or index == last:
            node = sha(b"\1" + each + node)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            node = sha(b"\1" + node + each)
        index, last = index >> 1, last >> 1
    return node if last == 0 else b""


def proved(package: Path, index: int, size: int, root: bytes) -> bytes:
    head = (package / f"proofs/{index}.tlog-proof").read_text().partition("\n\n")[0]
    _, extra, place, *hashes = head.split("\n")
    entry = base64.b64decode(extra.removeprefix("extra "))
    nodes = [base64.b64decode(each) for each in hashes]
    if place != f"index {index}" or inclusion_root(entry, index, size, nodes) != root:
        fail(f"record {index}: its proof leads elsewhere")
    return entry


def fits(entry: Any, selection: Any) -> bool:
    if selection["by"] == "ids":
        return entry["id"] in selection["ids"]
    return selection["by"] == "labels" and all(
        entry.get("labels", {}).get(each["field"]) == label_of(each)
        for each in selection["openings"]
    )


def label_of(opening: Any) -> str:
    named = opening["field"].encode() + b"\0" + opening["value"].encode()
    return b64url(sha(unb64url(opening["nonce"]) + named)[:16])


def choose(entries: dict[int, Any], told: Any) -> dict[int, Any]:
    """The records asked for, and the outcomes of the decisions among them."""
    start, end = told["window"]["from"], told["window"]["to"]
    selection = told["selection"]
    chosen = {
        index: entry
        for index, entry in entries.items()
        if start <= entry["at"] < end
        and (selection["by"] == "ids" or entry["kind"] == "decision")
        and fits(entry, selection)
    }
    decided = {each["id"] for each in chosen.values() if each["kind"] == "decision"}
    return chosen | {
        index: entry
        for index, entry in entries.items()
        if entry["kind"] == "outcome" and entry["id"] in decided
    }


def check_body(package: Path, line: Any, entry: Any, told: Any) -> None:
    body, index = line["body"].encode(), line["index"]
    if b64url(sha(unb64url(line["salt"]) + body)) != entry["body"]:
        fail(f"record {index}: another body than the entry commits to")
    said = json.loads(body)
    if entry["kind"] == "decision":
        for each in told["selection"].get("openings", []):
            if said[each["field"]] != each["value"]:
                fail(f"record {index}: its label and its body disagree")
    if "content_key" in line:
        part = "response" if entry["kind"] == "outcome" else "request"
        data = (package / f"content/{entry['id']}.{part}").read_bytes()
        data = sha(data) if part == "response" else data
        tag = hmac.new(unb64url(line["content_key"]), data, "sha256").digest()
        if (
            b64url(tag)
            != said["content" if part == "request" else "output"]["commitment"]
        ):
            fail(f"record {index}: another content than its body commits to")


def check_lines(package: Path, chosen: Any, prunings: Any, told: Any) -> dict[str, int]:
    data = (package / "records.jsonl").read_bytes()
    lines = read_lines(data)
    pruned = {i: each["pruning"] for i, each in lines.items() if "pruning" in each}
    states = dict.fromkeys(("disclosed", "withheld", "pruned", "missing"), 0)
    asked = chosen | {i: each for i, each in prunings.items() if i in pruned.values()}
    if surplus := lines.keys() - asked.keys():
        fail(f"record {min(surplus)}: was not asked for")
    for index, line in lines.items():
        entry = asked[index]
        if (line["id"], line["kind"]) != (entry["id"], entry["kind"]):
            fail(f"record {index}: the line is about another")
        states[line["state"]] += index in chosen
        if line["state"] == "disclosed":
            check_body(package, line, entry, told)
    for index, by in pruned.items():
        check_pruned(index, by, lines.get(by, {}))
    if missing := chosen.keys() - lines.keys():
        fail(f"record {min(missing)}: was left out")
    if sha(data).hex() != told["records"]["sha256"]:
        fail("records.jsonl: not the one that was signed")
    return states


def read_lines(data: bytes) -> dict[int, Any]:
    lines: dict[int, Any] = {}
    for line in map(json.loads, data.splitlines()):
        if line["index"] in lines:
            fail(f"record {line['index']}: told of twice")
        lines[line["index"]] = line
    return lines


def check_pruned(index: int, by: int, line: Any) -> None:
    ranges = json.loads(line.get("body", "{}")).get("ranges", [])
    said = any(at <= index < at + count for at, count in ranges)
    if not said or by < index or line["kind"] != "pruning":
        fail(f"record {index}: nothing says that it was pruned")


def main(package: Path, vkey: str) -> None:
    name, _, encoded = vkey.split("+", 2)
    public = base64.b64decode(encoded)[1:]
    told = open_manifest((package / "disclosure.dsse.json").read_bytes(), public)
    size, root = open_checkpoint((package / "checkpoint").read_bytes(), name, public)
    if (size, root.hex()) != (told["tree"]["size"], told["tree"]["root"]):
        fail("the manifest and the checkpoint are of different trees")
    first, end = told["range"]["first"], told["range"]["end"]
    tree, entries = Tree(), {}
    push_all(tree, told["range"]["left"], first)
    for index, entry in enumerate(entries_of(package, first, end), first):
        tree.push(1, sha(b"\0" + entry))
        entries[index] = json.loads(entry)
    push_all(tree, told["range"]["right"], size)
    if tree.root() != root:
        fail("the entries do not lead to the signed root")
    inside = dict(entries)
    for index in told["proofs"]:
        entries[index] = json.loads(proved(package, index, size, root))
    chosen = choose(entries, told)
    prunings = {i: each for i, each in entries.items() if each["kind"] == "pruning"}
    states = check_lines(package, chosen, prunings, told)
    window = [
        each
        for each in inside.values()
        if told["window"]["from"] <= each["at"] < told["window"]["to"]
    ]
    decided = {each["id"] for each in chosen.values() if each["kind"] == "decision"}
    outcomes = sum(
        each["kind"] == "outcome" and each["id"] in decided for each in chosen.values()
    )
    counts = {
        "records": end - first,
        "window": len(window),
        "decisions": sum(each["kind"] == "decision" for each in window),
        "selected": len(chosen) - outcomes,
        "outcomes": outcomes,
        **states,
    }
    if counts != told["counts"]:
        fail(f"counted {counts}, and the manifest says {told['counts']}")
    say(json.dumps({"counts": counts, "records": sorted(chosen)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
