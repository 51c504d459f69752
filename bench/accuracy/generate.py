#!/usr/bin/env python3
"""Makes labelled source and configuration, in the layout that score.py and train.cpp read.

    bench/accuracy/generate.py --seed 1 --repositories 24 OUT

Each repository has a house style: languages, names, kinds of value. True values are what people and machines set:
human passwords, the same with their letters shuffled as an anonymised data set has them, random tokens of all
alphabets. False ones are what stands in their place elsewhere: variables, calls, templates, types, messages, labels,
paths, addresses, digests, public halves, names of fields, cache keys, numbers, words of documentation.
"""

import argparse
import base64
import csv
import os
import random
import string

WORDS = """summer winter harbour falcon meteor granite dragon monkey orange purple silver thunder copper lantern juniper
cobalt saffron welcome football princess sunshine master shadow flower coffee ginger pepper marlin canyon breeze rocket
garden castle tiger eagle river stone bridge forest island ocean piano violin turtle walnut maple cedar willow""".split()
THINGS = """db database mysql postgres redis mongo smtp mail ftp ldap admin root user client app service api web site
jenkins gitlab github slack aws azure gcp stripe twilio sendgrid docker registry vault consul kafka rabbitmq elastic
kibana grafana zabbix nexus sonar jira backup proxy vpn wifi router bot webhook payment merchant oauth saml session
cookie jwt encryption keystore truststore master replica cluster node agent test staging prod""".split()
NOUNS = {
    "password": ["password", "passwd", "pass", "pwd", "passphrase", "pw", "Password"],
    "secret": ["secret", "client_secret", "secret_key", "shared_secret", "app_secret", "consumer_secret", "secretKey"],
    "token": ["token", "access_token", "auth_token", "api_token", "refresh_token", "private_token", "bot_token",
              "token_secret", "csrf_token", "session_token", "bearer_token"],
    "key": ["key", "api_key", "apikey", "access_key", "private_key", "encryption_key", "signing_key", "license_key",
            "consumer_key", "auth_key", "nkey", "account_key", "master_key", "hmac_key", "aes_key"],
    "auth": ["auth", "authorization", "oauth", "basic_auth", "http_auth"],
    "credential": ["credential", "credentials", "cred"],
}
LABEL_OF = {"password": "Password", "secret": "Secret", "token": "Token", "key": "Key", "auth": "Auth",
            "credential": "Credential"}


