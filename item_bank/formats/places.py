"""Where in a file something stands."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """``file`` within a package, ``sheet``, ``line`` or ``row`` from 1 (0: not known), ``column`` (its letter
    or title) and ``element`` (a path of tags), as far as the format has them."""

    line: int = 0
    row: int = 0
    column: str = ""
    element: str = ""
    file: str = ""
    sheet: str = ""

    def __str__(self) -> str:
        parts = [
            f"file “{self.file}”" if self.file else "",
            f"sheet “{self.sheet}”" if self.sheet else "",
            f"line {self.line}" if self.line else "",
            f"row {self.row}" if self.row else "",
            f"column {self.column}" if self.column else "",
            f"element {self.element}" if self.element else "",
        ]
        return ", ".join(part for part in parts if part)

    def to_data(self) -> dict[str, object]:
        """Return what is known of the place."""
        fields = ("file", "sheet", "line", "row", "column", "element")
        return {name: getattr(self, name) for name in fields if getattr(self, name)}
