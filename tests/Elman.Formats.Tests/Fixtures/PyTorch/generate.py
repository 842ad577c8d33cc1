"""Writes the files of PyTorch that Elman's tests read, and the numbers that PyTorch computes with them.

Run with Debian 12's PyTorch, and nothing else (apt-get install python3-torch):

    /usr/bin/python3 tests/Elman.Formats.Tests/Fixtures/PyTorch/generate.py

README.md says what each file is for. Parameters and inputs are float32 numbers; outputs and gradients are computed in double precision
and rounded once, as in tests/Elman.Tests/Fixtures, whose bookkeeping (fixture.py) is used.
"""
import itertools
import os
import pickle
import struct
import sys
import zipfile

sys.dont_write_bytecode = True  # leave nothing but the fixtures behind
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../../Elman.Tests/Fixtures"))

import torch
from torch import nn

import fixture
from fixture import Fixture
from recurrent import run

fixture.__file__ = os.path.join(HERE, "fixture.py")  # where save() writes


def place(name):
    return os.path.join(HERE, name)


def single(module):
    """The state dict in float32, in which the numbers were drawn."""
    return type(module.state_dict())((name, value.to(torch.float32)) for name, value in module.state_dict().items())


def layers():
    """Every kind, one and two layers, both directions, with and without bias, and LSTMs with a projection; ragged lengths."""
    numbers, states = Fixture("layers"), {}
    for kind, count, both, bias in itertools.product(("rnn", "lstm", "gru"), (1, 2), (False, True), (True, False)):
        for projection in (0, 2) if kind == "lstm" else (0,):
            name = f"{kind}-{count}-{'bi' if both else 'uni'}-{'bias' if bias else 'nobias'}" + ("-proj" if projection else "")
            case = numbers.case(name, kind=kind, layers=count)
            options = dict(proj_size=projection) if projection else {}
            module = getattr(nn, kind.upper())(3, 4, count, bias=bias, bidirectional=both, batch_first=True, **options)
            case.module(module, 0.6)
            states[name] = single(module)
            lengths = [5, 2, 4]
            case.constant("lengths", torch.tensor(lengths))
            x = case.input("x", case.normal(3, 5, 3))
            y, final = run(module, x, None, lengths)
            case.output("y", y)
            for part, value in zip(("hn", "cn"), final if kind == "lstm" else (final,)):
                case.output(part, value)
            case.finish()
            for parameter in states[name]:  # the .pt file has them
                del numbers.tensors[f"{name}/param/{parameter}"]
    numbers.save()
    torch.save(states, place("layers.pt"))


class Tagger(nn.Module):
    """Embedding, LSTM, layer norm, Linear: made in the order in which they are applied."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(7, 3)
        self.lstm = nn.LSTM(3, 4, 2, batch_first=True, bidirectional=True, dropout=0.5)
        self.norm = nn.LayerNorm(8)
        self.out = nn.Linear(8, 2)

    def forward(self, x, lengths):
        y, _ = run(self.lstm, self.embed(x), None, lengths)
        return self.out(self.norm(y))


def safetensors(name, state):
    """The format is eight bytes of length, a JSON header, the data; the names in the state dict's order."""
    import json
    header, body = {"__metadata__": {"format": "pt"}}, b""
    for key, value in state.items():
        raw = struct.pack(f"<{value.numel()}f", *value.flatten().tolist())
        header[key] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    with open(place(name), "wb") as file:
        file.write(struct.pack("<Q", len(head)) + head + body)


