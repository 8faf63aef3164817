"""Parameters: strict YAML, dated values, schemas and their loading."""

from salesnb.model.params.dated import Dated, DatedValue, ParamsModel
from salesnb.model.params.load import Params, load_unit

__all__ = ["Dated", "DatedValue", "Params", "ParamsModel", "load_unit"]
