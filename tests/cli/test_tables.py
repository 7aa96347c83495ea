"""Response and item files in every layout that the commands read."""

import csv
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from psychometrics import (
    GradedItems,
    ItemParameters,
    MixedItems,
    NominalItems,
    PartialCreditItems,
    category_probabilities,
)
from testing_center.cli.item_files import read_item_models, read_items, write_items
from testing_center.cli.response_files import POLYTOMOUS, numbers_of, read_responses
from testing_center.cli.tables import FileProblem, write_table

THETA = np.linspace(-3, 3, 7)
NAN = float("nan")
MIXED = MixedItems(
    (
        ItemParameters.of([1.1, 0.7], [0.0, 1.0], [0.2, 0.0], [1.0, 0.97]),
        GradedItems([1.2, 0.8], [[-1.0, 0.3, 1.4], [0.2, NAN, NAN]]),
        PartialCreditItems([1.7], [[-0.5, 0.5]]),
        NominalItems([[0.0, 0.5, 1.5]], [[0.0, 1.0, -0.5]]),
    ),
    (np.array([0, 4]), np.array([1, 3]), np.array([2]), np.array([5])),
)
MODELS = ("3pl", "graded", "gpcm", "graded", "4pl", "nominal")


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_wide_table_may_hold_a_group_a_weight_and_whole_scores(tmp_path: Path) -> None:
    path = written(tmp_path, "r.csv", "examinee,sex,Q1,Q2,weight\nA,f,0,3,1.5\nB,m,,1,1\n")
    table = read_responses(path, beside=("sex", "weight"), highest=POLYTOMOUS)
    assert table.items == ("Q1", "Q2")
    assert table.scores.tolist() == [[0, 3], [-1, 1]]
    assert table.matrix.category_counts.tolist() == [2, 4]
    assert table.beside["sex"] == ("f", "m")
    assert numbers_of(table, "weight") == [1.5, 1.0]
    assert table.place(1) == "column 4 (item Q2)"
    with pytest.raises(FileProblem, match=r"examinee A: sex is 'f', not a number"):
        numbers_of(table, "sex")


def test_a_long_table_becomes_a_sparse_matrix(tmp_path: Path) -> None:
    text = "item,examinee,score,region\nQ2,A,1,Osh\nQ1,A,0,Osh\nQ2,B,,Talas\nQ3,B,1,Talas\n"
    table = read_responses(written(tmp_path, "r.csv", text), beside=("region",))
    assert table.matrix.sparse is not None
    assert (table.examinees, table.items) == (("A", "B"), ("Q2", "Q1", "Q3"))
    assert table.scores.tolist() == [[1, 0, -1], [-1, -1, 1]]
    assert table.beside["region"] == ("Osh", "Talas")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("examinee,item,score\nA,Q1,1\nA,Q1,0\n", "row 3: this examinee already has a response"),
        ("examinee,item,score\nA,,1\n", "row 2: the examinee or the item is empty"),
        ("examinee,item,score\nA,Q1,2\n", r"row 2, column 3 \(item score\): '2' is not 0, 1 or empty"),
        ("examinee,item,score,region\nA,Q1,1,Osh\nA,Q2,1,Naryn\n", "row 3: region of examinee 'A'"),
        ("examinee,Q1\nA,1\n", "no column 'region'"),
    ],
)
def test_a_wrong_long_table_is_refused_where_it_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(FileProblem, match=words):
        read_responses(written(tmp_path, "r.csv", text), beside=("region",) if "region" in words else ())


@pytest.mark.parametrize("kind", [float, int, str])
def test_parquet_columns_of_any_type_read_as_csv_does(tmp_path: Path, kind: type) -> None:
    cells = [[1, 0, None], [0, None, 2]]
    columns = {
        f"Q{place}": pyarrow.array([None if cell is None else kind(cell) for cell in column])
        for place, column in enumerate(zip(*cells, strict=True), start=1)
    }
    path = tmp_path / "r.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"examinee": ["A", "B"], **columns}), path)
    table = read_responses(path, highest=POLYTOMOUS)
    assert table.scores.tolist() == [[1, 0, -1], [0, -1, 2]]
    assert table.examinees == ("A", "B")
    with pytest.raises(FileProblem, match=r"row 2, column 4 \(item Q3\): '2'"):
        read_responses(path)


