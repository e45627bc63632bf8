"""Makes `valuesets.json` from the published EU value sets and the country names of the Unicode CLDR.

    python passport/rules/data/make_valuesets.py FOLDER_OF_VALUE_SETS

Only codes and names are kept; codes that are no longer given out stay, since old certificates carry them.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from babel import Locale
from babel.core import get_global

SETS = (
    "disease-agent-targeted",
    "vaccine-prophylaxis",
    "vaccine-medicinal-product",
    "vaccine-mah-manf",
    "test-type",
    "test-result",
    "test-manf-example",
)
COUNTRIES = "country-2-codes"
# ICD-11 and CVX codes that other formats write where the EU sets have no equal; product codes of those systems
# stand in vaccines.json beside the EU product that they mean.
OTHER_CODES = {
    "disease": {
        "1C81": "Poliomyelitis",
        "1D47": "Yellow fever",
        "RA01": "COVID-19",
        "RA01.0": "COVID-19",
        "RA01.1": "COVID-19",
    },
    "vaccine": {
        "213": "COVID-19 vaccine",
        "500": "COVID-19 vaccine",
        "XM0CX4": "COVID-19 replicating viral vector vaccine",
        "XM0GQ8": "COVID-19 RNA vaccine",
        "XM0N24": "Yellow fever vaccine",
        "XM0N50": "Poliomyelitis vaccine",
        "XM1J92": "COVID-19 virus-like particle vaccine",
        "XM1NL1": "COVID-19 inactivated virus vaccine",
        "XM3418": "Yellow fever vaccine, live attenuated",
        "XM5DF6": "COVID-19 live attenuated virus vaccine",
        "XM5JC5": "COVID-19 protein subunit vaccine",
        "XM68M6": "COVID-19 vaccine",
        "XM6AT1": "COVID-19 DNA vaccine",
        "XM9QW8": "COVID-19 non-replicating viral vector vaccine",
    },
}
FORMER_ALPHA3 = {"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR"}  # withdrawn from ISO 3166-1
# CLDR names that say more than a certificate's country column does.
SHORT_NAMES = {
    "HK": ("Hồng Kông", "Hong Kong"),
    "MO": ("Ma Cao", "Macao"),
    "MM": ("Myanmar", "Myanmar"),
}


def value_set(path: Path) -> tuple[str, dict[str, str]]:
    """The id of a published value set and its names by code, without the remark that a code is deprecated."""
    document = json.loads(path.read_text("utf-8"))
    names = {
        code: re.sub(r" \(deprecated\)$", "", entry["display"].strip())
        for code, entry in document["valueSetValues"].items()
    }
    return document["valueSetId"], dict(sorted(names.items()))


def countries(codes: list[str]) -> dict[str, list[str]]:
    """Alpha-3 code, Vietnamese and English name by alpha-2 code."""
    vietnamese, english = Locale("vi").territories, Locale("en").territories
    alpha3 = {
        alpha2[0]: alias
        for alias, alpha2 in get_global("territory_aliases").items()
        if re.fullmatch("[A-Z]{3}", alias) and len(alpha2) == 1 and alias not in FORMER_ALPHA3
    }
    return {code: [alpha3[code], *SHORT_NAMES.get(code, (vietnamese[code], english[code]))] for code in sorted(codes)}


def main(folder: Path) -> None:
    """Writes the data file beside this script."""
    data: dict[str, object] = dict(value_set(folder / f"{name}.json") for name in SETS)
    data["other"] = OTHER_CODES
    data["countries"] = countries(list(value_set(folder / f"{COUNTRIES}.json")[1]))
    text = json.dumps(data, ensure_ascii=False, indent=1)
    text = re.sub(r"\[\s+([^\]]*?)\s+\]", lambda match: "[" + re.sub(r",\s+", ", ", match[1]) + "]", text)
    (Path(__file__).parent / "valuesets.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
