"""Writes models as Keras saves them, and what they make of an input.

Keras itself is not used: the files follow the layout of its sources (keras/src/saving/saving_lib.py and keras/src/legacy/saving/legacy_h5_format.py of 3.10, and
keras/saving/legacy/hdf5_format.py of 2.11), and the outputs are computed here in double precision from the equations in the documentation of its layers, one step after the
other, masked steps included.

    python3 generate.py            (needs numpy and h5py)
"""
import io
import json
import os
import re
import zipfile

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
RANDOM = np.random.default_rng(20)


def weights(*shape):
    return RANDOM.uniform(-0.9, 0.9, shape).astype("f4")


# What the layers compute.

def sigmoid(x):
    return 1 / (1 + np.exp(-x))


FUNCTIONS = {
    "linear": lambda x: x,
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "elu": lambda x: np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1),
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(-1, keepdims=True),
    "log_softmax": lambda x: x - np.log(np.exp(x).sum(-1, keepdims=True)),
}


def function(name, major):
    if name == "hard_sigmoid":
        slope = 0.2 if major == 2 else 1 / 6
        return lambda x: np.clip(slope * x + 0.5, 0, 1)
    return FUNCTIONS[name]


def step(kind, config, arrays, x, state, major):
    """One time step: (output, next state)."""
    f = function(config["activation"], major)
    kernel, recurrent = arrays[0].astype("f8"), arrays[1].astype("f8")
    bias = arrays[2].astype("f8") if config["use_bias"] else 0.0
    h = state[0]
    if kind == "SimpleRNN":
        h = f(x @ kernel + bias + h @ recurrent)
        return h, [h]
    g = function(config["recurrent_activation"], major)
    n = config["units"]
    if kind == "LSTM":
        z = x @ kernel + h @ recurrent + bias
        i, forget, candidate, o = g(z[:, :n]), g(z[:, n:2 * n]), f(z[:, 2 * n:3 * n]), g(z[:, 3 * n:])
        c = forget * state[1] + i * candidate
        h = o * f(c)
        return h, [h, c]
    if config["reset_after"]:
        a = x @ kernel + (bias[0] if config["use_bias"] else 0)
        b = h @ recurrent + (bias[1] if config["use_bias"] else 0)
        z, r = g(a[:, :n] + b[:, :n]), g(a[:, n:2 * n] + b[:, n:2 * n])
        candidate = f(a[:, 2 * n:] + r * b[:, 2 * n:])
    else:
        a = x @ kernel + bias
        z, r = g(a[:, :n] + h @ recurrent[:, :n]), g(a[:, n:2 * n] + h @ recurrent[:, n:2 * n])
        candidate = f(a[:, 2 * n:] + (r * h) @ recurrent[:, 2 * n:])
    h = z * h + (1 - z) * candidate
    return h, [h]


def recur(kind, config, arrays, x, mask, major):
    """Outputs in the order in which they are made: a masked step keeps the state and repeats the output."""
    batch, length, _ = x.shape
    n = config["units"]
    state = [np.zeros((batch, n)) for _ in range(2 if kind == "LSTM" else 1)]
    output = np.zeros((batch, n))
    order = range(length - 1, -1, -1) if config["go_backwards"] else range(length)
    made = []
    for t in order:
        new, after = step(kind, config, arrays, x[:, t], state, major)
        valid = np.ones((batch, 1), bool) if mask is None else mask[:, t:t + 1]
        output = np.where(valid, new, output)
        state = [np.where(valid, a, b) for a, b in zip(after, state)]
        made.append(output)
    return np.stack(made, 1)


class Layer:
    """A layer with its class, its settings, its arrays as (place in an archive, name) and what it computes."""

    def __init__(self, kind, config, arrays, compute, masks=None, ends_mask=False):
        self.kind, self.config, self.arrays, self.compute, self.masks, self.ends_mask = kind, config, arrays, compute, masks, ends_mask


def recurrent_config(units, sequences, activation="tanh", gate="sigmoid", bias=True, backwards=False):
    return {"units": units, "activation": activation, "recurrent_activation": gate, "use_bias": bias, "return_sequences": sequences,
            "return_state": False, "go_backwards": backwards, "stateful": False, "unroll": False, "dropout": 0.1, "recurrent_dropout": 0.0}


GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}


