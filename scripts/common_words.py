#!/usr/bin/env python3
"""Counts the commonest words of this system's documentation and source, for src/secret/common_words.inc.

    scripts/common_words.py > src/secret/common_words.inc

The accuracy of secret finding uses them to tell names and words from random values. Which packages are installed
changes the tail of the list, not what it is good for.
"""

import collections
import gzip
import os
import re
import sys

ROOTS = ["/usr/share/doc", "/usr/share/man/man1", "/usr/share/man/man3", "/usr/share/man/man5", "/usr/share/man/man7",
         "/usr/share/man/man8", "/usr/lib/python3", "/usr/lib/python3.11", "/usr/include", "/usr/share/perl"]
ENDINGS = (".py", ".h", ".md", ".txt", ".html", ".js", ".json", ".hpp", ".pl", ".pm", ".conf", "copyright", "README")
# Words of examples, which documentation writes in a hundred ways.
EXAMPLES = """foo bar baz qux quux test pwd passwd admin root hunter changeme secret guest demo dummy fake sample example
password pass token key auth username login user hello world local localhost alice bob carol dave eve john jane doe
joe max chuck ivan derek letmein welcome qwerty abc xyz abcd asdf lorem ipsum dolor todo tbd xxx yyy zzz my your some
thing credential credentials apikey keystore truststore oauth bearer jwt saml ldap kerberos mysql postgres redis mongo
kafka""".split()
KEPT = 7000


def text_of(path):
    try:
        if os.path.islink(path):
            return ""
        if path.endswith(".gz"):
            with gzip.open(path, "rt", errors="ignore") as file:
                return file.read(200000)
        if path.endswith(ENDINGS):
            with open(path, errors="ignore") as file:
                return file.read(200000)
    except (OSError, EOFError, UnicodeError):
        pass
    return ""


def main():
    documents = collections.Counter()
    for root in ROOTS:
        for folder, _, names in os.walk(root):
            for name in names:
                found = re.findall(r"[A-Z]?[a-z]{2,13}|[A-Z]{3,12}", text_of(os.path.join(folder, name)))
                documents.update({word.lower() for word in found})
    common = [word for word, _ in documents.most_common(60000) if 3 <= len(word) <= 13][:KEPT]
    sys.stdout.write("// The commonest words of English and of source text, sorted, by the number of documents of a Debian 12 system\n"
                     "// (packages' documentation, manual pages, headers, Python) that hold them. Made by scripts/common_words.py.\n")
    line = ""
    for word in sorted(set(common) | set(EXAMPLES)):
        if len(line) + len(word) + 1 > 96:
            print(f'    "{line}"')
            line = ""
        line += word + " "
    print(f'    "{line}"')


if __name__ == "__main__":
    main()
