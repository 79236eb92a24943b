"""The generator behind tools/generate: model reads api/, the others render it."""
