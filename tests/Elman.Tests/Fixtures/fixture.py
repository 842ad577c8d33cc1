"""The file format and the bookkeeping of one reference computation; see generate.py."""
import json
import os
import struct
import zlib

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def single(tensor):
    """The same numbers rounded to float32, still held in double precision."""
    return tensor.to(torch.float32).to(torch.float64)


def text(option):
    return str(option).lower() if isinstance(option, bool) else str(option)


class Fixture:
    """One file of named cases."""

    def __init__(self, name):
        self.name, self.tensors, self.metadata = name, {}, {}

    def case(self, name, seed=None, **options):
        self.metadata.update({f"{name}/{key}": text(value) for key, value in options.items()})
        return Case(self, name, seed or name)

    def save(self):
        """8-byte little-endian header length, JSON header, data in the order of storing, which is PyTorch's."""
        header, body = {"__metadata__": self.metadata}, b""
        for name, tensor in self.tensors.items():
            integers = not tensor.is_floating_point()
            values = tensor.detach().flatten().tolist()
            raw = struct.pack(f"<{len(values)}{'q' if integers else 'f'}", *values)
            header[name] = {"dtype": "I64" if integers else "F32", "shape": list(tensor.shape),
                            "data_offsets": [len(body), len(body) + len(raw)]}
            body += raw
        head = json.dumps(header, separators=(",", ":")).encode()
        head += b" " * (-len(head) % 8)
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), self.name + ".safetensors")
        with open(path, "wb") as file:
            file.write(struct.pack("<Q", len(head)) + head + body)
        print(f"{self.name:<18} {len(self.tensors):>5} tensors {8 + len(head) + len(body):>8} bytes")


class Case:
    """One computation: inputs, parameters, outputs, the gradients that reach the outputs, and all that follow from them."""

    def __init__(self, fixture, name, seed):
        self.fixture, self.name = fixture, name
        self.leaves, self.outputs = {}, {}
        self.generator = torch.Generator().manual_seed(zlib.crc32(seed.encode()))

    def store(self, group, name, tensor):
        self.fixture.tensors[f"{self.name}/{group}/{name}"] = tensor.detach().clone()

    def normal(self, *shape, scale=1.0):
        return single(torch.randn(shape, generator=self.generator) * scale)

    def uniform(self, low, high, *shape):
        return single(torch.rand(shape, generator=self.generator) * (high - low) + low)

    def input(self, name, tensor, group="in"):
        """Stores an input; a floating one becomes a leaf whose gradient is wanted."""
        if tensor.is_floating_point():
            tensor = single(tensor.detach()).requires_grad_()
            self.leaves[name] = tensor
        self.store(group, name, tensor)
        return tensor

    def constant(self, name, tensor):
        """Stores an input without a gradient (targets, class weights)."""
        tensor = single(tensor) if tensor.is_floating_point() else tensor
        self.store("in", name, tensor)
        return tensor

    def parameter(self, name, tensor):
        return self.input(name, tensor, "param")

    def module(self, module, scale, prefix=""):
        """Fills a module with random parameters: wider than the default, so that gates leave their linear range."""
        for name, parameter in module.named_parameters():
            parameter.data = self.normal(*parameter.shape, scale=scale)
            self.leaves[prefix + name] = parameter
            self.store("param", prefix + name, parameter)
        return module

    def output(self, name, tensor):
        self.outputs[name] = tensor
        self.store("out", name, tensor)

    def finish(self, loss=None):
        """loss = sum over all outputs of sum(output * upstream), unless the only output is the loss itself."""
        if loss is None:
            loss = 0
            for name, output in self.outputs.items():
                upstream = self.normal(*output.shape)
                self.store("up", name, upstream)
                loss = loss + (output * upstream).sum()
        gradients = torch.autograd.grad(loss, list(self.leaves.values()), allow_unused=True)
        for (name, leaf), gradient in zip(self.leaves.items(), gradients):
            self.store("grad", name, torch.zeros_like(leaf) if gradient is None else gradient)
