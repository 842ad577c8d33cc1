#!/usr/bin/env bash
# TorchSharp 0.107.0 was linked against a newer libstdc++ than Debian 12 has, of which it needs a single symbol. This lets the copy in a
# build output load there, until the next build copies it anew: the version requirement becomes weak, and a small library beside it defines the symbol.
# usage: prepare-torchsharp.sh OUTPUT_FOLDER     where the bench was built to; needs g++ and patchelf
set -euo pipefail
[ $# = 1 ] || { echo 'usage: prepare-torchsharp.sh OUTPUT_FOLDER' >&2; exit 2; }

library=$(find "$1" -name libLibTorchSharp.so -not -path '*/cpu/*' -print -quit)   # TorchSharp leaves a copy in cpu when it cannot load
[ -n "$library" ] || { echo "$1 holds no libLibTorchSharp.so; build the bench first" >&2; exit 1; }
folder=$(dirname "$library") symbol=_ZSt21ios_base_library_initv version=GLIBCXX_3.4.32
for tool in g++ patchelf python3; do
    command -v $tool >/dev/null || { echo "$tool is missing; install it with: apt-get install g++ patchelf python3" >&2; exit 1; }
done
if patchelf --print-needed "$library" | grep -q libiosinit; then echo "ready: $folder"; exit 0; fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# In newer versions of libstdc++ the symbol sets up std::cout and its kin; constructing an Init has always done so.
printf '#include <ios>\nextern "C" void %s() { static std::ios_base::Init streams; }\n' $symbol |
    g++ -x c++ -O2 -fPIC -shared -o "$scratch/libiosinit.so" -
cp "$library" "$scratch/torch.so"
patchelf --clear-symbol-version $symbol --add-needed libiosinit.so --set-rpath '$ORIGIN' "$scratch/torch.so"

# An entry of .gnu.version_r (Elf64_Vernaux): hash of the version's name, 32 bits; flags, 16 bits; then index, name, offset of the next entry.
python3 - "$scratch/torch.so" $version <<'PY'
import pathlib, sys

def elf_hash(name):
    h = 0
    for byte in name.encode():
        h = (h << 4) + byte
        h = (h ^ (h >> 24 & 0xf0)) & 0x0fffffff
    return h

WEAK = 2
path = pathlib.Path(sys.argv[1])
image = bytearray(path.read_bytes())
key = elf_hash(sys.argv[2]).to_bytes(4, 'little')
hits = [at for at in range(0, len(image) - 16, 4)
        if image[at:at + 4] == key and image[at + 4:at + 6] == b'\0\0' and image[at + 12:at + 16] in (b'\0\0\0\0', b'\x10\0\0\0')]
if len(hits) != 1:
    sys.exit(f'{sys.argv[2]} is required {len(hits)} times, once is expected: this is not the TorchSharp that the script was written for')
image[hits[0] + 4:hits[0] + 6] = WEAK.to_bytes(2, 'little')
path.write_bytes(image)
PY

install -m 644 "$scratch/torch.so" "$library"
install -m 644 "$scratch/libiosinit.so" "$folder/libiosinit.so"
echo "ready: $folder"
