import io
import zipfile

import pytest

from item_bank.errors import InvalidImport
from item_bank.safe_zip import MOST_ENTRIES, SafeZip


def packed(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def test_entries_are_read_as_they_were() -> None:
    archive = SafeZip(packed({"a/тест.xml": b"<a/>", "empty/": b"", "b.bin": bytes(range(256))}), "x.zip")
    assert dict(archive) == {"a/тест.xml": b"<a/>", "b.bin": bytes(range(256))}


@pytest.mark.parametrize("name", ["../up.xml", "/etc/x", "a/../../x", "C:/x", "a\\..\\b", "a\nb", "x" * 401])
def test_names_that_lead_out_are_refused(name: str) -> None:
    with pytest.raises(InvalidImport) as refused:
        SafeZip(packed({name: b""}), "x.zip")
    assert refused.value.code == "import_zip_refused"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(InvalidImport) as refused:
        SafeZip(packed({"bomb.xml": b" " * 20_000_000}), "x.zip")
    assert refused.value.code == "import_zip_refused"


def test_too_many_entries_are_refused() -> None:
    with pytest.raises(InvalidImport) as refused:
        SafeZip(packed({str(n): b"" for n in range(MOST_ENTRIES + 1)}, zipfile.ZIP_STORED), "x.zip")
    assert refused.value.code == "import_zip_limits"


def test_names_that_differ_in_case_only_are_refused() -> None:
    with pytest.raises(InvalidImport):
        SafeZip(packed({"a.xml": b"1", "A.xml": b"2"}), "x.zip")


def test_links_and_encrypted_entries_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/hostname")
    with pytest.raises(InvalidImport):
        SafeZip(buffer.getvalue(), "x.zip")
    plain = bytearray(packed({"secret": b"x"}, zipfile.ZIP_STORED))
    central = plain.find(b"PK\x01\x02")
    plain[central + 8] |= 1
    with pytest.raises(InvalidImport):
        SafeZip(bytes(plain), "x.zip")


def test_an_entry_larger_than_announced_is_refused() -> None:
    plain = bytearray(packed({"liar.xml": b"a" * 5000}))
    central = plain.find(b"PK\x01\x02")
    plain[central + 24 : central + 28] = (10).to_bytes(4, "little")
    with pytest.raises(InvalidImport) as refused:
        SafeZip(bytes(plain), "x.zip")["liar.xml"]
    assert refused.value.code == "import_zip_entry"


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive at all", b"PK\x03\x04" + b"\x00" * 60])
def test_what_is_no_archive_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(InvalidImport) as refused:
        SafeZip(content, "x.zip")
    assert "x.zip" in str(refused.value)


def test_damage_is_refused() -> None:
    content = packed({"a.xml": b"<a>text</a>" * 50})
    for place in range(30, len(content) - 120, 7):
        broken = bytearray(content)
        broken[place] ^= 0xFF
        try:
            assert SafeZip(bytes(broken), "x.zip")["a.xml"] == b"<a>text</a>" * 50
        except (InvalidImport, KeyError):
            continue
