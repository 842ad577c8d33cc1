"""Tensor operations and elementary functions."""
import torch
from torch.nn import functional as F

from fixture import Fixture


def operations():
    fixture = Fixture("operations")

    def operation(name, function, *inputs, indices=None, **options):
        """Inputs are (name, shape); a third entry "param" stores it as a parameter."""
        case = fixture.case(name, **options)
        leaves = [case.input(entry[0], case.normal(*entry[1]), *entry[2:]) for entry in inputs]
        if indices is not None:
            leaves.append(case.constant("index", torch.tensor(indices)))
        case.output("y", function(*leaves))
        case.finish()

    x = ("x", (4, 3, 6))
    a, b = ("a", (4, 3, 6)), ("b", (3, 1))
    operation("softmax", lambda x: torch.softmax(x, -1), x, axis=-1)
    operation("softmax-middle", lambda x: torch.softmax(x, 1), x, axis=1)
    operation("log_softmax", lambda x: torch.log_softmax(x, -1), x, axis=-1)
    operation("log_softmax-middle", lambda x: torch.log_softmax(x, 1), x, axis=1)
    operation("layer_norm", lambda x, w, b: F.layer_norm(x, (6,), w, b), x, ("weight", (6,), "param"),
              ("bias", (6,), "param"), eps=1e-5)
    operation("layer_norm-plain", lambda x: F.layer_norm(x, (6,)), x, eps=1e-5)
    operation("linear", F.linear, x, ("weight", (5, 6), "param"), ("bias", (5,), "param"))
    operation("linear-nobias", F.linear, x, ("weight", (5, 6), "param"))
    operation("embedding", lambda w, i: F.embedding(i, w), ("weight", (6, 4), "param"), indices=[[5, 0, 5], [2, 5, 1]])
    operation("matmul", torch.matmul, ("a", (4, 6)), ("b", (6, 5)))
    operation("matmul-batch", torch.matmul, ("a", (2, 4, 6)), ("b", (2, 6, 5)))
    operation("matmul-broadcast", torch.matmul, ("a", (2, 4, 6)), ("b", (6, 5)))
    operation("add", torch.add, a, b)
    operation("sub", torch.sub, a, b)
    operation("mul", torch.mul, a, b)
    operation("div", lambda a, b: a / b, a, b)
    for reduction in (torch.sum, torch.mean):
        operation(reduction.__name__, reduction, x)
        operation(reduction.__name__ + "-axis", lambda x: reduction(x, 1), x, axis=1)
        operation(reduction.__name__ + "-axes-keep", lambda x: reduction(x, (0, 2), keepdim=True), x, axes="0,2")
    operation("transpose", lambda x: x.transpose(0, 2), x, axes="0,2")
    operation("flip", lambda x: x.flip(1), x, axis=1)
    operation("slice", lambda x: x[:, 1:3], x, axis=1, start=1, end=3)
    operation("concat", lambda a, b: torch.cat([a, b], 1), a, ("b", (4, 2, 6)), axis=1)
    operation("stack", lambda a, b: torch.stack([a, b], 1), a, ("b", (4, 3, 6)), axis=1)
    operation("gather", lambda x, i: x.gather(1, i), ("x", (3, 5)), indices=[[4, 0, 4], [2, 2, 1], [0, 3, 2]], axis=1)

    tiny = [2.0 ** -k for k in range(2, 123, 3)]
    wide = sorted([k / 16 for k in range(-320, 321)] + tiny + [-t for t in tiny])
    far = [-1000, -104, -90, -88, -60, -40, -30, 30, 40, 60, 87, 88, 90, 1000]
    for name, function, values in (
            ("tanh", torch.tanh, wide + far), ("sigmoid", torch.sigmoid, wide + far), ("relu", torch.relu, wide),
            ("softplus", lambda x: torch.logaddexp(x, torch.zeros(())), wide + [-80.0, -40.0, 40.0, 80.0]),
            ("exp", torch.exp, wide + [-87.0, -86.5, -60.0, -30.0, 30.0, 60.0, 87.0]),
            ("log", torch.log, [v for v in wide if v > 0] + [1.0 + 2.0 ** -k for k in (10, 16, 23)] + [1e10, 3e38])):
        case = fixture.case(name)
        leaf = case.input("x", torch.tensor(sorted(values)))
        case.output("y", function(leaf))
        case.finish()
    fixture.save()


TOPICS = (operations,)
