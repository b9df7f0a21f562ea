import pytest
from kedro.io import DatasetError

from orphan_disease.adapters.package_tables import PackageTableDataset
from orphan_disease.adapters.table_files import read_package_table
from orphan_disease.contracts.package_tables import TABLE_TYPES, PackageTable


@pytest.mark.parametrize("name", list(PackageTable))
def test_every_table_has_the_columns_and_types_of_its_contract(name: PackageTable) -> None:
    table = PackageTableDataset(name=name.value).load()
    assert {column: str(kind) for column, kind in table.dtypes.items()} == dict(TABLE_TYPES[name])
    assert not table.empty


def test_an_empty_cell_is_an_empty_text() -> None:
    facts = read_package_table("orphan_disorders")
    assert not facts.isna().any(axis=None)
    assert facts["omim_ids"].eq("").any()


def test_an_unknown_table_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(DatasetError, match=r"no table 'disorders'.*orphan_disorders.*chief_complaints"):
        PackageTableDataset(name="disorders").load()


def test_a_run_never_writes_a_table() -> None:
    with pytest.raises(DatasetError, match="read-only"):
        PackageTableDataset(name="local_codes").save("rows")