class Maker:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, items):
        return self.rng.choice(items)

    def text(self, alphabet, least, most=None):
        return "".join(self.rng.choice(alphabet) for _ in range(self.rng.randint(least, most or least)))

    # -------------------------------------------------------------------------------------------- names
    def cased(self, words, style):
        words = [part for word in words for part in word.lower().split("_")]
        if style == "snake":
            return "_".join(words)
        if style == "upper":
            return "_".join(words).upper()
        if style == "camel":
            return words[0] + "".join(word.capitalize() for word in words[1:])
        if style == "pascal":
            return "".join(word.capitalize() for word in words)
        if style == "kebab":
            return "-".join(words)
        if style == "dotted":
            return ".".join(words)
        return "".join(words)

    def name(self, kind, style):
        noun = self.pick(NOUNS[kind])
        words = [noun] if self.rng.random() < 0.45 else [self.pick(THINGS), noun]
        if self.rng.random() < 0.06:
            words.append(self.pick(["1", "2", "value", "old", "new"]))
        return self.cased(words, style)

    # -------------------------------------------------------------------------------------------- true values
    def shuffled(self, value):
        out = []
        for c in value:
            if c.islower():
                out.append(self.pick(string.ascii_lowercase))
            elif c.isupper():
                out.append(self.pick(string.ascii_uppercase))
            elif c.isdigit():
                out.append(self.pick(string.digits))
            else:
                out.append(c)
        return "".join(out)

    def human(self):
        word = self.pick(WORDS)
        shape = self.rng.random()
        if shape < 0.3:
            value = word.capitalize() + self.text(string.digits, 1, 4) + self.pick(["", "!", "!", "#", "$", "@"])
        elif shape < 0.45:
            value = word + self.text(string.digits, 1, 4)
        elif shape < 0.6:
            value = self.pick(WORDS) + self.pick(["", "-", ".", "_", "!"]) + self.pick(WORDS) + self.text(string.digits, 0, 3)
        elif shape < 0.75:
            value = word.replace("a", "@").replace("o", "0").replace("i", "1").capitalize() + self.pick(["", "!", "99", "#1"])
        elif shape < 0.9:
            value = self.text(string.ascii_letters + string.digits + "!@#$%&*+-=?", 8, 16)
        else:
            value = self.pick(["P@ssw0rd", "Passw0rd!", "Admin@123", "S3cr3t!", "Qwerty#1", "Welcome1!"]) + self.text(string.digits, 0, 3)
        return value

    def password(self):
        roll = self.rng.random()
        if roll < 0.25:
            return self.human()
        if roll < 0.6:
            return self.shuffled(self.human())
        if roll < 0.75:
            return self.text(string.ascii_lowercase, 4, 10)
        if roll < 0.83:
            return self.text(string.ascii_lowercase, 3, 8) + self.pick(["_", "-", ""]) + self.text(string.ascii_lowercase, 3, 6)
        if roll < 0.9:
            return self.text(string.ascii_lowercase + string.digits, 5, 12)
        return self.text(string.ascii_letters + string.digits, 8, 24)

    def machine(self, kind):
        roll = self.rng.random()
        if roll < 0.2:
            return self.text("0123456789abcdef", self.pick([16, 20, 24, 32, 32, 40, 64]))
        if roll < 0.28:
            return self.text("0123456789ABCDEF", self.pick([32, 40, 64]))
        if roll < 0.5:
            return self.text(string.ascii_letters + string.digits, 12, 44)
        if roll < 0.62:
            return base64.b64encode(bytes(self.rng.randrange(256) for _ in range(self.rng.randint(12, 48)))).decode()
        if roll < 0.72:
            return self.text(string.ascii_letters + string.digits + "-_", 16, 64)
        if roll < 0.8:
            return self.text(string.ascii_lowercase + string.digits, 10, 20)
        if roll < 0.85:
            return self.text(string.ascii_uppercase + "234567", 16, 56)
        if roll < 0.9 and kind in ("token", "secret", "auth", "credential"):
            return "-".join(self.text("0123456789abcdef", n) for n in (8, 4, 4, 4, 12))
        if roll < 0.94:
            return self.text(string.digits, 4, 8) + "-" + self.text(string.ascii_letters + string.digits, 20, 40)
        if kind in ("token", "auth"):
            return '{"' + self.text(string.ascii_lowercase, 3, 4) + '":"' + self.text(string.ascii_lowercase, 4) + '","' + \
                self.text(string.ascii_lowercase, 3, 4) + '":"' + self.text(string.ascii_lowercase + string.digits * 2, 32) + '"}'
        return self.password()

    def true_value(self, kind):
        if kind == "password" or (kind in ("secret", "auth", "credential", "token") and self.rng.random() < 0.2):
            return self.password() if kind == "password" or self.rng.random() < 0.5 else self.human()
        return self.machine(kind)

    # -------------------------------------------------------------------------------------------- false values
    def plain_words(self, count):
        common = """name field value label error user login account page title button input form status type default list
        item session request response handler config option global local current next first group message cache store
        index table column data file path server client host port path reset confirm change enter invalid missing expired
        update create delete select verify check provider manager factory service module component header footer""".split()
        return [self.pick(common) for _ in range(count)]

    def false_text(self, name, kind):
        """A text in quotes that is no secret."""
        noun = self.pick(["password", "passwd", "pass", "secret", "token", "key", "api key", "credentials"])
        roll = self.rng.randrange(25)
        plain = self.plain_words(3)
        if roll == 0:
            return self.pick(["password", "pass", "pwd", "secret", "token", "key", "passwd", "pw", "test", "foo", "bar",
                              "admin", "user", "example", "abc", "changeme", "change_me", "xxx", "xxxxxxxx", "dummy", "none"])
        if roll == 1:
            return f"{self.pick(['Enter', 'Please enter', 'Invalid', 'Missing', 'Wrong', 'Your', 'Change'])} {noun}{self.pick(['', ' here', '.', ':', ' for the account'])}"
        if roll == 2:
            return ".".join(plain[:2] + [noun.replace(" ", "_")])
        if roll == 3:
            return "-".join(plain[:2])
        if roll == 4:
            return "_".join([plain[0], noun.replace(" ", "_")])
        if roll == 5:
            return "/" + "/".join(plain)
        if roll == 6:
            return f"{self.pick(['./', '/etc/', 'conf/', '~/.'])}{plain[0]}.{self.pick(['pem', 'key', 'json', 'yml', 'jks', 'txt', 'creds'])}"
        if roll == 7:
            return f"https://{plain[0]}.example.com/{plain[1]}/{noun.replace(' ', '-')}"
        if roll == 8:
            return self.pick(["string", "text", "bool", "number", "required", "optional", "varchar(255)", "true", "null", "hidden"])
        if roll == 9:
            return self.pick(["<" + noun + ">", "your_" + noun, "your-" + noun + "-here", "[" + noun + "]", "****", "********", "TODO", "REDACTED", "..."])
        if roll == 10:
            return self.pick(["${%s}", "{{ %s }}", "%%(%s)s", "$%s", "<%%= %s %%>", "#{%s}"]) % noun.replace(" ", "_")
        if roll == 11:
            return self.pick(["%s", "%s:%s", "%d", "{}", "{0}", "[^\"]+", "\\w+", ".*", "(.+)", "[a-z0-9]{32}"])
        if roll == 12:
            return self.pick(["", "", " "])
        if roll == 13:
            return self.cased(plain, self.pick(["camel", "pascal", "upper"]))
        if roll == 14:
            return f"{plain[0].capitalize()} {plain[1]} {noun} {plain[2]} is {self.pick(['not set', 'required', 'too short', 'expired'])}"
        if roll == 15:
            return self.pick(["HMAC-SHA1", "HMAC-SHA256", "AES-256-GCM", "RS256", "bearer", "Bearer", "Basic", "PLAIN", "md5",
                              "application/json", "utf-8", "SHA-512", "OAuth", "X-Api-Key", "Authorization", "ed25519"])
        if roll == 16:
            return str(self.rng.randrange(100000))
        if roll == 17:
            return self.pick(plain) + self.text(string.digits, 1, 2)
        if roll == 18:
            return ":".join(plain)
        if roll == 19:
            return " ".join(plain)
        if roll == 20:
            return f"{plain[0]}.{self.pick(['example.com', 'local', 'internal', 'svc', 'org'])}"
        if roll == 21:
            return self.pick(["abcdefgh", "12345678", "123456", "abc123", "aaaaaaaa", "0123456789abcdef", "qwerty", "asdf", "1234"])
        if roll == 22:
            return self.pick(plain).capitalize()
        if roll == 23:
            return self.pick([name, name.lower(), name.upper()])
        return " " + noun + ": "

    def false_code(self, name, kind):
        """What stands unquoted where a value would."""
        plain = self.plain_words(3)
        noun = self.pick(["password", "pass", "secret", "token", "key", "creds", "pwd"])
        return self.pick([
            noun, f"{plain[0]}.{noun}", f"self.{noun}", f"this.{noun}", f"get_{noun}()", f"{plain[0]}.get{noun.capitalize()}()",
            f"os.environ['{noun.upper()}']", f"process.env.{noun.upper()}", f"os.Getenv(\"{noun.upper()}\")",
            f"config.get('{noun}')", f"req.body.{noun}", f"{plain[0]}[{plain[1]}]", "None", "null", "nil", "true", "false", "undefined",
            f"new {noun.capitalize()}()", f"hash({noun})", f"{plain[0]}_{noun}", f"${noun}", f"${{{noun.upper()}}}", f"&{plain[0]}",
            f"prompt(\"{noun.capitalize()}: \")", f"getpass.getpass('{noun}')", f"t('{plain[0]}.{noun}')", "string", "String", "str",
            f"{plain[0]}.{plain[1]}.{noun}", f"{plain[0]} + {plain[1]}", f"crypto.randomBytes(32)", "0", str(self.rng.randrange(9999)),
            hex(self.rng.randrange(255)), f"{noun}s[0]", f"{plain[0]}->{noun}", f"{plain[0].capitalize()}::{plain[1]}", "[]", "{}",
            f"bcrypt.hash({noun}, 10)", f"args.{noun}", f"opts.{noun}", f"{noun.capitalize()}", f"options.{plain[1]}.{noun}",
        ])

    def digest_name(self, style):
        return self.cased(self.pick([["password", "hash"], ["public", "key"], ["key", "fingerprint"], ["token", "hash"],
                                     ["secret", "hash"], ["auth", "digest"], ["key", "sha256"], ["key", "id"], ["pub", "key"],
                                     ["token", "signature"], ["encrypted", "key"], ["cache", "key"], ["primary", "key"]]), style)

    def other_name(self, style):
        noun = self.pick(["password", "secret", "token", "key", "auth", "credentials", "api_key"])
        tail = self.pick(["file", "path", "url", "name", "type", "field", "label", "length", "size", "expiry", "timeout", "error",
                          "message", "hint", "prompt", "required", "enabled", "header", "prefix", "policy", "format", "title",
                          "endpoint", "user", "server", "count", "placeholder", "column", "id", "method", "store", "provider",
                          "description", "help", "input", "min_length"])
        words = [noun, tail] if self.rng.random() < 0.7 else [self.pick(THINGS), noun, tail]
        return self.cased(words, style)


