using Elman.Tests.Files;
using Elman.Tests.Tensors;

namespace Elman.Tests.Layers;

/// <summary>A layer that is used at two places is one parameter.</summary>
public class SharedLayerTests
{
    private static Tensor Input => Some.Tensor(3, 2);

    [Fact]
    public void It_is_counted_stepped_and_measured_once()
    {
        (Linear shared, Sequential net) = Shared();
        Assert.Equal(["0.weight", "0.bias"], net.Parameters().Select(parameter => parameter.Name));
        Assert.Equal(6, net.ParameterCount);
        Sgd sgd = new(net.Parameters(), 0.1);
        net.Forward(Input).Sum().Backward();
        float[] before = shared.Weight.Span.ToArray(), gradient = shared.Weight.Gradient!.Span.ToArray();
        double norm = Math.Sqrt(gradient.Concat(shared.Bias!.Gradient!.Span.ToArray()).Sum(value => (double)value * value));
        Assert.Equal(norm, GradientClipping.Norm(sgd.Parameters), 1e-6);
        sgd.Step();
        for (int i = 0; i < 4; i++) Assert.Equal(before[i] - 0.1f * gradient[i], shared.Weight.Span[i], 1e-6);
    }

    [Fact]
    public void Its_gradient_is_the_sum_of_both_places()
    {
        (Linear shared, Sequential net) = Shared();
        Linear first = Twin(shared), second = Twin(shared);
        Sequential apart = new(first, new Activate(Activation.Tanh), second);
        net.Forward(Input).Sum().Backward();
        apart.Forward(Input).Sum().Backward();
        for (int i = 0; i < 4; i++) Assert.Equal(first.Weight.Gradient!.Span[i] + second.Weight.Gradient!.Span[i], shared.Weight.Gradient!.Span[i], 1e-5);
    }

    [Fact]
    public void A_tensor_that_is_named_twice_is_one_parameter_of_an_optimizer_and_of_clipping()
    {
        Linear layer = new(2, 2, new RandomStream(1));
        (string, Tensor)[] twice = [.. layer.Parameters(), .. layer.Parameters().Select(parameter => ("again." + parameter.Name, parameter.Value))];
        Assert.Equal(["weight", "bias"], new Sgd(twice, 1).Parameters.Select(parameter => parameter.Name));
        layer.Forward(Input).Sum().Backward();
        double norm = GradientClipping.Norm([.. layer.Parameters()]);
        Assert.Equal(norm, GradientClipping.Norm(twice));
        GradientClipping.ByNorm(twice, norm / 2);
        Assert.Equal(norm / 2, GradientClipping.Norm([.. layer.Parameters()]), 1e-5);
    }

    [Fact]
    public void A_file_holds_it_once_and_it_is_still_shared_when_read_back()
    {
        using TemporaryFolder folder = new();
        (_, Sequential net) = Shared();
        NetworkFile.Save(folder["net"], net);
        Assert.Equal(["0.weight", "0.bias"], SafeTensorsFile.Read(folder["net"]).Tensors.Select(tensor => tensor.Name));
        Module read = NetworkFile.Load(folder["net"]);
        Assert.Same(read.Children[0].Module, read.Children[2].Module);
        Assert.Equal(net.Fingerprint(), read.Fingerprint());
        Assert.Equal(net.Forward(Input).Span.ToArray(), read.Forward(Input).Span.ToArray());
    }

    [Fact]
    public void Modules_within_modules_are_shared_when_read_back()
    {
        using TemporaryFolder folder = new();
        RandomStream random = new(1);
        Gru gru = new(2, 2, random);
        Sequential inner = Sequential.Named(("g", gru), ("d", new Linear(2, 2, random)));
        Sequential net = Sequential.Named(("a", inner), ("b", new Masking(0, gru)), ("c", inner));
        NetworkFile.Save(folder["net"], net);
        Module read = NetworkFile.Load(folder["net"]);
        Assert.Same(read.Children[0].Module, read.Children[2].Module);
        Assert.Same(read.Children[0].Module.Children[0].Module, ((Masking)read.Children[1].Module).Inner);
        Assert.Equal(net.Parameters().Select(parameter => parameter.Name), read.Parameters().Select(parameter => parameter.Name));
    }

