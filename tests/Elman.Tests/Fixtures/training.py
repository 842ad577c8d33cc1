"""Losses, optimizers, gradient clipping and learning-rate schedules."""
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from fixture import Fixture


def losses():
    fixture = Fixture("losses")

    def regression(name, function, **options):
        case = fixture.case(name, seed="regression", **options)
        prediction = case.input("prediction", case.normal(4, 3, 3))
        target = case.constant("target", case.normal(4, 3, 3))
        loss = function(prediction, target)
        case.output("loss", loss)
        case.finish(loss)

    regression("mse", F.mse_loss)
    regression("l1", F.l1_loss)
    for delta in (1.0, 0.5):
        regression(f"huber-{delta:g}", nn.HuberLoss(delta=delta), delta=delta)

    def classification(name, weights=False, ignore_index=None, label_smoothing=0.0):
        options = {} if ignore_index is None else {"ignore_index": ignore_index}
        case = fixture.case("cross_entropy" + name, seed="classification", label_smoothing=label_smoothing, **options)
        logits = case.input("logits", case.normal(7, 5, scale=2))
        target = case.constant("target", torch.tensor([4, 0, 2, 2, 1, 0, 3]))
        weight = case.constant("weight", case.uniform(0.2, 2, 5)) if weights else None
        loss = F.cross_entropy(logits, target, weight, ignore_index=-100 if ignore_index is None else ignore_index,
                               label_smoothing=label_smoothing)
        case.output("loss", loss)
        case.finish(loss)

    classification("")
    classification("-weight", weights=True)
    classification("-ignore", ignore_index=2)
    classification("-smoothing", label_smoothing=0.1)
    classification("-weight-smoothing", weights=True, label_smoothing=0.1)
    classification("-all", weights=True, ignore_index=2, label_smoothing=0.1)

    case = fixture.case("pinball")
    prediction = case.input("prediction", case.normal(4, 3, 3))
    target = case.constant("target", case.normal(4, 3))
    levels = case.constant("quantiles", torch.tensor([0.1, 0.5, 0.9]))
    error = target[..., None] - prediction
    loss = torch.maximum(levels * error, (levels - 1) * error).mean()
    case.output("loss", loss)
    case.finish(loss)

    case = fixture.case("gaussian")
    mean = case.input("mean", case.normal(4, 3))
    sigma = case.input("sigma", case.uniform(0.2, 2, 4, 3))
    target = case.constant("target", case.normal(4, 3))
    loss = F.gaussian_nll_loss(mean, target, sigma ** 2, full=True)
    case.output("loss", loss)
    case.finish(loss)

    case = fixture.case("student_t")
    df = case.input("df", case.uniform(1.5, 30, 4, 3))
    loc = case.input("loc", case.normal(4, 3))
    scale = case.input("scale", case.uniform(0.2, 2, 4, 3))
    target = case.constant("target", case.normal(4, 3, scale=2))
    loss = -torch.distributions.StudentT(df, loc, scale).log_prob(target).mean()
    case.output("loss", loss)
    case.finish(loss)
    fixture.save()


STEPS = 5


