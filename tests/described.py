"""The op table and every kind of network as the server tells them, as JSON: `python -m tests.described`."""

import json
import sys

from model.config import InitConfig
from server.description import describe_network, describe_ops
from tests.model.networks import BATCH_NORMS, GRANULARITIES, config_of, network_of

# No two dimensions are of one size, so that none is taken for another.
SIZES = ((64,), (33, 17), tuple(range(5, 21)))

if __name__ == "__main__":
    networks = {}
    for granularity in GRANULARITIES:
        for batch_norm in BATCH_NORMS:
            for sizes in SIZES:
                config = config_of(granularity, batch_norm, sizes)
                networks[f"{granularity}, batch norm {batch_norm}, {len(sizes)} layers"] = network_of(config)
    bare = config_of("atomic", "none", (64,))
    bare = bare.model_copy(update={"model": bare.model.model_copy(update={"hidden_bias": False, "output_bias": False})})
    networks["without biases"] = network_of(bare)
    described = {name: describe_network(network, InitConfig()).model_dump() for name, network in networks.items()}
    json.dump({"ops": [op.model_dump() for op in describe_ops()], "networks": described}, sys.stdout)
