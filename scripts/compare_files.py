#!/usr/bin/env python3
"""Compares the text of our file readers with that of independent ones, on any folder: PDF with pdftotext, .docx with
python-docx, .xlsx with openpyxl, .pptx with python-pptx, .odt, .ods and .odp with odfpy, .xls with xlrd, .doc with
antiword, .ppt with catppt, .rtf with striprtf. A word recall is the share of the other's words that ours has too.

    scripts/compare_files.py build/bench/read_text FOLDER...

Prints one line for each file below the bar, with the words that are missing, and one a format: how many files, how many
of those that the other reader reads agree, the words. Whatever is not installed is named and left out.
"""
import collections
import io
import pathlib
import re
import resource
import subprocess
import sys
import time
import unicodedata
import warnings

from apart import apart

BAR = 0.995
OURS_MAX = 64 << 20  # bytes of text of one file
# Chinese and Japanese have no blanks between words, and where a reader sees one is chance: there each character counts.
IDEOGRAPH = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[^\W{IDEOGRAPH}]{{3,}}|[{IDEOGRAPH}]", re.UNICODE)


def pdf_text(path):
    done = subprocess.run(["pdftotext", "-q", "-enc", "UTF-8", str(path), "-"], capture_output=True, timeout=120)
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def pdfminer_text(path):
    from pdfminer import high_level
    return high_level.extract_text(str(path))


def docx_text(path):
    import docx
    document = docx.Document(str(path))
    text = [p.text for p in document.paragraphs]
    seen = set()  # a merged cell is given once for each place that it covers
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                if cell._tc not in seen:
                    seen.add(cell._tc)
                    text.append(cell.text)
    return "\n".join(text)


def xlsx_text(path):
    import openpyxl
    book = openpyxl.load_workbook(str(path), data_only=True, read_only=True)
    return "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True)
                     for cell in row if isinstance(cell, str))


def xls_text(path):
    import xlrd
    book = xlrd.open_workbook(str(path), logfile=io.StringIO())
    return "\n".join(str(sheet.cell_value(r, c)) for sheet in book.sheets() for r in range(sheet.nrows)
                     for c in range(sheet.ncols) if sheet.cell_type(r, c) == xlrd.XL_CELL_TEXT)


def pptx_text(path):
    import pptx
    text = []

    def take(shapes):
        for shape in shapes:
            if shape.has_text_frame:
                # A line break within a paragraph separates words there.
                text.append(shape.text_frame.text.replace("\v", "\n"))
            if getattr(shape, "has_table", False) and shape.has_table:
                text.extend(cell.text for row in shape.table.rows for cell in row.cells)
            if hasattr(shape, "shapes"):
                take(shape.shapes)
    for slide in pptx.Presentation(str(path)).slides:
        take(slide.shapes)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            text.append(slide.notes_slide.notes_text_frame.text)
    return "\n".join(text)


# Elements within a paragraph that do not part the words around them.
ODF_INLINE = {"span", "a", "bookmark", "bookmark-start", "bookmark-end", "soft-page-break", "ruby-base", "ruby", "meta",
              "meta-field", "reference-mark", "reference-mark-start", "reference-mark-end", "change-start", "change-end",
              "page-number", "page-count", "user-field-get", "placeholder", "sequence", "variable-set", "variable-get",
              "expression", "bookmark-ref", "reference-ref", "text-input", "hidden-text", "conditional-text",
              "database-display", "sheet-name", "date", "time"}


def odf_text(path):
    from odf import opendocument, text as odf
    document = opendocument.load(str(path))

    def take(node):
        out = []
        for child in node.childNodes:
            if child.nodeType in (child.TEXT_NODE, child.CDATA_SECTION_NODE):
                out.append(str(child))
                continue
            name = child.qname[1]
            inner = take(child) if name not in ("s", "tab", "line-break") else " "
            out.append(inner if name in ODF_INLINE else f"\n{inner}\n")
        return "".join(out)
    # A paragraph within another is given with it.
    tops = []
    for kind in (odf.P, odf.H):
        for one in document.getElementsByType(kind):
            at = one.parentNode
            while at is not None and getattr(at, "qname", None) not in ((odf.P().qname), (odf.H(outlinelevel=1).qname)):
                at = at.parentNode
            if at is None:
                tops.append(take(one))
    return "\n".join(tops)


