using Elman.Tests.Files;
using Elman.Tests.Reference;

namespace Elman.Tests.Training;

public class OptimizerTests
{
    public static TheoryData<string> Optimizers => [.. Fixture.Load("optimizers").Cases.Select(each => each.Name).Where(name => !name.StartsWith("clip", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Every_step_agrees_with_PyTorch(string name)
    {
        FixtureCase torch = Fixture.Load("optimizers")[name];
        (string Name, Tensor Value)[] parameters = Parameters(torch);
        Optimizer optimizer = Create(torch, parameters);
        for (int step = 0; step < torch.Inputs["g0"].Shape[0]; step++)
        {
            SetGradients(torch, parameters, step);
            optimizer.Step();
            foreach ((string of, Tensor value) in parameters)
                Near.Equal(At(torch.Outputs[of].Values, step, value.Count), value.Span, 2e-6, $"{of} after step {step}");
        }
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void A_restored_optimizer_goes_on_to_the_bit(string name)
    {
        using TemporaryFolder folder = new();
        FixtureCase torch = Fixture.Load("optimizers")[name];
        (string Name, Tensor Value)[] parameters = Parameters(torch), resumed = Parameters(torch);
        Optimizer first = Create(torch, parameters), second = Create(torch, resumed);
        for (int step = 0; step < 5; step++)
        {
            if (step == 3)
            {
                SafeTensorsFile.Write(folder["state"], [], first.SaveState("optimizer/"));
                second.LoadState(SafeTensorsFile.Read(folder["state"]), "optimizer/");
                for (int i = 0; i < 2; i++) resumed[i].Value.CopyFrom(parameters[i].Value.Span);
            }
            SetGradients(torch, parameters, step);
            first.Step();
            SetGradients(torch, resumed, step);
            if (step >= 3) second.Step();
        }
        for (int i = 0; i < 2; i++) Assert.Equal(parameters[i].Value.Span, resumed[i].Value.Span);
    }

    [Fact]
    public void Elements_are_updated_alike_wherever_they_stand()
    {
        FixtureCase torch = Fixture.Load("optimizers")["rmsprop-all"];
        for (int count = 1; count <= 40; count++)
        {
            Tensor value = Tensor.Full(0.3f, count);
            Optimizer optimizer = Create(torch, [("p", value)]);
            for (int step = 0; step < 3; step++)
            {
                Give(value, Enumerable.Repeat(0.1f * (step + 1), count).ToArray());
                optimizer.Step();
            }
            Assert.NotEqual(0.3f, value.Span[0]);
            Assert.Equal(-1, value.Span.IndexOfAnyExcept(value.Span[0]));
        }
    }

    [Fact]
    public void A_constant_gradient_does_not_break_the_centred_variance()
    {
        Tensor value = Tensor.Full(1, 9);
        RmsProp optimizer = new([("p", value)], 1e-4, alpha: 0.5, centered: true);
        for (int step = 0; step < 200; step++)
        {
            Give(value, Enumerable.Repeat(0.7f, 9).ToArray());
            optimizer.Step();
        }
        Assert.All(value.Span.ToArray(), x => Assert.True(float.IsFinite(x)));
    }

    [Fact]
    public void Parameters_without_gradient_or_frozen_stay_as_they_are()
    {
        Tensor never = Tensor.Ones(3), frozen = Tensor.Ones(3), free = Tensor.Ones(3);
        Give(frozen, [1, 1, 1]);
        Give(free, [1, 1, 1]);
        frozen.RequiresGradient = false;
        new AdamW([("never", never), ("frozen", frozen), ("free", free)], 0.1).Step();
        Assert.Equal([1, 1, 1], never.Span);
        Assert.Equal([1, 1, 1], frozen.Span);
        Assert.True(free.Span[0] < 1);
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        Tensor value = Tensor.Ones(1000);
        Give(value, new float[1000]);
        foreach (Optimizer optimizer in (Optimizer[])[
            new Sgd([("p", value)], 0.1, momentum: 0.9), new Adam([("p", value)]), new RmsProp([("p", value)], momentum: 0.9, centered: true)])
        {
            optimizer.Step();
            Assert.Equal(0, Allocation.Fewest(() =>
            {
                optimizer.Step();
                GradientClipping.ByNorm(optimizer.Parameters, 1);
                GradientClipping.ByValue(optimizer.Parameters, 1);
                optimizer.ZeroGradients();
            }));
        }
    }

    [Fact]
    public void A_state_of_another_model_is_refused_and_nothing_changes()
    {
        using TemporaryFolder folder = new();
        Tensor value = Tensor.Ones(3), other = Tensor.Ones(4);
        Give(value, [1, 1, 1]);
        Adam adam = new([("p", value)]), misshapen = new([("p", other)]);
        adam.Step();
        SafeTensorsFile.Write(folder["state"], [], adam.SaveState());
        ElmanException error = Assert.Throws<ElmanException>(() => misshapen.LoadState(SafeTensorsFile.Read(folder["state"])));
        Assert.Contains("'p/exp_avg' has shape [3], the model expects [4]", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, misshapen.SaveState()[0].ToLongs()[0]);
        Assert.Throws<ElmanException>(() => new Sgd([("p", value)], 1, momentum: 0.5).LoadState(SafeTensorsFile.Read(folder["state"])));
    }

    [Fact]
    public void Settings_outside_their_range_are_refused()
    {
        (string, Tensor)[] one = [("p", Tensor.Ones(1))];
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd(one, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd(one, double.NaN));
        Assert.Throws<ArgumentException>(() => new Sgd(one, 1, nesterov: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adam(one, beta1: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RmsProp(one, momentum: 2));
        Assert.Throws<ArgumentException>(() => new Adam([]));
        Assert.Throws<ArgumentException>(() => new Adam([.. one, ("p", Tensor.Ones(1))]));
    }

    internal static (string Name, Tensor Value)[] Parameters(FixtureCase torch) =>
        [.. torch.Inputs.Where(pair => pair.Key[0] == 'p').Select(pair => (pair.Key, Tensor.From(pair.Value.Values, pair.Value.Shape)))];

    /// <summary>Leaves these values as the gradient, in the way a backward pass does.</summary>
    internal static void Give(Tensor parameter, ReadOnlySpan<float> gradient)
    {
        parameter.RequiresGradient = true;
        gradient.CopyTo(parameter.GradientSpan());
    }

    private static void SetGradients(FixtureCase torch, (string Name, Tensor Value)[] parameters, int step)
    {
        foreach ((string name, Tensor value) in parameters) Give(value, At(torch.Inputs["g" + name[1..]].Values, step, value.Count));
    }

    private static ReadOnlySpan<float> At(float[] steps, int step, int count) => steps.AsSpan(step * count, count);

    private static Optimizer Create(FixtureCase torch, IEnumerable<(string Name, Tensor Value)> parameters)
    {
        double rate = torch.Number("lr"), decay = torch.Number("weight_decay", 0);
        return torch.Text("optimizer") switch
        {
            "sgd" => new Sgd(parameters, rate, torch.Number("momentum", 0), torch.Flag("nesterov"), decay),
            "adam" => new Adam(parameters, rate, torch.Number("beta1"), torch.Number("beta2"), torch.Number("eps"), decay),
            "adamw" => new AdamW(parameters, rate, torch.Number("beta1"), torch.Number("beta2"), torch.Number("eps"), decay),
            "rmsprop" => new RmsProp(parameters, rate, torch.Number("alpha"), torch.Number("eps"), torch.Number("momentum", 0), torch.Flag("centered"), decay),
            _ => throw new ArgumentException($"there is no optimizer for '{torch.Name}'", nameof(torch)),
        };
    }
}
