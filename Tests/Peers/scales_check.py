"""Checks a published log with tlog-scales: scales_check.py FOLDER VKEY [OLD_CHECKPOINT]."""
import sys
from pathlib import Path

from tlog_scales import backend, signing, tiles, tlog
from tlog_scales.reader import TilesReader

folder, vkey = sys.argv[1], signing.Vkey.from_string(sys.argv[2])
reader = TilesReader(backend.LocalBackend(Path(folder)))
checkpoint = reader.get_checkpoint()
checkpoint.verify(vkey)
assert reader.calculate_root_hash() == checkpoint.root_hash, "the tiles do not lead to the root"
for index in range(checkpoint.size):
    proof = reader.get_inclusion_proof(index, checkpoint.size)
    proof.check(tiles.leaf_hash(reader.get_entry(index)), checkpoint.root_hash)
for name in sys.argv[3:]:
    old = tlog.Checkpoint.from_text(Path(name).read_text())
    old.verify(vkey)
    reader.get_consistency_proof(old.size, checkpoint.size).check(old.root_hash, checkpoint.root_hash)
print(f"{checkpoint.size} records, {len(sys.argv) - 3} earlier checkpoints")
