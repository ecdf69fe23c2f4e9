"""Publishing on AWS: documents become rules on the bus and versions in the catalog. `publisher` tells how, and what always holds."""