def rtf_text(path):
    from striprtf.striprtf import rtf_to_text
    return rtf_to_text(path.read_bytes().decode("latin-1"), errors="ignore")


def program(*command):
    def text(path):
        try:
            done = subprocess.run([*command, str(path)], capture_output=True, timeout=60)
        except FileNotFoundError as error:
            raise ImportError(name=command[0]) from error
        # antiword writes "[pic]" where a picture is.
        return done.stdout.decode("utf-8", "replace").replace("[pic]", "") if done.returncode == 0 else None
    return text


OTHERS = {".pdf": pdf_text, ".docx": docx_text, ".xlsx": xlsx_text, ".xls": xls_text, ".pptx": pptx_text,
          ".odt": odf_text, ".ods": odf_text, ".odp": odf_text, ".rtf": rtf_text,
          ".doc": program("antiword", "-m", "UTF-8.txt", "-w", "0"), ".ppt": program("catppt", "-d", "utf-8")}
# A second opinion where the first reader is often wrong: antiword takes the code page of Cyrillic for Latin.
# poppler finds no words in lines that are not at right angles.
SECOND = {".doc": program("catdoc", "-w", "-d", "utf-8"), ".pdf": pdfminer_text}


def words(text):
    # Ligatures and forms of presentation are the letters that they stand for.
    return collections.Counter(WORD.findall(unicodedata.normalize("NFKC", text).lower()))


def own_text(reader, path):
    """What ours gives, of which no more than OURS_MAX bytes are compared: documents that unpack to gigabytes exist."""
    with subprocess.Popen([reader, str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
        text = run.stdout.read(OURS_MAX)
        if run.stdout.read(1):
            print(f"{path}: ours gives more than {OURS_MAX} bytes: the rest is not compared")
            run.kill()
    return text.decode("utf-8", "replace")


def main():
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    reader, folders = sys.argv[1], sys.argv[2:]
    warnings.simplefilter("ignore")
    for module in ("docx", "openpyxl", "pptx", "xlrd", "odf.opendocument", "striprtf.striprtf"):
        try:
            __import__(module)  # once, before the processes that use it
        except ImportError:
            pass
    rows = collections.defaultdict(lambda: [0, 0, 0, 0, 0.0, 0.0, 0])
    missing = set()
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*")):
            other = OTHERS.get(path.suffix.lower())
            if other is None or not path.is_file():
                continue
            begin = time.monotonic()
            try:
                theirs = apart(other, path)
            except ImportError as error:
                missing.add(error.name)
                continue
            except Exception:  # the other reader gives up: nothing to compare with
                theirs = None
            middle = time.monotonic()
            ours = own_text(reader, path)
            end = time.monotonic()
            row = rows[path.suffix.lower()]
            row[0] += 1
            row[4] += middle - begin
            row[5] += end - middle
            if theirs is None:
                continue
            row[6] += 1
            wanted, got = words(theirs), words(ours)
            total = sum(wanted.values())
            if total and sum((wanted & got).values()) / total < BAR:
                # The other reader joins words that are hyphenated at a line's end.
                got = got + words(re.sub(r"-\s*\n\s*", "", ours))
            found = sum((wanted & got).values())
            if total and found / total < BAR and path.suffix.lower() in SECOND:
                try:
                    again = apart(SECOND[path.suffix.lower()], path)
                except Exception:
                    again = ""
                second = words(again or "")
                if sum(second.values()) and sum((second & got).values()) / sum(second.values()) >= BAR:
                    print(f"{path}: agrees with the second reader only")
                    wanted, total, found = second, sum(second.values()), sum((second & got).values())
            row[1] += total
            row[2] += found
            if total and found / total < BAR:
                row[3] += 1
                lost = [word for word, _ in (wanted - got).most_common(5)]
                print(f"{path}: {found}/{total} words ({found / total:.3f}); missing: {' '.join(lost)}")
    for name in sorted(missing):
        print(f"not compared: {name} is not installed")
    print(f"{'format':8} {'files':>6} {'compared':>8} {'agree %':>7} {'words':>9} {'recall':>7} {'theirs s':>9} {'ours s':>8}")
    for suffix, (files, total, found, below, theirs, ours, read) in sorted(rows.items()):
        print(f"{suffix:8} {files:6} {read:8} {100 * (read - below) / max(read, 1):7.2f} {total:9} "
              f"{found / max(total, 1):7.4f} {theirs:9.2f} {ours:8.2f}")


if __name__ == "__main__":
    main()
