"""Speed, each figure beside its peer or limit measured in the same run. `make bench` runs all of it."""
