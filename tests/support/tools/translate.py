"""Run by `.tools/translate`: a SAM template in, what CloudFormation would be given out, as JSON. As SAM's own servers do it."""

import json
import logging
import sys
from pathlib import Path

from samtranslator.public.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

PLACE = "s3://bucket/key"


class NoManagedPolicies:
    """Ours are written out: no role is made by SAM."""

    def load(self):
        return {}


def main() -> None:
    logging.disable(logging.CRITICAL)
    template = yaml_parse(Path(sys.argv[1]).read_text())
    # `sam package` does this: packages lie on S3 by then.
    template["Globals"]["Function"]["CodeUri"] = PLACE
    for resource in template["Resources"].values():
        if "ContentUri" in resource.get("Properties", {}):
            resource["Properties"]["ContentUri"] = PLACE
    try:
        print(json.dumps(transform(template, {}, NoManagedPolicies())))
    except InvalidDocumentException as wrong:
        sys.exit("\n".join(cause.message for cause in wrong.causes))


if __name__ == "__main__":
    main()
