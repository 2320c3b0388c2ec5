"""What is no text at all: archives, spreadsheets, documents and images are refused from their first bytes, unopened."""

from typing import Final

from payments.facts import FileRefused, Problem
from payments.wording import translatable

EMPTY: Final = translatable("The file is empty. Download it again from the provider or bank.")
XLSX: Final = translatable(
    "This is an Excel workbook. Excel keeps only 15 digits, so the 16-digit references of payments in it are "
    "destroyed. Download the same report as CSV and import that file without opening it in Excel."
)
ZIP: Final = translatable("This is a ZIP archive. Unpack it and import the files in it one by one.")
PACKED: Final = translatable("This is a packed file (%(kind)s). Unpack it and import the file in it.")
OTHER: Final = translatable(
    "This is a %(kind)s file, not a statement as data. Download the report as CSV, JSON or XML."
)
HTML: Final = translatable(
    "This is a web page, not a statement: the download was probably answered with a log-in page. "
    "Sign in to the provider and download the report again. If it is a table that was called .xls, choose CSV where it "
    "is downloaded, or open it in a spreadsheet and save it as CSV in UTF-8."
)
UTF32: Final = translatable("The file is encoded in UTF-32, which is not supported. Save it as UTF-8.")

_PACKED: Final = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"\x1f\x9d", "compress"),
)
_OTHER: Final = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"PAR1", "Parquet"),
    (b"SQLite format 3", "SQLite"),
    (b"{\\rtf", "RTF"),
    (b"-----BEGIN PGP", "PGP"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
)
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_PAGE: Final = (b"<!doctype html", b"<html", b"<head", b"<meta", b"<style", b"<script", b"<body", b"<table")
"""How a page begins; tables that are called .xls begin so too."""
_MARKUP: Final = (b"<?xml", b"<!--")
_EXCEL_XML: Final = b"urn:schemas-microsoft-com:office:spreadsheet"
_WORKBOOK_PARTS: Final = (b"[Content_Types].xml", b"xl/", b"_rels/.rels", b"docProps/")


def refuse_containers(head: bytes) -> None:
    """Raise FileRefused when the first bytes of a file show that it is no plain text; nothing is unpacked."""
    if not head:
        raise FileRefused(Problem(EMPTY))
    if head.startswith(_ZIP_STARTS):
        is_workbook = any(part in head for part in _WORKBOOK_PARTS)
        raise FileRefused(Problem(XLSX if is_workbook else ZIP))
    if head.startswith(_OLD_EXCEL):
        raise FileRefused(Problem(XLSX))
    for signatures, template in ((_PACKED, PACKED), (_OTHER, OTHER)):
        for signature, kind in signatures:
            if head.startswith(signature):
                raise FileRefused(Problem(template, {"kind": kind}))
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        raise FileRefused(Problem(UTF32))
    opening = head[:4096].replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf \t\r\n").lower()
    if opening.startswith(_MARKUP) and _EXCEL_XML in opening:
        raise FileRefused(Problem(XLSX))
    if opening.startswith(_PAGE) or (
        opening.startswith(_MARKUP) and (b"<html" in opening or b"<!doctype html" in opening)
    ):
        raise FileRefused(Problem(HTML))
