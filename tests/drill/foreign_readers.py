#!/usr/bin/env python3
"""Reads a drill with readers that share nothing with Dislodge: Python's own, git and OpenSSL.

Checks that every piece of evidence is well formed, and that each place in answers.json is a place: the bytes there
are the same for all places of one secret, and non-empty. Prints the values only as lengths.
Values are checked for what their vendors promise: checksums, account numbers, fingerprints, hints.
usage: foreign_readers.py DRILL_FOLDER
"""
import base64, csv, hashlib, email, email.policy, io, json, mailbox, os, pathlib, subprocess, sys, tempfile, tomllib, zipfile, zlib, re

folder = pathlib.Path(sys.argv[1])
evidence = folder / "evidence"
failures = []


def check(ok, what):
    if not ok:
        failures.append(what)


def run(*command, **options):
    return subprocess.run(command, capture_output=True, **options)


# --- mail -------------------------------------------------------------------------------------------------------
def sections(message, prefix=""):
    """(section, part) of every leaf, numbered as in IMAP."""
    def walk(part, number):
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            inner = part.get_payload(0)
            yield from (walk(inner, number) if inner.is_multipart() else [(number + ".1", inner)])
        elif part.is_multipart() and part.get_content_maintype() == "multipart":
            for i, child in enumerate(part.get_payload(), 1):
                yield from walk(child, f"{number}.{i}" if number else str(i))
        else:
            yield number or "1", part
    yield from walk(message, prefix)


def split_mbox(raw):
    starts = [m.start() for m in re.finditer(rb"(?m)^From \S+ (Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} ", raw)]
    for begin, end in zip(starts, starts[1:] + [len(raw)]):
        body = raw[begin:end]
        body = body[body.index(b"\n") + 1:]
        yield re.sub(rb"(?m)^>(>*From )", rb"\1", body)


items = {}


def pdf_text(data):
    out = b""
    for stream in re.finditer(rb"stream\n(.*?)\nendstream", data, re.S):
        text = zlib.decompress(stream[1])
        out += b"\n".join(re.sub(rb"\\(.)", rb"\1", m[1]) for m in re.finditer(rb"\((.*)\) Tj", text)) + b"\n"
    return out


def docx_text(data):
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    return "".join(re.sub(r"<[^>]+>", "", p).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") + "\n"
                   for p in re.findall(r"<w:p>(.*?)</w:p>", xml)).encode()


def read_message(raw, root):
    message = email.message_from_bytes(raw)
    check(message["Message-ID"] and message["Date"] and message["From"], f"{root}: header missing")
    check(email.utils.parsedate_to_datetime(message["Date"]) is not None, f"{root}: date")
    email.message_from_bytes(raw, policy=email.policy.default)["Subject"]
    for section, part in sections(message):
        check(not part.defects, f"{root}!/{section}: {part.defects}")
        if part.get_content_type() == "message/delivery-status":
            continue
        data = part.get_payload(decode=True)
        charset = part.get_content_charset()
        if part.get_content_maintype() == "text" and charset:
            data.decode(charset)
        path = f"{root}!/{section}"
        items[path, "item"] = data
        if data[:4] == b"PK\3\4":
            archive = zipfile.ZipFile(io.BytesIO(data))
            check(archive.testzip() is None, f"{path}: zip")
            if "word/document.xml" in archive.namelist():
                items[path, "text"] = docx_text(data)
            else:
                for name in archive.namelist():
                    items[f"{path}!/{name}", "item"] = archive.read(name)
        elif data[:5] == b"%PDF-":
            items[path, "text"] = pdf_text(data)
            with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
                file.write(data)
                file.flush()
                try:
                    check(run("pdftotext", file.name, "-").returncode == 0, f"{path}: pdftotext")
                except FileNotFoundError:
                    pass
        elif data[:4] == b"\x89PNG":
            check(data.endswith(b"IEND\xaeB`\x82"), f"{path}: png")


messages = 0
for path in sorted(evidence.glob("mail/*.mbox")):
    found = list(split_mbox(path.read_bytes()))
    check(len(mailbox.mbox(path)) == len(found), f"{path}: mailbox finds {len(mailbox.mbox(path))} of {len(found)}")
    for number, raw in enumerate(found, 1):
        read_message(raw, f"evidence/mail/{path.name}!/{number}")
    messages += len(found)
for path in sorted(evidence.glob("mail/**/*.eml")):
    read_message(path.read_bytes(), str(path.relative_to(folder)))
    messages += 1