def test_a_file_that_is_not_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="not a Parquet file"):
        read_responses(written(tmp_path, "r.parquet", "a,b\n1,0\n"))


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("scaling", [1.0, 1.702])
def test_items_of_every_model_come_back(tmp_path: Path, ending: str, scaling: float) -> None:
    path, keys = tmp_path / f"items.{ending}", [f"Q{place}" for place in range(6)]
    write_items(path, keys, MODELS, MIXED, {"discrimination": [0.1] * 6}, scaling=scaling)
    table = read_items(path, scaling=scaling)
    assert (table.keys, table.models) == (tuple(keys), MODELS)
    np.testing.assert_allclose(
        category_probabilities(THETA, table.parameters), category_probabilities(THETA, MIXED), atol=1e-12
    )
    assert read_item_models(path)["Q5"] == "nominal"


def test_polytomous_items_have_the_columns_that_were_promised(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    write_items(path, ["A"], ["graded"], GradedItems([2.0], [[-1.0, 1.0]]), {"b1": [0.25], "b2": [0.5]})
    assert next(csv.reader(path.open())) == ["item", "model", "discrimination", "b1", "b2", "se_b1", "se_b2"]


R_TABLES = {
    "wide": '"","a","b","g","u"\n"Q1",1.2,-0.5,0.2,1\n"Q2",0.9,0.4,0,1\n',
    "long": '"item","param","est","se"\n"Q1","a",1.2,0.1\n"Q1","b",-0.5,NA\n"Q1","g",0.2,NA\n'
    '"Q2","a",0.9,0.1\n"Q2","b",0.4,0.1\n"GROUP","COV_11",1,NA\n',
}


@pytest.mark.parametrize("layout", R_TABLES)
def test_tables_of_r_are_read(tmp_path: Path, layout: str) -> None:
    items = read_items(written(tmp_path, "coef.csv", R_TABLES[layout])).parameters
    assert isinstance(items, ItemParameters)
    np.testing.assert_allclose(items.discrimination, [1.2, 0.9])
    np.testing.assert_allclose(items.difficulty, [-0.5, 0.4])
    np.testing.assert_allclose(items.guessing, [0.2, 0.0])


def test_thresholds_of_r_need_a_model(tmp_path: Path) -> None:
    path = written(tmp_path, "coef.csv", '"","a","b1","b2"\n"Q1",1.2,-0.5,0.5\n"Q2",1,0.1,NA\n')
    with pytest.raises(FileProblem, match="--item-model"):
        read_items(path)
    table = read_items(path, polytomous_model="gpcm")
    assert isinstance(table.parameters, PartialCreditItems)
    assert table.parameters.category_counts.tolist() == [3, 2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("item,model,discrimination,b1\nQ1,rasche,1,0\n", "row 2: the model 'rasche' is none of"),
        ("item,model,discrimination,b1\nQ1,graded,1,\n", "row 2: the item 'Q1' has no b1"),
        ("item,model,discrimination,b1,b2\nQ1,graded,1,1,0\n", "thresholds of a graded item must rise"),
        ("item,param,est\nQ1,a,1\nQ1,a,2\n", "row 3: 'a' is unknown or given twice"),
        ("item,param,est\nQ1,a,one\n", r"row 2, column 3 \(est\): 'one' is not a number"),
    ],
)
def test_a_wrong_item_table_is_refused_where_it_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(FileProblem, match=words):
        read_items(written(tmp_path, "items.csv", text))


def test_a_parquet_table_keeps_its_numbers(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write_table(path, ("name", "value"), [("A", "1.5"), ("B", "")])
    assert pyarrow.parquet.read_table(path).to_pydict() == {"name": ["A", "B"], "value": [1.5, None]}
