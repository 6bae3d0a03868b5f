"""Forty-odd files that are broken, enormous, endless, locked or out to do harm."""

from __future__ import annotations

import io
import json
import os
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from tests.sources import files

_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + "]><w:document {0}><w:body><w:p><w:r><w:t>&m;</w:t></w:r></w:p></w:body></w:document>"
)
_OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    "<w:document {0}><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>"
)


def write_hostile(folder: Path) -> dict[str, bool]:
    """Write them; whether each is to be refused (else it is read, or read in part)."""
    folder.mkdir()
    expected: dict[str, bool] = {}
    for name, content, is_refused in (*_pdfs(), *_archives(), *_texts(), *_pictures()):
        (folder / name).write_bytes(content)
        expected[name] = is_refused
    with (folder / "sparse.pdf").open("wb") as file:
        file.truncate(3_000_000_000)
    os.mkfifo(folder / "pipe.pdf")
    (folder / "out.txt").symlink_to("/etc/passwd")
    (folder / "loop.txt").symlink_to("loop.txt")
    return expected | {"sparse.pdf": True}


def _pdf(*objects: str | bytes, root: int = 1) -> bytes:
    """A PDF of these objects, numbered from 1."""
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, 2)
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        data = body if isinstance(body, bytes) else body.encode("latin-1")
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, data))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer << /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(places) + 1, root, start))
    return out.getvalue()


def _stream(data: bytes, about: str = "") -> bytes:
    return f"<< /Length {len(data)} {about} >>\nstream\n".encode() + data + b"\nendstream"


def _page(content: bytes, more: str = "", *others: str | bytes) -> bytes:
    return _pdf(
        f"<< /Type /Catalog /Pages 2 0 R {more} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> /XObject << /X 6 0 R >> >> >>",
        content,
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *(others or ("<< >>",)),
    )


def _good_pdf(**about: object) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, **about)
    for _ in range(3):
        canvas.drawString(72, 700, "An honest page of words.")
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _pdfs() -> Iterator[tuple[str, bytes, bool]]:
    whole = _good_pdf()
    text = b"BT /F 12 Tf 72 700 Td (Words on a page.) Tj ET"
    noise = random.Random(7)
    bomb = zlib.compress(b"BT /F 12 Tf (x) Tj ET\n" * 20_000_000, 9)
    yield "empty.pdf", b"", True
    yield "head only.pdf", b"%PDF-1.7\n", True
    yield "cut off.pdf", whole[: len(whole) // 3], True
    yield "noise.pdf", b"%PDF-1.7\n" + noise.randbytes(50_000), True
    yield "another kind.pdf", b"\x89PNG\r\n\x1a\n" + bytes(100), True
    yield "locked.pdf", _good_pdf(encrypt="secret"), True
    yield "spoilt.pdf", bytes(b ^ (noise.random() < 0.01) for b in whole), False
    yield (
        "a page that is its own parent.pdf",
        _pdf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R] /Count 1000000000 >>"),
        False,
    )
    yield (
        "a thousand million pages.pdf",
        _pdf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 1000000000 >>"),
        True,
    )
    yield "deep.pdf", _pdf("<< /Type /Catalog /Pages " + "[" * 200_000 + "]" * 200_000 + " >>"), True
    yield "bomb.pdf", _page(_stream(bomb, "/Filter /FlateDecode")), False
    yield (
        "draws itself.pdf",
        _page(
            _stream(b"/X Do"),
            "",
            _stream(
                b"/X Do",
                "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>",
            ),
        ),
        False,
    )
    yield (
        "script.pdf",
        _page(
            _stream(text), "/OpenAction << /S /JavaScript /JS (app.launchURL\\('http://127.0.0.1:9'\\)) >>"
        ),
        False,
    )
    yield "launches.pdf", _page(_stream(text), "/OpenAction << /S /Launch /F (/bin/sh) >>"), False
    yield (
        "outline of loops.pdf",
        _page(
            _stream(text),
            "/Outlines 6 0 R",
            "<< /First 7 0 R /Last 7 0 R /Count 9 >>",
            "<< /Title (Loop) /Next 7 0 R /First 7 0 R /Parent 6 0 R >>",
        ),
        False,
    )
    yield "huge page.pdf", _page(_stream(text)).replace(b"600 800", b"9e9 9e9"), False
    yield "commands the terminal.pdf", _good_pdf(), False


