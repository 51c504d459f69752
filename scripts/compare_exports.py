#!/usr/bin/env python3
"""Holds what we make of exported conversations against a reading of their own by Python's standard library:

    scripts/compare_exports.py LISTING FOLDER      (LISTING: build/bench/bench/compare_listing)

Outlook for Mac (.olm), exports of a Slack workspace (a zip or folder with users.json and a folder a channel) and of
Microsoft Teams (the personal export's messages.json; Graph's lists of chatMessage). Compared of each message: its
time, its author, its subject where it has one, and the words of its text; of an .olm the attachments by SHA-256
besides. Every difference is printed. Exit code 1 under 99.5 % of anything.
"""
import collections, datetime, hashlib, html, json, os, re, subprocess, sys, zipfile
import xml.etree.ElementTree as tree

BAR = 0.995
WORD = re.compile(r"\w{3,}")
TAG = re.compile(r"<[^>]*>")


def words(text):
    return collections.Counter(WORD.findall(text.lower()))


def seconds(text):
    """Of a time as exports write it; None where it is none."""
    text = str(text or "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        number = float(text)
        return int(number / 1000 if number > 1e11 else number)
    text = re.sub(r"\.\d+", "", text.replace("Z", "+00:00"))
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((time if time.tzinfo else time.replace(tzinfo=datetime.timezone.utc)).timestamp())


class Message:
    def __init__(self, place, time, authors, subject, text):
        self.place, self.time, self.subject = place, time, (subject or "").strip()
        self.authors = [a for a in authors if a]     # any one of them is the author by another name
        self.words = words(text)


def shown(text):
    """What a reader sees of HTML."""
    text = re.sub(r"(?is)<(style|script|head)\b.*?</\1>|<!--.*?-->", " ", text)
    return html.unescape(TAG.sub(" ", text))


# ---- theirs

def olm(path):
    with zipfile.ZipFile(path) as archive:
        attachments = collections.Counter()
        messages = []
        for name in archive.namelist():
            if name.endswith("/"):
                continue
            data = archive.read(name)
            if "com.microsoft.__Attachments/" in name:
                attachments[hashlib.sha256(data).hexdigest()] += 1
            if not re.search(r"/message_\d+\.xml$", name):
                continue
            for email in tree.fromstring(data).iter("email"):
                field = lambda key: (email.findtext("OPFMessageCopy" + key) or "")
                sender = email.find("OPFMessageCopyFromAddresses/emailAddress")
                author = "" if sender is None else sender.get("OPFContactEmailAddressAddress", "")
                body, page = field("Body"), field("HTMLBody")
                text = " ".join(shown(one) if "<" in one else one for one in {body, page})
                messages.append(Message(name, seconds(field("SentTime")), [author.lower()], field("Subject"), text))
        return messages, attachments


def slack_messages(place, data, names):
    for one in data:
        if not isinstance(one, dict) or "ts" not in one:
            continue
        text = one.get("text") or ""
        author = one.get("user") or (one.get("user_profile") or {}).get("name") or one.get("username") or one.get("bot_id")
        known = [author, one.get("username"), names.get(author)]
        if text or one.get("blocks") or one.get("attachments"):
            yield Message(place, seconds(one["ts"]), [a for a in known if a], "", html.unescape(text))


def slack(files):
    """`files`: names and contents, channels as folders."""
    names = {}
    for name, data in files:
        if name.endswith("users.json"):
            names = {user.get("id"): user.get("name") for user in json.loads(data)}
    messages = []
    for name, data in files:
        if re.search(r"/\d{4}-\d\d-\d\d\.json$", "/" + name):
            messages += slack_messages(name, json.loads(data), names)
    return messages


def teams(data):
    """Lists of chatMessage (Graph), of MessageList (the personal export)."""
    messages = []

    def walk(value):
        if isinstance(value, list):
            for one in value:
                walk(one)
        elif isinstance(value, dict):
            body = value.get("body")
            if "createdDateTime" in value and isinstance(body, dict):
                sender = value.get("from") or {}
                known = [(sender.get(kind) or {}).get(key) for kind in ("user", "application", "device")
                         for key in ("displayName", "id")]
                if body.get("content") and any(known):
                    messages.append(Message("", seconds(value["createdDateTime"]), known, value.get("subject"),
                                            shown(body["content"])))
            elif "originalarrivaltime" in value and isinstance(value.get("content"), str):
                known = [value.get("displayName"), value.get("from"), value.get("imdisplayname")]
                if value["content"]:
                    messages.append(Message("", seconds(value["originalarrivaltime"]), known, "",
                                            shown(value["content"])))
            for one in value.values():
                walk(one)

    walk(json.loads(data))
    return messages


# ---- ours

class Listed:
    def __init__(self, listing, path):
        done = subprocess.run([listing, path], capture_output=True)
        if done.returncode != 0:
            sys.exit(f"ours died on {path}")
        self.messages, self.texts, self.attachments = {}, collections.defaultdict(collections.Counter), collections.Counter()
        self.unread = []
        for line in done.stdout.decode("utf-8", "replace").splitlines():
            one = json.loads(line)
            if "message" in one:
                self.messages[one["message"]] = one
            elif "text" in one:
                self.texts[one["text"]] += words(one["content"])
            elif "child" in one:
                self.attachments[one["sha256"]] += 1
            elif "ledger" in one:
                self.unread.append((one["ledger"], one["state"], one["reason"]))


Count = collections.Counter


def compare(path, theirs, ours, totals):
    """By time and words: exports have no other key in common."""
    by_time = collections.defaultdict(list)
    for place, one in ours.messages.items():
        by_time[seconds(one["sent"])].append(place)
    used = set()
    for message in theirs:
        totals["messages"] += 1
        # Of those of that second the one that holds most of its words.
        candidates = [place for place in by_time.get(message.time, []) if place not in used]
        best = max(candidates, key=lambda place: sum((ours.texts[place] & message.words).values()), default=None)
        if best is None:
            print(f"{path}: {message.place}: no message of {message.time}: {' '.join(list(message.words)[:8])}")
            continue
        used.add(best)
        totals["messages found"] += 1
        one = ours.messages[best]
        totals["authors"] += bool(message.authors)
        people = [person.lower() for person in one["people"]] + [name.lower() for name in one.get("names", [])]
        if message.authors:
            if any(str(author).lower() in people for author in message.authors):
                totals["authors found"] += 1
            else:
                print(f"{path}: {message.place}: author {message.authors}, ours {people}")
        if message.subject:
            totals["subjects"] += 1
            if message.subject == one["subject"].strip():
                totals["subjects found"] += 1
            else:
                print(f"{path}: {message.place}: subject {message.subject!r}, ours {one['subject']!r}")
        totals["words"] += sum(message.words.values())
        missing = message.words - ours.texts[best]
        totals["words found"] += sum((message.words - missing).values())
        if missing:
            print(f"{path}: {message.place}: words missing: {' '.join(list(missing)[:8])}")


def zip_files(path):
    with zipfile.ZipFile(path) as archive:
        return [(name, archive.read(name)) for name in archive.namelist() if not name.endswith("/")]


def folder_files(path):
    out = []
    for folder, _, names in os.walk(path):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                out.append((os.path.relpath(os.path.join(folder, name), path), file.read()))
    return out


def main():
    listing, folder = sys.argv[1], sys.argv[2]
    kinds = collections.defaultdict(Count)
    for here, folders, names in os.walk(folder):
        for name in sorted(names):
            path = os.path.join(here, name)
            if name.endswith(".olm"):
                theirs, attachments = olm(path)
                ours = Listed(listing, path)
                totals = kinds["olm"]
                compare(path, theirs, ours, totals)
                totals["attachments"] += sum(attachments.values())
                totals["attachments found"] += sum((attachments & ours.attachments).values())
            elif name.endswith(".zip"):
                files = zip_files(path)
                if any(one.endswith("users.json") for one, _ in files):
                    compare(path, slack(files), Listed(listing, path), kinds["slack"])
            elif re.fullmatch(r"\d{4}-\d\d-\d\d\.json", name):
                with open(path, "rb") as file:
                    theirs = list(slack_messages(path, json.loads(file.read()), {}))
                compare(path, theirs, Listed(listing, path), kinds["slack"])
            elif name.endswith(".json") and name not in ("users.json", "channels.json"):
                with open(path, "rb") as file:
                    try:
                        theirs = teams(file.read())
                    except ValueError:
                        continue
                if theirs:
                    compare(path, theirs, Listed(listing, path), kinds["teams"])
    failed = False
    for kind, totals in sorted(kinds.items()):
        for what in ("messages", "authors", "subjects", "words", "attachments"):
            if totals[what] == 0:
                continue
            share = totals[what + " found"] / totals[what]
            failed = failed or share < BAR
            print(f"{kind}: {what} {totals[what + ' found']} of {totals[what]} ({100 * share:.2f} %)")
    sys.exit(1 if failed else 0)


main()