def recurrent_arrays(kind, inputs, config):
    n, gates = config["units"], GATES[kind]
    arrays = [weights(inputs, gates * n), weights(n, gates * n)]
    if config["use_bias"]:
        arrays.append(weights(2, gates * n) if config.get("reset_after") else weights(gates * n))
    return arrays


def recurrent_settings(kind, major, units, sequences, reset_after=True, **other):
    config = recurrent_config(units, sequences, **other)
    if kind == "LSTM":
        config["unit_forget_bias"] = True
    if kind == "GRU":
        config["reset_after"] = reset_after
    if kind == "SimpleRNN":
        del config["recurrent_activation"]
    elif major == 2:
        config["implementation"] = 2
    if major == 2:
        config["time_major"] = False
    else:
        config["zero_output_for_mask"] = False
        config["seed"] = None
    for name in ("kernel", "recurrent", "bias"):
        config[name + "_initializer"] = {"class_name": "GlorotUniform", "config": {"seed": None}}
        config[name + "_regularizer"] = None
        config[name + "_constraint"] = None
    config["activity_regularizer"] = None
    return config


NAMES = ["kernel", "recurrent_kernel", "bias"]


def recurrent(kind, inputs, major, units, sequences, **settings):
    config = recurrent_settings(kind, major, units, sequences, **settings)
    arrays = recurrent_arrays(kind, inputs, config)

    def compute(x, mask):
        made = recur(kind, config, arrays, x, mask, major)
        return made if sequences else made[:, -1]

    cell = snake(kind) + "_cell"
    return Layer(kind, config, [(f"cell/vars/{i}", f"{cell}/{NAMES[i]}", a) for i, a in enumerate(arrays)], compute, ends_mask=not sequences)


def bidirectional(kind, inputs, major, units, sequences, merge, **settings):
    forward = recurrent_settings(kind, major, units, sequences, **settings)
    backward = dict(forward, go_backwards=True)
    own = [recurrent_arrays(kind, inputs, forward), recurrent_arrays(kind, inputs, backward)]

    def compute(x, mask):
        a = recur(kind, forward, own[0], x, mask, major)
        b = recur(kind, backward, own[1], x, mask, major)
        a, b = (a, b[:, ::-1]) if sequences else (a[:, -1], b[:, -1])
        return {"concat": np.concatenate([a, b], -1), "sum": a + b, "mul": a * b, "ave": (a + b) / 2}[merge]

    name = kind.lower()
    config = {"merge_mode": merge, "layer": wrapped(kind, dict(forward, name=name if major == 2 else "forward_" + name), major)}
    if major == 3:
        config["backward_layer"] = wrapped(kind, dict(backward, name="backward_" + name), major)
    arrays = []
    for direction, values in zip(("forward", "backward"), own):
        arrays += [(f"{direction}_layer/cell/vars/{i}", f"{direction}_{name}/{name}_cell/{NAMES[i]}", a) for i, a in enumerate(values)]
    return Layer("Bidirectional", config, arrays, compute, ends_mask=not sequences)


def dense(inputs, units, activation="linear", bias=True, major=3):
    arrays = [weights(inputs, units)] + ([weights(units)] if bias else [])
    config = {"units": units, "activation": activation, "use_bias": bias, "kernel_initializer": {}, "bias_initializer": {}, "kernel_regularizer": None,
              "bias_regularizer": None, "activity_regularizer": None, "kernel_constraint": None, "bias_constraint": None}
    f = function(activation, major)
    return Layer("Dense", config, [(f"vars/{i}", ["kernel", "bias"][i], a) for i, a in enumerate(arrays)],
                 lambda x, mask: f(x @ arrays[0].astype("f8") + (arrays[1] if bias else 0)))


def normalization(size, axis, center=True, scale=True, epsilon=1e-3):
    gamma, beta = weights(size) if scale else None, weights(size) if center else None
    present = [(name, a) for name, a in (("gamma", gamma), ("beta", beta)) if a is not None]
    config = {"axis": axis, "epsilon": epsilon, "center": center, "scale": scale, "beta_initializer": {}, "gamma_initializer": {}, "beta_regularizer": None,
              "gamma_regularizer": None, "beta_constraint": None, "gamma_constraint": None}

    def compute(x, mask):
        y = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + epsilon)
        return y * (gamma if scale else 1) + (beta if center else 0)

    return Layer("LayerNormalization", config, [(f"vars/{i}", name, a) for i, (name, a) in enumerate(present)], compute)


