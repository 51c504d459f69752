#!/usr/bin/env python3
"""Checks the secret rules in rules/secrets while they are being written.

A development aid: `dislodge rules check` is the judge. It needs Python 3.11 and nothing else;
where google-re2 or libhs are installed it also compiles every pattern with them.

    scripts/check_secret_rules.py              check everything, print counts
    scripts/check_secret_rules.py --fill       first replace @{...} in examples by seeded random tokens
    scripts/check_secret_rules.py --hits PATH  print what the rules find in files (to look for false alarms)

What each named check means is written in rules/secrets/README.md; the functions check_* follow it.
"""
import argparse, base64, binascii, collections, ctypes, ctypes.util, hashlib, json, math, pathlib
import random, re, string, struct, sys, tomllib, urllib.parse, uuid, zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent / "rules" / "secrets"
GENERIC_KINDS = {"private-key", "certificate-store", "password", "url-credentials", "basic-auth",
                 "bearer-token", "jwt", "connection-string", "api-key"}
OWNERS = {"value", "context", "none"}
FIELDS = {"id", "name", "kind", "pattern", "group", "keywords", "entropy", "checks", "confidence",
          "authenticates", "realm", "owner", "identifier", "rotate", "source", "positive", "negative"}
REQUIRED = FIELDS - {"group", "entropy", "checks", "identifier", "source"}
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


# ---------------------------------------------------------------- named checks: (secret, match) -> bool

def base62(number, width):
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = BASE62[rest] + digits
    return digits.rjust(width, "0")


def rotl(x, n):
    return ((x << n) | (x >> (32 - n))) & 0xFFFFFFFF


def marvin32(data, seed):
    """Marvin32 as in .NET, both halves folded by XOR."""
    def block(a, b):
        b ^= a; a = rotl(a, 20)
        a = (a + b) & 0xFFFFFFFF; b = rotl(b, 9)
        b ^= a; a = rotl(a, 27)
        a = (a + b) & 0xFFFFFFFF; b = rotl(b, 19)
        return a, b
    a, b = seed & 0xFFFFFFFF, seed >> 32
    whole = len(data) // 4 * 4
    for i in range(0, whole, 4):
        a = (a + struct.unpack_from("<I", data, i)[0]) & 0xFFFFFFFF
        a, b = block(a, b)
    a = (a + int.from_bytes(data[whole:] + b"\x80", "little")) & 0xFFFFFFFF
    a, b = block(*block(a, b))
    return a ^ b


def seed_of(literal):
    return int.from_bytes(literal.encode(), "big")


AZURE_SEEDS = {  # signature in the encoded key -> the 8-byte literals that may seed its checksum
    "+ASt": ["Default0"], "+ABa": ["AbAcct00"],
    "+ASb": ["Send0000", "Listen00", "Manage00", "System00", "Unknown0"],
    "+AEh": ["Send0000", "Listen00", "Manage00", "System00", "Unknown0"],
    "+ARm": ["Send0000", "Listen00", "Manage00", "System00", "Unknown0"],
    "AIoT": ["IoTHub00", "DpsKey00", "Device00"],
    "APIM": ["Tenant00", "IoTHub00", "Gatewy00", "GitKey00"],
}
ENTRA_ALPHABET = string.ascii_lowercase + string.ascii_uppercase + "1234567890.-_~"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def check_github_crc32(secret, match):
    body = secret.decode().rsplit("_", 1)[1]
    return base62(zlib.crc32(body[:-6].encode()), 6) == body[-6:]


check_npm_crc32 = check_github_crc32


def check_gitlab_routable(secret, match):
    text = secret.decode()
    base36 = lambda s: int(s, 36)
    payload = text[text.index("-") + 1:].rsplit(".", 1)[0]
    return (text == text[:-7] + text[-7:].lower() and base36(text[-7:]) == zlib.crc32(text[:-7].encode())
            and base36(text[-9:-7]) == len(payload.split(".")[0]))


def b64decode(text, altchars=None):
    text = text.strip()
    try:
        return base64.b64decode(text + "=" * (-len(text.rstrip("=")) % 4 if "=" not in text else 0), altchars, validate=True)
    except (binascii.Error, ValueError):
        return None


def check_base64(secret, match):
    return b64decode(secret.decode("latin1")) is not None


def check_base64url(secret, match):
    return b64decode(secret.decode("latin1"), b"-_") is not None


def check_uuid(secret, match):
    return (re.fullmatch(rb"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", secret) is not None
            and len(set(secret.lower())) > 5)


def check_jwt(secret, match):
    parts = secret.decode("latin1").split(".")
    header = b64decode(parts[0], b"-_") if len(parts) in (3, 5) else None
    try:
        return header is not None and "alg" in json.loads(header)
    except (ValueError, TypeError):
        return False


def check_aws_key_id(secret, match):
    try:
        number = int.from_bytes(base64.b32decode(secret[4:].ljust(16, b"="))[:6], "big")
    except binascii.Error:
        return False
    return (number & 0x7FFFFFFFFF80) >> 7 <= 999999999999


