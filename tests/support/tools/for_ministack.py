"""Run by `.tools/translate`: a template (SAM's form, also as built) in, the same without what MiniStack does not know out, as JSON.

What is taken out is checked by the tests of `tests/aws/template/`. All else is deployed as it stands.
"""

import json
import sys
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse

UNKNOWN = {
    "AWS::Events::Archive",
    "AWS::Events::EventBusPolicy",
    "AWS::Logs::Delivery",
    "AWS::Logs::DeliveryDestination",
    "AWS::Logs::DeliverySource",
}


def main() -> None:
    template = yaml_parse(Path(sys.argv[1]).read_text())
    resources = template["Resources"]
    # It knows alarms on one metric, and none that compute.
    gone = [
        name
        for name, one in resources.items()
        if one["Type"] in UNKNOWN or (one["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in one["Properties"])
    ]
    for name in gone:
        del resources[name]
    told = json.dumps(template)
    # It looks for every schedule in the group `default`, whatever the call says, and would deny what AWS permits.
    print(told.replace(":schedule/murmur-${Stage}/", ":schedule/default/"))


if __name__ == "__main__":
    main()
