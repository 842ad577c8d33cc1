"""Recurrent cells, whole-sequence layers, and the article's two networks."""
import math

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from fixture import Fixture

KINDS = ("rnn_tanh", "rnn_relu", "lstm", "gru")


def cells():
    fixture = Fixture("cells")
    for kind in KINDS:
        for bias in (True, False):
            for batch, inputs, hidden in ((5, 3, 5), (2, 9, 17)):
                name = f"{kind}-{'bias' if bias else 'nobias'}" + ("" if hidden == 5 else f"-h{hidden}")
                case = fixture.case(name, cell=kind, bias=bias, batch=batch, input=inputs, hidden=hidden)
                if kind == "lstm":
                    cell = nn.LSTMCell(inputs, hidden, bias=bias)
                elif kind == "gru":
                    cell = nn.GRUCell(inputs, hidden, bias=bias)
                else:
                    cell = nn.RNNCell(inputs, hidden, bias=bias, nonlinearity=kind[4:])
                case.module(cell, 0.6)
                x = case.input("x", case.normal(batch, inputs))
                h = case.input("h0", case.normal(batch, hidden, scale=0.5))
                if kind == "lstm":
                    c = case.input("c0", case.normal(batch, hidden))
                    h, c = cell(x, (h, c))
                    case.output("hn", h)
                    case.output("cn", c)
                else:
                    case.output("hn", cell(x, h))
                case.finish()
    fixture.save()


def make_layer(kind, inputs, hidden, **options):
    if kind == "lstm":
        return nn.LSTM(inputs, hidden, batch_first=True, **options)
    if kind == "gru":
        return nn.GRU(inputs, hidden, batch_first=True, **options)
    return nn.RNN(inputs, hidden, batch_first=True, nonlinearity=kind[4:], **options)


def recurrent(fixture, kind, layers=1, directions=1, bias=True, state=True, batch=5, length=7, inputs=3, hidden=5,
              lengths=None, suffix="", **more):
    """One whole-sequence layer. With lengths, x and the upstream gradient hold noise in the padding, which must not count."""
    name = f"{kind}-{layers}-{'bi' if directions == 2 else 'uni'}-{'bias' if bias else 'nobias'}"
    name += ("" if state else "-nostate") + suffix
    case = fixture.case(name, cell=kind, layers=layers, directions=directions, bias=bias, state=state, batch=batch,
                        length=length, input=inputs, hidden=hidden, **more)
    options = dict(num_layers=layers, bias=bias, bidirectional=directions == 2, **more)
    before = kind == "gru_reset_before"
    module = make_layer("gru" if before else kind, inputs, hidden, **options)
    case.module(module, 1.3 / math.sqrt(hidden))
    x = case.input("x", case.normal(batch, length, inputs))
    h0 = c0 = None
    if state:
        h0 = case.input("h0", case.normal(layers * directions, batch, more.get("proj_size", hidden), scale=0.5))
        if kind == "lstm":
            c0 = case.input("c0", case.normal(layers * directions, batch, hidden))
    if lengths is not None:
        case.constant("lengths", torch.tensor(lengths))
    if before:
        check_gru_by_hand(module, x, h0, lengths)
        y, final = gru_by_hand(module, x, h0, lengths)
    else:
        y, final = run(module, x, (h0, c0) if kind == "lstm" and state else h0, lengths)
    case.output("y", y)
    if kind == "lstm":
        case.output("hn", final[0])
        case.output("cn", final[1])
    else:
        case.output("hn", final)
    case.finish()


def run(module, x, state, lengths):
    if lengths is None:
        return module(x, state)
    packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    y, final = module(packed, state)
    return pad_packed_sequence(y, batch_first=True, total_length=x.shape[1])[0], final