    [Fact]
    public void Values_may_be_given_under_any_of_its_names_but_only_one_value()
    {
        (Linear shared, Sequential net) = Shared();
        float[] weight = [1, 2, 3, 4], bias = [5, 6];
        net.Load(new Dictionary<string, Tensor> { ["2.weight"] = Tensor.From(weight, 2, 2), ["0.bias"] = Tensor.From(bias, 2), ["2.bias"] = Tensor.From(bias, 2) });
        Assert.Equal([.. weight, .. bias], [.. shared.Weight.Span, .. shared.Bias!.Span]);
        ElmanException error = Assert.Throws<ElmanException>(() => net.Load(new Dictionary<string, Tensor>
        {
            ["0.weight"] = Tensor.Zeros(2, 2),
            ["0.bias"] = Tensor.From(bias, 2),
            ["2.weight"] = Tensor.Ones(2, 2),
        }));
        Assert.StartsWith("'0.weight' and '2.weight' are one parameter of the model, and have two values", error.Message, StringComparison.Ordinal);
        Assert.Equal(weight, shared.Weight.Span.ToArray());
    }

    [Fact]
    public void A_run_that_is_resumed_goes_on_with_it_to_the_same_bits()
    {
        using TemporaryFolder folder = new();
        Tensor x = Input, y = Some.Seeded(2, 3, 2);
        float[] Train(int epochs, bool resume, string? path)
        {
            (Linear shared, Sequential net) = Shared();
            new Trainer(net, new Adam(net.Parameters(), 0.1), new TrainingOptions { Epochs = epochs, CheckpointPath = path, Resume = resume })
                .Run(BatchSource.InOrder(3, 1, rows => rows), rows => Loss.MeanSquaredError(net.Forward(x.Take(0, rows)), y.Take(0, rows)));
            return shared.Weight.Span.ToArray();
        }
        float[] whole = Train(4, false, null);
        Train(2, false, folder["run"]);
        Assert.Equal(whole, Train(4, true, folder["run"]));
    }

    [Fact]
    public void A_file_that_shares_with_what_does_not_stand_before_or_without_end_is_refused()
    {
        Refused("module 1 is shared with module '2', which does not stand before it", """{"kind":"sequential","modules":[{"kind":"softmax","log":false},{"kind":"shared","module":"2"}]}""");
        Refused("module 0.0 is shared with module '0', which does not stand before it",
            """{"kind":"sequential","modules":[{"kind":"sequential","modules":[{"kind":"shared","module":"0"}]}]}""");
        // Each holds the one before ten times: 10^12 places in a kilobyte.
        string modules = """{"kind":"softmax","log":false}""";
        for (int i = 0; i < 12; i++)
            modules += $$""",{"kind":"sequential","modules":[{{string.Join(',', Enumerable.Repeat($$"""{"kind":"shared","module":"{{i}}"}""", 10))}}]}""";
        Refused("more than 65536 modules", $$"""{"kind":"sequential","modules":[{{modules}}]}""");

        static void Refused(string message, string json)
        {
            using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(json);
            Assert.Contains(message, Assert.Throws<ElmanException>(() => NetworkJson.Read(document.RootElement)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Two_parameters_or_modules_of_one_name_are_refused()
    {
        Assert.StartsWith("two parameters or modules are named 'a'", Assert.Throws<ArgumentException>(() => new Own()).Message, StringComparison.Ordinal);
    }

    private static (Linear Shared, Sequential Net) Shared()
    {
        Linear shared = new(2, 2, new RandomStream(1));
        return (shared, new Sequential(shared, new Activate(Activation.Tanh), shared));
    }

    private static Linear Twin(Linear layer)
    {
        Linear result = new(2, 2, new RandomStream(2));
        result.Load(layer.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Value));
        return result;
    }

    private sealed class Own : Module
    {
        public Own()
        {
            AddParameter("a", Tensor.Zeros(2));
            AddChild("a", new Linear(2, 2, new RandomStream(1)));
        }

        public override Tensor Forward(Tensor input, ReadOnlySpan<int> lengths = default) => input;
    }
}
