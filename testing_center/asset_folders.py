"""Where templates, static files and catalogues lie, in a checkout and in an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
TRANSLATIONS = PACKAGE / "translations"


def asset_folder(name: str) -> Path:
    """The folder inside an installed wheel, or the one at the root of a checkout."""
    packed = PACKAGE / "assets" / name
    return packed if packed.is_dir() else PACKAGE.parent / name