def gru_by_hand(module, x, h0, lengths, reset_after=False):
    """Cho et al. 2014, row by row: n = tanh(W_in x + b_in + U_n (r * h) + b_hn), h' = (1 - z) n + z h."""
    parameters = dict(module.named_parameters())
    layers, directions, hidden = module.num_layers, 2 if module.bidirectional else 1, module.hidden_size
    zero = torch.zeros(1)
    rows, finals = [], []
    for row in range(x.shape[0]):
        valid = x.shape[1] if lengths is None else lengths[row]
        sequence, final = [x[row, t] for t in range(valid)], []
        for layer in range(layers):
            both = []
            for direction in range(directions):
                tail = f"_l{layer}" + ("_reverse" if direction else "")
                w, u = parameters["weight_ih" + tail], parameters["weight_hh" + tail]
                b, a = (parameters[name + tail] if module.bias else torch.zeros(3 * hidden)
                        for name in ("bias_ih", "bias_hh"))
                h = torch.zeros(hidden) if h0 is None else h0[layer * directions + direction, row]
                outputs = []
                for inputs in (reversed(sequence) if direction else sequence):
                    wr, wz, wn = (w @ inputs + b).chunk(3)
                    ur, uz, un = u.chunk(3)
                    ar, az, an = a.chunk(3)
                    r, z = torch.sigmoid(wr + ur @ h + ar), torch.sigmoid(wz + uz @ h + az)
                    n = torch.tanh(wn + (r * (un @ h + an) if reset_after else un @ (r * h) + an))
                    h = (1 - z) * n + z * h
                    outputs.append(h)
                final.append(h)
                both.append(outputs[::-1] if direction else outputs)
            sequence = [torch.cat(step) for step in zip(*both)]
        padding = [zero.expand(directions * hidden)] * (x.shape[1] - valid)
        rows.append(torch.stack(sequence + padding))
        finals.append(torch.stack(final))
    return torch.stack(rows), torch.stack(finals, 1)


def check_gru_by_hand(module, x, h0, lengths):
    """The loop above is itself checked: with the reset after the product it must be PyTorch's GRU."""
    for ours, theirs in zip(gru_by_hand(module, x, h0, lengths, reset_after=True), run(module, x, h0, lengths)):
        assert torch.allclose(ours, theirs, rtol=1e-13, atol=1e-14)


def layers():
    fixture = Fixture("layers")
    for kind in KINDS:
        for count in (1, 2):
            for directions in (1, 2):
                for bias in (True, False):
                    recurrent(fixture, kind, count, directions, bias)
        recurrent(fixture, kind, 3, 2, inputs=2, hidden=4, batch=2, length=5)
        recurrent(fixture, kind, 2, 2, state=False)
        recurrent(fixture, kind, 1, 1, state=False, batch=1, length=1, inputs=1, hidden=1, suffix="-tiny")
        recurrent(fixture, kind, 1, 2, batch=3, length=4, inputs=10, hidden=20, suffix="-h20")
        recurrent(fixture, kind, 1, 1, batch=9, length=3, inputs=6, hidden=33, suffix="-h33")
    fixture.save()


def ragged():
    fixture = Fixture("ragged")
    for kind in KINDS + ("gru_reset_before",):
        for count in (1, 2):
            for directions in (1, 2):
                recurrent(fixture, kind, count, directions, lengths=[4, 7, 1, 3, 7])
        recurrent(fixture, kind, 2, 2, state=False, batch=3, length=6, lengths=[2, 5, 1], suffix="-longer")
    fixture.save()


def gru_reset_before():
    fixture = Fixture("gru-reset-before")
    for count in (1, 2):
        for directions in (1, 2):
            for bias in (True, False):
                recurrent(fixture, "gru_reset_before", count, directions, bias)
    recurrent(fixture, "gru_reset_before", 2, 2, state=False)
    recurrent(fixture, "gru_reset_before", 1, 1, batch=9, length=3, inputs=6, hidden=33, suffix="-h33")
    fixture.save()


def projection():
    fixture = Fixture("projection")
    for count in (1, 2):
        for directions in (1, 2):
            for bias in (True, False):
                recurrent(fixture, "lstm", count, directions, bias, proj_size=3)
    recurrent(fixture, "lstm", 2, 2, lengths=[4, 7, 1, 3, 7], suffix="-ragged", proj_size=2)
    recurrent(fixture, "lstm", 1, 1, state=False, batch=3, length=4, inputs=6, hidden=33, suffix="-h33", proj_size=17)
    fixture.save()