# --- repositories -----------------------------------------------------------------------------------------------
commits = 0
for path in sorted(evidence.glob("repos/*.bundle")):
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(["git", "init", "-q", work + "/empty"], check=True)
        verify = run("git", "-C", work + "/empty", "bundle", "verify", str(path.resolve()))
        check(verify.returncode == 0, f"{path}: bundle verify: {verify.stderr}")
        clone = run("git", "clone", "-q", "--mirror", str(path.resolve()), work + "/clone")
        check(clone.returncode == 0, f"{path}: clone: {clone.stderr}")
        fsck = run("git", "-C", work + "/clone", "fsck", "--strict", "--full")
        check(fsck.returncode == 0 and not fsck.stdout, f"{path}: fsck: {fsck.stdout}{fsck.stderr}")
        commits += int(run("git", "-C", work + "/clone", "rev-list", "--all", "--count").stdout)
        batch = run("git", "-C", work + "/clone", "cat-file", "--batch-all-objects", "--batch").stdout
        while batch:
            name, kind, size = batch[:batch.index(b"\n")].decode().split()
            start = batch.index(b"\n") + 1
            if kind == "blob":
                items[f"evidence/repos/{path.name}!/{name}", "item"] = batch[start:start + int(size)]
            batch = batch[start + int(size) + 1:]

# --- logs and directories ---------------------------------------------------------------------------------------
rows = {}
for path in sorted(evidence.glob("logs/*")):
    if path.suffix == ".json":
        value = json.loads(path.read_text())["value"]
        check([v["createdDateTime"] for v in value] == sorted((v["createdDateTime"] for v in value), reverse=True), f"{path}: order")
        rows[path.name] = len(value)
    elif path.suffix == ".jsonl":
        rows[path.name] = len([json.loads(line) for line in path.read_text().splitlines()])
    elif path.suffix == ".csv":
        table = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
        for row in table:
            data = json.loads(row["AuditData"])
            check(data["Id"] == row["Identity"] and data["Operation"] == row["Operations"], f"{path}: {row['Identity']}")
        rows[path.name] = len(table)
for path in sorted(evidence.glob("directory/azurehound-*.json")):
    value = json.loads(path.read_text())
    check(value["meta"]["count"] == len(value["data"]), f"{path}: count")
    rows[path.name] = len(value["data"])
for path in sorted(evidence.glob("directory/*opengraph*.json")):
    graph = json.loads(path.read_text())["graph"]
    ids = {node["id"] for node in graph["nodes"]}
    check(len(ids) == len(graph["nodes"]) and not any(":" in i for i in ids), f"{path}: node ids")
    for node in graph["nodes"]:
        check(all(isinstance(v, (str, int, bool)) for v in node["properties"].values()), f"{path}: nested property")
    for edge in graph["edges"]:
        for side in ("start", "end"):
            check(edge[side]["match_by"] == "name" or edge[side]["value"] in ids, f"{path}: edge to nowhere")
    rows[path.name] = len(graph["nodes"])
for path in sorted(evidence.rglob("*.collection.toml")):
    says = tomllib.loads(path.read_text())["collection"]
    check(os.path.exists(str(path).removesuffix(".collection.toml")), f"{path}: declares nothing")
    name = path.name.removesuffix(".collection.toml")
    if name in rows and says["complete"]:
        check(says["expected_rows"] == rows[name], f"{path}: {says['expected_rows']} rows declared, {rows[name]} held")

# --- answers ----------------------------------------------------------------------------------------------------
answers = json.loads((folder / "answers.json").read_text())
for secret in answers["secrets"]:
    values = set()
    check(secret["places"], f"{secret['name']}: no place")
    for place in secret["places"]:
        data = items.get((place["item"], place["space"]))
        if data is None:
            failures.append(f"{secret['name']}: no item {place['item']}")
            continue
        value = data[place["offset"]:place["offset"] + place["length"]]
        check(len(value) == place["length"], f"{secret['name']}: {place} is past the end")
        check(data[:place["offset"]].count(b"\n") + 1 == place["line"], f"{secret['name']}: {place}: line")
        values.add(value)
    check(len(values) == 1, f"{secret['name']}: {len(values)} different values")
    value = values.pop() if values else b"?"
    # The value must lie nowhere else.
    listed = {(p["item"], p["space"]) for p in secret["places"]}
    for key, data in items.items():
        check(value not in data or key in listed, f"{secret['name']}: also in {key}")
for decoy in answers["decoys"]:
    check(decoy["places"], f"decoy {decoy['what']}: no place")


# --- values are as their vendors make them ----------------------------------------------------------------------
def value_of(secret):
    place = secret["places"][0]
    return items[place["item"], place["space"]][place["offset"]:place["offset"] + place["length"]].decode()


def marvin32(data, seed):
    mask = 0xFFFFFFFF
    p0, p1 = seed & mask, seed >> 32

    def mix(p0, p1):
        rotate = lambda v, n: ((v << n) | (v >> (32 - n))) & mask
        p1 ^= p0
        p0 = (rotate(p0, 20) + p1) & mask
        p1 = rotate(p1, 9) ^ p0
        p0 = (rotate(p0, 27) + p1) & mask
        return p0, rotate(p1, 19)
    data += b"\x80" + b"\0" * (-(len(data) + 1) % 4)
    for i in range(0, len(data), 4):
        p0, p1 = mix((p0 + int.from_bytes(data[i:i + 4], "little")) & mask, p1)
    p0, p1 = mix(p0, p1)
    return p0 ^ p1