def embedding(classes, size, mask_zero):
    table = weights(classes, size)
    config = {"input_dim": classes, "output_dim": size, "embeddings_initializer": {}, "embeddings_regularizer": None, "activity_regularizer": None,
              "embeddings_constraint": None, "mask_zero": mask_zero}
    return Layer("Embedding", config, [("vars/0", "embeddings", table)], lambda x, mask: table.astype("f8")[x.astype(int)], (lambda x: x != 0) if mask_zero else None)


def masking(value):
    # The values of masked steps are set to zero, too.
    return Layer("Masking", {"mask_value": value}, [], lambda x, mask: x * np.any(x != value, -1, keepdims=True), lambda x: np.any(x != value, -1))


def dropout(rate):
    return Layer("Dropout", {"rate": rate, "seed": None, "noise_shape": None}, [("seed_generator/vars/0", None, np.array([1, 2], "u4"))], lambda x, mask: x)


def activation(name, major=3):
    f = function(name, major)
    return Layer("Activation", {"activation": name}, [], lambda x, mask: f(x))


def repeat(n):
    return Layer("RepeatVector", {"n": n}, [], lambda x, mask: np.repeat(x[:, None], n, 1))


def each_step(inner, major):
    config = {"layer": wrapped(inner.kind, dict(inner.config, name="inner"), major)}
    return Layer("TimeDistributed", config, [("layer/" + place, f"{name}", a) for place, name, a in inner.arrays], inner.compute)


# How they are saved.

def snake(kind):
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", kind)).lower()


def dtype(major):
    return "float32" if major == 2 else {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None}


def wrapped(kind, config, major):
    config = dict(config, trainable=True, dtype=dtype(major))
    config.setdefault("name", snake(kind))
    if major == 2:
        return {"class_name": kind, "config": config}
    return {"module": "keras.layers", "class_name": kind, "config": config, "registered_name": None, "build_config": {"input_shape": [None]}}


def named(layers):
    counts = {}
    for layer in layers:
        base = snake(layer.kind)
        number = counts[base] = counts.get(base, -1) + 1
        layer.config = dict(layer.config, name=f"{base}_{number}" if number else base)
    return layers


def architecture(layers, shape, major, functional):
    first = {"name": "input_layer", "dtype": "float32", "sparse": False}
    first["batch_shape" if major == 3 else "batch_input_shape"] = shape
    first.update({"ragged": False} if major == 2 or functional else {})
    objects = [{"module": "keras.layers", "class_name": "InputLayer", "config": first, "registered_name": None}] if major == 3 else [{"class_name": "InputLayer", "config": first}]
    objects += [wrapped(layer.kind, layer.config, major) for layer in layers]
    config = {"name": "model", "layers": objects}
    if functional:
        for i, layer in enumerate(objects):
            layer["name"] = layer["config"]["name"]
            before = objects[i - 1]["config"]["name"]
            if i == 0:
                layer["inbound_nodes"] = []
            elif major == 2:
                layer["inbound_nodes"] = [[[before, 0, 0, {}]]]
            else:
                tensor = {"class_name": "__keras_tensor__", "config": {"shape": [None], "dtype": "float32", "keras_history": [before, 0, 0]}}
                layer["inbound_nodes"] = [{"args": [tensor], "kwargs": {"training": False} if layer["class_name"] == "Dropout" else {}}]
        last = objects[-1]["config"]["name"]
        if major == 3:
            add_masks(layers, objects)
        objects[1:] = objects[1:][::-1]  # The order of the list says nothing.
        config["input_layers"], config["output_layers"] = ([["input_layer", 0, 0]], [[last, 0, 0]]) if major == 2 else (["input_layer", 0, 0], [last, 0, 0])
    else:
        config["build_input_shape"] = shape
    model = {"class_name": "Functional" if functional else "Sequential", "config": config}
    return dict(model, module="keras", registered_name=None, compile_config={"optimizer": "adam"}) if major == 3 else model