def normalised():
    """Ba, Kiros, Hinton 2016, equations 20 to 22 and the appendix, one layer; biases follow the norms of the products."""
    fixture = Fixture("normalised")
    for kind in ("rnn_tanh", "lstm", "gru", "gru_reset_before"):
        for bias in (True, False):
            for hidden in (5, 19):
                batch, length, inputs, gates = 3, 5, 4, {"rnn_tanh": 1, "lstm": 4}.get(kind, 3)
                case = fixture.case(f"{kind}-{'bias' if bias else 'nobias'}-h{hidden}", cell=kind, layers=1, directions=1, bias=bias, batch=batch, length=length,
                                    input=inputs, hidden=hidden, layer_norm=True)
                w = case.parameter("weight_ih_l0", case.normal(gates * hidden, inputs, scale=0.6))
                u = case.parameter("weight_hh_l0", case.normal(gates * hidden, hidden, scale=0.6))
                b, a, shift = torch.zeros(gates * hidden), torch.zeros(gates * hidden), torch.zeros(hidden)
                if bias:
                    b = case.parameter("bias_ih_l0", case.normal(gates * hidden, scale=0.5))
                    a = case.parameter("bias_hh_l0", case.normal(gates * hidden, scale=0.5))
                gain_x = case.parameter("weight_ln_ih_l0", 1 + case.normal(gates * hidden, scale=0.2))
                gain_h = case.parameter("weight_ln_hh_l0", 1 + case.normal(gates * hidden, scale=0.2))
                if kind == "lstm":
                    gain_c = case.parameter("weight_ln_c_l0", 1 + case.normal(hidden, scale=0.2))
                    shift = case.parameter("bias_ln_c_l0", case.normal(hidden, scale=0.5)) if bias else shift
                x = case.input("x", case.normal(batch, length, inputs))
                h0 = case.input("h0", case.normal(1, batch, hidden, scale=0.5))
                h = h0[0]
                c = case.input("c0", case.normal(1, batch, hidden))[0] if kind == "lstm" else None

                def products(values, weight, gain, bias, first, last):
                    rows = slice(first * hidden, last * hidden)
                    return nn.functional.layer_norm(values @ weight[rows].T, ((last - first) * hidden,), gain[rows], bias[rows])

                outputs = []
                for t in range(length):
                    def fromx(first, last):
                        return products(x[:, t], w, gain_x, b, first, last)

                    def fromh(values, first, last):
                        return products(values, u, gain_h, a, first, last)

                    if kind == "rnn_tanh":
                        h = torch.tanh(fromx(0, 1) + fromh(h, 0, 1))
                    elif kind == "lstm":
                        i, f, g, o = (fromx(0, 4) + fromh(h, 0, 4)).chunk(4, 1)
                        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
                        h = torch.sigmoid(o) * torch.tanh(nn.functional.layer_norm(c, (hidden,), gain_c, shift))
                    else:
                        r, z = torch.sigmoid(fromx(0, 2) + fromh(h, 0, 2)).chunk(2, 1)
                        n = torch.tanh(fromx(2, 3) + (r * fromh(h, 2, 3) if kind == "gru" else fromh(r * h, 2, 3)))
                        h = (1 - z) * n + z * h
                    outputs.append(h)
                case.output("y", torch.stack(outputs, 1))
                case.output("hn", h[None])
                if kind == "lstm":
                    case.output("cn", c[None])
                case.finish()
    fixture.save()


def article():
    fixture = Fixture("article")
    batch, length, inputs, hidden = 5, 3, 10, 20
    for state in (False, True):
        case = fixture.case("scratch-state" if state else "scratch", hidden=hidden)
        w_hidden = case.parameter("w_hidden", case.normal(hidden, hidden, scale=0.3))
        w_input = case.parameter("w_input", case.normal(inputs, hidden, scale=0.3))
        w_output = case.parameter("w_output", case.normal(hidden, hidden, scale=0.3))
        x = case.input("x", case.normal(batch, length, inputs))
        h = case.input("h0", case.normal(batch, hidden, scale=0.5)) if state else torch.zeros(batch, hidden)
        y = []
        for t in range(length):
            h = torch.tanh(h @ w_hidden + x[:, t] @ w_input)
            y.append(h @ w_output)
        case.output("y", torch.stack(y, 1))
        case.output("h", h)
        case.finish()

    for aligned in (True, False):
        name = "bidirectional-" + ("aligned" if aligned else "article")
        case = fixture.case(name, seed="bidirectional", hidden=hidden)
        forward = case.module(nn.RNNCell(inputs, hidden), 0.3, "cell_forward.")
        backward = case.module(nn.RNNCell(inputs, hidden), 0.3, "cell_backward.")
        linear_forward = case.module(nn.Linear(hidden, hidden), 0.3, "linear_forward.")
        linear_backward = case.module(nn.Linear(hidden, hidden), 0.3, "linear_backward.")
        x = case.input("x", case.normal(batch, length, inputs))
        h0 = case.input("h0", case.normal(2, batch, hidden, scale=0.5))
        h, g, ahead, back = h0[0], h0[1], [], []
        for t in range(length):
            h = forward(x[:, t], h)
            ahead.append(linear_forward(h))
            g = backward(x[:, length - 1 - t], g)
            back.append(linear_backward(g))
        if aligned:
            back.reverse()
        case.output("y", torch.cat([torch.stack(ahead, 1), torch.stack(back, 1)], 2))
        case.output("hn", torch.stack([h, g]))
        case.finish()
    fixture.save()


TOPICS = (cells, layers, ragged, gru_reset_before, projection, normalised, article)