def check_azure_identifiable(secret, match):
    text = secret.decode("latin1")
    raw = b64decode(text)
    if raw is None:
        return False
    unpadded = text.rstrip("=")
    for signature, literals in AZURE_SEEDS.items():
        if unpadded[-10:-6] == signature:
            want = struct.unpack("<I", raw[-4:])[0]
            return any(marvin32(raw[:-4], seed_of(l)) == want for l in literals)
    return False


def check_azure_cask(secret, match):
    return len(secret) in (84, 88) and secret[52:57] == b"JQQJ9" and 65 <= secret[59] <= 76


def check_entra_client_secret(secret, match):
    number, digits = marvin32(secret[:-3], seed_of("AadPwd00")), ""
    while number:
        number, rest = divmod(number, 66)
        digits = ENTRA_ALPHABET[rest] + digits
    return digits.rjust(6, "a")[:3].encode() == secret[-3:]


def check_azdo_pat(secret, match):
    """52 base32 characters; a CRC32 hidden at bytes 22, 8, 7, 2 (little-endian), XORed with a constant."""
    raw = base64.b32decode(secret.upper() + b"====")
    token = raw[0:2] + raw[3:7] + raw[9:22] + raw[23:32]
    want = int.from_bytes(bytes([raw[22], raw[8], raw[7], raw[2]]), "little")
    return want in (zlib.crc32(token) ^ 0xE0B9692D, zlib.crc32(token) ^ 0x1019F92E)


def pem_body(secret):
    """The base64 between BEGIN and END, freed of what mail, JSON and source code put around its lines."""
    text = secret.decode("latin1").replace("\\r", "").replace("\\n", "\n").replace("\\t", "")
    lines = text.split("-----")[2].splitlines() if text.count("-----") >= 4 else []
    lines = [re.sub(r"""^[\s>]*(?:\+?\s*["'])?""", "", l) for l in lines if ":" not in l]
    return "".join(re.sub(r"""(?:["'][\s+,.;)]*)?[\s\\]*$""", "", l) for l in lines)


def check_pem(secret, match):
    body = pem_body(secret)
    raw = b64decode(re.sub(r"=[0-9A-Za-z+/]{4}$", "", body) if b"PGP" in secret[:40] else body)
    if raw is None or len(raw) < 40:
        return False
    if b"DEK-Info" in secret or b"PGP" in secret[:40]:
        return True
    if raw.startswith(b"openssh-key-v1\0"):
        return True
    return der_whole(raw) or (raw[0] == 0x30 and raw[1] == 0x82 and raw[4] == 2 and raw[5] == 1 and raw[6] in (0, 1, 3))


def der_whole(raw):
    """One DER SEQUENCE and nothing after it."""
    if len(raw) < 3 or raw[0] != 0x30:
        return False
    if raw[1] < 0x80:
        return 2 + raw[1] == len(raw)
    count = raw[1] & 0x7F
    return 2 + count + int.from_bytes(raw[2:2 + count], "big") == len(raw)


def check_der(secret, match):
    raw = b64decode(secret.decode("latin1"))
    return raw is not None and der_whole(raw)


def check_pem_base64(secret, match):
    raw = b64decode(secret.decode("latin1"))
    return raw is not None and b"PRIVATE KEY-----" in raw and check_pem(raw, raw)


WORDS = [b"xxxx", b"example", b"changeme", b"change_me", b"change-me", b"changeit", b"placeholder", b"your_", b"your-",
         b"yourpass", b"yoursecret", b"yourkey", b"yourtoken", b"yourapi", b"your ", b"insert_", b"insert-", b"replace",
         b"redacted", b"dummy", b"sample", b"notreal", b"****", b"....", b"____", b"----", b"removed", b"hidden",
         b"sanitized", b"masked", b"0123456789", b"1234567890", b"abcdefghij", b"deadbeef", b"my_secret", b"mysecret",
         b"my-secret", b"my_password", b"mypassword", b"some_", b"some-", b"enter_", b"enter-", b"put_your", b"goes-here",
         b"goes_here", b"goeshere", b"asdfasdf", b"foobar"]
WHOLE = {b"null", b"none", b"nil", b"undefined", b"true", b"false", b"string", b"value", b"key", b"token", b"secret",
         b"password", b"passwd", b"passwort", b"pwd", b"pass", b"env", b"optional", b"required", b"empty", b"default", b"todo",
         b"tbd", b"fake", b"test", b"testing", b"user", b"username", b"credentials", b"auto", b"unset", b"n/a"}


