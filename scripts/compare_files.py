#!/usr/bin/env python3
"""Compares the text of our file readers with that of independent ones, on any folder: PDF with pdftotext, .docx with
python-docx, .xlsx with openpyxl, .xls with xlrd. A word recall is the share of the other's words that ours has too.

    scripts/compare_files.py build/bench/read_text FOLDER...

Prints one line a format and one for each file below the bar. Whatever is not installed is named and left out.
"""
import collections
import pathlib
import re
import subprocess
import sys
import time

BAR = 0.995
WORD = re.compile(r"\w{3,}", re.UNICODE)


def pdf_text(path):
    done = subprocess.run(["pdftotext", "-q", "-enc", "UTF-8", str(path), "-"], capture_output=True, timeout=120)
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def docx_text(path):
    import docx
    document = docx.Document(str(path))
    text = [p.text for p in document.paragraphs]
    for table in document.tables:
        for row in table.rows:
            text.extend(cell.text for cell in row.cells)
    return "\n".join(text)


def xlsx_text(path):
    import openpyxl
    book = openpyxl.load_workbook(str(path), data_only=True, read_only=True)
    return "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True)
                     for cell in row if isinstance(cell, str))


def xls_text(path):
    import xlrd
    book = xlrd.open_workbook(str(path))
    return "\n".join(str(sheet.cell_value(r, c)) for sheet in book.sheets() for r in range(sheet.nrows)
                     for c in range(sheet.ncols) if sheet.cell_type(r, c) == xlrd.XL_CELL_TEXT)


OTHERS = {".pdf": pdf_text, ".docx": docx_text, ".xlsx": xlsx_text, ".xls": xls_text}


def words(text):
    return collections.Counter(WORD.findall(text.lower()))


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    reader, folders = sys.argv[1], sys.argv[2:]
    rows = collections.defaultdict(lambda: [0, 0, 0, 0, 0.0, 0.0])
    missing = set()
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*")):
            other = OTHERS.get(path.suffix.lower())
            if other is None or not path.is_file():
                continue
            begin = time.monotonic()
            try:
                theirs = other(path)
            except ImportError as error:
                missing.add(error.name)
                continue
            except Exception:  # the other reader gives up: nothing to compare with
                theirs = None
            middle = time.monotonic()
            ours = subprocess.run([reader, str(path)], capture_output=True).stdout.decode("utf-8", "replace")
            end = time.monotonic()
            row = rows[path.suffix.lower()]
            row[0] += 1
            row[4] += middle - begin
            row[5] += end - middle
            if theirs is None:
                continue
            wanted, got = words(theirs), words(ours)
            total = sum(wanted.values())
            found = sum((wanted & got).values())
            row[1] += total
            row[2] += found
            if total and found / total < BAR:
                row[3] += 1
                lost = [word for word, _ in (wanted - got).most_common(5)]
                print(f"{path}: {found}/{total} words ({found / total:.3f}); missing: {' '.join(lost)}")
    for name in sorted(missing):
        print(f"not compared: {name} is not installed")
    print(f"{'format':8} {'files':>6} {'words':>9} {'recall':>7} {'below':>6} {'theirs s':>9} {'ours s':>8}")
    for suffix, (files, total, found, below, theirs, ours) in sorted(rows.items()):
        print(f"{suffix:8} {files:6} {total:9} {found / max(total, 1):7.4f} {below:6} {theirs:9.2f} {ours:8.2f}")


if __name__ == "__main__":
    main()