assert marvin32(b"abc", 0xd53cd9cecd0893b7) == 0x22c74339 ^ 0x492769bf  # SymCrypt's own vector
for secret in answers["secrets"]:
    value, name = value_of(secret), secret["name"]
    if secret["kind"] == "github-token":
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        rest, text = zlib.crc32(value[4:34].encode()), ""
        for _ in range(6):
            rest, digit = divmod(rest, 62)
            text = digits[digit] + text
        check(value.startswith("ghp_") and value[34:] == text, f"{name}: checksum")
    elif secret["kind"] == "azure-storage-key":
        data = base64.b64decode(value)
        check(len(data) == 64 and base64.b64encode(data[57:60]) == b"+ASt", f"{name}: signature")
        check(marvin32(data[:60], 0x44656661756c7430) == int.from_bytes(data[60:], "little"), f"{name}: checksum")
    elif secret["kind"] == "aws-secret-access-key":
        account, key = secret["principal"].split("/")[1:]
        number = int.from_bytes(base64.b32decode(key[4:].upper())[:6], "big")
        check((number & 0x7FFFFFFFFF80) >> 7 == int(account) and len(value) == 40, f"{name}: account")
    elif secret["kind"] == "entra-client-secret":
        hints = [c["hint"] for path in evidence.glob("directory/azurehound-*.json") for row in json.loads(path.read_text())["data"]
                 if row["kind"] == "AZApp" for c in row["data"]["passwordCredentials"]]
        check(value[:3] in hints and value[3:6] == "8Q~" and len(value) == 40, f"{name}: hint")
    elif secret["kind"] == "jwt":
        head, claims = (json.loads(base64.urlsafe_b64decode(p + "=" * (-len(p) % 4))) for p in value.split(".")[:2])
        check(head["alg"] == "HS256" and claims["exp"] > 1.8e9, f"{name}: claims")
    elif secret["kind"] == "basic-auth":
        check(b":" in base64.b64decode(value), f"{name}: user")
    elif secret["kind"] in ("private-key", "ssh-private-key"):
        with tempfile.NamedTemporaryFile() as file:
            file.write(value.encode())
            file.flush()
            os.chmod(file.name, 0o600)
            if secret["kind"] == "ssh-private-key":
                done = run("ssh-keygen", "-y", "-f", file.name)
                blob = base64.b64decode(done.stdout.split()[1]) if done.returncode == 0 else b""
                fingerprint = "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
                graphs = "".join(p.read_text() for p in evidence.glob("directory/*opengraph*.json"))
                check(fingerprint in graphs, f"{name}: fingerprint")
            else:
                done = run("openssl", "pkey", "-in", file.name, "-check", "-pubout")
                public = done.stdout[done.stdout.find(b"-----BEGIN"):]
                crt = [d for (i, _), d in items.items() if b"BEGIN CERTIFICATE" in d]
                shown = run("openssl", "x509", "-noout", "-pubkey", input=crt[0])
                check(shown.stdout.strip() == public.strip(), f"{name}: certificate")
                with tempfile.NamedTemporaryFile() as other:
                    other.write(crt[0])
                    other.flush()
                    check(run("openssl", "verify", "-CAfile", other.name, "-no_check_time", other.name).returncode == 0, f"{name}: signature")
            check(done.returncode == 0, f"{name}: {done.stderr}")

# --- the schema: the part of JSON Schema that it uses ------------------------------------------------------------
schema = json.loads((pathlib.Path(__file__).parents[2] / "docs/schemas/answers.schema.json").read_text())
types = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None)}


def validate(value, rule, where):
    if "$ref" in rule:
        validate(value, schema["$defs"][rule["$ref"].rsplit("/", 1)[1]], where)
    if "type" in rule:
        allowed = rule["type"] if isinstance(rule["type"], list) else [rule["type"]]
        check(any(isinstance(value, types[t]) for t in allowed), f"schema: {where}: type")
    check("enum" not in rule or value in rule["enum"], f"schema: {where}: {value}")
    check("const" not in rule or value == rule["const"], f"schema: {where}: {value}")
    check("pattern" not in rule or re.search(rule["pattern"], value), f"schema: {where}: {value}")
    check("minimum" not in rule or value >= rule["minimum"], f"schema: {where}: {value}")
    if isinstance(value, dict):
        for name in rule.get("required", []):
            check(name in value, f"schema: {where}: {name} is missing")
        for name, inner in value.items():
            check(rule.get("additionalProperties", True) or name in rule["properties"], f"schema: {where}: {name} is unknown")
            validate(inner, rule.get("properties", {}).get(name, {}), f"{where}.{name}")
    if isinstance(value, list):
        check(len(value) >= rule.get("minItems", 0), f"schema: {where}: too few")
        for i, inner in enumerate(value):
            validate(inner, rule.get("items", {}), f"{where}[{i}]")


validate(answers, schema, "answers")

print(f"{messages} messages, {commits} commits, {len(items)} items, rows {rows}, {len(answers['secrets'])} secrets at "
      f"{sum(len(s['places']) for s in answers['secrets'])} places")
for failure in failures[:20]:
    print("FAILED", failure)
sys.exit(1 if failures else 0)
