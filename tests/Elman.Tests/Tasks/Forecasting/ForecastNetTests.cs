using static Elman.Tests.Tasks.SmallForecasts;

namespace Elman.Tests.Tasks;

public class ForecastNetTests
{
    /// <summary>A net whose maps are not zero any more.</summary>
    private static ForecastNet Net(int features, int known, ForecasterOptions options)
    {
        ForecastNet net = new(features, known, options, new RandomStream(5));
        RandomStream random = new(8);
        foreach ((_, Tensor value) in net.Parameters())
            foreach (ref float weight in value.WritableSpan()) weight += 0.2f * random.NextNormal();
        net.Evaluate();
        return net;
    }

    [Fact]
    public void A_fresh_net_forecasts_the_last_value()
    {
        ForecastNet net = new(4, 2, Options, new RandomStream(5));
        float[] values = [.. Enumerable.Range(0, 11 * 4).Select(i => (float)i)];
        Assert.All(net.Forward(Tensor.From(values, 1, 11, 4)).Span.ToArray(), value => Assert.Equal(7 * 4, value));
    }

    [Theory]
    [InlineData("lstm", Direction.Forward, 2)]
    [InlineData("gru", Direction.Both, 2)]
    [InlineData("rnn", Direction.Both, 1)]
    [InlineData("gru", Direction.Reverse, 2)]
    public void Adds_to_the_last_value_maps_of_the_last_hidden_state_the_last_row_and_the_calendar(string cell, Direction direction, int layers)
    {
        ForecasterOptions options = Options with { Cell = cell, Direction = direction, Layers = layers };
        const int features = 4, known = 2, batch = 3;
        ForecastNet net = Net(features, known, options);
        RandomStream random = new(6);
        int length = (options.Context ?? 1) + options.Horizon;
        float[] values = [.. Enumerable.Range(0, batch * length * features).Select(_ => random.NextNormal())];
        Tensor result = net.Forward(Tensor.From(values, batch, length, features));
        Assert.Equal(new Shape(batch, options.Horizon, 3), result.Shape);

        Dictionary<string, Tensor> parameters = net.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Value);
        RecurrentLayer encoder = (RecurrentLayer)net.Children[0].Module;
        for (int n = 0; n < batch; n++)
        {
            float[] window = values[(n * length * features)..((n + 1) * length * features)];
            (Tensor output, _) = encoder.Forward(Tensor.From(window.AsSpan(0, (options.Context ?? 1) * features), 1, (options.Context ?? 1), features), null);
            // The backward direction ends at the first row, the forward one at the last.
            List<float> inputs = [.. Enumerable.Range(0, options.Hidden).Select(i => output[0, direction == Direction.Reverse ? 0 : (options.Context ?? 1) - 1, i])];
            if (direction == Direction.Both) inputs.AddRange(Enumerable.Range(0, options.Hidden).Select(i => output[0, 0, options.Hidden + i]));
            inputs.AddRange(window.AsSpan(((options.Context ?? 1) - 1) * features, features));
            for (int row = 0; row < options.Horizon; row++)
                for (int q = 0; q < 3; q++)
                {
                    int o = row * 3 + q;
                    double expected = window[((options.Context ?? 1) - 1) * features] + parameters["head.bias"][o];
                    for (int i = 0; i < inputs.Count; i++) expected += (double)parameters["head.weight"][o, i] * inputs[i];
                    for (int k = 0; k < known; k++)
                        expected += (double)parameters["future.weight"][q, k] * window[((options.Context ?? 1) + row) * features + features - known + k];
                    Assert.Equal(expected, result[n, row, q], 1e-5);
                }
        }
    }

    [Fact]
    public void Reads_nothing_of_the_horizon_but_what_is_known()
    {
        const int features = 4, known = 2;
        ForecastNet net = Net(features, known, Options);
        RandomStream random = new(6);
        int length = (Options.Context ?? 1) + Options.Horizon;
        float[] values = [.. Enumerable.Range(0, length * features).Select(_ => random.NextNormal())], other = [.. values];
        for (int row = (Options.Context ?? 1); row < length; row++) other.AsSpan(row * features, features - known).Fill(float.NaN);
        Assert.Equal(net.Forward(Tensor.From(values, 1, length, features)).Span.ToArray(), net.Forward(Tensor.From(other, 1, length, features)).Span.ToArray());
    }

    [Fact]
    public void Refuses_windows_of_another_shape()
    {
        ForecastNet net = new(4, 2, Options, new RandomStream(5));
        Assert.Contains("[N, 11, 4], got [1, 8, 4]", Assert.Throws<ArgumentException>(() => net.Forward(Tensor.Zeros(1, 8, 4))).Message, StringComparison.Ordinal);
    }
}