def check_not_placeholder(secret, match):
    s = secret.strip().rstrip(b",;:)").lower()
    if len(s) > 3 and s.endswith((b"...", "\u2026".encode())):
        return False
    if not s or s in WHOLE or any(w in s for w in WORDS):
        return False
    if any(m in s for m in (b"${", b"{{", b"}}", b"<%", b"%>", b"%(", b"$(", b"#{", b"@{")):
        return False
    if re.fullmatch(rb"<[^>]*>?|\[.*\]|\{.*\}|\$[a-z_][a-z0-9_:.]*|%[a-z0-9_.]+%|__\w+__|@\w+@", s):
        return False
    runs = [len(m.group()) for m in re.finditer(rb"(.)\1{5,}", s)]
    return max(runs, default=0) * 4 < len(s) and sum(runs) * 5 < len(s) * 2 and len(set(s)) > 2


def check_mixed_classes(secret, match):
    return sum(re.search(c, secret) is not None for c in (rb"[a-z]", rb"[A-Z]", rb"[0-9]", rb"[^0-9A-Za-z]")) >= 3


def check_has_digit(secret, match):
    return re.search(rb"[0-9]", secret) is not None


CODE = [rb"\$(?:1|5|6|7|y|2[abxy]?|apr1|argon2\w*|scrypt|pbkdf2\S*)\$.*", rb"[A-Za-z_$][\w$]*(?:(?:\.|->|::)[A-Za-z_$][\w$]*)+", rb".*\(.*", rb".*\)", rb"[^\[]*\[[^\]]*\]?", rb"(?i:https?|file|ldaps?)://.*",
        rb"(?:\.{0,2}|~)/.*", rb"[A-Za-z]:\\.*", rb"(?i)[\w.\-/]*\.(?:py|js|ts|json|ya?ml|xml|txt|pem|key|crt|cer|p12|pfx|jks|conf|cfg|ini|env|log|html?|php|java|go|rb|sh|md)",
        rb"(?i)[a-z_\-. $]*(?:pass(?:word|wd|phrase|wort)?|pwd|secret|token|key|credentials?|auth)[a-z_\-. $]*",
        rb"(?i)(?:str|string|bytes|int|bool|boolean|char|text|varchar|object|any|optional|secretstr|func|function|lambda|new|return|self|this|await|const|static|final|nullable|readonly|hidden|input|label|type|name|field)",
        rb"(?i)(?:required|nullable|sometimes|confirmed)\b.*", rb"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+", rb"[a-z]+(?:[A-Z][a-z]+)+", rb"[a-z]+(?:_[a-z]+)+",
        rb"arn:[\w\-]*:.*", rb"#[a-z]+(?:-[a-z]+)+", rb"[a-z_/]+#[a-z_]+", rb"&\w+;?.*", rb"[*&]?[A-Za-z_]\w*[,;)}\]]+"]


def check_not_code(secret, match):
    s = secret.strip().rstrip(b",;")
    return not any(re.fullmatch(p, s) for p in CODE)


def check_two_classes(secret, match):
    """A capital that only begins a word does not count."""
    s = re.sub(rb"^[A-Z](?=[a-z]+$)", b"a", secret)
    return sum(re.search(c, s) is not None for c in (rb"[a-z]", rb"[A-Z]", rb"[0-9]", rb"[^0-9A-Za-z\s]")) >= 2


def check_not_prose(secret, match):
    words = secret.split()
    return len(words) < 2 or any(re.search(rb"[^A-Za-z.,:;!?'\x80-\xff()-]", w) for w in words)


def check_not_doc_password(secret, match):
    return secret.lower() not in DOC_PASSWORDS