def _archives() -> Iterator[tuple[str, bytes, bool]]:
    zeros = b" " * 400_000_000
    yield "bomb.docx", files.zipped({"word/document.xml": zeros}), True
    del zeros
    yield "laughs.docx", files.zipped({"word/document.xml": _LAUGHS.replace("{0}", files._W)}), True
    yield "passwords.docx", files.zipped({"word/document.xml": _OUTSIDE.replace("{0}", files._W)}), True
    yield "deep.docx", files.docx("<w:sdt><w:sdtContent>" * 100_000), True
    yield "no document.docx", files.zipped({"../../evil.sh": "rm -rf /"}), True
    yield "cut off.docx", files.docx(files.word("words"))[:-40], True
    yield (
        "other bytes.docx",
        files.docx(files.word("words")).replace(b"word/document", b"word/document", 1)[:60] + bytes(500),
        True,
    )
    yield "not xml.docx", files.zipped({"word/document.xml": "no < xml"}), True
    yield (
        "out of the folder.docx",
        files.docx(files.word("Honest words."), **{"../../../tmp/evil": "x"}),
        False,
    )
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(25_000):
            archive.writestr(f"{number}", "")
    yield "many parts.epub", many.getvalue(), True
    yield "no book.epub", files.zipped({"mimetype": "application/epub+zip"}), True
    yield "book of loops.epub", files.epub({"../META-INF/container.xml": "<p>x</p>"}), False
    yield (
        "missing chapters.epub",
        files.zipped(
            {
                "META-INF/container.xml": '<c><rootfile full-path="b.opf"/></c>',
                "b.opf": "<p><itemref idref='a'/></p>",
            }
        ),
        True,
    )
    laughs = _LAUGHS.replace("w:document {0}", "c").replace("/w:document", "/c").replace("w:", "")
    yield "laughs.epub", files.zipped({"META-INF/container.xml": laughs}), True
    yield (
        "external dtd.epub",
        files.zipped(
            {
                "META-INF/container.xml": '<!DOCTYPE x SYSTEM "file:///etc/passwd"><c><rootfile full-path="/etc/passwd"/></c>'
            }
        ),
        True,
    )


def _texts() -> Iterator[tuple[str, bytes, bool]]:
    yield "deep.html", b"<div>" * 300_000 + b"deep words", False
    yield "unclosed.html", b"<p><b><table><tr><td>" * 50_000, False
    yield (
        "remote.html",
        b"<iframe src='http://127.0.0.1:9'></iframe><script src='//x'></script><link rel=stylesheet href='http://127.0.0.1:9'><p>Words.</p>",
        False,
    )
    yield "attribute.html", b"<p class='" + b"x" * 5_000_000 + b"'>Words.</p>", False
    yield "deep.ipynb", b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", True
    yield "numbers.ipynb", b'{"cells": [{"cell_type": "heading", "level": 1e999, "source": NaN}]}', True
    yield "kinds.ipynb", json.dumps({"cells": [{"cell_type": 3, "source": [{}, 1]}, 5, None]}).encode(), False
    yield "no notebook.ipynb", b"[]", True
    yield (
        "kinds.canvas",
        json.dumps({"nodes": [{"id": [], "type": "text", "x": "a"}, 1], "edges": 5}).encode(),
        True,
    )
    yield "one cell.csv", b'a,b\n"' + b"x" * 1_000_000, False
    yield "wide.csv", b"," * 3_000_000 + b"\n" + b"1," * 100_000, False
    yield "zeros.csv", bytes(100_000), True
    yield "stars.org", b"*" * 100_000 + b" heading\n#+begin_src\nnever closed", False
    yield "links.org", b"[[" * 100_000, False
    yield "binary.txt", random.Random(3).randbytes(5_000), True
    yield "halves.txt", "\ud800\udc00 words".encode("utf-16-le", "surrogatepass")[2:] + b"\xff\xfe", True


def _pictures() -> Iterator[tuple[str, bytes, bool]]:
    head = struct.pack(">IIBBBBB", 200_000, 200_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(head)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    yield "bomb.png", png + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT")), True
    yield "cut off.jpg", b"\xff\xd8\xff\xe1\xff\xff" + bytes(20), True
    yield "laughs.svg", _LAUGHS.replace("{0}", files._W).encode(), True