# A template: ending of the file, style of names, how the line is written. N the name, V the value.
QUOTED = [
    ("py", "snake", "N = 'V'"), ("py", "snake", "N = \"V\""), ("py", "upper", "N = \"V\""), ("py", "snake", "    'N': 'V',"),
    ("py", "snake", "    client = connect(user='app', N='V')"), ("py", "snake", "self.N = \"V\""), ("py", "snake", "    \"N\": \"V\","),
    ("py", "upper", "N = os.environ.get('N', 'V')"), ("py", "snake", "N = b'V'"), ("py", "snake", "config['N'] = 'V'"),
    ("py", "snake", "    assert conf.N == \"V\""), ("py", "snake", "def login(user, N='V'):"),
    ("js", "camel", "const N = 'V';"), ("js", "camel", "  N: 'V',"), ("js", "camel", "  N: \"V\","), ("ts", "camel", "  private N: string = 'V';"),
    ("js", "camel", "var N = \"V\";"), ("js", "upper", "const N = process.env.N || 'V';"), ("js", "camel", "{ user: 'app', N: 'V' }"),
    ("js", "snake", "  , N: 'V'"), ("ts", "camel", "expect(user.N).toBe('V');"), ("js", "camel", "t.equal(req.N, 'V')"),
    ("js", "camel", "  headers: { 'X-N': 'V' },"),
    ("go", "camel", "\tN := \"V\""), ("go", "pascal", "\tN:       \"V\","), ("go", "pascal", "\topts.N = \"V\""), ("go", "upper", "const N = \"V\""),
    ("go", "camel", "\tN = \"V\""), ("go", "snake", "\t\"CONNECT {\\\"user\\\":\\\"kim\\\",\\\"N\\\":\\\"V\\\"}\\r\\n\","), ("go", "pascal", "\tUsers: []*User{{Name: \"kim\", N: \"V\"}},"),
    ("go", "camel", "\tif N != \"V\" {"), ("go", "camel", "\tN := []byte(\"V\")"), ("go", "snake", "\t\t\t{ user: \"kim\", N: \"V\" },"),
    ("java", "camel", "    private static final String N = \"V\";"), ("java", "pascal", "        source.setN(\"V\");"), ("java", "camel", "        String N = \"V\";"),
    ("java", "camel", "    @Value(\"${N:V}\")"), ("java", "dotted", "        props.put(\"N\", \"V\");"), ("java", "camel", "        builder.N(\"V\")"),
    ("cs", "pascal", "    public string N { get; set; } = \"V\";"), ("cs", "camel", "    var N = \"V\";"), ("cs", "pascal", "    N = \"V\","),
    ("php", "snake", "$N = 'V';"), ("php", "snake", "    'N' => 'V',"), ("php", "upper", "define('N', 'V');"), ("php", "snake", "$config['N'] = \"V\";"),
    ("rb", "snake", "  N: 'V',"), ("rb", "snake", "N = \"V\""), ("rb", "snake", "  config.N = 'V'"), ("rb", "snake", "  :N => 'V',"), ("rb", "upper", "ENV['N'] = 'V'"),
    ("rs", "snake", "    let N = \"V\";"), ("rs", "upper", "const N: &str = \"V\";"), ("kt", "camel", "    val N = \"V\""), ("swift", "camel", "    let N: String = \"V\""),
    ("c", "snake", "static const char N[] = \"V\";"), ("c", "upper", "#define N \"V\""), ("cpp", "camel", "    std::string N = \"V\";"), ("c", "snake", "    { \"N\", \"V\" },"),
    ("scala", "camel", "  val N = \"V\""), ("pl", "snake", "my $N = 'V';"), ("ps1", "camel", "$N = \"V\""), ("groovy", "camel", "    N = 'V'"),
    ("sh", "upper", "N=\"V\""), ("sh", "upper", "export N='V'"), ("sh", "kebab", "tool --user app --N \"V\""), ("sql", "upper", "CREATE USER app WITH PASSWORD 'V';"),
    ("json", "snake", "  \"N\": \"V\","), ("json", "camel", "    \"N\": \"V\""), ("json", "camel", "{\"user\": \"kim\", \"N\": \"V\"}"), ("json", "snake", "  \"body\": \"{\\\"N\\\": \\\"V\\\"}\","),
    ("yml", "snake", "  N: \"V\""), ("yml", "camel", "N: 'V'"), ("yml", "upper", "      - N: 'V'"), ("toml", "snake", "N = \"V\""), ("tf", "snake", "  N = \"V\""), ("conf", "snake", "  N = \"V\""),
    ("xml", "camel", "  <property name=\"N\" value=\"V\"/>"), ("xml", "pascal", "  <add key=\"N\" value=\"V\" />"), ("md", "snake", "    \"N\": \"V\","), ("md", "camel", "    N: 'V'"),
    ("html", "snake", "<pre>{&#34;N&#34;: &#34;V&#34;}</pre>"), ("html", "snake", "var body = {\"N\":\"V\"};"), ("md", "snake", "curl -d '{\"N\": \"V\"}' $HOST"),
    ("lua", "snake", "local N = \"V\""), ("dart", "camel", "final N = 'V';"), ("ipynb", "snake", "    \"N = \\\"V\\\"\\n\","), ("r", "snake", "N <- \"V\""), ("m", "camel", "NSString *N = @\"V\";"),
]
PLAIN = [
    ("env", "upper", "N=V"), ("env", "upper", "N=V"), ("properties", "dotted", "N=V"), ("properties", "dotted", "N = V"), ("ini", "snake", "N = V"), ("ini", "snake", "N=V"),
    ("yml", "snake", "  N: V"), ("yml", "camel", "    N: V"), ("yaml", "upper", "      N: V"), ("yml", "upper", "      - N=V"), ("conf", "snake", "  {user: kim, N: V}"),
    ("conf", "snake", "N V"), ("conf", "snake", "  N: V"), ("go", "snake", "\t\tusers: [{user: kim, N: V} ]"), ("go", "snake", "\t\t\tN: V"), ("sh", "upper", "export N=V"),
    ("sh", "upper", "docker run -e N=V image"), ("sh", "kebab", "tool --N=V --verbose"), ("sh", "kebab", "tool --N V"), ("xml", "camel", "    <N>V</N>"), ("xml", "pascal", "  <N>V</N>"),
    ("dockerfile", "upper", "ENV N=V"), ("md", "upper", "    -e N=V \\"), ("md", "snake", "GET /api/items?N=V&page=2"), ("py", "snake", "url = 'https://api.example.com/v1?N=V'"),
    ("rb", "snake", "  \"https://git.example.com/raw?ref=main&N=V\""), ("txt", "snake", "N: V"), ("sql", "upper", "\\set N V"), ("cfg", "snake", "N: V"), ("service", "upper", "Environment=N=V"),
]
CODE = ["py:N = V", "py:    self.N = V", "py:    connect(user=user, N=V)", "py:    'N': V,", "js:  N: V,", "js:const N = V;", "ts:  N: V;", "ts:function login(user: string, N: V) {",
        "go:\tN := V", "go:\t\tN: V,", "go:\topts.N = V", "go:\tif c.N == V {", "java:        this.N = V;", "java:    private String N = V;", "php:$N = V;", "php:    'N' => V,",
        "rb:  N: V,", "rb:  @N = V", "c:    ctx->N = V;", "c:#define N V", "cs:    N = V;", "rs:        N: V,", "sh:N=V", "yml:  N: V", "kt:    val N = V", "cpp:    auto N = V;", "json:  \"N\": V,",
        "go:\t{user: kim, N: V},", "go:\tUser{Name: name, N: V}", "py:def login(user, N=V):", "tf:  N = V"]