def add_masks(layers, objects):
    """Keras 3 writes a mask down as an operation, and as an argument of every layer that takes it."""
    def tensor(name):
        return {"class_name": "__keras_tensor__", "config": {"shape": [None], "dtype": "bool", "keras_history": [name, 0, 0]}}

    mask = None
    for i, layer in enumerate(layers):
        own = objects[i + 1]
        if mask and layer.kind in ("SimpleRNN", "LSTM", "GRU", "Bidirectional"):
            own["inbound_nodes"][0]["kwargs"]["mask"] = tensor(mask)
        if layer.masks:
            value = layer.config.get("mask_value", 0)
            mask = "not_equal"
            objects.append({"module": "keras.src.ops.numpy", "class_name": "NotEqual", "config": {"name": mask}, "registered_name": "NotEqual", "name": mask,
                            "inbound_nodes": [{"args": [tensor(objects[i]["config"]["name"]), value], "kwargs": {}}]})
            if layer.kind == "Masking":
                objects.append({"module": "keras.src.ops.numpy", "class_name": "Any", "config": {"axis": -1}, "registered_name": "Any", "name": "any",
                                "inbound_nodes": [{"args": [tensor(mask)], "kwargs": {}}]})
                mask = "any"
        if layer.ends_mask:
            mask = None


def save_archive(path, layers, shape, functional=False, version="3.10.0", root="layers", twice=False, number="f4"):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        used = {}
        file.create_group("vars")
        optimizer = file.create_group("optimizer/vars")
        optimizer["0"] = np.int64(7)
        for layer in layers:
            base = snake(layer.kind)
            name = f"{base}_{used[base]}" if base in used else base
            # Keras 2.12 met every layer with weights twice in this container, and counted twice.
            used[base] = used.get(base, 0) + (2 if twice and layer.arrays else 1)
            group = file.create_group(f"{root}/{name}")
            group.create_group("vars")
            for place, _, values in layer.arrays:
                group[place] = values if values.dtype.kind == "u" else values.astype(number)
    with zipfile.ZipFile(os.path.join(HERE, path), "w") as archive:
        for name, content in (("metadata.json", json.dumps({"keras_version": version, "date_saved": "2026-01-01@00:00:00"})),
                              ("config.json", json.dumps(architecture(layers, shape, 3, functional))), ("model.weights.h5", buffer.getvalue())):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)


def save_legacy(path, layers, shape, major, functional=False):
    with h5py.File(os.path.join(HERE, path), "w") as file:
        version = "2.11.0" if major == 2 else "3.10.0"
        file.attrs["keras_version"] = version
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(architecture(layers, shape, major, functional)).encode("utf8")
        file.attrs["training_config"] = json.dumps({"loss": "mse"}).encode("utf8")
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [b"input_layer"] + [layer.config["name"].encode() for layer in layers]
        group.attrs["backend"], group.attrs["keras_version"] = b"tensorflow", version.encode()
        group.create_group("input_layer").attrs["weight_names"] = []
        group.create_group("top_level_model_weights").attrs["weight_names"] = []
        for layer in layers:
            own = group.create_group(layer.config["name"])
            names = [(f"{layer.config['name']}/{name}" + (":0" if major == 2 else ""), a) for _, name, a in layer.arrays if name]
            own.attrs["weight_names"] = [name.encode() for name, _ in names]
            for name, values in names:
                own[name] = values


def run(layers, x):
    mask, y = None, x.astype("f8")
    for layer in layers:
        new = layer.masks(y) if layer.masks else mask
        y = layer.compute(y, mask)
        mask = None if layer.ends_mask else new
    return y


EXPECTED = {}


def case(name, layers, x):
    EXPECTED[name] = {"input": {"shape": x.shape, "values": x.ravel().tolist()}}
    y = run(layers, x)
    EXPECTED[name]["output"] = {"shape": y.shape, "values": y.ravel().tolist()}


def series(*shape):
    return RANDOM.uniform(-2, 2, shape).astype("f4")


