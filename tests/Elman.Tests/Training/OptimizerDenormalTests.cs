using Elman.Tests.Kernels;

namespace Elman.Tests.Training;

/// <summary>What an optimizer remembers of gradients that vanish ends at 0, and gradients of any size leave nothing denormal behind.</summary>
public class OptimizerDenormalTests
{
    private static readonly Dictionary<string, Func<(string, Tensor), Optimizer>> Made = new()
    {
        ["adam"] = parameter => new Adam([parameter]),
        ["adam with decay"] = parameter => new Adam([parameter], weightDecay: 0.1),
        ["adam that remembers long"] = parameter => new Adam([parameter], beta1: 0.99, beta2: 0.99999),
        ["adamw"] = parameter => new AdamW([parameter], weightDecay: 0.1),
        ["rmsprop"] = parameter => new RmsProp([parameter]),
        ["rmsprop, centred, with momentum"] = parameter => new RmsProp([parameter], momentum: 0.9, centered: true),
        ["rmsprop that forgets nothing"] = parameter => new RmsProp([parameter], alpha: 1),
        ["sgd with momentum"] = parameter => new Sgd([parameter], 0.1, momentum: 0.9, nesterov: true),
        ["sgd"] = parameter => new Sgd([parameter], 0.1, weightDecay: 0.1),
    };

    public static TheoryData<string> Names => [.. Made.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_of_any_size_leave_nothing_denormal(string name)
    {
        Tensor parameter = Tensor.From([.. Kernel.Values(150).Select((value, i) => i % 5 == 0 ? value * 1e-41f : value)], 150);
        Optimizer optimizer = Made[name](("p", parameter));
        for (int step = 0; step < 150; step++)
        {
            // From 2⁻¹⁴⁹ to 2⁰, each value at another place in turn.
            Follow(optimizer, parameter, i => MathF.ScaleB(i % 2 == 0 ? 1 : -1, -(i + step) % 150));
            Assert.Equal([], Denormal(optimizer, parameter));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_remembered_of_a_gradient_that_vanishes_ends_at_zero(string name)
    {
        Tensor parameter = Tensor.From(Kernel.Values(37), 37);
        Optimizer optimizer = Made[name](("p", parameter));
        Follow(optimizer, parameter, i => 1e-3f * (i + 1));
        for (int step = 0; step < 5000; step++)
        {
            Follow(optimizer, parameter, _ => 0);
            if (step % 50 == 0) Assert.Equal([], Denormal(optimizer, parameter));
        }
        if (name is "adam" or "sgd with momentum") Assert.Equal(-1, Floats(optimizer, name == "adam" ? "exp_avg" : "momentum_buffer").AsSpan().IndexOfAnyExcept(0f));
    }

    private static void Follow(Optimizer optimizer, Tensor parameter, Func<int, float> gradient)
    {
        parameter.RequiresGradient = true;
        parameter.ZeroGradient();
        (parameter * 1f).Backward(Tensor.From([.. Enumerable.Range(0, parameter.Count).Select(gradient)], parameter.Count));
        optimizer.Step();
    }

    private static string[] Denormal(Optimizer optimizer, Tensor parameter) =>
        [.. optimizer.SaveState().Where(buffer => buffer.Name != "steps").SelectMany(buffer => Floats(optimizer, buffer.Name[2..]).Where(float.IsSubnormal).Select(value => $"{buffer.Name} {value}")),
            .. parameter.Span.ToArray().Where(float.IsSubnormal).Select(value => $"parameter {value}")];

    private static float[] Floats(Optimizer optimizer, string buffer)
    {
        SafeTensor tensor = optimizer.SaveState().Single(tensor => tensor.Name == $"p/{buffer}");
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(tensor.Data.Span).ToArray();
    }
}