def check_cisco_type7(secret, match):
    """Decodes: the first two digits are the offset into the fixed key, then hex pairs; the result must be printable."""
    key = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
    if len(secret) % 2 or len(secret) < 8:
        return False
    start = int(secret[:2])
    plain = bytes(int(secret[i:i + 2], 16) ^ key[(start + i // 2 - 1) % len(key)] for i in range(2, len(secret), 2))
    return all(32 <= c < 127 for c in plain)


def check_not_snmp_default(secret, match):
    return secret.lower() not in (b"public", b"private", b"community", b"ro", b"rw", b"snmp", b"traps", b"version", b"view")


def check_bitlocker(secret, match):
    """Eight groups, each a multiple of 11 and below 11 * 65536."""
    groups = [int(g) for g in secret.split(b"-")]
    return all(g % 11 == 0 and g < 720896 for g in groups) and len(set(groups)) > 4


def check_rare_letters(secret, match):
    """Random letters: at most 35 in 100 are vowels, and two or more are among jqxzvwk."""
    letters = [c for c in secret.decode("latin1").lower() if c.isalpha()]
    return sum(c in "aeiou" for c in letters) * 100 <= 35 * len(letters) and sum(c in "jqxzvwk" for c in letters) >= 2


PUBLISHED = {"0b476bdf9acf2123", "2037abcaffb2b777", "27a9a42931dff7eb", "37f8f09bdf12c2f2", "3a8b61d0f636b007", "3f370c9dd8225c63", "49f777db995e8260", "4c98242dcadc8b29", "8731261cb72d8626", "a0702bc91d699f60", "a19f89ab3555eac1", "a6c814bc555ae62c", "dba72c00f41f4e4c", "dc0fcf046c61640c", "e4a5542bb7fd7b67", "ea9bb1082cf95663", "eb540d2b6ee2a0a4", "f56e323494a6ffc2"}


def check_not_published(secret, match):
    return hashlib.sha256(secret).hexdigest()[:16] not in PUBLISHED


def check_random_run(secret, match):
    kinds = [48 <= c < 58 for c in secret if chr(c).isalnum() and c < 128]
    digits, changes = sum(kinds), sum(a != b for a, b in zip(kinds, kinds[1:]))
    return digits >= 2 and len(kinds) - digits >= 2 and changes * 8 >= len(kinds)


def check_jwt_base64(secret, match):
    text = b64decode(secret.decode("latin1").strip())
    if text is None or not text.startswith(b"eyJ") or b"." not in text:
        return False
    header = b64decode(text.split(b".")[0].decode("latin1"), b"-_")
    try:
        if header is not None and isinstance(json.loads(header), dict):
            return True
    except ValueError:
        pass
    return text.split(b".")[1].startswith(b"eyJ")


def check_not_slug(secret, match):
    """Not a name made of three or more lower-case words and short numbers."""
    return re.fullmatch(rb"[a-z]{2,}(?:[-_./](?:[a-z]{2,}|v?[0-9]{1,4})){2,}", secret.lower()) is None


def check_nkey(secret, match):
    """Base32 of two prefix bytes, 32 bytes and CRC16 (XMODEM, little-endian) of those 34."""
    raw, crc = base64.b32decode(secret + b"======"), 0
    for byte in raw[:34]:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return raw[34:36] == crc.to_bytes(2, "little")


def before(secret, match):
    at = match.rfind(secret)
    return match if at < 0 else match[:at]


def check_not_mailed_link(secret, match):
    return re.search(rb"(?i)reset|unsubscribe|verify|verification|confirm|activat[ei]|opt-?out|redefinir|recover", before(secret, match)) is None


def check_not_page_token(secret, match):
    """A form's token is worth nothing without the session it is for."""
    return re.search(rb"(?i)csrf|xsrf|authenticity[_-]token|anti-?forgery|requestverification|__viewstate|__eventvalidation", match) is None


def check_not_revision(secret, match):
    return re.search(rb"(?i)(?<![0-9a-z])(?:commit|revision|checksum|digest|sha-?1|sha-?256|sha512|md5|etag)(?![0-9a-z])", before(secret, match)) is None


def check_not_url_path(secret, match):
    lead = before(secret, match)
    slash = lead.find(b"/")
    return slash <= 0 or b"." not in lead[:slash] or re.search(rb"[ \t\"'`=:?#&,;<>|()\[\]{}]", lead[1:]) is not None


def check_not_template(secret, match):
    return re.search(rb"(?i)your[_-]|yourapi|yourkey|yourtoken|yoursecret|replace|changeme|placeholder|insert_|goes[_-]here|redacted|dummy", secret) is None


def check_kubernetes_value(secret, match):
    plain = b64decode(secret.decode("latin1"))
    if plain is None or any(not (32 <= c < 127 or c in b"\r\n\t") for c in plain):
        return True
    plain = plain.strip()
    return len(plain) >= 4 and (len(plain) > 32 or check_not_placeholder(plain, plain))


def check_grafana_key(secret, match):
    plain = b64decode(secret.decode("latin1"))
    try:
        key = json.loads(plain) if plain is not None else None
    except ValueError:
        return True
    return not isinstance(key, dict) or bool(key.get("n"))


FORM_WORDS = {b"required", b"optional", b"invalid", b"confirm", b"hidden", b"forgot", b"reset", b"change", b"enter", b"input", b"field", b"label",
              b"short", b"strong", b"show", b"login", b"signin", b"update", b"email", b"validate", b"missing", b"incorrect", b"number", b"boolean",
              b"object", b"array", b"textfield", b"varchar", b"encrypted", b"disabled", b"enabled", b"never", b"always", b"manual", b"prompt"}


def check_not_form_word(secret, match):
    s = secret.lower()
    return s not in FORM_WORDS and not s.isdigit() and re.search(rb"^[A-Z][a-z]+$|pass|kennw|[\x80-\xff]", secret) is None


def bech32_polymod(values):
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for i, g in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= g if top >> i & 1 else 0
    return check


def check_age(secret, match):
    text = secret.decode().lower()
    prefix, data = text[:text.rindex("1")], text[text.rindex("1") + 1:]
    if any(c not in BECH32 for c in data):
        return False
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    return bech32_polymod(expanded + [BECH32.index(c) for c in data]) == 1


def check_wireguard(secret, match):
    raw = b64decode(secret.decode("latin1")) if len(secret) == 44 else None
    return raw is not None and len(raw) == 32 and len(set(raw)) > 8


DOC_HOST = rb"(?i)@(?:[\w.\-]*\.)?(?:example\.(?:com|org|net|edu)|host|hostname|domain\.(?:com|tld)|(?:your|my)[\-_]?(?:host|server|domain|site|company|db|database|cluster)[\w\-]*(?:\.[\w.\-]*)?)(?:[:/?#\s\"'`<>,;)]|$)"
DOC_PASSWORDS = {b"pass", b"password", b"passwd", b"pwd", b"pw", b"secret", b"user", b"username", b"token", b"foo", b"bar", b"baz", b"port", b"p", b"b",
                 b"pass123", b"abc", b"x", b"xxx", b"***", b"x-oauth-basic", b"1", b"mypass", b"userpass", b"passw0rd", b"pass1", b"hunter2", b"s3cret", b"pwd1", b"pwd2", b"pass2", b"user1"}


def check_url_credentials(secret, match):
    plain = urllib.parse.unquote_to_bytes(secret)
    twice = re.search(rb"""://([^\s:/@"']{1,60}):([^\s@"'/]{1,60})@(?:localhost|127\.0\.0\.1|\[::1\]|%[sdv]|\$|\{|<)""", match)
    if twice and twice[1] == twice[2]:
        return False
    weak = plain in (b"hunter2", b"passw0rd", b"s3cret", b"pass123") and re.search(rb"""@[\w\-]+(?:\.[\w\-]+)*\.[a-z]{2,}(?:[:/?#\s"'`<>,;)]|$)""", match)
    return (len(plain) >= 3 and (weak or plain.lower() not in DOC_PASSWORDS) and check_not_placeholder(plain, match)
            and re.search(rb"^[:$%<\[{*]|[>\]}*]$", plain) is None
            and (re.search(DOC_HOST, match) is None
                 or (len(plain) >= 10 and 2 <= sum(48 <= c < 58 for c in plain) < len(plain))))


def check_basic_auth(secret, match):
    raw = b64decode(secret.decode("latin1"))
    if raw is None or not re.fullmatch(rb"[\x20-\x7e]*:[\x20-\x7e]+|[\x20-\x7e]+:[\x20-\x7e]*", raw):
        return False
    user, _, password = raw.partition(b":")
    return len(password or user) >= 3 and (password or user).lower() not in DOC_PASSWORDS and check_not_placeholder(password or user, match)


EMULATOR_KEYS = {b"Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
                 b"C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=="}


def check_not_azurite(secret, match):
    return secret not in EMULATOR_KEYS


def check_grafana_crc32(secret, match):
    body, crc = secret.decode().rsplit("_", 1)
    return bytes.fromhex(crc) == struct.pack("<I", zlib.crc32(body.encode()))


CHECKS = {name[6:].replace("_", "-"): function for name, function in globals().items() if name.startswith("check_")}


def entropy(data):
    counts = collections.Counter(data)
    return -sum(n / len(data) * math.log2(n / len(data)) for n in counts.values()) if data else 0.0


# ---------------------------------------------------------------- synthetic examples

class Maker:
    """Fills @{what:size} with random text of that shape. The seed is the rule's id and the example's number."""
    SETS = {"an": string.ascii_letters + string.digits, "al": string.ascii_lowercase + string.digits,
            "au": string.ascii_uppercase + string.digits, "lo": string.ascii_lowercase, "up": string.ascii_uppercase,
            "d": string.digits, "hex": "0123456789abcdef", "HEX": "0123456789ABCDEF", "c64": string.ascii_letters + string.digits + "+/",
            "w": string.ascii_letters + string.digits + "_-", "b32": string.ascii_lowercase + "234567",
            "B32": string.ascii_uppercase + "234567", "bech": "023456789ACDEFGHJKLMNPQRSTUVWXYZ",
            "b58": "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"}

    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self, kind, size):
        letters, edge = self.SETS[kind], self.SETS[kind].rstrip("+/_-")
        body = [self.random.choice(letters) for _ in range(size)]
        for end in (0, -1):
            body[end] = self.random.choice([c for c in edge if c.isalnum()])
        if kind not in ("d", "lo", "up") and size >= 8 and not any(c.isdigit() for c in body):
            body[size // 2] = "7"
        return "".join(body)

    def fill(self, text):
        return re.sub(r"@\{([A-Za-z0-9]+)(?::([^{}]*))?\}", lambda m: self.make(m[1], m[2]), text)

    def make(self, what, arg):
        r = self.random
        if what in self.SETS:
            return self.text(what, int(arg))
        return getattr(self, "make_" + what)(arg)

    def make_b64(self, arg): return base64.b64encode(self.random.randbytes(int(arg))).decode()
    def make_b64u(self, arg): return base64.urlsafe_b64encode(self.random.randbytes(int(arg))).decode().rstrip("=")
    def make_uuid(self, arg): return str(uuid.UUID(bytes=self.random.randbytes(16), version=4))

    def make_pw(self, arg):
        words = ["Harbour", "Copper", "Falcon", "Juniper", "Granit", "Winter", "Lantern", "Saffron", "Meteor", "Cobalt"]
        return f"{self.random.choice(words)}{self.random.choice('!#+=?.')}{self.random.randint(10, 99)}{self.text('lo', 3)}{self.random.choice(words)}"

    def make_pwa(self, arg):
        return self.text("lo", 4) + self.text("up", 3) + self.text("d", 3) + self.text("lo", 3)

    def make_gh(self, arg):
        body = self.text("an", 30)
        return body + base62(zlib.crc32(body.encode()), 6)

    def make_jwt(self, arg):
        pack = lambda o: base64.urlsafe_b64encode(json.dumps(o, separators=(",", ":")).encode()).decode().rstrip("=")
        claims = {"sub": self.text("d", 8), "iat": 1700000000 + self.random.randint(0, 10**7)}
        if arg == "k8s":
            claims = {"iss": "kubernetes/serviceaccount", "kubernetes.io/serviceaccount/namespace": "build",
                      "kubernetes.io/serviceaccount/service-account.name": "deployer", "sub": "system:serviceaccount:build:deployer"}
        return pack({"alg": "RS256", "typ": "JWT"}) + "." + pack(claims) + "." + self.make_b64u("96")

    def make_akid(self, arg):
        account = self.random.randint(100000000000, 999999999999)
        raw = ((1 << 47) | account << 7 | self.random.randint(0, 127)).to_bytes(6, "big") + self.random.randbytes(4)
        return (arg or "AKIA") + base64.b32encode(raw).decode()

    def make_azid(self, arg):
        """signature/size in bytes/seed literal"""
        signature, size, literal = arg.split(",")
        while True:
            raw = bytearray(self.random.randbytes(int(size)))
            text = base64.b64encode(bytes(raw)).decode()
            pad = len(text) - len(text.rstrip("="))
            at = len(text) - pad - 10
            text = text[:at] + signature + text[at + 4:]
            raw = base64.b64decode(text)
            text = base64.b64encode(raw[:-4] + struct.pack("<I", marvin32(raw[:-4], seed_of(literal)))).decode()
            if text[at:at + 4] == signature:
                return text

    def make_cask(self, arg):
        return self.text("an", 52) + "JQQJ99" + self.random.choice("BC") + self.random.choice("ABCDEFGHIJKL") + "ACAAAAA" + self.text("an", 5) + "AAAS" + arg + self.text("an", 4)

    def make_entra(self, arg):
        head = self.text("an", 3) + (arg or "8Q~") + self.text("w", 31)
        number, digits = marvin32(head.encode(), seed_of("AadPwd00")), ""
        while number:
            number, rest = divmod(number, 66)
            digits = ENTRA_ALPHABET[rest] + digits
        return head + digits.rjust(6, "a")[:3] if digits[-6:].rjust(6, "a")[2].isalnum() else self.make_entra(arg)

    def make_azdo(self, arg):
        raw = bytearray(self.random.randbytes(33))
        raw[32] = 0
        token = bytes(raw[0:2] + raw[3:7] + raw[9:22] + raw[23:32])
        crc = (zlib.crc32(token) ^ 0xE0B9692D).to_bytes(4, "little")
        raw[22], raw[8], raw[7], raw[2] = crc
        return base64.b32encode(bytes(raw)).decode().lower()[:52]

    def make_glroute(self, arg):
        payload = base64.urlsafe_b64encode(b"o:1\nu:3x" + self.random.randbytes(16) + b"\x10").decode().rstrip("=")
        base36 = lambda n, w: "".join(reversed([(string.digits + string.ascii_lowercase)[n // 36 ** i % 36] for i in range(w)]))
        text = f"{arg}{payload}.{base36(len(payload), 2)}"
        return text + base36(zlib.crc32(text.encode()), 7)

    def make_bitlocker(self, arg):
        return "-".join(f"{11 * self.random.randint(0, 65535):06d}" for _ in range(8))

    def make_b64p(self, arg):  # a password in base64
        return base64.b64encode(self.make_pw("").encode()).decode()

    def make_nkey(self, arg):
        raw, crc = bytes([0x90 | 20 << 3 >> 5, (20 << 3 & 31) << 3 & 0xFF]) + self.random.randbytes(32), 0
        for byte in raw:
            crc ^= byte << 8
            for _ in range(8):
                crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
        text = base64.b32encode(raw + crc.to_bytes(2, "little")).decode().rstrip("=")
        return text if text[0] == "S" and text[1] in "ACNOUX" and re.search("[2-7]", text) else self.make_nkey(arg)

    def make_age(self, arg):
        prefix, bits = "age-secret-key-", "".join(f"{b:08b}" for b in self.random.randbytes(32)) + "0000"
        data = [int(bits[i:i + 5], 2) for i in range(0, 260, 5)]
        expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
        check = bech32_polymod(expanded + data + [0] * 6) ^ 1
        return (prefix + "1" + "".join(BECH32[d] for d in data + [check >> 5 * (5 - i) & 31 for i in range(6)])).upper()

    def make_basic(self, arg):
        return base64.b64encode(f"{arg or 'svc-build'}:{self.make_pw('')}".encode()).decode()

    def make_crc32hex(self, arg):  # a Grafana token: prefix, 32 characters, CRC32 of all before it
        body = arg + self.text("an", 32)
        return f"{body}_{struct.pack('<I', zlib.crc32(body.encode())).hex()}"

    def make_der(self, arg):
        body = b"\x02\x01\x00" + self.random.randbytes(int(arg) - 3)
        head = bytes([0x30, len(body)]) if len(body) < 128 else b"\x30\x82" + len(body).to_bytes(2, "big")
        return base64.b64encode(head + body).decode()

    def make_pem(self, arg):
        label, size = (arg.split(",") + ["300"])[:2]
        text = self.make_der(size) if "OPENSSH" not in label else base64.b64encode(b"openssh-key-v1\0" + self.random.randbytes(240)).decode()
        return f"-----BEGIN {label}-----\n" + "\n".join(text[i:i + 64] for i in range(0, len(text), 64)) + f"\n-----END {label}-----"

    def make_pemj(self, arg):  # the same on one line, as in JSON
        return self.make_pem(arg).replace("\n", "\\n")

    def make_pemb(self, arg):  # the whole block in base64, as in a kubeconfig
        return base64.b64encode((self.make_pem(arg) + "\n").encode()).decode()

    def make_k8s(self, arg):
        pack = lambda o: base64.urlsafe_b64encode(json.dumps(o, separators=(",", ":")).encode()).decode().rstrip("=")
        claims = {"iss": "kubernetes/serviceaccount", "kubernetes.io/serviceaccount/namespace": "build",
                  "kubernetes.io/serviceaccount/secret.name": "deployer-token-" + self.text("al", 5),
                  "kubernetes.io/serviceaccount/service-account.name": "deployer",
                  "sub": "system:serviceaccount:build:deployer"}
        return pack({"alg": "RS256", "kid": self.text("an", 43)}) + "." + pack(claims) + "." + self.make_b64u("256")

    def make_pgp(self, arg):
        text = self.make_b64("280")
        return f"-----BEGIN PGP {arg}-----\n\n" + "\n".join(text[i:i + 64] for i in range(0, len(text), 64)) + f"\n={self.make_b64('3')}\n-----END PGP {arg}-----"


def fill_files():
    for path in sorted(ROOT.glob("*.toml")):
        text, rule, number, out = path.read_text(), "", 0, []
        for line in text.split("\n"):
            if line.startswith("id = "):
                rule, number = line.split('"')[1], 0
            if "@{" in line and not line.startswith("pattern"):
                number += 1
                line = Maker(f"{rule}/{number}").fill(line)
            out.append(line)
        if "\n".join(out) != text:
            path.write_text("\n".join(out))


# ---------------------------------------------------------------- the examination

class Rule:
    def __init__(self, family, table):
        self.family, self.table, self.id = family, table, table.get("id", "?")
        self.regex = re.compile(table["pattern"].encode())
        self.group = table.get("group", 1 if self.regex.groups else 0)
        self.checks = [CHECKS[c] for c in table.get("checks", []) if c in CHECKS]
        self.entropy = table.get("entropy", 0)

    def verdicts(self, data):
        """Every match with what is wrong with it ('' if nothing)."""
        for m in self.regex.finditer(data):
            secret = m[self.group]
            if secret is None:
                yield m, "", "empty group"
            elif entropy(secret) < self.entropy:
                yield m, secret, f"entropy {entropy(secret):.2f}"
            else:
                failed = [c for c, f in zip(self.table.get("checks", []), self.checks) if not f(secret, m[0])]
                yield m, secret, failed[0] if failed else ""

    def finds(self, data):
        return [(m, s) for m, s, why in self.verdicts(data) if not why]


def hyperscan_info(patterns):
    """Width bounds from libhs, or what it rejects; None where libhs is not installed."""
    name = ctypes.util.find_library("hs") or "libhs.so.5"
    try:
        hs = ctypes.CDLL(name)
    except OSError:
        return None
    class Info(ctypes.Structure):
        _fields_ = [("min", ctypes.c_uint), ("max", ctypes.c_uint), ("flags", ctypes.c_char * 3)]
    class Error(ctypes.Structure):
        _fields_ = [("message", ctypes.c_char_p), ("expression", ctypes.c_int)]
    result = {}
    for key, pattern in patterns:
        info, error, db = ctypes.POINTER(Info)(), ctypes.POINTER(Error)(), ctypes.c_void_p()
        if hs.hs_expression_info(pattern.encode(), 0, ctypes.byref(info), ctypes.byref(error)) or \
           hs.hs_compile(pattern.encode(), 0, 1, None, ctypes.byref(db), ctypes.byref(error)):
            result[key] = error.contents.message.decode()
        else:
            result[key] = (info.contents.min, info.contents.max)
            hs.hs_free_database(db)
    return result


def load():
    rules, problems = [], []
    for path in sorted(ROOT.glob("*.toml")):
        try:
            table = tomllib.loads(path.read_text())
        except tomllib.TOMLDecodeError as error:
            problems.append(f"{path.name}: {error}")
            continue
        if table.get("family") != path.stem:
            problems.append(f"{path.name}: family is {table.get('family')!r}")
        if "source" not in table:
            problems.append(f"{path.name}: no source")
        for entry in table.get("rule", []):
            try:
                rules.append(Rule(path.stem, entry))
            except (re.error, KeyError) as error:
                problems.append(f"{entry.get('id')}: {error}")
    return rules, problems


def examine(rules, problems):
    seen, kinds = set(), {}
    for rule in rules:
        t, say = rule.table, lambda text: problems.append(f"{rule.id}: {text}")
        for field in REQUIRED - t.keys():
            say(f"no {field}")
        for field in t.keys() - FIELDS:
            say(f"unknown field {field}")
        if rule.id in seen:
            say("id is not unique")
        seen.add(rule.id)
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.id):
            say("id is not kebab-case")
        for check in t.get("checks", []):
            if check not in CHECKS:
                say(f"unknown check {check}")
        if not 0 < t.get("confidence", 0) <= 1 or t.get("owner") not in OWNERS:
            say("confidence or owner out of range")
        realm = t.get("realm")
        if t.get("kind") not in GENERIC_KINDS and kinds.setdefault(t.get("kind"), realm) != realm:
            say(f"kind {t['kind']} has realms {kinds[t['kind']]!r} and {realm!r}")
        if not t.get("keywords") or any(k != k.lower() for k in t["keywords"]):
            say("keywords missing or not lower case")
        if rule.group > rule.regex.groups:
            say("no such group")
        for sort in ("positive", "negative"):
            if len(t.get(sort, [])) < 2:
                say(f"fewer than 2 {sort} examples")
        for text in t.get("positive", []):
            found = rule.finds(text.encode())
            if not found:
                say(f"misses ({', '.join(w for _, _, w in rule.verdicts(text.encode())) or 'no match'}): {text[:160]!r}")
            elif not any(k.encode() in m[0].lower() for m, _ in found for k in t.get("keywords", [])):
                say(f"no keyword inside the match: {text[:120]!r}")
            if "@{" in text:
                say("unfilled example")
        for text in t.get("negative", []):
            for m, _ in rule.finds(text.encode()):
                say(f"must not match: {m[0][:160]!r}")
    return kinds


def compile_elsewhere(rules, problems):
    pairs = [(r.id, r.table["pattern"]) for r in rules]
    notes = []
    try:
        import re2
        for key, pattern in pairs:
            try:
                options = re2.Options()
                options.encoding, options.log_errors = re2.Options.Encoding.LATIN1, False
                re2.compile(pattern.encode(), options)
            except re2.error as error:
                problems.append(f"{key}: RE2: {error}")
        notes.append("re2")
    except ImportError:
        pass
    info = hyperscan_info(pairs)
    if info is not None:
        notes.append("hyperscan")
        for key, value in info.items():
            if isinstance(value, str):
                problems.append(f"{key}: Hyperscan: {value}")
        wide = sorted(k for k, v in info.items() if not isinstance(v, str) and v[1] > 512)
        print(f"width over 512 or unbounded: {len(wide)}: {' '.join(wide)}")
    print("compiled with:", ", ".join(["python re"] + notes))


def hits(rules, paths, quiet):
    total = collections.Counter()
    for top in paths:
        top = pathlib.Path(top)
        for path in [top] if top.is_file() else sorted(p for p in top.rglob("*") if p.is_file()):
            data = path.read_bytes()[:2_000_000]
            lower = data.lower()
            for rule in rules:
                if any(k.encode() in lower for k in rule.table["keywords"]):
                    for m, secret in rule.finds(data):
                        total[rule.id] += 1
                        if not quiet:
                            line = data.count(b"\n", 0, m.start()) + 1
                            print(f"{path}:{line}: {rule.id}: {m[0][:140]!r}")
    for rule, count in total.most_common():
        print(f"{count:6} {rule}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--fill", action="store_true")
    parser.add_argument("--hits", nargs="+", metavar="PATH")
    parser.add_argument("--quiet", action="store_true", help="with --hits: counts only")
    options = parser.parse_args()
    if options.fill:
        fill_files()
    rules, problems = load()
    if options.hits:
        hits(rules, options.hits, options.quiet)
        return 0
    kinds = examine(rules, problems)
    compile_elsewhere(rules, problems)
    for family, count in sorted(collections.Counter(r.family for r in rules).items()):
        print(f"{count:5} {family}")
    used = collections.Counter(c for r in rules for c in r.table.get("checks", []))
    print(f"{len(rules):5} rules, {len({r.table.get('kind') for r in rules})} kinds, "
          f"{sum(len(r.table.get('positive', [])) for r in rules)} positive and {sum(len(r.table.get('negative', [])) for r in rules)} negative examples")
    print("checks:", ", ".join(f"{c} {n}" for c, n in sorted(used.items())))
    for problem in problems:
        print("PROBLEM", problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