def main():
    any_length = [None, None, 3]
    models = {
        "lstm.keras": ([recurrent("LSTM", 3, 3, 4, True), dropout(0.3), dense(4, 2, "softmax")], series(2, 6, 3), {}),
        "grus.keras": ([recurrent("GRU", 3, 3, 4, True), recurrent("GRU", 4, 3, 5, False, reset_after=False), normalization(5, -1), dense(5, 1, "sigmoid")], series(2, 6, 3), {}),
        "directions.keras": ([bidirectional("LSTM", 3, 3, 4, True, "concat"), bidirectional("GRU", 8, 3, 3, False, "sum"), dense(3, 2)], series(2, 5, 3), {}),
        "merges.keras": ([bidirectional("SimpleRNN", 3, 3, 4, True, "mul"), bidirectional("SimpleRNN", 4, 3, 3, True, "ave"), bidirectional("LSTM", 3, 3, 2, False, "ave")],
                         series(2, 5, 3), {"number": "f8"}),
        "words.keras": ([embedding(7, 3, True), recurrent("LSTM", 3, 3, 4, False), dense(4, 1, "sigmoid")],
                        np.array([[3, 1, 4, 1, 5], [0, 0, 2, 6, 5], [3, 5, 0, 0, 0], [1, 0, 2, 0, 3], [0, 0, 0, 0, 0]], "f4"), {"shape": [None, None]}),
        "masked.keras": ([masking(-1.0), bidirectional("GRU", 3, 3, 4, False, "concat"), dense(8, 2, "log_softmax")], None, {}),
        "functions.keras": ([recurrent("LSTM", 3, 3, 4, True, activation="softsign", gate="hard_sigmoid"), recurrent("GRU", 4, 3, 3, True, activation="elu", gate="hard_sigmoid"),
                             recurrent("SimpleRNN", 3, 3, 4, True, activation="relu", bias=False), activation("softplus"), dense(4, 2, "leaky_relu", bias=False)], series(2, 6, 3), {}),
        "backwards.keras": ([recurrent("LSTM", 3, 3, 4, False, backwards=True), repeat(3), recurrent("GRU", 4, 3, 3, True, bias=False, reset_after=False),
                             each_step(dense(3, 2, "tanh"), 3), dropout(0.1)], series(2, 6, 3), {"functional": True}),
        "words2.keras": ([embedding(7, 3, True), recurrent("GRU", 3, 3, 4, True), bidirectional("LSTM", 4, 3, 2, False, "concat"), dense(4, 1, "sigmoid")],
                         np.array([[3, 1, 4, 1, 5], [0, 0, 2, 6, 5], [3, 5, 0, 4, 0]], "f4"), {"shape": [None, None], "functional": True}),
        "masked2.keras": ([masking(-1.0), recurrent("SimpleRNN", 3, 3, 4, False), dense(4, 2)], None, {"functional": True}),
        "keras2.keras": ([recurrent("LSTM", 3, 3, 4, True, gate="hard_sigmoid"), recurrent("LSTM", 4, 3, 3, True), dense(3, 2)], series(2, 6, 3),
                         {"version": "2.12.0", "root": "_layer_checkpoint_dependencies", "twice": True, "number": "f4"}),
    }
    for name, (layers, x, options) in models.items():
        if x is None:
            x = series(3, 6, 3)
            x[0, :2], x[1, 4:], x[2, 3] = -1, -1, -1
        if name == "keras2.keras":
            for layer in layers:  # hard_sigmoid as it was
                if layer.kind == "LSTM":
                    config, arrays = layer.config, [a for _, _, a in layer.arrays]
                    layer.compute = lambda v, mask, config=config, arrays=arrays: recur("LSTM", config, arrays, v, mask, 2)
        save_archive(name, named(layers), options.pop("shape", any_length), **options)
        case(name, layers, x)
    legacy = {
        "functional2.h5": ([recurrent("LSTM", 3, 2, 4, True, gate="hard_sigmoid"), bidirectional("LSTM", 4, 2, 3, False, "concat"), dense(6, 2, major=2)], any_length, series(2, 6, 3), 2, True),
        "sequential2.h5": ([embedding(7, 3, False), recurrent("SimpleRNN", 3, 2, 4, True, bias=False), recurrent("GRU", 4, 2, 3, True, reset_after=False), normalization(3, [2], scale=False),
                            dropout(0.2), each_step(dense(3, 2, "elu", major=2), 2)], [None, None], np.array([[3, 1, 4, 1], [0, 6, 2, 5]], "f4"), 2, False),
        "sequential3.h5": ([recurrent("GRU", 3, 3, 4, True), normalization(4, -1, center=False), dense(4, 2)], any_length, series(2, 6, 3), 3, False),
    }
    for name, (layers, shape, x, major, functional) in legacy.items():
        save_legacy(name, named(layers), shape, major, functional)
        case(name, layers, x)
    with open(os.path.join(HERE, "expected.json"), "w") as file:
        json.dump(EXPECTED, file, indent=None)
        file.write("\n")


if __name__ == "__main__":
    main()