def load_safetensors(name):
    import json
    with open(place(name), "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header, body = json.loads(file.read(length)), file.read()
    return {key: torch.frombuffer(bytearray(body[slice(*entry["data_offsets"])]), dtype=torch.float32).reshape(entry["shape"])
            for key, entry in header.items() if key != "__metadata__"}


def tagger():
    """One model in every dress."""
    numbers = Fixture("tagger-numbers")
    case = numbers.case("tagger")
    model = Tagger().eval()
    case.module(model, 0.6)
    state = single(model)
    lengths = [5, 1, 3]
    x = torch.randint(0, 7, (3, 5), generator=case.generator)
    case.constant("x", x)
    case.constant("lengths", torch.tensor(lengths))
    case.output("y", model(x, lengths))
    case.finish()
    numbers.save()

    torch.save(state, place("tagger.pt"))
    torch.save(state, place("tagger-legacy.pt"), _use_new_zipfile_serialization=False)
    torch.save(state, place("tagger-protocol4.pt"), pickle_protocol=4)
    torch.save(state, place("tagger-legacy-protocol5.pt"), pickle_protocol=5, _use_new_zipfile_serialization=False)
    torch.save({name: nn.Parameter(value) for name, value in state.items()}, place("tagger-parameters.pt"))
    torch.save({name: value.to(torch.float16) for name, value in state.items()}, place("tagger-f16.pt"))
    torch.save({name: value.to(torch.bfloat16) for name, value in state.items()}, place("tagger-bf16.pt"))
    torch.save({name: value.to(torch.float64) + 1e-12 for name, value in state.items()}, place("tagger-f64.pt"))
    safetensors("tagger.safetensors", state)

    optimizer = torch.optim.Adam(model.parameters())
    optimizer.step()
    torch.save({"epoch": 3, "state_dict": {"module." + name: value for name, value in state.items()}, "optimizer": optimizer.state_dict(),
                "best": 0.25, "history": [1.5, 0.5], "name": "tagger", "config": {"hidden": 4, "tied": None, "both": True}, "shape": (1, 2, 3)},
               place("checkpoint.pt"))
    torch.save(model, place("whole-module.pt"))

    # What Elman writes must load in PyTorch: the test compares its file with tagger.safetensors, byte by byte.
    again = Tagger()
    again.load_state_dict(load_safetensors("tagger.safetensors"), strict=True)
    assert all(torch.equal(value, state[name]) for name, value in single(again).items())


def views():
    """Tensors that are not simply their storage: transposed, offset, strided, shared, of no elements, scalars, expanded."""
    numbers, base = Fixture("views"), torch.arange(48, dtype=torch.float32)
    case = numbers.case("views")
    state = {
        "transposed": base[:12].view(3, 4).t(),
        "offset": base[5:17].view(3, 4),
        "strided": base[::5],
        "inner": base.view(4, 3, 4)[1:3, :, 1:3],
        "permuted": base[:24].view(2, 3, 4).permute(2, 0, 1),
        "expanded": base[7:10].view(3, 1).expand(3, 4),
        "scalar": base[9],
        "empty": base[:0].view(0, 4),
        "same": base[5:17].view(3, 4),
    }
    for name, value in state.items():
        case.store("out", name, value.contiguous())
    numbers.save()
    torch.save(state, place("views.pt"))
    torch.save(state, place("views-legacy.pt"), _use_new_zipfile_serialization=False)

    values = [-2.0, 0.0, 1.0, 3.0]
    torch.save({str(dtype)[6:]: torch.tensor(values).abs().to(dtype) if dtype in (torch.uint8, torch.bool) else torch.tensor(values).to(dtype)
                for dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
                              torch.uint8, torch.bool)}, place("types.pt"))
    torch.save({"weight": torch.ones(2, 2, dtype=torch.complex64)}, place("complex.pt"))


class Call:
    """Pickles as the call of a function."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


def zipped(name, data_pkl):
    with zipfile.ZipFile(place(name), "w") as archive:
        for entry, content in (("archive/data.pkl", data_pkl), ("archive/version", b"3\n")):
            archive.writestr(zipfile.ZipInfo(entry, (1980, 1, 1, 0, 0, 0)), content)


def legacy(name, pickled):
    with open(place(name), "wb") as file:
        for value in (torch.serialization.MAGIC_NUMBER, torch.serialization.PROTOCOL_VERSION, {"little_endian": True}):
            file.write(pickle.dumps(value, 2))
        file.write(pickled + pickle.dumps([], 2))


def malicious():
    """Pickles that would run something, in every way that the format has."""
    zipped("os-system.pt", pickle.dumps({"weight": Call(os.system, "touch /tmp/elman-was-here")}, 2))
    legacy("os-system-legacy.pt", pickle.dumps({"weight": Call(os.system, "touch /tmp/elman-was-here")}, 2))
    zipped("os-system-protocol4.pt", pickle.dumps({"weight": Call(os.system, "touch /tmp/elman-was-here")}, 4))
    zipped("eval-by-inst.pt", b"(S'1'\nibuiltins\neval\n.")
    zipped("eval-by-inst-first.pt", b"(ibuiltins\neval\n.")
    zipped("new-object.pt", b"\x80\x02csubprocess\nPopen\n)\x81.")
    zipped("cycle.pt", b"\x80\x02}q\x00X\x01\x00\x00\x00aq\x01h\x00s.")


if __name__ == "__main__":
    for topic in (layers, tagger, views, malicious):
        topic()
