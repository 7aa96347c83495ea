"""QTI of 1EdTech: content packages and single items of versions 3.0, 2.2 and 2.1."""

from collections.abc import Callable
from typing import Final

from item_bank.errors import InvalidImport
from item_bank.formats.imported_items import ImportSettings
from item_bank.formats.protocol import ExchangeFormat, ExportRequest, ExportResult, ImportResult, SourceFile
from item_bank.formats.qti.names import VERSION_2, VERSION_3, QtiVersion
from item_bank.formats.qti.package_reader import MANIFEST, read_qti
from item_bank.formats.qti.package_writer import write_package
from item_bank.safe_xml import parse_xml
from item_bank.safe_zip import SafeZip

_MARKS_OF_3: Final = ("qtiv3p0", "imsqtiasi_v3p0", "usagedata_v3p0")
_MARKS_OF_2: Final = ("imscp_v1p1", "imsqti_v2p", "usagedata_v2p", "imsqti_v2")


def _exchange_format(version: QtiVersion) -> ExchangeFormat:
    def read(source: SourceFile, settings: ImportSettings) -> ImportResult:
        return read_qti(source, settings, version.name)

    def write(request: ExportRequest) -> ExportResult:
        return write_package(request, version)

    return ExchangeFormat(version.name, (".zip", ".xml"), _recogniser(version), read, write)


def _recogniser(version: QtiVersion) -> Callable[[SourceFile], bool]:
    marks = _MARKS_OF_3 if version.is_3 else _MARKS_OF_2

    def recognises(source: SourceFile) -> bool:
        try:
            content = source.content
            if content.startswith(b"PK"):
                content = SafeZip(content, source.name).get(MANIFEST, b"")
            namespace = str(parse_xml(content, source.name).tag)
        except InvalidImport:
            return False
        return any(mark in namespace for mark in marks)

    return recognises


QTI_3: Final = _exchange_format(VERSION_3)
QTI_2: Final = _exchange_format(VERSION_2)