FILLER = ["", "# settings", "// see the manual", "import os", "return result", "  name: service", "host = localhost", "port: 8080", "  retries: 3", "}", "{", "user = app",
          "log.info(\"started\")", "for item in items:", "  - web", "x = compute(y)", "<tr><td>name</td></tr>", "SELECT id FROM users;"]


def make(rng, folder, repository, lines_a_repository, rows):
    maker = Maker(rng)
    files = {}
    quoted = rng.sample(QUOTED, 26)
    plain = rng.sample(PLAIN, 10)
    code = rng.sample(CODE, 14)
    kinds = ["password"] * 4 + ["secret", "token", "key", "token", "key", "auth", "credential"]

    def put(ending, line, truth, value, kind, template):
        parts = files.setdefault(ending, [])
        for _ in range(rng.randrange(3)):
            parts.append(maker.pick(FILLER))
        parts.append(line)
        if truth is None:
            return
        begin = line.find(value, template) if value else -1
        rows.append([repository, ending, len(parts), truth, begin if truth == "T" else "", begin + len(value) if truth == "T" else "", LABEL_OF[kind]])

    for _ in range(lines_a_repository):
        kind = maker.pick(kinds)
        roll = rng.random()
        if roll < 0.42:
            ending, style, template = maker.pick(quoted) if rng.random() < 0.7 else maker.pick(plain)
            name = maker.name(kind, style)
            value = maker.true_value(kind)
            is_plain = (ending, style, template) in plain
            if is_plain and any(c in value for c in " \"'{},;&<>#") or ("'V'" in template and "'" in value):
                value = maker.text(string.ascii_letters + string.digits, 8, 20)
            if "\"V\"" in template and "\"" in value:
                value = value.replace("\"", "\\\"")
            if "\\\"V" in template or "&#34;" in template:
                value = value.replace("\\", "").replace("\"", "")
            line = template.replace("N", "\0").replace("V", value).replace("\0", name)
            put(ending, line, "T", value, kind, template.find("V") if "V" in template else 0)
        elif roll < 0.66:
            ending, style, template = maker.pick(quoted) if rng.random() < 0.75 else maker.pick(plain)
            name = maker.name(kind, style)
            value = maker.false_text(name, kind).replace("\"", "").replace("'", "")
            put(ending, template.replace("N", "\0").replace("V", value).replace("\0", name), "F", value, kind, 0)
        elif roll < 0.84:
            ending, template = maker.pick(code).split(":", 1)
            style = {"go": "camel", "java": "camel", "js": "camel", "ts": "camel", "cs": "pascal"}.get(ending, "snake")
            name = maker.name(kind, maker.pick([style, style, "pascal"]))
            put(ending, template.replace("N", "\0").replace("V", maker.false_code(name, kind)).replace("\0", name), "F", "", kind, 0)
        elif roll < 0.93:
            ending, style, template = maker.pick(quoted + plain)
            name = maker.other_name(style)
            value = maker.false_text(name, kind).replace("\"", "").replace("'", "") if rng.random() < 0.75 else maker.pick(
                [str(rng.randrange(1000)), maker.text(string.ascii_lowercase, 5, 9), maker.text(string.ascii_letters + string.digits, 6, 12)])
            put(ending, template.replace("N", "\0").replace("V", value).replace("\0", name), "F", value, kind, 0)
        else:
            ending, style, template = maker.pick(quoted)
            name = maker.digest_name(style)
            value = maker.text("0123456789abcdef", maker.pick([32, 40, 64])) if rng.random() < 0.6 else "$2a$10$" + maker.text(string.ascii_letters + string.digits, 53)
            put(ending, template.replace("N", "\0").replace("V", value).replace("\0", name), "F", value, kind, 0)

    for ending, parts in files.items():
        path = os.path.join(folder, "data", repository, "src", f"file.{ending}")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(parts) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repositories", type=int, default=24)
    parser.add_argument("--lines", type=int, default=400)
    options = parser.parse_args()
    os.makedirs(os.path.join(options.out, "meta"), exist_ok=True)
    for number in range(options.repositories):
        repository = f"made{options.seed:03d}{number:03d}"
        rows = []
        make(random.Random(f"{options.seed}/{number}"), options.out, repository, options.lines, rows)
        with open(os.path.join(options.out, "meta", repository + ".csv"), "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["FilePath", "LineStart", "LineEnd", "GroundTruth", "ValueStart", "ValueEnd", "Category"])
            for repository_of, ending, line, truth, begin, end, category in rows:
                writer.writerow([f"data/{repository_of}/src/file.{ending}", line, line, truth, begin, end, category])


if __name__ == "__main__":
    main()