def optimizers():
    fixture = Fixture("optimizers")

    def optimizer(name, kind, **options):
        betas = options.pop("betas", None)
        recorded = {**options, **({"beta1": betas[0], "beta2": betas[1]} if betas else {})}
        case = fixture.case(name, seed="optimizers", optimizer=kind.__name__.lower(), **recorded)
        parameters = [nn.Parameter(case.normal(3, 7)), nn.Parameter(case.normal(5))]
        gradients = [case.normal(STEPS, 3, 7), case.normal(STEPS, 5)]
        gradients[0][:, 0, 0] = 0    # a parameter that never receives a gradient
        gradients[1][3:] *= 1e-4     # and one whose gradient collapses
        torch_optimizer = kind(parameters, **options, **({"betas": betas} if betas else {}))
        after = [[], []]
        for i, (parameter, gradient) in enumerate(zip(parameters, gradients)):
            case.constant(f"p{i}", parameter)
            case.constant(f"g{i}", gradient)
        for step in range(STEPS):
            for parameter, gradient in zip(parameters, gradients):
                parameter.grad = gradient[step].clone()
            torch_optimizer.step()
            for i, parameter in enumerate(parameters):
                after[i].append(parameter.detach().clone())
        for i, states in enumerate(after):
            case.store("out", f"p{i}", torch.stack(states))

    sgd, adam, adamw, rmsprop = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop
    optimizer("sgd", sgd, lr=0.1)
    optimizer("sgd-momentum", sgd, lr=0.1, momentum=0.9)
    optimizer("sgd-nesterov", sgd, lr=0.1, momentum=0.9, nesterov=True)
    optimizer("sgd-decay", sgd, lr=0.1, weight_decay=0.05)
    optimizer("sgd-nesterov-decay", sgd, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.05)
    optimizer("adam", adam, lr=0.01, betas=(0.9, 0.999), eps=1e-8)
    optimizer("adam-decay", adam, lr=0.05, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.05)
    optimizer("adamw", adamw, lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)
    optimizer("adamw-decay", adamw, lr=0.05, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.3)
    optimizer("rmsprop", rmsprop, lr=0.01, alpha=0.99, eps=1e-8)
    optimizer("rmsprop-momentum", rmsprop, lr=0.01, alpha=0.9, eps=1e-8, momentum=0.9)
    optimizer("rmsprop-centered", rmsprop, lr=0.01, alpha=0.9, eps=1e-8, centered=True)
    optimizer("rmsprop-all", rmsprop, lr=0.01, alpha=0.9, eps=1e-6, momentum=0.5, centered=True, weight_decay=0.05)

    def clip(name, function, **options):
        case = fixture.case(name, seed="clip", **options)
        parameters = [nn.Parameter(torch.zeros(3, 7)), nn.Parameter(torch.zeros(5))]
        for i, parameter in enumerate(parameters):
            parameter.grad = case.normal(*parameter.shape)
            case.constant(f"g{i}", parameter.grad)
        norm = function(parameters, *options.values())
        for i, parameter in enumerate(parameters):
            case.store("out", f"g{i}", parameter.grad)
        if norm is not None:
            case.store("out", "norm", norm)

    clip("clip-norm", clip_grad_norm_, max_norm=1.0)
    clip("clip-norm-untouched", clip_grad_norm_, max_norm=100.0)
    clip("clip-value", clip_grad_value_, clip_value=0.5)
    fixture.save()


def schedules():
    fixture = Fixture("schedules")
    scheduler = torch.optim.lr_scheduler

    def schedule(name, make, base=0.1, steps=30, metric=None, **options):
        case = fixture.case(name, base_lr=base, **options)
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=base)
        it, rates = make(optimizer, **options), []
        if metric is not None:
            metric = case.constant("metric", torch.tensor(metric))
        for step in range(steps):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            it.step() if metric is None else it.step(metric[step].item())
        case.store("out", "lr", torch.tensor(rates))

    def warm_cosine(optimizer, warmup, T_max):
        warm = scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=warmup)
        return scheduler.SequentialLR(optimizer, [warm, scheduler.CosineAnnealingLR(optimizer, T_max)], [warmup])

    schedule("step", scheduler.StepLR, step_size=7, gamma=0.3)
    schedule("cosine", scheduler.CosineAnnealingLR, T_max=29)
    schedule("cosine-floor", scheduler.CosineAnnealingLR, T_max=20, eta_min=0.01)
    schedule("one-cycle", lambda o, **k: scheduler.OneCycleLR(o, cycle_momentum=False, **k), max_lr=0.5, total_steps=30)
    schedule("one-cycle-own", lambda o, **k: scheduler.OneCycleLR(o, cycle_momentum=False, **k), max_lr=0.2,
             total_steps=30, pct_start=0.2, div_factor=10.0, final_div_factor=100.0)
    schedule("warm-up", scheduler.LinearLR, start_factor=0.1, total_iters=8)
    schedule("warm-up-cosine", warm_cosine, warmup=5, T_max=25)
    metric = [5, 4, 3.5, 3.5, 3.6, 3.4999, 3.7, 3.5, 3.4, 3.41, 3.42, 3.4, 3.4, 3.4, 3.4, 3.0, 2.9, 2.8999, 2.8998,
              2.8997, 2.8996, 2.8995] + [2.9] * 8
    schedule("plateau", scheduler.ReduceLROnPlateau, metric=metric, factor=0.5, patience=2, threshold=1e-3)
    schedule("plateau-cooldown", scheduler.ReduceLROnPlateau, metric=metric, factor=0.5, patience=1, threshold=1e-4,
             cooldown=2, min_lr=0.004)
    schedule("plateau-max", lambda o, **k: scheduler.ReduceLROnPlateau(o, mode="max", **k), metric=[10 - m for m in metric],
             factor=0.5, patience=2, threshold=1e-3)
    fixture.save()


TOPICS = (losses, optimizers, schedules)
