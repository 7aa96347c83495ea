"""Files with parts missing, doubled or changed are read or refused; nothing else happens."""

from xml.etree.ElementTree import Element, fromstring, tostring

from hypothesis import given, settings
from hypothesis import strategies as st
from item_strategies import item_contents

from item_bank.errors import InvalidImport
from item_bank.formats import ImportSettings, SourceFile, exchange_format
from item_bank.formats.qti.item_writer import item_element
from item_bank.formats.qti.names import VERSION_2, VERSION_3, document
from item_bank.items import ItemContent

VALUES = st.sampled_from(
    ["", "0", "-1", "1e400", "nan", "o1", "o1 o2", "r1 c1", "x" * 70, "true", "0,0,1", "½", "1/0"]
)


@settings(deadline=None, max_examples=150)
@given(item_contents(), st.booleans(), st.data())
def test_a_damaged_item_is_read_or_refused(content: ItemContent, three: bool, data: st.DataObject) -> None:
    language = next(iter(content.texts))
    chosen = VERSION_3 if three else VERSION_2
    tree = fromstring(document(item_element("i", content, language, chosen), chosen))  # noqa: S314
    for _ in range(data.draw(st.integers(1, 3))):
        damage(tree, data)
    source = SourceFile("item.xml", tostring(tree))
    try:
        result = exchange_format(chosen.name).read(source, ImportSettings())
    except InvalidImport:
        return
    assert len(result.items) + len(result.problems) >= 1
    for loss in result.losses:
        assert loss.sentence


def damage(tree: Element, data: st.DataObject) -> None:
    """Remove, double, empty or change one part."""
    elements = list(tree.iter())
    element = data.draw(st.sampled_from(elements))
    how = data.draw(st.sampled_from(["remove", "double", "empty", "attribute", "text"]))
    children = list(element)
    if how in ("remove", "double") and children:
        child = data.draw(st.sampled_from(children))
        element.remove(child) if how == "remove" else element.append(child)
    elif how == "empty":
        for child in children:
            element.remove(child)
        element.text = None
    elif how == "attribute" and element.attrib:
        element.set(data.draw(st.sampled_from(sorted(element.attrib))), data.draw(VALUES))
    else:
        element.text = data.draw(VALUES)
