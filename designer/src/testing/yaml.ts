/** Tests ask for texts at once. */

import { loadYaml } from "../model/yaml.ts";

await loadYaml();
